/* Which encoding bytes are in.  Private to normalize. */
#ifndef NORMALIZE_DETECT_H
#define NORMALIZE_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include "fit.h"

enum {
	DETECT_LOOK = 4096, /* bytes looked at for UTF-16 */
	DETECT_LABEL = 64,  /* bytes of a label with its NUL */
};

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

#define DETECT_BINARY "binary"

/*
 * Finds the encoding of p[0..n), which are not all well-formed UTF-8: "UTF-8" when they are that
 * with errors, DETECT_BINARY when they are no text.  at_start: nothing stands before them, so that
 * UTF-16 is possible; at_end: nothing follows.  Answers -1 when there is no memory, else 1.
 */
int detect_encoding(struct normalize_fit *, const unsigned char *p, size_t n, bool at_start,
    bool at_end, const struct fit_hints *, struct fitting *);

/* The encoding that the beginning of a text says of itself, as HTML, XML and mail headers do: its
 * label, "" for none. */
void detect_declared(const unsigned char *p, size_t n, char to[DETECT_LABEL]);

#endif
