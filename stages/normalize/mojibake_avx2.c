/* Which lines have to be judged, with AVX2, 64 bytes at a time. */
#include "mojibake.h"

#include "mojibake_suspect.h"
#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

/* Classes of bytes by their halves, a bit each. */
enum {
	LATIN = 1,
	GREEK = 2,
	D0 = 4,
	D1 = 8,
	E2 = 16,
	SIGN = 32,
	NINE = 64,
	LOW = 128,
	ANY = NINE | LOW,
};

/* The bits at the place of `bit` of the bytes of two vectors. */
POTOK_TARGET_AVX2 static inline uint64_t
bits(__m256i a, __m256i b, int bit)
{
	int up = 7 - bit;

	return (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(a, up)) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(b, up)) << 32;
}

POTOK_TARGET_AVX2 static inline uint64_t
equal(__m256i a, __m256i b, char c)
{
	__m256i x = _mm256_set1_epi8(c);

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, x)) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, x)) << 32;
}

POTOK_TARGET_AVX2 static inline __m256i
classes(__m256i x)
{
	const __m256i high = _mm256_broadcastsi128_si256(
			  _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, (char)LOW, (char)(LOW | NINE),
			      (char)LOW, 0, LATIN | GREEK | SIGN, D0 | D1 | SIGN, E2, 0)),
		      low = _mm256_broadcastsi128_si256(_mm_setr_epi8((char)(ANY | D0),
			  (char)(ANY | D1), (char)(ANY | SIGN | E2), (char)(ANY | LATIN), (char)ANY,
			  (char)(ANY | SIGN), (char)(ANY | SIGN), (char)ANY, (char)ANY, (char)ANY,
			  (char)ANY, (char)(ANY | SIGN), (char)ANY, (char)ANY, (char)(ANY | GREEK),
			  (char)(ANY | GREEK)));
	const __m256i half = _mm256_set1_epi8(0x0F);

	return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(x, half)),
	    _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(x, 4), half)));
}

/* NINE where the lower half is that of the Serbian ones of these. */
POTOK_TARGET_AVX2 static inline __m256i
serbian(__m256i x)
{
	const __m256i low = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(0, 0, NINE, NINE, 0, NINE, 0, 0, 0, NINE, NINE, NINE, NINE, 0, 0, NINE));

	return _mm256_shuffle_epi8(low, _mm256_and_si256(x, _mm256_set1_epi8(0x0F)));
}

POTOK_TARGET_AVX2 size_t
mojibake_suspect_avx2(const unsigned char *p, size_t n)
{
	static const struct mojibake_masks none;
	struct mojibake_masks before = none;
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m256i a = _mm256_loadu_si256((const __m256i *)(p + i)),
			b = _mm256_loadu_si256((const __m256i *)(p + i + 32));
		if (_mm256_movemask_epi8(_mm256_or_si256(a, b)) == 0 &&
		    (i == 0 || p[i - 1] < 0x80)) {
			before = none;
			continue;
		}
		__m256i ca = classes(a), cb = classes(b);
		__m256i sa = _mm256_and_si256(serbian(a), ca),
			sb = _mm256_and_si256(serbian(b), cb);
		struct mojibake_masks m = {.latin = bits(ca, cb, 0),
		    .greek = bits(ca, cb, 1),
		    .d0 = bits(ca, cb, 2),
		    .d1 = bits(ca, cb, 3),
		    .e2 = bits(ca, cb, 4),
		    .sign = bits(ca, cb, 5),
		    .nine = bits(ca, cb, 6),
		    .serbian = bits(sa, sb, 6),
		    .low = bits(ca, cb, 7),
		    .tilde = equal(a, b, (char)0x83),
		    .space = equal(a, b, ' ')};
		uint64_t places = mojibake_places(&m, &before);
		for (; places != 0; places &= places - 1) {
			size_t at = mojibake_first(p, i + (size_t)__builtin_ctzll(places));
			if (mojibake_fires(p, at, n))
				return at;
		}
		before = m;
	}
	/* A character that goes on behind the last block. */
	return mojibake_suspect_scalar(p, n, i > 0 ? i - 1 : 0);
}
#endif
