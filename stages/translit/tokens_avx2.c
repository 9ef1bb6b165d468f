/* Finds the bytes that tokens.c looks for, with AVX2. */
#include "tokens.h"

#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

enum { HALF = 32 };

POTOK_TARGET_AVX2 static inline __m256i
load(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

POTOK_TARGET_AVX2 static inline __m256i
equal(__m256i x, char c)
{
	return _mm256_cmpeq_epi8(x, _mm256_set1_epi8(c));
}

/* Not 0 for @, /, `, ], w and W: a bit of the first four bits of the byte, and one of the others.
 */
POTOK_TARGET_AVX2 static inline __m256i
perhaps_special(__m256i x)
{
	const __m256i first = _mm256_setr_epi8(0, 0, 1, 0, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 1, 0, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i second = _mm256_setr_epi8(2 | 8, 0, 0, 0, 0, 0, 0, 4 | 16, 0, 0, 0, 0, 0, 4,
	    0, 1, 2 | 8, 0, 0, 0, 0, 0, 0, 4 | 16, 0, 0, 0, 0, 0, 4, 0, 1);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0F));

	return _mm256_and_si256(_mm256_shuffle_epi8(first, high), _mm256_shuffle_epi8(second, x));
}

/* The special bytes among the 32 at p, behind which there is one more. */
POTOK_TARGET_AVX2 static uint32_t
special(const unsigned char *p, char quote)
{
	const __m256i small = _mm256_set1_epi8(0x20);
	__m256i x = load(p), next = load(p + 1);
	__m256i one =
	    _mm256_or_si256(equal(x, '@'), _mm256_or_si256(equal(x, '/'), equal(x, quote)));
	__m256i two = _mm256_and_si256(
	    equal(_mm256_or_si256(x, small), 'w'), equal(_mm256_or_si256(next, small), 'w'));
	__m256i link = _mm256_and_si256(equal(x, ']'), equal(next, '('));

	return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(one, _mm256_or_si256(two, link)));
}

POTOK_TARGET_AVX2 size_t
token_before_special_avx2(const unsigned char *p, size_t n, bool code)
{
	const char quote = code ? '`' : '@';
	size_t i = 0;

	while (n - i > HALF) {
		for (; n - i > 2 * HALF; i += 2 * HALF) {
			__m256i any = _mm256_or_si256(
			    perhaps_special(load(p + i)), perhaps_special(load(p + i + HALF)));
			if (!_mm256_testz_si256(any, any))
				break;
		}
		for (int k = 0; k < 2 && n - i > HALF; k++, i += HALF) {
			uint32_t found = special(p + i, quote);
			if (found != 0)
				return i + (unsigned)__builtin_ctz(found);
		}
	}
	return i;
}

/* The bytes among the 32 at p, behind which there is one more, that begin a Cyrillic character or
 * code. */
POTOK_TARGET_AVX2 static uint32_t
cyrillic(const unsigned char *p)
{
	__m256i x = load(p), next = load(p + 1);
	__m256i behind_d0 = _mm256_sub_epi8(x, _mm256_set1_epi8((char)0xD0));
	__m256i near =
	    _mm256_cmpeq_epi8(_mm256_min_epu8(behind_d0, _mm256_set1_epi8(4)), behind_d0);
	__m256i c = _mm256_and_si256(equal(x, (char)0xE1), equal(next, (char)0xB2));
	__m256i a = _mm256_and_si256(equal(x, (char)0xE2),
	    _mm256_or_si256(equal(next, (char)0xB7), equal(next, (char)0x84)));
	__m256i b = _mm256_and_si256(equal(x, (char)0xEA),
	    _mm256_or_si256(equal(next, (char)0x99), equal(next, (char)0x9A)));
	__m256i far = _mm256_or_si256(_mm256_or_si256(a, b), c);

	return (uint32_t)_mm256_movemask_epi8(
	    _mm256_or_si256(_mm256_or_si256(near, far), equal(x, '`')));
}

POTOK_TARGET_AVX2 size_t
token_before_cyrillic_avx2(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (n - i > HALF) {
		for (; n - i > 4 * HALF; i += 4 * HALF) {
			__m256i a = load(p + i), b = load(p + i + HALF), c = load(p + i + 2 * HALF),
				d = load(p + i + 3 * HALF);
			__m256i quotes =
			    _mm256_or_si256(_mm256_or_si256(equal(a, '`'), equal(b, '`')),
				_mm256_or_si256(equal(c, '`'), equal(d, '`')));
			__m256i any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
			if (_mm256_movemask_epi8(_mm256_or_si256(any, quotes)) != 0)
				break;
		}
		for (int k = 0; k < 4 && n - i > HALF; k++, i += HALF) {
			uint32_t found = cyrillic(p + i);
			if (found != 0)
				return i + (unsigned)__builtin_ctz(found);
		}
	}
	return i;
}
#endif
