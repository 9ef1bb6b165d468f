/* Well-formed plain text with AVX2, 64 bytes at a time. */
#include "plain_simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

#include <string.h>

static const unsigned char first_high[16] = {UTF8_FIRST_HIGH};
static const unsigned char first_low[16] = {UTF8_FIRST_LOW};
static const unsigned char second_high[16] = {UTF8_SECOND_HIGH};

/* The entry of a table for each index below 16. */
POTOK_TARGET_AVX2 static inline __m256i
look_up(const unsigned char table[16], __m256i index)
{
	__m128i t = _mm_loadu_si128((const __m128i *)table);

	return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(t), index);
}

POTOK_TARGET_AVX2 static inline __m256i
load(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

POTOK_TARGET_AVX2 static inline __m256i
high_nibbles(__m256i x)
{
	return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0F));
}

/* The bits that stand in all four tables: of the two nibbles of a byte, and of the byte before. */
POTOK_TARGET_AVX2 static inline __m256i
rules(const unsigned char table[4][16], const __m256i nibble[4])
{
	return _mm256_and_si256(
	    _mm256_and_si256(look_up(table[0], nibble[0]), look_up(table[1], nibble[1])),
	    _mm256_and_si256(look_up(table[2], nibble[2]), look_up(table[3], nibble[3])));
}

/*
 * Which of the 32 bytes at p are suspicious or ill-formed; p[-3] to p[-1] are looked at, too.
 * `three`: there may be leads of three bytes or more among all these; *before is what their rules
 * gave for the 32 bytes before.
 */
POTOK_TARGET_AVX2 static inline __m256i
check(const unsigned char *p, bool three, __m256i *before)
{
	const __m256i low = _mm256_set1_epi8(0x0F);
	__m256i x = load(p), p1 = load(p - 1);
	const __m256i nibble[4] = {
	    high_nibbles(p1), _mm256_and_si256(p1, low), high_nibbles(x), _mm256_and_si256(x, low)};

	/* As in core/utf8_avx2.c. */
	__m256i bad = _mm256_and_si256(
	    _mm256_and_si256(look_up(first_high, nibble[0]), look_up(first_low, nibble[1])),
	    look_up(second_high, nibble[2]));
	if (three) {
		__m256i third = _mm256_subs_epu8(load(p - 2), _mm256_set1_epi8(0xE0 - 0x80));
		__m256i fourth = _mm256_subs_epu8(load(p - 3), _mm256_set1_epi8(0xF0 - 0x80));
		__m256i must = _mm256_and_si256(
		    _mm256_or_si256(third, fourth), _mm256_set1_epi8((char)TWO_CONTS));
		__m256i r = rules(plain_three, nibble);
		__m256i moved =
		    _mm256_alignr_epi8(r, _mm256_permute2x128_si256(*before, r, 0x21), 15);
		moved =
		    _mm256_and_si256(moved, _mm256_and_si256(look_up(plain_third_high, nibble[2]),
						look_up(plain_third_low, nibble[3])));
		bad = _mm256_or_si256(_mm256_xor_si256(bad, must), moved);
		bad =
		    _mm256_or_si256(bad, _mm256_and_si256(r, _mm256_set1_epi8((char)PLAIN_BY_TWO)));
		*before = r;
	}
	bad = _mm256_or_si256(bad, _mm256_cmpeq_epi8(x, _mm256_set1_epi8(0x7F)));
	return _mm256_or_si256(bad, rules(plain_two, nibble));
}

/* Which of 32 bytes of ASCII are controls but TAB and LF. */
POTOK_TARGET_AVX2 static inline __m256i
controls(__m256i x)
{
	/* 7F becomes the least of all. */
	__m256i more = _mm256_add_epi8(x, _mm256_set1_epi8(1));
	__m256i allowed = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('\t')),
	    _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\n')));

	return _mm256_andnot_si256(allowed, _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), more));
}

POTOK_TARGET_AVX2 static inline uint64_t
not_zero(__m256i x)
{
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_setzero_si256()));
}

/* One step: the 64 bytes at p, with three before.  Answers the bytes at the front that are good. */
POTOK_TARGET_AVX2 static inline size_t
step(const unsigned char *p, __m256i *before)
{
	__m256i x0 = load(p), x1 = load(p + 32), back = load(p - 3), bad0, bad1;

	if (_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(x0, x1), back)) == 0) {
		*before = _mm256_setzero_si256();
		bad0 = controls(x0);
		bad1 = controls(x1);
	} else {
		__m256i lead = _mm256_set1_epi8((char)0xE0);
		__m256i most = _mm256_max_epu8(_mm256_max_epu8(x0, x1), back);
		__m256i three = _mm256_cmpeq_epi8(_mm256_max_epu8(most, lead), most);
		if (_mm256_testz_si256(three, three)) {
			*before = _mm256_setzero_si256();
			bad0 = check(p, false, before);
			bad1 = check(p + 32, false, before);
		} else {
			bad0 = check(p, true, before);
			bad1 = check(p + 32, true, before);
		}
	}
	__m256i bad = _mm256_or_si256(bad0, bad1);
	if (_mm256_testz_si256(bad, bad))
		return 64;
	return (size_t)__builtin_ctzll(not_zero(bad1) << 32 | not_zero(bad0));
}

POTOK_TARGET_AVX2 size_t
plain_blocks_avx2(const unsigned char *p, size_t n)
{
	unsigned char first[32 + 64] = {0};
	__m256i before = _mm256_setzero_si256();

	if (n < 64)
		return 0;
	memcpy(first + 32, p, 64);
	size_t good = step(first + 32, &before), i = good;
	while (good == 64 && n - i >= 64)
		i += good = step(p + i, &before);
	return i;
}
#endif
