/* Small stages for tests of the runner, a tape that stands in for input and output, and runs of
 * them together. */
#ifndef POTOK_TESTS_TOYS_H
#define POTOK_TESTS_TOYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/stage.h>

#define TOY_NEVER UINT64_MAX
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A toy takes one unit after another and does one thing to each byte. */
struct toy {
	struct potok_stage stage;

	/* Chosen by the test; see toy(). */
	enum toy_unit { TOY_BYTE, TOY_LINE, TOY_RUN /* all that is there */ } unit;
	enum toy_work {
		TOY_PASS,
		TOY_UPPER,
		TOY_DOUBLE,
		TOY_TITLE /* upper after no letter */
	} work;
	uint64_t fail_at; /* input offset of a byte that it refuses, or TOY_NEVER */
	size_t line_max;  /* longer lines are cut there and counted */
	void (*watch)(struct toy *, const struct potok_slice *in, bool last); /* or NULL */

	/* Its state. */
	size_t seen;  /* bytes at the front of `in` known to hold no LF */
	bool in_word; /* the last byte was a letter */
	struct potok_count counts[1];

	/* What it has seen, for the test. */
	uint64_t examined; /* bytes searched for LF */
	bool had_last;
	int closed;
};

/* A toy ready to run, with no failure and no longest line. */
struct toy toy(enum toy_unit, enum toy_work);

/* Input from memory in pieces, output into a buffer, failures on order. */
struct tape {
	const char *text;
	size_t len;
	size_t piece;            /* bytes that one read gives; 0: as many as asked for */
	int fail_read_errno;     /* not 0: when the text is read, reading fails instead of ending */
	size_t fail_write_after; /* this many writes succeed, then ENOSPC; SIZE_MAX: all */
	void (*at_read)(struct tape *); /* called before each read, or NULL */

	size_t pos; /* bytes read */
	size_t nreads, nwrites;
	bool ended;               /* a read has answered 0 */
	const void *read_to;      /* where the last read put its bytes */
	const void *written_from; /* where the last write took them */
	struct potok_buf out;
};

ptrdiff_t tape_read(void *ctx, void *buf, size_t cap);
int tape_write(void *ctx, const void *data, size_t n);

enum { STAGES = 3, LONG = 20000 };

/* Sizes of reads and of links to try: bytes, and 0 for the default. */
enum { NPIECES = 6 };
extern const size_t pieces[NPIECES];

/* One run of a chain of toys over a text. */
struct run {
	struct toy toys[STAGES];
	struct potok_stage *stages[STAGES];
	struct tape tape;
	struct potok_chain chain;
};

/* Makes a run of up to STAGES toys, which are copied.  It must not be moved.  run_free() releases
 * what was written. */
void run_init(struct run *, const struct toy *toys, size_t ntoys, const char *text, size_t len);
void run_free(struct run *);

/* A text of LONG bytes with short lines, an empty one and long ones; static. */
const char *long_text(void);

/* Fail the test unless the buffer holds just that. */
void assert_bytes(const struct potok_buf *got, const void *want, size_t len);
void assert_text(const struct potok_buf *got, const char *want);

#endif
