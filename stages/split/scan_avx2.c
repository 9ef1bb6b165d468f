/* Finding the bytes where a sentence may end with AVX2, 32 bytes at a time. */
#include "scan.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

/*
 * Two nibbles look up sets of bytes; a byte is looked for when a set stands in both.  Sets by high
 * nibble: 1 LF, 2 ! and ., 4 ? : ;, 8 CD, 16 D6 D8 DB, 32 E0..E3 EF.
 */
static const unsigned char by_high[16] = {1, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 8, 16, 32, 0};
static const unsigned char by_low[16] = {
    32, 32 | 2, 32, 32, 0, 0, 16, 0, 16, 0, 1 | 4, 4 | 16, 0, 8, 2, 4 | 32};

POTOK_TARGET_AVX2 size_t
scan_mark_avx2(const unsigned char *p, size_t from, size_t to, size_t n)
{
	const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)by_high));
	const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)by_low));
	const __m256i nibble = _mm256_set1_epi8(0x0F);

	for (; to - from >= 32; from += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(p + from));
		__m256i h =
		    _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
		__m256i l = _mm256_shuffle_epi8(low, _mm256_and_si256(x, nibble));
		__m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(h, l), _mm256_setzero_si256());
		unsigned found = ~(unsigned)_mm256_movemask_epi8(none);
		for (; found != 0; found &= found - 1) {
			size_t i = from + (size_t)__builtin_ctz(found);
			if (may_end(p, i, n))
				return i;
		}
	}
	while (from < to && !(is_mark_byte(p[from]) && may_end(p, from, n)))
		from++;
	return from;
}
#endif
