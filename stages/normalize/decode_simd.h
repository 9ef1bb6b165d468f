/* SIMD variants of the decoders.  Private to normalize. */
#ifndef NORMALIZE_DECODE_SIMD_H
#define NORMALIZE_DECODE_SIMD_H

#include <stdbool.h>
#include <stddef.h>

#include "simd.h"

enum { DECODE_SLACK = 32 }; /* bytes behind the output that are written over */

/* Shuffles that close the gaps between characters of different lengths, by vpshufb. */
struct decode_packs {
	/* Eight times two bytes, of which the first is left out where bit k of the index is 0. */
	unsigned char two[256][16];
	/* Four times four bytes, of which the last is left out, the second where bit k of the index
	 * is 0, and the first where bit 4 + k is 0. */
	unsigned char three[256][16];
};
void decode_packs_fill(struct decode_packs *);

/* The bytes from 80 + 16 * k to 8F + 16 * k: first bytes of two, or 0 for other lengths, then
 * second ones. */
struct decode_halves {
	unsigned char row[8][2][16];
};

/*
 * Both write what they can of the front of in[0..n), moving *out, which has room for three bytes a
 * byte or unit and DECODE_SLACK more, and answer the bytes used.  What is not plain or not of one
 * or two bytes stops the first, a surrogate the second; less than one step may be left.
 */
size_t decode_single_avx2(const struct decode_packs *, const struct decode_halves *,
    const unsigned char *in, size_t n, unsigned char **out);
size_t decode_units_avx2(const struct decode_packs *, const unsigned char *in, size_t n,
    bool big_endian, unsigned char **out);

#endif
