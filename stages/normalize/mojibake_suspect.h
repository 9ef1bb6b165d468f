/* What the variants of mojibake_suspect() share.  Private to normalize. */
#ifndef NORMALIZE_MOJIBAKE_SUSPECT_H
#define NORMALIZE_MOJIBAKE_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "mojibake.h"

/* Beside 1 << each kind in which UTF-8 shows: another encoding of single bytes does. */
enum { MOJIBAKE_SINGLE = 1 << MOJIBAKE_KINDS };

/* What it is that the line of the character at p[i], i < n, has to be judged for: a set; 0:
 * nothing, as when the character is cut. */
unsigned mojibake_fires(const unsigned char *p, size_t i, size_t n);

/* Does the character at p[*i], *i < n, or one that follows it in a row of capitals? True: *i is
 * where it stands, else behind what has been looked at. */
bool mojibake_fires_from(const unsigned char *p, size_t *i, size_t n);

/* The reference of mojibake_suspect(), and its SIMD variant. */
size_t mojibake_suspect_scalar(const unsigned char *p, size_t n, size_t from);
size_t mojibake_suspect_avx2(const unsigned char *p, size_t n, size_t from);

#endif
