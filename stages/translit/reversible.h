/*
 * Text that comes back.  Two invisible characters mark what the way back would not know:
 *
 *   U+2063 INVISIBLE SEPARATOR  parts letters that would be read as one, and is dropped
 *   U+2062 INVISIBLE TIMES      stands before and behind text that passes as it is; two of them,
 * with nothing between, are one that was in the text
 *
 * A token is written with marks only after the way back was tried on it, and what is written is
 * tried again: so there is no text that does not come back.
 */
#ifndef POTOK_TRANSLIT_REVERSIBLE_H
#define POTOK_TRANSLIT_REVERSIBLE_H

#include <potok/translit.h>

#define REVERSIBLE_BREAK "\xE2\x81\xA3"
#define REVERSIBLE_VERBATIM "\xE2\x81\xA2"

enum {
	REVERSIBLE_MARK = 3,   /* bytes of a mark */
	REVERSIBLE_TOKEN = 512 /* bytes of one token; longer ones are parted */
};

/* Appends the token p[0..n), with marks where it needs them.  special: it may hold a link, an
 * address or code.  parted: it goes on behind them. */
enum potok_status reversible_token(struct potok_translit *, const unsigned char *p, size_t n,
    bool special, bool parted, uint64_t offset, struct potok_buf *out);

/* Appends tokens at the front of p[0..n), which begins at the beginning of one, when they come back
 * together without marks.  *taken is how many bytes; 0: there are none, or a mark may be needed. */
enum potok_status reversible_stretch(struct potok_translit *, const unsigned char *p, size_t n,
    uint64_t offset, struct potok_buf *out, size_t *taken);

/* Appends p[0..n), whole characters that end tokens. */
enum potok_status reversible_between(struct potok_translit *, const unsigned char *p, size_t n,
    uint64_t offset, struct potok_buf *out);

/* Appends what is missing at the end of the text. */
enum potok_status reversible_end(struct potok_translit *, struct potok_buf *out);

#endif
