/* Which encoding bytes are in.  Private to normalize. */
#ifndef NORMALIZE_DETECT_H
#define NORMALIZE_DETECT_H

#include <stdbool.h>
#include <stddef.h>

enum { DETECT_LOOK = 4096 };

/* "UTF-16LE" or "UTF-16BE" when p[0..n), of DETECT_LOOK bytes or less, looks so; else NULL. */
const char *detect_utf16(const unsigned char *p, size_t n);

/* What may begin in ASCII text. */
enum suspect {
	SUSPECT_NONE,
	SUSPECT_CUT,     /* what follows decides */
	SUSPECT_CONTROL, /* a control character of no text (UTF-16 has them), or an escape sequence
			  */
	SUSPECT_OTHER,   /* a byte above 7F */
};

/* The place of the first byte in p[0..n) that may be something else than text of ASCII, n when
 * there is none. */
size_t detect_suspect(const unsigned char *p, size_t n, enum suspect *what);

/* What was found out. */
struct detection {
	const char *name;     /* of our own list */
	const char *language; /* BCP 47; NULL: not looked for */
	unsigned confidence;  /* 0 to 100 */
};

/*
 * Finds the encoding of p[0..n), which are not all well-formed UTF-8: "UTF-8" when they are that
 * with errors.  at_start: nothing stands before them, so that UTF-16 is possible; at_end: nothing
 * follows.  Answers false when there is no memory.
 */
bool detect_encoding(
    const unsigned char *p, size_t n, bool at_start, bool at_end, struct detection *);

#endif
