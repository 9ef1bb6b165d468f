/* UTF-8 validation with AVX-512, 64 bytes at a time. */
#include "utf8_simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

static const unsigned char first_high[16] = {UTF8_FIRST_HIGH};
static const unsigned char first_low[16] = {UTF8_FIRST_LOW};
static const unsigned char second_high[16] = {UTF8_SECOND_HIGH};

/* The same 16 entries in all four quarters, as vpshufb wants them. */
POTOK_TARGET_AVX512 static inline __m512i
table(const unsigned char t[16])
{
	return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)t));
}

/* The bytes of x moved up by n places, filled from the end of the vector before it; `up` is that
 * vector's last quarter followed by the first three of x. */
#define MOVED(x, up, n) _mm512_alignr_epi8(x, up, 16 - (n))

POTOK_TARGET_AVX512 size_t
utf8_valid_blocks_avx512(const unsigned char *p, size_t n)
{
	const __m512i t1h = table(first_high), t1l = table(first_low), t2h = table(second_high);
	const __m512i low = _mm512_set1_epi8(0x0F);
	__m512i before = _mm512_setzero_si512();
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i x = _mm512_loadu_si512(p + i);
		if (_mm512_movepi8_mask(_mm512_or_si512(x, before)) == 0) {
			before = x;
			continue;
		}
		__m512i up = _mm512_alignr_epi32(x, before, 12);
		__m512i p1 = MOVED(x, up, 1);
		__m512i e = _mm512_and_si512(
		    _mm512_and_si512(
			_mm512_shuffle_epi8(t1h, _mm512_and_si512(_mm512_srli_epi16(p1, 4), low)),
			_mm512_shuffle_epi8(t1l, _mm512_and_si512(p1, low))),
		    _mm512_shuffle_epi8(t2h, _mm512_and_si512(_mm512_srli_epi16(x, 4), low)));
		/* As in utf8_avx2.c: where a third or fourth byte must stand. */
		__m512i third = _mm512_subs_epu8(MOVED(x, up, 2), _mm512_set1_epi8(0xE0 - 0x80));
		__m512i fourth = _mm512_subs_epu8(MOVED(x, up, 3), _mm512_set1_epi8(0xF0 - 0x80));
		__m512i must = _mm512_and_si512(
		    _mm512_or_si512(third, fourth), _mm512_set1_epi8((char)TWO_CONTS));
		e = _mm512_xor_si512(e, must);
		if (_mm512_test_epi8_mask(e, e) != 0)
			break;
		before = x;
	}
	return i;
}
#endif
