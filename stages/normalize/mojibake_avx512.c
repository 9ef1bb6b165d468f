/* Which lines have to be judged, with AVX-512, 64 bytes at a time. */
#include "mojibake.h"

#include "mojibake_suspect.h"
#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

POTOK_TARGET_AVX512 static inline uint64_t
equal(__m512i x, int c)
{
	return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)c));
}

/* Bytes from `from` to from + n - 1. */
POTOK_TARGET_AVX512 static inline uint64_t
between(__m512i x, int from, int n)
{
	return _mm512_cmplt_epu8_mask(
	    _mm512_sub_epi8(x, _mm512_set1_epi8((char)from)), _mm512_set1_epi8((char)n));
}

POTOK_TARGET_AVX512 size_t
mojibake_suspect_avx512(const unsigned char *p, size_t n)
{
	static const struct mojibake_masks none;
	struct mojibake_masks before = none;
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i x = _mm512_loadu_si512(p + i);
		if (_mm512_movepi8_mask(x) == 0 && (i == 0 || p[i - 1] < 0x80)) {
			before = none;
			continue;
		}
		struct mojibake_masks m = {.latin = equal(x, 0xC3),
		    .greek = between(x, 0xCE, 2),
		    .d0 = equal(x, 0xD0),
		    .d1 = equal(x, 0xD1),
		    .e2 = equal(x, 0xE2),
		    .sign = equal(x, 0xC2) | between(x, 0xC5, 2) | equal(x, 0xCB) | equal(x, 0xD2),
		    .nine = between(x, 0x90, 0x10),
		    .serbian =
			between(x, 0x92, 2) | equal(x, 0x95) | between(x, 0x99, 4) | equal(x, 0x9F),
		    .low = between(x, 0x80, 0x30),
		    .tilde = equal(x, 0x83),
		    .space = equal(x, ' ')};
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
