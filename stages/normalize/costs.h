/* What pairs of bytes cost under many hypotheses at once.  Private to normalize's detector. */
#ifndef NORMALIZE_COSTS_H
#define NORMALIZE_COSTS_H

#include <stddef.h>
#include <stdint.h>

/* Hypotheses; a multiple of what a vector holds. */
enum { COSTS = 224 };

/* A pair of bytes: its costs, 255 for more, and how often they count. */
struct costs {
	const uint8_t *row;
	unsigned weight;
};

/* Adds them to sums, which stop at 65535. */
void costs_add(const struct costs *, size_t n, uint16_t sums[COSTS]);

void costs_add_avx2(const struct costs *, size_t n, uint16_t sums[COSTS]);

#endif
