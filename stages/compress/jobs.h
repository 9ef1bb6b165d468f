/*
 * Work in a row: units are taken in order, made by several threads at once, and given in order.
 * Private to stages/compress.
 */
#ifndef POTOK_COMPRESS_JOBS_H
#define POTOK_COMPRESS_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include <potok/buf.h>
#include <potok/stage.h>
#include <potok/status.h>

/* One unit; the first member of a struct of the client's. */
struct job {
	struct potok_buf in;      /* what it is made from */
	struct potok_buf out;     /* what is written */
	enum potok_status status; /* POTOK_MORE: a unit; else why there is none, and no other */
	bool made;                /* nothing is left to make */
	int error;                /* errno, with POTOK_EIO */
	int state;                /* private */
};

struct jobs {
	/* Fills the job with the next unit.  Called by one thread at a time. */
	void (*take)(void *ctx, struct job *);
	/* Makes `out` of `in`; may set status to an error.  Called by several threads at once, each
	 * with a tool of its own. */
	void (*make)(void *ctx, void *tool, struct job *);
	/* Takes the job that comes next in order; called for the last one, too.  Anything but
	 * POTOK_MORE ends the row.  Called by one thread at a time. */
	enum potok_status (*give)(void *ctx, struct job *);
	/* Makes a tool, NULL: no memory; frees one. */
	void *(*open)(void *ctx);
	void (*close)(void *tool);
	void *ctx;
	size_t job_size; /* bytes of the client's struct */
};

enum { JOBS_MAX = 64 };

/*
 * Runs the row with n threads, 1 <= n <= JOBS_MAX, or as many as the system allows; at most n + 2
 * units are under way.  The threads run with cancellation disabled.  When the row ends while one
 * is in take(), it is cancelled where it has enabled that, and otherwise awaited.  Answers what
 * give() answered last, or POTOK_ENOMEM when there is no memory or no thread to begin with.
 */
enum potok_status jobs_run(const struct jobs *, size_t n);

/* What a row reads its units from. */
struct jobs_input {
	struct potok_chain *chain;
	struct potok_buf buf;
	size_t head; /* bytes at the front of buf that have been taken */
	bool last;   /* nothing will follow what is in buf */
};

/* What waits in the input. */
static inline struct potok_slice
jobs_waiting(const struct jobs_input *in)
{
	if (in->buf.len == in->head)
		return (struct potok_slice){(const unsigned char *)"", 0};
	return (struct potok_slice){in->buf.data + in->head, in->buf.len - in->head};
}

/* Reads more.  Answers POTOK_MORE, POTOK_ENOMEM or POTOK_EIO. */
enum potok_status jobs_read(struct jobs_input *);

#endif
