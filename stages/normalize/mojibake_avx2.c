/*
 * Which lines have to be judged, with AVX2, 32 bytes at a time: where a pair of characters stands
 * that is_place() of the reference could mean.
 */
#include "mojibake.h"

#include "mojibake_suspect.h"
#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

/*
 * What leads of two bytes, and E2, are to the lead behind their character: a bit for each kind of
 * lead that may come, so that those with a bit in common are a place.
 */
enum {
	TO_CYRILLIC = 2, /* behind signs */
	TO_C3 = 4,
	TO_C = 8,
	TO_D2 = 16,
	TO_E2 = 32, /* behind all of them */
	TO_ALL = TO_C3 | TO_C | TO_D2 | TO_E2,
	TO_SIGN = TO_ALL | TO_CYRILLIC,
};

/* The entries of two tables for the halves of bytes. */
POTOK_TARGET_AVX2 static inline __m256i
look_up(__m256i x, __m128i high, __m128i low)
{
	const __m256i half = _mm256_set1_epi8(0x0F);

	return _mm256_and_si256(
	    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(low), _mm256_and_si256(x, half)),
	    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(high),
		_mm256_and_si256(_mm256_srli_epi16(x, 4), half)));
}

POTOK_TARGET_AVX2 static inline __m256i
equal(__m256i x, int c)
{
	return _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)c));
}

/* 80 to AF */
POTOK_TARGET_AVX2 static inline __m256i
is_low(__m256i x)
{
	return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xB0), x);
}

POTOK_TARGET_AVX2 static inline __m256i
is_nine(__m256i x)
{
	return equal(_mm256_and_si256(x, _mm256_set1_epi8((char)0xF0)), 0x90);
}

/* What the leads of x may be behind. */
POTOK_TARGET_AVX2 static inline __m256i
leads(__m256i x)
{
	return look_up(x,
	    _mm_setr_epi8(
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, TO_C | TO_C3, TO_D2 | TO_CYRILLIC, TO_E2, 0),
	    _mm_setr_epi8(TO_CYRILLIC, TO_CYRILLIC, TO_C | TO_D2 | TO_E2, TO_C3, 0, TO_C, TO_C, 0,
		0, 0, 0, TO_C, 0, 0, 0, 0));
}

/* Places by the first byte of a character, one of those leads.  p2 and others: the bytes before. */
POTOK_TARGET_AVX2 static inline __m256i
first_bytes(__m256i to, __m256i p2, __m256i p3, __m256i p4)
{
	__m256i from =
	    look_up(p2, _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, TO_SIGN, TO_SIGN, 0, 0),
		_mm_setr_epi8(TO_ALL, TO_ALL, TO_SIGN, TO_ALL, 0, TO_SIGN, TO_SIGN, 0, 0, 0, 0,
		    TO_SIGN, 0, 0, TO_ALL, TO_ALL));
	__m256i e2 = equal(p3, 0xE2);
	from = _mm256_or_si256(from, _mm256_and_si256(e2, _mm256_set1_epi8(TO_SIGN)));
	/* Quotation marks and dashes behind ASCII are before letters of any text. */
	__m256i mark = _mm256_andnot_si256(p3, equal(p2, 0xC2));
	mark =
	    _mm256_or_si256(mark, _mm256_andnot_si256(p4, _mm256_and_si256(e2, equal(p2, 0x80))));
	mark = _mm256_and_si256(
	    _mm256_cmpgt_epi8(_mm256_setzero_si256(), mark), _mm256_set1_epi8(TO_CYRILLIC));
	return _mm256_and_si256(_mm256_andnot_si256(mark, from), to);
}

/* Places by the second byte of a Cyrillic letter behind another. */
POTOK_TARGET_AVX2 static inline __m256i
second_bytes(__m256i x, __m256i p1, __m256i p2, __m256i p3)
{
	const __m256i serbian = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(0, 0, -1, -1, 0, -1, 0, 0, 0, -1, -1, -1, -1, 0, 0, -1));
	__m256i capital = _mm256_and_si256(equal(p1, 0xD0), is_low(x));
	__m256i rare = _mm256_and_si256(equal(p1, 0xD1), is_nine(x));
	/* Those of Serbian behind all letters, others behind capitals and such letters. */
	__m256i behind = _mm256_or_si256(_mm256_and_si256(equal(p3, 0xD0), is_low(p2)),
	    _mm256_and_si256(equal(p3, 0xD1), is_nine(p2)));
	behind = _mm256_or_si256(
	    behind, _mm256_shuffle_epi8(serbian, _mm256_and_si256(x, _mm256_set1_epi8(0x0F))));
	return _mm256_or_si256(capital, _mm256_and_si256(rare, behind));
}

/* D0 and D1 */
POTOK_TARGET_AVX2 static inline __m256i
cyrillic(__m256i x)
{
	return equal(_mm256_and_si256(x, _mm256_set1_epi8((char)0xFE)), 0xD0);
}

