/*
 * What all programs share: options, messages, reading and writing, --stats.  A stage's main() fills
 * a struct cli, reads its options with getopt_long(), and hands the operands to cli_run_files().
 * Never installed.
 */
#ifndef POTOK_CLI_H
#define POTOK_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <potok/stage.h>

/* Exit codes, the same in every program. */
enum cli_exit {
	CLI_OK = 0,
	CLI_NO = 1,       /* a check answered "no" */
	CLI_USAGE = 64,   /* wrong call */
	CLI_DATA = 65,    /* bad data */
	CLI_NOINPUT = 66, /* input cannot be read */
	CLI_BUG = 70,     /* our bug */
	CLI_SYSTEM = 71,  /* no memory or another system limit */
	CLI_OUTPUT = 74,  /* output cannot be written */
	CLI_RETRY = 75,   /* potok-run: worth another try */
	CLI_SETUP = 78,   /* potok-run: broken set-up */
};

enum { CLI_USES_MAX = 8 };

/* A file that an option names, as it was before it was read. */
struct cli_use {
	const char *way, *role, *path;
	struct stat st;
};

struct record; /* record.h */

struct cli {
	/* Filled by main(), static text. */
	const char *name;         /* "potok-split" */
	const char *synopsis;     /* what follows the name in the usage line */
	const char *options_help; /* one line an option of its own; the shared ones are added */
	const char *examples;     /* whole lines, each a command that works */
	const char *libraries;    /* for --version: names and versions, one a line; may be NULL */
	char *const *arguments;   /* argv; for the run record */
	const char *command;      /* of potok-wrap, for the run record; NULL: there is none */
	bool is_driver;           /* no filter: without --stats and --capabilities */
	bool line_to_line;        /* --capabilities: one line out for each line in */
	bool lines_independent;   /* --capabilities: lines do not influence each other */
	bool blank_independent;   /* --capabilities: nor does what blank lines separate */

	/*
	 * Makes a fresh stage for one stream.  *stage may be set also when an error is answered; it
	 * is closed in any case.
	 */
	enum potok_status (*start)(void *program, struct potok_stage **stage);
	/* Runs the stage; NULL: potok_chain_run(). */
	enum potok_status (*run)(void *program, struct potok_chain *chain);
	bool run_has_threads; /* it reads and writes in several */
	void *program;    /* handed to start and run */
	bool joined;      /* all operands are one stream; a fault in one ends it */
	bool count_lines; /* messages about bad data name the line; costs a pass over the input */

	/* For the record: what the operand was read as, when that is to be told.  run sets it. */
	char encoding[64];

	/* Kept by the functions below.  Of the stream that start and run are called for: its
	 * operand, and, where operands are not joined, its descriptor. */
	const char *operand;
	int fd;
	int code;               /* the exit code so far */
	const char *stats_file; /* NULL: standard error */
	bool stats;
	struct cli_use uses[CLI_USES_MAX];
	size_t nuses;
	struct record *record; /* NULL: none is kept */
};

/* The shared options, for the first place of main()'s tables. */
#define CLI_SHORT ":hV"
enum { CLI_OPT_STATS = 0x10000, CLI_OPT_CAPABILITIES, CLI_OPT_OWN };
#define CLI_LONG                                                                                   \
	{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'},                     \
	    {"stats", optional_argument, NULL, CLI_OPT_STATS},                                     \
	{                                                                                          \
		"capabilities", no_argument, NULL, CLI_OPT_CAPABILITIES                            \
	}
#define CLI_LONG_END                                                                               \
	{                                                                                          \
		NULL, 0, NULL, 0                                                                   \
	}

/* First call of every main(): makes sure that descriptors 0, 1 and 2 are taken, so that no file
 * that is opened later becomes standard output. */
void cli_begin(void);

/* Handles what getopt_long() answered and main() does not know: a shared option, or a mistake.
 * Answers the exit code to leave with, or -1 to go on. */
int cli_option(struct cli *, int c, char *const argv[]);

/* Reports "NAME: MESSAGE", and has the program leave with that code, unless a fault before has set
 * another.  byte: where in the input it is, for the run record; UINT64_MAX: nowhere. */
void cli_report(struct cli *, enum cli_exit code, uint64_t byte, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* For the run record: an option's file will now be read ("in"), or was opened for writing ("out").
 * The texts must stay. */
void cli_use(struct cli *, const char *way, const char *role, const char *path);

/* Reports a wrong call: "NAME: MESSAGE" and a hint.  Answers CLI_USAGE. */
int cli_usage(const struct cli *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reports an unknown name and the nearest known one.  name(i) gives the known names, then NULL.
 * Answers CLI_USAGE. */
int cli_unknown(
    const struct cli *, const char *kind, const char *word, const char *(*name)(size_t));

/* As cli_report(), of "FILE: WHAT: WHY". */
void cli_fault(
    struct cli *, enum cli_exit code, const char *file, const char *what, const char *why);

/* Reads a decimal number.  Answers false unless text is digits alone and min <= value <= max. */
bool cli_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Writes a name for people, as much of it as fits: control characters and bytes that are no UTF-8
 * are shown as \xNN.  Answers buf; cap > 0. */
const char *cli_printable(const char *name, char *buf, size_t cap);

/* Writes a string of JSON with its quotes; bytes that are no UTF-8 become U+FFFD. */
void cli_json(FILE *f, const char *text);

/* Flushes stdout after text of our own (--help, --list).  Answers CLI_OK, or reports and answers
 * CLI_OUTPUT. */
int cli_flush(const struct cli *);

/*
 * Runs a stage over each operand (files ends with NULL; none, or "-", is standard input), writes to
 * standard output, reports what went wrong, writes --stats, closes standard output.  Answers the
 * exit code: that of the first fault.  An operand that cannot be read or holds bad data does not
 * stop the ones after it; output that cannot be written does.
 *
 * Joined operands are one stream: one that cannot be read ends it with that error, as does bad
 * data, and the ones after it are not read.  The stage never gets `last` then, so it cannot make
 * what it wrote look whole.
 */
int cli_run_files(struct cli *, char *const files[]);

#endif
