/* Where text is divided into tokens, and which parts of a token are links and addresses. */
#ifndef POTOK_TRANSLIT_TOKENS_H
#define POTOK_TRANSLIT_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the bytes of a token hold. */
enum {
	TOKEN_CYRILLIC = 1 << 0, /* a Cyrillic character, or the beginning of one */
	TOKEN_SPECIAL = 1 << 1,  /* a byte without which there is no link or address */
};

/* Part of a token: the bytes from start to before end. */
struct span {
	size_t start, end;
};

/*
 * Looks for the end of the token at the front of p[0..n), from byte `from` on: the bytes before
 * hold no end, and *features tells what else.  Answers the length of the token, or 0 when more
 * bytes must be seen first; then `from` may next time be *examined.  A token is cut before its byte
 * POTOK_TRANSLIT_TOKEN, not inside of a character; then *cut is true.  whole_code: what stands
 * between backquotes is not divided.
 */
size_t token_end(const unsigned char *p, size_t n, size_t from, bool last, bool whole_code,
    unsigned *features, size_t *examined, bool *cut);

/* Does the character end tokens?  What is behind it may not be there yet. */
bool token_ends(uint32_t c);

/* Bytes at the front of p[0..n) that are whole characters which end tokens. */
size_t token_between(const unsigned char *p, size_t n);

/*
 * Finds the first token of p[0..n) that may hold Cyrillic or is not known to have ended; p begins
 * at the beginning of a token.  Answers where it begins; n when there is none and `last`.  *cut is
 * true when it begins at a cut.
 */
size_t token_skip(const unsigned char *p, size_t n, bool last, bool *cut);

/* Bytes at the front of p[0..n), which begins at the beginning of a token, that are whole tokens
 * shorter than POTOK_TRANSLIT_TOKEN without links or addresses, the last character one that ends a
 * token.  May be 0 though there are such tokens.  code: a backquote may begin code. */
size_t token_simple(const unsigned char *p, size_t n, bool code);

/* Finds the first link, address or handle of the token p[0..n) that begins at byte `from` or behind
 * it, of the kinds in `keep` (POTOK_KEEP_...). */
bool token_protected(const unsigned char *p, size_t n, size_t from, unsigned keep, struct span *);

/* Does p[0..n) hold Cyrillic? */
bool token_cyrillic(const unsigned char *p, size_t n);

/* Bytes at the front of p[0..n) without @, /, ww, ]( and, with `code`, without `, up to the first
 * of them or to less than 33 before the end.  For the AVX2 variant. */
size_t token_before_special_avx2(const unsigned char *p, size_t n, bool code);

/* The same for bytes that neither begin a Cyrillic character nor code. */
size_t token_before_cyrillic_avx2(const unsigned char *p, size_t n);

#endif
