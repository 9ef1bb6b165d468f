/* UTF-8 validation with AVX2, 32 bytes at a time. */
#include "utf8_simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

static const unsigned char first_high[16] = {UTF8_FIRST_HIGH};
static const unsigned char first_low[16] = {UTF8_FIRST_LOW};
static const unsigned char second_high[16] = {UTF8_SECOND_HIGH};

/* The same 16 entries in both halves, as vpshufb wants them. */
POTOK_TARGET_AVX2 static inline __m256i
table(const unsigned char t[16])
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)t));
}

/* The bytes of x moved up by n places, filled from the end of the vector before it. */
#define MOVED(x, before, n)                                                                        \
	_mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 16 - (n))

POTOK_TARGET_AVX2 size_t
utf8_valid_blocks_avx2(const unsigned char *p, size_t n)
{
	const __m256i t1h = table(first_high), t1l = table(first_low), t2h = table(second_high);
	const __m256i low = _mm256_set1_epi8(0x0F);
	__m256i before = _mm256_setzero_si256();
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
		if (_mm256_movemask_epi8(_mm256_or_si256(x, before)) == 0) {
			before = x;
			continue;
		}
		__m256i p1 = MOVED(x, before, 1);
		__m256i e = _mm256_and_si256(
		    _mm256_and_si256(
			_mm256_shuffle_epi8(t1h, _mm256_and_si256(_mm256_srli_epi16(p1, 4), low)),
			_mm256_shuffle_epi8(t1l, _mm256_and_si256(p1, low))),
		    _mm256_shuffle_epi8(t2h, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
		/* Bytes 3 and 4 of a character must be continuation bytes, and only those may
		 * follow a continuation byte: bit 7 is set by a lead E0.. two before or F0.. three
		 * before. */
		__m256i third =
		    _mm256_subs_epu8(MOVED(x, before, 2), _mm256_set1_epi8(0xE0 - 0x80));
		__m256i fourth =
		    _mm256_subs_epu8(MOVED(x, before, 3), _mm256_set1_epi8(0xF0 - 0x80));
		__m256i must = _mm256_and_si256(
		    _mm256_or_si256(third, fourth), _mm256_set1_epi8((char)TWO_CONTS));
		e = _mm256_xor_si256(e, must);
		if (!_mm256_testz_si256(e, e))
			break;
		before = x;
	}
	return i;
}
#endif
