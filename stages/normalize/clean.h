/* From UTF-8 to clean UTF-8.  Private to normalize. */
#ifndef NORMALIZE_CLEAN_H
#define NORMALIZE_CLEAN_H

#include <potok/normalize.h>

/* Places in potok_normalize.counts. */
enum {
	ILL_FORMED,
	BOM_REMOVED,
	LINE_BREAKS,
	FINAL_LF_ADDED,
	JOINER_INSERTED,
	DECODED_BYTES,
	BINARY_BYTES,
	SURROGATE_PAIRS,
	MOJIBAKE_LEFT,
	CONTROLS, /* the first repair; the others follow as their bits do */
	MOJIBAKE = CONTROLS + 6,
	ENTITIES,
};

/* One call of process(): where its text is, and what belongs to it. */
struct cleaning {
	struct potok_normalize *n;
	struct potok_buf *out;
	struct potok_buf *held;     /* text goes there; NULL: to `out` */
	const unsigned char *in;    /* a place of the input, ... */
	const unsigned char *plain; /* the text is well-formed and plain up to here; or NULL */
	const unsigned char *clear; /* the same, and nothing in it is to be judged; or NULL */
	uint64_t offset;            /* ... and its offset; decoded text was made from here on */
	bool direct;   /* the text lies in the input; else it has been decoded from there, ... */
	bool repaired; /* ... or stands for the line there */
};

/*
 * Takes text from the front, appends what it becomes to `out`.  Answers POTOK_MORE when all is
 * taken, but for the last character, which may change with what follows; `last` true: that one,
 * too.  Else POTOK_FULL or an error, as process().
 */
enum potok_status clean_text(const struct cleaning *, struct potok_slice *text, bool last);

/* The input offset of a place in the text. */
uint64_t clean_place(const struct cleaning *, const unsigned char *p);

/* Takes one character that clean_text() has left, to be written with what follows from elsewhere.
 */
enum potok_status clean_hold(const struct cleaning *, struct potok_slice *text);

/* Does no plain character (plain.h) change? */
bool clean_keeps_plain(const struct potok_normalize *);

/* Is there a normalization boundary before the character at p[0]? */
bool clean_begins(struct potok_normalize *, const unsigned char *p);

/* Writes what is pending. */
enum potok_status clean_flush(const struct cleaning *);

/* The stream ends: writes what is pending and a last LF, at this input offset. */
enum potok_status clean_finish(const struct cleaning *, uint64_t offset);

enum { CLEAN_ESCAPE = 4 }; /* bytes that stand for one of an ill-formed sequence */

/* What the ill-formed sequence p[0..n) at this input offset becomes: *made bytes at `to`, which has
 * room for CLEAN_ESCAPE * n, or 4.  Answers POTOK_EINPUT to stop there, else POTOK_MORE. */
enum potok_status clean_ill_formed(struct potok_normalize *, uint64_t offset,
    const unsigned char *p, size_t n, unsigned char *to, size_t *made);

#endif