POTOK_TARGET_AVX2 static inline __m256i
load(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

/* Letters that are places behind others: capitals, and rare ones; the high bit.  There are bytes
 * before p. */
POTOK_TARGET_AVX2 static inline __m256i
letters(const unsigned char *p, __m256i x)
{
	__m256i p1 = load(p - 1);
	__m256i capitals = _mm256_and_si256(equal(p1, 0xD0), is_low(x));

	return _mm256_or_si256(
	    _mm256_and_si256(capitals, load(p - 2)), _mm256_and_si256(equal(p1, 0xD1), is_nine(x)));
}

/* Where a character stands behind another, or a space behind C3 83: the high bit. */
POTOK_TARGET_AVX2 static inline __m256i
neighbours(const unsigned char *p, __m256i x)
{
	__m256i p1 = load(p - 1);
	__m256i leads = _mm256_cmpeq_epi8(_mm256_max_epu8(x, _mm256_set1_epi8((char)0xC0)), x);
	__m256i spaces = _mm256_and_si256(equal(x, ' '), equal(p1, 0x83));

	return _mm256_or_si256(_mm256_and_si256(leads, p1), spaces);
}

/* The places in a block: not 0.  There are BEFORE bytes before it. */
POTOK_TARGET_AVX2 static inline __m256i
block_places(const unsigned char *p)
{
	__m256i x = load(p), p1 = load(p - 1), p2 = load(p - 2), p3 = load(p - 3);
	__m256i places = first_bytes(leads(x), p2, p3, load(p - 4));

	places =
	    _mm256_or_si256(places, _mm256_and_si256(cyrillic(p3), second_bytes(x, p1, p2, p3)));
	return _mm256_or_si256(places,
	    _mm256_and_si256(equal(x, ' '), _mm256_and_si256(equal(p1, 0x83), equal(p2, 0xC3))));
}

/* Leads of Latin and Greek letters and of signs. */
POTOK_TARGET_AVX2 static inline __m256i
others(__m256i x)
{
	return look_up(x, _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 0),
	    _mm_setr_epi8(0, 0, 7, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1));
}

enum { BLOCK = 32, STEP = 2 * BLOCK, BEFORE = 4 };

/* Between steps. */
struct search {
	__m256i before;       /* others() of the block before */
	uint32_t high_before; /* 0: all of the step before is ASCII */
};

/* Goes from p[i] on to the first step that may have places; answers where it is, or where less than
 * a step is left.  It calls nothing, so that what it compares with stays in registers. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
next_step(struct search *s, const unsigned char *p, size_t i, size_t n)
{
	__m256i before = s->before;
	uint32_t high_before = s->high_before;

	for (; n - i >= STEP; i += STEP) {
		__m256i x0 = load(p + i), x1 = load(p + i + BLOCK);
		uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(x0, x1));
		if ((high | high_before) == 0)
			continue;
		/* Of the next step only what follows a character matters. */
		high_before = high;
		__m256i last = others(x1);
		__m256i some = _mm256_or_si256(_mm256_or_si256(others(x0), last), before);
		before = last;
		__m256i beside =
		    _mm256_or_si256(neighbours(p + i, x0), neighbours(p + i + BLOCK, x1));
		__m256i rare = _mm256_or_si256(letters(p + i, x0), letters(p + i + BLOCK, x1));
		/* Most have no capital behind a letter and no rare one, nor such a lead beside
		 * another character.  One branch for all, which can be foreseen. */
		bool may = !_mm256_testz_si256(some, some) & (_mm256_movemask_epi8(beside) != 0);
		if (may | (_mm256_movemask_epi8(rare) != 0))
			break;
	}
	s->before = before;
	s->high_before = high_before;
	return i;
}

/* The places in a step: bits.  There are BEFORE bytes before it. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) uint64_t
find_places(const unsigned char *p)
{
	const __m256i none = _mm256_setzero_si256();
	__m256i a = block_places(p), b = block_places(p + BLOCK);

	if (_mm256_testz_si256(_mm256_or_si256(a, b), _mm256_or_si256(a, b)))
		return 0;
	uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, none)),
		 second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, none));
	return ~(first | (uint64_t)second << BLOCK);
}

POTOK_TARGET_AVX2 size_t
mojibake_steps_avx2(const unsigned char *p, size_t i, size_t end, size_t n, size_t *known)
{
	struct search s = {_mm256_set1_epi8(1), UINT32_MAX};

	/* Steps begin where there are as many bytes before them as are looked at. */
	for (; i < BEFORE && i < end; i++) {
		while (*known <= i) {
			if (mojibake_fires_from(p, known, n))
				return *known;
		}
	}
	while ((i = next_step(&s, p, i, end)), end - i >= STEP) {
		uint64_t places = find_places(p + i);
		if (places != 0 && mojibake_fires_at(p, i, places, n, known))
			return *known;
		i += STEP;
	}
	return i;
}

POTOK_TARGET_AVX2 size_t
mojibake_suspect_avx2(const unsigned char *p, size_t n, size_t from)
{
	size_t known = from, i = mojibake_steps_avx2(p, from, n, n, &known);

	/* A character may begin in the last step and be a place by its second byte. */
	return mojibake_suspect_scalar(p, n, i > known ? i - 1 : known);
}
#endif
