/*
 * potok-batch: one pipeline over a whole corpus.  What its files share.
 *
 * The run folder:
 *
 *   settings           NUL-separated "key=value": where inputs are, arguments, options
 *   pipeline           the pipeline, as it was given
 *   manifest           the inputs, NUL-separated, sorted bytewise
 *   out/NAME           published outputs, each with what potok-run puts beside it
 *   status/XX/HASH.*   markers: .ok, .bad (quarantined), .missing (tries that failed)
 *   parts/HASH/        of an input that is cut: plan, and the outputs of its parts
 *   todo.N groups.N    what submission N had to do, and in which groups; stop.N: why it was ended
 *   log/               what Slurm's tasks said
 *
 * Whether an item is done is read from its marker, never from what started it.
 */
#ifndef POTOK_BATCH_H
#define POTOK_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli.h"

enum { BATCH_RETRY = 75, BATCH_SETUP = 78, BATCH_PATH = 4096 };

/* A list of strings in one piece of memory. */
struct names {
	char *bytes; /* NUL-terminated strings, one behind another */
	size_t nbytes, cap;
	char **at; /* set by names_sort() or names_index() */
	size_t n;
};

struct batch {
	struct cli cli; /* for messages */
	char self[BATCH_PATH];
	char run[BATCH_PATH]; /* the run folder, absolute */

	/* Settings. */
	char *base;             /* the folder that relative names start from */
	struct names args;      /* arguments of the pipeline */
	struct names run_args;  /* options of potok-run */
	uint64_t split;         /* bytes of a part; 0: nothing is cut */
	bool at_blank;          /* cuts are behind blank lines */
	bool foreign_lines;     /* foreign commands treat each line alone, the user says */
	uint64_t pipeline_hash; /* of pipeline, args and run_args */

	/* How to launch. */
	enum { ON_LOCAL, ON_SSH, ON_SLURM } on;
	unsigned njobs;
	bool njobs_given;
	const char *hosts, *slurm_args, *memfree;
	uint64_t ntasks;
	bool wait, recheck;
};

/* One piece of work: an input, or a part of one. */
struct item {
	char *name;
	long part; /* below 0: the whole input */
	uint64_t start, length;
	unsigned task;
};

enum marker_kind { MARKER_NONE, MARKER_OK, MARKER_BAD, MARKER_MISSING };
struct marker {
	enum marker_kind kind;
	uint64_t size, mtime; /* of the input; mtime in nanoseconds */
	uint64_t pipeline;
	uint64_t out_size, out_mtime, out_hash; /* out_hash: 0 where potok-run keeps it */
	int code;
	unsigned tries;
	uint64_t at;                    /* where the part begins that was bad */
	double started, ended, seconds; /* seconds: of work */
	char stage[64], host[128];
	char text[2048]; /* last lines of standard error */
};

/* --- folder.c: names, files, markers -------------------------------------------------------- */

/* Reports "potok-batch: FILE: WHY" and answers the code. */
int fault(struct batch *, int code, const char *file, const char *why);

/* Adds a string; false: no memory. */
bool names_add(struct names *, const char *name, size_t n);
/* Fills `at`; false: no memory. */
bool names_index(struct names *);
/* Fills `at`, sorted, without those that come twice. */
bool names_sort(struct names *);
/* Whether name[n] is among sorted ones. */
bool names_has(const struct names *, const char *name, size_t n);
void names_free(struct names *);

/* The whole file, with a NUL behind it, for free(); NULL: errno tells. */
char *read_file(const char *path, size_t *n);
/* Writes the file under another name and renames it; false: errno tells. */
bool write_file(const char *path, const void *data, size_t n);
/* The name of a file until it is published: of this machine and process, into buf[PATH_MAX]; false
 * with errno when it is too long. */
bool temporary_name(char *buf, const char *path);
/* Makes the folders above a path; false: errno tells. */
bool make_folders(char *path);

