/* What the variants of mojibake_suspect() share.  Private to normalize. */
#ifndef NORMALIZE_MOJIBAKE_SUSPECT_H
#define NORMALIZE_MOJIBAKE_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mojibake.h"

/* Beside 1 << each kind in which UTF-8 shows: another encoding of single bytes does. */
enum { MOJIBAKE_SINGLE = 1 << MOJIBAKE_KINDS };

/* Is it the lead of signs that mojibake has many of? */
static inline bool
mojibake_sign_lead(unsigned char b)
{
	return b == 0xC2 || b == 0xC5 || b == 0xC6 || b == 0xCB || b == 0xD2 || b == 0xE2;
}

/* Is D1 and the byte one of the small letters that only Serbian or Macedonian have? */
static inline bool
mojibake_serbian(unsigned char b)
{
	return b == 0x92 || b == 0x93 || b == 0x95 || (b >= 0x99 && b < 0x9D) || b == 0x9F;
}

/* Is it a lead of the characters that may fire, but for ASCII, or that one may stand behind that
 * does?  A space may behind U+00C3. */
static inline bool
mojibake_beside(unsigned char b)
{
	return b == 0xC3 || (b >= 0xCE && b <= 0xD1) || mojibake_sign_lead(b);
}

/* What it is that the line of the character at p[i], i < n, has to be judged for: a set; 0:
 * nothing, as when the character is cut. */
unsigned mojibake_fires(const unsigned char *p, size_t i, size_t n);

/* Does the character at p[*i], *i < n, or one that follows it in a row of capitals? True: *i is
 * where it stands, else behind what has been looked at. */
bool mojibake_fires_from(const unsigned char *p, size_t *i, size_t n);

/* The same of the characters whose first byte, or the second of two, is at p[i + k] for some bit k
 * of `places`, but for those before *known.  Answers true: *known is the one that fires, else
 * behind what has been looked at. */
bool mojibake_fires_at(const unsigned char *p, size_t i, uint64_t places, size_t n, size_t *known);

/* The reference of mojibake_suspect(), and its SIMD variant. */
size_t mojibake_suspect_scalar(const unsigned char *p, size_t n, size_t from);
size_t mojibake_suspect_avx2(const unsigned char *p, size_t n, size_t from);

/* Goes from p[i] on by steps of 64 bytes while they end before `end` and no character fires that
 * *known does not say has been looked at; answers where it stops.  *known: what has been looked at,
 * also behind that. */
size_t mojibake_steps_avx2(const unsigned char *p, size_t i, size_t end, size_t n, size_t *known);

#endif
