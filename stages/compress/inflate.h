/* Inflating a stream of any length, piece by piece.  Private to stages/compress. */
#ifndef POTOK_COMPRESS_INFLATE_H
#define POTOK_COMPRESS_INFLATE_H

#include <stddef.h>

#include <potok/buf.h>

enum inflated {
	INFLATED_SOME, /* there is more in the stream: give more room, or more input */
	INFLATED_ALL,  /* the stream has ended; what is left in `in` is behind it */
	INFLATED_BAD,  /* this is no deflate data */
	INFLATED_NOMEM,
};

/* Makes an inflater of bare deflate data (RFC 1951), NULL: no memory.  Free accepts NULL. */
struct inflater *inflater_make(void);
void inflater_free(struct inflater *);

/* Makes ready for the next stream. */
void inflater_reset(struct inflater *);

/*
 * Inflates from the front of `in` into text[0..cap), cap > 0, and sets *made to the bytes written.
 * With INFLATED_SOME either all of `in` has been taken or the text is full.  With INFLATED_BAD the
 * text made by that call is of no use.
 */
enum inflated inflater_run(
    struct inflater *, struct potok_slice *in, unsigned char *text, size_t cap, size_t *made);

#endif