/* FORMAT with its strings into buf[BATCH_PATH]; false with errno when it is too long. */
bool path_of(char *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Where an item is read and written. */
bool input_path(const struct batch *, const char *name, char *buf);
bool output_path(const struct batch *, const struct item *, char *buf);
/* The folder of an input's parts. */
bool parts_path(const struct batch *, const char *name, char *buf);
/* The hash of a name. */
uint64_t hash_of(const void *data, size_t n);

uint64_t mtime_of(const struct stat *);
double now(void);

/* Reads the marker of an item: of ok, bad, missing the first that fits the input as `st` tells it
 * and the pipeline.  MARKER_OK only when the output is there as it was published. */
void marker_read(const struct batch *, const struct item *, const struct stat *, struct marker *);
/* Writes the marker and takes the others away; false: errno tells. */
bool marker_write(const struct batch *, const struct item *, const struct marker *);
void marker_remove(const struct batch *, const struct item *);

/* Opens a run folder that is there: settings and the hash of the pipeline.  Answers an exit code.
 */
int folder_open(struct batch *, const char *run);
/* Makes it, or takes what is there, with these settings and this pipeline. */
int folder_make(struct batch *, const char *run, const char *pipeline);
/* The manifest; an exit code. */
int inputs_read(struct batch *, struct names *);
int inputs_write(struct batch *, struct names *);

/* --- plan.c: what there is to do ------------------------------------------------------------ */

/* Reads the inputs, operands and a list, into the manifest. */
int plan_inputs(struct batch *, char *const operands[], const char *list, bool nul);
/* Writes todo.N and groups.N, for so many slots, cut for `ntasks` of Slurm (0: as many as there
 * should be, at most `most`).  *number is N, *ngroups and *ntasks how many there are; nothing to
 * do: 0. */
int plan_todo(struct batch *, unsigned slots, uint64_t most, unsigned *number, size_t *ngroups,
    size_t *ntasks);
/* The groups of a task, or of all (task below 0), as lines of numbers in an unlinked file. */
FILE *plan_groups(struct batch *, unsigned number, long task);

/* --- cut.c: large inputs -------------------------------------------------------------------- */

/* Where an input is cut. */
struct cut {
	uint64_t *starts; /* n + 1 offsets; for free() */
	size_t n;         /* 1: it is not cut */
	char from[64];    /* the encoding that is named to every part; "": none is */
};

/* Reads the plan of an input; false: there is none that fits. */
bool cut_read(const struct batch *, const char *name, const struct stat *, struct cut *);
/* The same, but makes a plan where there is none; an exit code. */
int cut_plan(struct batch *, const char *name, const struct stat *, struct cut *);
/* Copies a part into a file of its own, as an input. */
int cut_copy(struct batch *, const char *name, uint64_t start, uint64_t length, const char *to);
/* Where a sample of about so many bytes ends, from the front of an input; 0: it cannot be read. */
uint64_t cut_sample(struct batch *, const char *name, uint64_t about);
/* Joins the outputs of all parts, which are all there, and publishes them. */
int cut_join(struct batch *, const char *name, const struct stat *, const struct cut *);

/* --- allow.c -------------------------------------------------------------------------------- */

/* Whether the pipeline may be run on parts of this input, as its stages tell of themselves; finds
 * the encoding that every part is read in.  Reports why not. */
int cut_allowed(struct batch *, const char *name, struct cut *);

/* --- group.c: items one after another ------------------------------------------------------- */

/* The command line of potok-run for one input, for free(), which points to what is given; `from` is
 * an encoding for the pipeline, or "", pipeline[BATCH_PATH] becomes its path.  NULL: no memory. */
char **run_words(struct batch *, const char *in, const char *out, const char *from, char *pipeline);
/* Runs group K of submission N; an exit code: 0 also when items were bad or missing. */
int group_run(struct batch *, unsigned number, size_t group);
/* The code that submission N was ended with, 0: it was not; reports why when told to. */
int stopped(struct batch *, unsigned number, bool report);

/* --- launch.c: parallel, xargs, ssh, Slurm --------------------------------------------------- */

/* Does what there is to do, as the batch says. */
int launch(struct batch *);
/* A task of Slurm: its groups on this machine. */
int launch_task(struct batch *, unsigned number, unsigned task);

/* --- status.c: what a run has come to -------------------------------------------------------- */

/* Joins what can be joined and counts: the exit code of a run. */
int finish(struct batch *);
int status(struct batch *, bool json);
int report(struct batch *, bool json);
int verify(struct batch *);
/* Removes temporary files of processes that are gone; with all, every one. */
int sweep(struct batch *, bool all);
/* Takes the marks of bad inputs away. */
int forget_bad(struct batch *);

#endif
