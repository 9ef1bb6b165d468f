/* Runs of letters that need no look at the rules, by vector code. */
#ifndef POTOK_TRANSLIT_CONVERT_SIMD_H
#define POTOK_TRANSLIT_CONVERT_SIMD_H

#include "simd.h"
#include "table.h"

enum { PLAIN_BLOCK = 8 }; /* bytes below which the vector code is not worth while */

struct plain_state {
	unsigned char *out; /* where the next byte is written; 128 more than are used may be */
	unsigned sets;      /* table_fast.sets of the character before */
	unsigned latin;     /* 1: it is a Latin letter of ASCII */
	unsigned cyrillic;  /* 1: it is a Cyrillic letter */
	unsigned capital;   /* 1: it is a capital letter */
	uint64_t letters;   /* written so far */
	size_t first;       /* the place in p of the first one, when letters was 0 */
};

/* Writes the characters at the front of p[0..n) that are plain in the table and by what is around
 * them, in p[0..seen), behind which a word ends.  Answers how many bytes it has taken: whole
 * characters. */
size_t convert_plain_avx512(
    const struct table_fast *, const unsigned char *p, size_t n, size_t seen, struct plain_state *);

#endif
