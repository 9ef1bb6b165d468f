/* What the variants of mojibake_suspect() share.  Private to normalize. */
#ifndef NORMALIZE_MOJIBAKE_SUSPECT_H
#define NORMALIZE_MOJIBAKE_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>

/* Is the character at p[i], i < n, one by which its line has to be judged?  When it is cut, not. */
bool mojibake_fires(const unsigned char *p, size_t i, size_t n);

/* The reference of mojibake_suspect(), for the characters from p[from] on, and its SIMD variant. */
size_t mojibake_suspect_scalar(const unsigned char *p, size_t n, size_t from);
size_t mojibake_suspect_avx2(const unsigned char *p, size_t n);

/* Of a place where it fires: does no UTF-8 end there, but what may be another encoding of single
 * bytes? */
bool mojibake_is_single(const unsigned char *p, size_t i);

#endif
