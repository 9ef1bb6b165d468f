/* The one interface of all stages, and the runner that drives one stage or several. */
#ifndef POTOK_STAGE_H
#define POTOK_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/buf.h>
#include <potok/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	POTOK_CHUNK = 256 * 1024,         /* bytes: what is read at once, and a link's limit */
	POTOK_UNIT_MAX = 8 * 1024 * 1024, /* bytes: no stage may leave more than that in `in` */
	POTOK_CHAIN_MAX = 16,             /* stages in one chain */
};

/* Something that a stage counts.  The names are those of --stats, the run record and the manual.
 * The texts live as long as the stage is open. */
struct potok_count {
	const char *name; /* stable, lower case with underscores */
	const char *what; /* for people: "ill-formed sequences replaced by U+FFFD" */
	bool loss;        /* text was lost, cut or guessed: programs tell the user when n > 0 */
	uint64_t n;
	uint64_t first; /* input offset where n became 1 */
};

/*
 * A stage turns a stream of bytes into another one.
 *
 * process() takes whole units (a character, a line, a sentence) from the front of `in`, moving
 * in->data and in->len past them, appends to `out`, and answers:
 *
 *   POTOK_MORE  all whole units are used; an unfinished one may remain in `in`.  The caller calls
 *               again with what remains followed by more bytes.  Not allowed once `last` is true.
 *   POTOK_FULL  `out` has passed its limit, and something was taken or written.  The caller drains
 *               `out` and calls again with the rest of `in`.
 *   POTOK_DONE  only when `last` is true: nothing remains in `in`, everything is written.
 *   below 0     an error.  `in` begins at the unit that caused it, what was made before it is in
 *               `out`.  For POTOK_EINPUT `why` is set.  The stage must then be closed.
 *
 * in->data is never NULL there, also when in->len is 0.
 *
 * `last` true says that no byte will follow; once given it stays true until POTOK_DONE.  Only then
 * may the end of `in` count as the end of a word, a sentence or the stream.
 *
 * The output, the counts and the offset of an error depend on the bytes of the stream alone, never
 * on where they were cut or on the limit of `out`.  A stage keeps no pointer into `in` or `out`
 * between calls.  A unit longer than its documented maximum is cut at a place that the bytes alone
 * determine, and counted.
 *
 * A concrete stage is a struct whose first member is a struct potok_stage.  Its init function fills
 * it; close() releases what it owns, and may be called on a half-made or zeroed stage, and twice.
 * A stage is used by one thread at a time; different stages are independent.
 */
struct potok_stage {
	enum potok_status (*process)(
	    struct potok_stage *, struct potok_slice *in, struct potok_buf *out, bool last);
	void (*close)(struct potok_stage *);
	const char *name; /* static: "split" */
	const char *why;  /* static text, after POTOK_EINPUT: what is wrong and what helps */
	uint64_t offset;  /* input bytes taken before this call; kept by potok_process() */
	const struct potok_count *counts;
	size_t ncounts;
};

/*
 * Calls stage->process(), keeps stage->offset, and answers POTOK_EBUG when the stage broke the
 * contract above.  Everyone who drives a stage does it through this function.  in->data may be NULL
 * when in->len is 0; it then becomes the address of no bytes.  A stage that moved in->data by
 * another amount than in->len shrank has broken the contract; `in` is then as it was before.
 */
POTOK_API enum potok_status potok_process(
    struct potok_stage *, struct potok_slice *in, struct potok_buf *out, bool last);

/* Closes the stage; NULL and a zeroed stage are allowed. */
static inline void
potok_close(struct potok_stage *stage)
{
	if (stage != NULL && stage->close != NULL)
		stage->close(stage);
}

/* For stages: counts one more, seen at input offset `offset`. */
static inline void
potok_count_at(struct potok_count *c, uint64_t offset)
{
	if (c->n++ == 0)
		c->first = offset;
}

/* Reads at most cap bytes (cap > 0) into buf.  Answers how many, 0 at the end, below 0 with errno
 * set when reading failed. */
typedef ptrdiff_t potok_read_fn(void *ctx, void *buf, size_t cap);

/* Writes all n bytes (n > 0).  Answers 0, or below 0 with errno set. */
typedef int potok_write_fn(void *ctx, const void *data, size_t n);

/* Stages joined in one process.  The caller fills the first part and owns the stages. */
struct potok_chain {
	struct potok_stage *const *stages;
	size_t nstages; /* 1 to POTOK_CHAIN_MAX */
	potok_read_fn *read;
	potok_write_fn *write;
	void *ctx;        /* handed to read and write */
	size_t chunk;     /* bytes read at once and limit of a link; 0: POTOK_CHUNK */
	bool count_lines; /* keep `line`: costs a pass over the input */

	/* Set by potok_chain_run(). */
	size_t failed; /* index of the stage that failed; nstages: no stage did */
	uint64_t line; /* 1 + LF bytes that the first stage has taken, when count_lines */
};

/*
 * Reads, runs the stages and writes until every stage is done.  What has been read is processed and
 * written before the next read, as far as units allow.  When a stage fails, what was made before
 * goes through the stages after it, as through pipes, and is written; then its error is answered,
 * whatever those stages say of the early end.  The same when reading fails.  When writing fails,
 * also then, nothing more is read and POTOK_EIO is answered.
 *
 * Answers POTOK_DONE or an error.  POTOK_EIO: read or write failed, errno is as it left it (as
 * write left it when both failed).
 * POTOK_EUSAGE: nstages is out of range.
 */
POTOK_API enum potok_status potok_chain_run(struct potok_chain *);

#ifdef __cplusplus
}
#endif

#endif
