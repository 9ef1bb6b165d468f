/* Well-formed plain text with AVX2, 64 bytes at a time. */
#include "mojibake_suspect.h"
#include "plain_simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>

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

/* The bytes of x moved up by n places, filled from the end of the vector before it. */
#define MOVED(x, before, n)                                                                        \
	_mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 16 - (n))

/* 32 bytes, and those one, two and three places before each. */
struct bytes {
	__m256i x, p1, p2, p3;
};

/* Bytes at p; nothing stands before them when `first`. */
POTOK_TARGET_AVX2 static inline struct bytes
bytes_at(const unsigned char *p, bool first)
{
	const __m256i none = _mm256_setzero_si256();
	__m256i x = load(p);

	if (first)
		return (struct bytes){x, MOVED(x, none, 1), MOVED(x, none, 2), MOVED(x, none, 3)};
	return (struct bytes){x, load(p - 1), load(p - 2), load(p - 3)};
}

/*
 * Which of 32 bytes are suspicious or ill-formed.  `three`: there may be leads of three bytes or
 * more among these and the three before; *before is what their rules gave for the 32 bytes before.
 */
POTOK_TARGET_AVX2 static inline __m256i
check(struct bytes b, bool three, __m256i *before)
{
	const __m256i low = _mm256_set1_epi8(0x0F);
	const __m256i nibble[4] = {high_nibbles(b.p1), _mm256_and_si256(b.p1, low),
	    high_nibbles(b.x), _mm256_and_si256(b.x, low)};

	/* As in core/utf8_avx2.c. */
	__m256i bad = _mm256_and_si256(
	    _mm256_and_si256(look_up(first_high, nibble[0]), look_up(first_low, nibble[1])),
	    look_up(second_high, nibble[2]));
	if (three) {
		__m256i third = _mm256_subs_epu8(b.p2, _mm256_set1_epi8(0xE0 - 0x80));
		__m256i fourth = _mm256_subs_epu8(b.p3, _mm256_set1_epi8(0xF0 - 0x80));
		__m256i must = _mm256_and_si256(
		    _mm256_or_si256(third, fourth), _mm256_set1_epi8((char)TWO_CONTS));
		__m256i r = rules(plain_three, nibble);
		__m256i moved = MOVED(r, *before, 1);
		moved =
		    _mm256_and_si256(moved, _mm256_and_si256(look_up(plain_third_high, nibble[2]),
						look_up(plain_third_low, nibble[3])));
		bad = _mm256_or_si256(_mm256_xor_si256(bad, must), moved);
		bad =
		    _mm256_or_si256(bad, _mm256_and_si256(r, _mm256_set1_epi8((char)PLAIN_BY_TWO)));
		*before = r;
	}
	bad = _mm256_or_si256(bad, _mm256_cmpeq_epi8(b.x, _mm256_set1_epi8(0x7F)));
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

/* Leads of Cyrillic letters, D0 and D1. */
POTOK_TARGET_AVX2 static inline __m256i
cyrillic(__m256i x)
{
	return _mm256_cmpeq_epi8(
	    _mm256_and_si256(x, _mm256_set1_epi8((char)0xFE)), _mm256_set1_epi8((char)0xD0));
}

/* 32 bytes where only Cyrillic letters, which are all plain, and plain ASCII are expected: which
 * are of other characters, and which letters that may be a place of mojibake end; the high bit. */
struct letters {
	__m256i other, places;
};

/* There are two bytes before p. */
POTOK_TARGET_AVX2 static inline struct letters
letters_at(const unsigned char *p)
{
	__m256i x = load(p), p1 = load(p - 1);
	__m256i second = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), x);
	__m256i d0 = _mm256_cmpeq_epi8(p1, _mm256_set1_epi8((char)0xD0));
	__m256i d1 = _mm256_cmpeq_epi8(p1, _mm256_set1_epi8((char)0xD1));
	__m256i other = _mm256_xor_si256(x, _mm256_or_si256(second, cyrillic(x)));

	other = _mm256_or_si256(other, _mm256_xor_si256(second, _mm256_or_si256(d0, d1)));
	other = _mm256_or_si256(other, _mm256_andnot_si256(x, controls(x)));
	/* D0 80..AF, and D1 90..9F, behind others. */
	__m256i places = _mm256_or_si256(
	    _mm256_and_si256(d0, _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xB0), x)),
	    _mm256_and_si256(
		d1, _mm256_cmpeq_epi8(_mm256_and_si256(x, _mm256_set1_epi8((char)0xF0)),
			_mm256_set1_epi8((char)0x90))));
	return (struct letters){other, _mm256_and_si256(places, load(p - 2))};
}

