/* Blocks of plain characters with AVX2, 32 bytes at a time. */
#include "plain_simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

/* The bytes of x moved up by n places, filled from the end of the vector before it. */
#define MOVED(x, before, n)                                                                        \
	_mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 16 - (n))

/* The entries of a table of 64 for the low six bits of each byte. */
POTOK_TARGET_AVX2 static inline __m256i
look_up(const unsigned char table[64], __m256i x)
{
	__m256i quarter[4];

	for (int q = 0; q < 4; q++) {
		__m128i t = _mm_loadu_si128((const __m128i *)(table + 16 * q));
		quarter[q] = _mm256_shuffle_epi8(
		    _mm256_broadcastsi128_si256(t), _mm256_and_si256(x, _mm256_set1_epi8(0x0F)));
	}
	__m256i bit4 = _mm256_slli_epi16(x, 3), bit5 = _mm256_slli_epi16(x, 2);
	return _mm256_blendv_epi8(_mm256_blendv_epi8(quarter[0], quarter[1], bit4),
	    _mm256_blendv_epi8(quarter[2], quarter[3], bit4), bit5);
}

/* x where it is at least `least`, unsigned; a table of leads has 0 at the index of 0. */
POTOK_TARGET_AVX2 static inline __m256i
at_least(__m256i x, int least)
{
	__m256i m = _mm256_set1_epi8((char)least);

	return _mm256_cmpeq_epi8(_mm256_max_epu8(x, m), x);
}

POTOK_TARGET_AVX2 size_t
plain_blocks_avx2(const unsigned char *p, size_t n)
{
	__m256i before = _mm256_setzero_si256();
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
		/* Controls but TAB and LF. */
		__m256i bad = _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(0x1F)), x);
		__m256i moved = _mm256_sub_epi8(x, _mm256_set1_epi8('\t'));
		bad = _mm256_andnot_si256(
		    _mm256_cmpeq_epi8(_mm256_min_epu8(moved, _mm256_set1_epi8(1)), moved), bad);
		bad = _mm256_or_si256(bad, _mm256_cmpeq_epi8(x, _mm256_set1_epi8(0x7F)));
		if (_mm256_movemask_epi8(_mm256_or_si256(x, before)) != 0) {
			__m256i p1 = MOVED(x, before, 1), p2 = MOVED(x, before, 2);
			__m256i two = _mm256_and_si256(at_least(p1, 0xC0),
			    _mm256_and_si256(look_up(plain_lead, p1), look_up(plain_second, x)));
			__m256i three = at_least(p2, 0xE0);
			if (!_mm256_testz_si256(three, three)) {
				three = _mm256_and_si256(
				    _mm256_and_si256(three, look_up(plain_lead3, p2)),
				    _mm256_and_si256(
					look_up(plain_second3, p1), look_up(plain_third, x)));
				two = _mm256_or_si256(two, three);
			}
			bad = _mm256_or_si256(bad, two);
		}
		if (!_mm256_testz_si256(bad, bad))
			break;
		before = x;
	}
	return i;
}
#endif
