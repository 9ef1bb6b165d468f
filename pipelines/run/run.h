/* One item of potok-run's work, and the names of the files beside its output. */
#ifndef POTOK_RUN_RUN_H
#define POTOK_RUN_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cli.h"
#include "graph.h"
#include "records.h"

struct run {
	struct cli *cli;
	const char *in, *out;
	const char *file; /* of the pipeline; NULL: it was given as text */
	const char *text; /* its bytes */
	size_t ntext;
	char *const *args; /* its arguments, then NULL */
	bool keep_partial;
	unsigned seconds;

	/* As they were before the pipeline began. */
	struct stat in_stat, file_stat;
	uint64_t key; /* hash of the pipeline and its arguments */

	char temporary[PATH_MAX]; /* name of the output until it is published */
	int fd;                   /* the same, open */
	struct graph graph;       /* what the records say */
};

/* Writes OUT and a suffix, or, where a folder cannot hold a name so long, a shortened name with a
 * hash of the whole.  Answers false, with errno, when that is too long, too. */
bool run_beside(char name[PATH_MAX], const char *out, const char *suffix);

#define RUN_MANIFEST ".potok.json"
#define RUN_LOCK ".potok.lock"
#define RUN_BREAK ".break" /* behind the name of a lock, while that is broken */
#define RUN_PARTIAL ".partial"

/* The name of this machine. */
const char *run_host(void);

/* When a process of this machine began, in the words of the system; empty where that cannot be
 * told. */
enum { RUN_START = 32 };
void run_start_of(long pid, char text[RUN_START]);
/* Has a process of this machine ended?  A zombie has, though it keeps its number: who should bury
 * it may be slow, as the first process of a container often is.  start: when it began; another that
 * has its number now began later.  NULL: it is not known. */
bool run_gone(long pid, const char *start);

/* The places where the folder of the records may be made, from the best on; NULL: there are no
 * more.  TMPDIR when it is set; else memory where there is such a place, then /tmp. */
const char *run_records_place(unsigned i);
/* How its name begins: then come host, process and random letters. */
#define RUN_RECORDS "potok-run."
/* Removes a folder and the files in it. */
void run_remove_folder(const char *folder);

/* Is the file as it was? */
bool run_unchanged(const struct stat *was, const struct stat *is);

/* Reads a file and tells its hash and size.  Answers false, with errno. */
bool run_hash_file(const char *path, uint64_t *hash, uint64_t *size);

#endif