/* Goes on from p[i], behind a step that was good, while there are only such letters and ASCII; with
 * *known also while none of them fires. */
POTOK_TARGET_AVX2 static inline size_t
cyrillic_blocks(const unsigned char *p, size_t i, size_t n, size_t *known)
{
	for (; n - i >= 64; i += 64) {
		struct letters a = letters_at(p + i), b = letters_at(p + i + 32);
		__m256i other = _mm256_or_si256(a.other, b.other);
		__m256i places =
		    known != NULL ? _mm256_or_si256(a.places, b.places) : _mm256_setzero_si256();
		if (_mm256_movemask_epi8(_mm256_or_si256(other, places)) == 0)
			continue;
		if (_mm256_movemask_epi8(other) != 0)
			break;
		uint64_t bits = (uint32_t)_mm256_movemask_epi8(a.places) |
				(uint64_t)(uint32_t)_mm256_movemask_epi8(b.places) << 32;
		if (mojibake_fires_at(p, i, bits, n, known))
			break;
	}
	return i;
}

POTOK_TARGET_AVX2 static inline uint64_t
not_zero(__m256i x)
{
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_setzero_si256()));
}

/* One step: the 64 bytes at p, with three before but for the first.  Answers the bytes at the front
 * that are good.  *letters: there are Cyrillic ones, and none of more than two bytes. */
POTOK_TARGET_AVX2 static inline size_t
step(const unsigned char *p, bool first, __m256i *before, bool *letters)
{
	struct bytes b0 = bytes_at(p, first), b1 = bytes_at(p + 32, false);
	__m256i bad0, bad1;

	*letters = false;
	if (_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(b0.x, b1.x), b0.p3)) == 0) {
		*before = _mm256_setzero_si256();
		bad0 = controls(b0.x);
		bad1 = controls(b1.x);
	} else {
		__m256i lead = _mm256_set1_epi8((char)0xE0);
		__m256i most = _mm256_max_epu8(_mm256_max_epu8(b0.x, b1.x), b0.p3);
		__m256i three = _mm256_cmpeq_epi8(_mm256_max_epu8(most, lead), most);
		if (_mm256_testz_si256(three, three)) {
			__m256i leads = _mm256_or_si256(cyrillic(b0.x), cyrillic(b1.x));
			*letters = _mm256_movemask_epi8(leads) != 0;
			*before = _mm256_setzero_si256();
			bad0 = check(b0, false, before);
			bad1 = check(b1, false, before);
		} else {
			bad0 = check(b0, true, before);
			bad1 = check(b1, true, before);
		}
	}
	__m256i bad = _mm256_or_si256(bad0, bad1);
	if (_mm256_testz_si256(bad, bad))
		return 64;
	return (size_t)__builtin_ctzll(not_zero(bad1) << 32 | not_zero(bad0));
}

/* Is the character that ends before p[i], or goes on there, a Cyrillic letter or ASCII? */
static inline bool
behind_letter(const unsigned char *p, size_t i)
{
	return p[i - 1] < 0x80 || (p[i - 1] & 0xFE) == 0xD0 || (p[i - 2] & 0xFE) == 0xD0;
}

POTOK_TARGET_AVX2 size_t
plain_blocks_avx2(const unsigned char *p, size_t n)
{
	__m256i before = _mm256_setzero_si256();
	bool letters;

	if (n < 64)
		return 0;
	size_t good = step(p, true, &before, &letters), i = good;
	while (good == 64) {
		if (letters)
			i = cyrillic_blocks(p, i, n, NULL);
		if (n - i < 64)
			break;
		i += good = step(p + i, false, &before, &letters);
	}
	return i;
}

POTOK_TARGET_AVX2 size_t
clear_blocks_avx2(const unsigned char *p, size_t from, size_t n)
{
	enum { PIECE = 4096 }; /* it stays in the first cache */
	__m256i before = _mm256_setzero_si256();
	bool letters = false, good = true;
	size_t i = from, known = from;

	if (n - from < 64)
		return from;
	if (from == 0) {
		if (step(p, true, &before, &letters) < 64)
			return 0;
		for (i = 64; known < i;) {
			if (mojibake_fires_from(p, &known, n))
				return known;
		}
	}
	while (good && n - i >= 64) {
		size_t start = i;
		if (letters && behind_letter(p, i))
			start = i = cyrillic_blocks(p, i, n, &known);
		while (n - i >= 64 && i - start < PIECE) {
			good = step(p + i, false, &before, &letters) == 64;
			i += good ? 64 : 0;
			if (!good || letters)
				break;
		}
		if (i > start && mojibake_steps_avx2(p, start, i, n, &known) < i)
			return known;
	}
	return i;
}
#endif
