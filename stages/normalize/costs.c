/* What pairs of bytes cost under many hypotheses at once. */
#include "costs.h"

#include "simd.h"

void
costs_add(const struct costs *c, size_t n, uint16_t sums[COSTS])
{
#if POTOK_SIMD_X86
	if (potok_simd() >= POTOK_SIMD_AVX2) {
		costs_add_avx2(c, n, sums);
		return;
	}
#endif
	for (size_t k = 0; k < n; k++) {
		for (size_t i = 0; i < COSTS; i++) {
			unsigned sum = sums[i] + c[k].row[i] * c[k].weight;
			sums[i] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
		}
	}
}
