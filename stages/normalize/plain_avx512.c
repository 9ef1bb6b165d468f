/* Blocks of plain characters with AVX-512, 64 bytes at a time. */
#include "plain_simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

/* The bytes of x moved up by n places, filled from the end of the vector before it. */
#define MOVED(x, up, n) _mm512_alignr_epi8(x, up, 16 - (n))

POTOK_TARGET_AVX512 size_t
plain_blocks_avx512(const unsigned char *p, size_t n)
{
	const __m512i lead = _mm512_loadu_si512(plain_lead),
		      lead3 = _mm512_loadu_si512(plain_lead3),
		      second = _mm512_loadu_si512(plain_second),
		      second3 = _mm512_loadu_si512(plain_second3),
		      third = _mm512_loadu_si512(plain_third);
	__m512i before = _mm512_setzero_si512();
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i x = _mm512_loadu_si512(p + i);
		/* Controls but TAB and LF. */
		__mmask64 bad = _mm512_cmplt_epu8_mask(x, _mm512_set1_epi8(0x20));
		if (bad != 0)
			bad &= _mm512_cmpgt_epu8_mask(
			    _mm512_sub_epi8(x, _mm512_set1_epi8('\t')), _mm512_set1_epi8(1));
		bad |= _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(0x7F));
		if (_mm512_movepi8_mask(_mm512_or_si512(x, before)) != 0) {
			__m512i up = _mm512_alignr_epi32(x, before, 12);
			__m512i p1 = MOVED(x, up, 1), p2 = MOVED(x, up, 2);
			__mmask64 leads = _mm512_cmpge_epu8_mask(p1, _mm512_set1_epi8((char)0xC0));
			__mmask64 leads3 = _mm512_cmpge_epu8_mask(p2, _mm512_set1_epi8((char)0xE0));
			__m512i two =
			    _mm512_and_si512(_mm512_maskz_permutexvar_epi8(leads, p1, lead),
				_mm512_permutexvar_epi8(x, second));
			__m512i three =
			    _mm512_and_si512(_mm512_maskz_permutexvar_epi8(leads3, p2, lead3),
				_mm512_and_si512(_mm512_permutexvar_epi8(p1, second3),
				    _mm512_permutexvar_epi8(x, third)));
			bad |= _mm512_test_epi8_mask(
			    _mm512_or_si512(two, three), _mm512_or_si512(two, three));
		}
		if (bad != 0)
			break;
		before = x;
	}
	return i;
}
#endif
