/* What pairs of bytes cost under many hypotheses at once, with AVX2. */
#include "costs.h"

#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

POTOK_TARGET_AVX2 void
costs_add_avx2(const struct costs *c, size_t n, uint16_t sums[COSTS])
{
	__m256i sum[COSTS / 16];

	for (size_t i = 0; i < COSTS / 16; i++)
		sum[i] = _mm256_loadu_si256((const __m256i *)(const void *)(sums + 16 * i));
	for (size_t k = 0; k < n; k++) {
		__m256i weight = _mm256_set1_epi16((short)c[k].weight);
		for (size_t i = 0; i < COSTS / 16; i++) {
			__m256i cost = _mm256_cvtepu8_epi16(
			    _mm_loadu_si128((const __m128i *)(const void *)(c[k].row + 16 * i)));
			sum[i] = _mm256_adds_epu16(sum[i], _mm256_mullo_epi16(cost, weight));
		}
	}
	for (size_t i = 0; i < COSTS / 16; i++)
		_mm256_storeu_si256((__m256i *)(void *)(sums + 16 * i), sum[i]);
}
#endif
