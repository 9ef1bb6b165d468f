/* The bytes that go into a stage (slice) and come out of it (buffer). */
#ifndef POTOK_BUF_H
#define POTOK_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include <potok/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes owned by somebody else. */
struct potok_slice {
	const unsigned char *data;
	size_t len;
};

/*
 * A growing byte buffer.  A zeroed struct is an empty buffer; potok_buf_free() releases it and
 * makes it empty again.  The content is `passed` followed by `data[0..len)`; `passed` is non-empty
 * only after potok_buf_pass() and only while `len` is 0.
 */
struct potok_buf {
	unsigned char *data;
	size_t len;   /* bytes written to data */
	size_t cap;   /* bytes allocated */
	size_t limit; /* soft limit: a stage stops at the first unit end after passing it */
	struct potok_slice passed;
};

/*
 * Makes room for n more bytes at data + len.  Answers POTOK_MORE, or POTOK_ENOMEM and leaves the
 * buffer as it was.  data may move.
 */
POTOK_API enum potok_status potok_buf_room(struct potok_buf *, size_t n);

/* Appends n bytes (none when n is 0; src may then be NULL).  Errors as potok_buf_room(). */
POTOK_API enum potok_status potok_buf_add(struct potok_buf *, const void *src, size_t n);

/*
 * Appends n bytes that lie in the `in` of the running process() call, without copying them where
 * that can be avoided.  This is how a stage hands on text that it does not change.  None when n is
 * 0; src may then be NULL.  Errors as potok_buf_room().
 *
 * For callers of process(): `passed` points into the slice that was given as `in`; use it, or call
 * potok_buf_own(), before that memory changes.
 */
POTOK_API enum potok_status potok_buf_pass(struct potok_buf *, const unsigned char *src, size_t n);

/* Copies `passed` into data, so that the buffer owns all its bytes.  Errors as potok_buf_room(). */
POTOK_API enum potok_status potok_buf_own(struct potok_buf *);

POTOK_API void potok_buf_free(struct potok_buf *);

/* All bytes of the buffer, in one piece; valid until the buffer changes. */
static inline struct potok_slice
potok_buf_bytes(const struct potok_buf *b)
{
	struct potok_slice own = {b->data, b->len};

	return b->passed.len > 0 ? b->passed : own;
}

/* Makes the buffer empty; keeps its memory. */
static inline void
potok_buf_clear(struct potok_buf *b)
{
	b->len = 0;
	b->passed.data = NULL;
	b->passed.len = 0;
}

static inline bool
potok_buf_full(const struct potok_buf *b)
{
	return b->len + b->passed.len >= b->limit;
}

#ifdef __cplusplus
}
#endif

#endif
