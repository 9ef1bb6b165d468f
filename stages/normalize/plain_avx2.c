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

enum { BEFORE = 3 }; /* bytes looked at before a step */

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

POTOK_TARGET_AVX2 static inline __m256i
equal(__m256i x, int c)
{
	return _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)c));
}

/* Bytes from c on, unsigned. */
POTOK_TARGET_AVX2 static inline __m256i
at_least(__m256i x, int c)
{
	return _mm256_cmpeq_epi8(_mm256_max_epu8(x, _mm256_set1_epi8((char)c)), x);
}

/* Bytes below c, of 80 to BF. */
POTOK_TARGET_AVX2 static inline __m256i
second_below(__m256i x, int c)
{
	return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)c), x);
}

/* Leads of Greek letters, CE and CF. */
POTOK_TARGET_AVX2 static inline __m256i
greek(__m256i x)
{
	return equal(_mm256_and_si256(x, _mm256_set1_epi8((char)0xFE)), 0xCE);
}

/* What text is mostly of; all but ASCII is of a few leads, and most steps have nothing else. */
enum script {
	SCRIPT_OTHER,
	SCRIPT_CYRILLIC, /* D0, D1 */
	SCRIPT_GREEK,    /* CE, CF */
	SCRIPT_LATIN,    /* C2 to C6 */
	SCRIPT_CJK,      /* E3 to E9, and EF BC..BD, but for E3 80 A8..AF and E3 82 96..9D */
	/* With what else such text has, where it stands: */
	SCRIPT_CYRILLIC_MARKS, /* C2 A0..BF, and E2 80 90..A7 */
	SCRIPT_GREEK_MARKS,    /* the same */
	SCRIPT_LATIN_MARKS,    /* E1 B8..BB, and E2 80 90..A7 */
	SCRIPT_CJK_HANGUL,     /* E3 to EF, but for what is not plain, and EF below BC */
};

/* 32 bytes, where only one script and ASCII are expected: which are a lead of it, which have to be
 * the second byte of a character or a later one, which are not plain, and which may be a place of
 * mojibake.  Of `odd` and `places` the high bit counts; both only while the others are as expected.
 * `marks`: the leads that the script without marks has not.
 */
struct expected {
	__m256i lead, follows, odd, places, marks;
};

/* What is not plain of the marks C2 80..BF and E2 80 80..BF. */
POTOK_TARGET_AVX2 static inline __m256i
odd_c2(__m256i x, __m256i p1)
{
	return _mm256_and_si256(equal(p1, 0xC2), second_below(x, 0xA0));
}

POTOK_TARGET_AVX2 static inline __m256i
odd_e2(__m256i x, __m256i p1, __m256i p2)
{
	__m256i mark = _mm256_or_si256(second_below(x, 0x90), at_least(x, 0xA8));

	return _mm256_or_si256(_mm256_andnot_si256(equal(x, 0x80), equal(p1, 0xE2)),
	    _mm256_and_si256(equal(p2, 0xE2), mark));
}

POTOK_TARGET_AVX2 static inline struct expected
expect_cyrillic(__m256i x, __m256i p1, __m256i p2)
{
	const __m256i none = _mm256_setzero_si256();
	__m256i d1 = equal(p1, 0xD1);
	/* D0 80..AF behind others, and, as it costs less than 90..9F, D1 90..BF. */
	__m256i moved = _mm256_xor_si256(x, _mm256_and_si256(d1, _mm256_set1_epi8(0x3F)));
	__m256i places = _mm256_and_si256(second_below(moved, 0xB0), p2);

	return (struct expected){
	    cyrillic(x), _mm256_or_si256(equal(p1, 0xD0), d1), none, places, none};
}

/* None of them is a place. */
POTOK_TARGET_AVX2 static inline struct expected
expect_greek(__m256i x, __m256i p1)
{
	const __m256i none = _mm256_setzero_si256();
	__m256i ce = equal(p1, 0xCE);

	/* U+0387 */
	return (struct expected){greek(x), _mm256_or_si256(ce, equal(p1, 0xCF)),
	    _mm256_and_si256(ce, equal(x, 0x87)), none, none};
}

/* And C2 and E2; those behind others are places, too. */
POTOK_TARGET_AVX2 static inline struct expected
with_marks(struct expected e, __m256i x, __m256i p1, __m256i p2)
{
	__m256i follows =
	    _mm256_or_si256(equal(p2, 0xE2), _mm256_or_si256(equal(p1, 0xC2), equal(p1, 0xE2)));

	e.marks = _mm256_or_si256(equal(x, 0xC2), equal(x, 0xE2));
	e.places =
	    _mm256_or_si256(_mm256_and_si256(e.places, e.follows), _mm256_and_si256(e.marks, p1));
	e.lead = _mm256_or_si256(e.lead, e.marks);
	e.follows = _mm256_or_si256(e.follows, follows);
	e.odd = _mm256_or_si256(e.odd, _mm256_or_si256(odd_c2(x, p1), odd_e2(x, p1, p2)));
	return e;
}

POTOK_TARGET_AVX2 static inline struct expected
expect_cyrillic_marks(__m256i x, __m256i p1, __m256i p2, __m256i p3)
{
	struct expected e = with_marks(expect_cyrillic(x, p1, p2), x, p1, p2);
	__m256i behind = _mm256_or_si256(equal(p2, 0xC2), equal(p3, 0xE2));

	/* Letters behind marks. */
	e.places = _mm256_or_si256(e.places, _mm256_and_si256(e.lead, behind));
	return e;
}

/* C2 to C6. */
POTOK_TARGET_AVX2 static inline __m256i
latin(__m256i x)
{
	__m256i moved = _mm256_sub_epi8(x, _mm256_set1_epi8((char)0xC2));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(moved, _mm256_set1_epi8(4)), moved);
}

POTOK_TARGET_AVX2 static inline struct expected
expect_latin(__m256i x, __m256i p1)
{
	__m256i lead = latin(x);
	/* A lead behind another character; a space behind C3 83. */
	__m256i places = _mm256_or_si256(
	    _mm256_and_si256(lead, p1), _mm256_and_si256(equal(x, ' '), equal(p1, 0x83)));

	return (struct expected){lead, latin(p1), odd_c2(x, p1), places, _mm256_setzero_si256()};
}

POTOK_TARGET_AVX2 static inline struct expected
expect_latin_marks(__m256i x, __m256i p1, __m256i p2, __m256i p3)
{
	struct expected e = expect_latin(x, p1);
	__m256i e1 = equal(x, 0xE1), e1_before = equal(p1, 0xE1);
	__m256i b8 = equal(_mm256_and_si256(x, _mm256_set1_epi8((char)0xFC)), 0xB8);
	/* Of C4 and E1 none is a place, nor makes one. */
	__m256i never = _mm256_or_si256(
	    _mm256_or_si256(e1, equal(x, 0xC4)), _mm256_or_si256(equal(p3, 0xE1), equal(p2, 0xC4)));

	e.marks = _mm256_or_si256(e1, equal(x, 0xE2));
	e.lead = _mm256_or_si256(e.lead, e.marks);
	e.places = _mm256_or_si256(e.places, _mm256_and_si256(e.marks, p1));
	e.places = _mm256_andnot_si256(never, e.places);
	e.follows =
	    _mm256_or_si256(_mm256_or_si256(e.follows, _mm256_or_si256(e1_before, equal(p1, 0xE2))),
		_mm256_or_si256(equal(p2, 0xE1), equal(p2, 0xE2)));
	e.odd = _mm256_or_si256(
	    e.odd, _mm256_or_si256(_mm256_andnot_si256(b8, e1_before), odd_e2(x, p1, p2)));
	return e;
}

/* EF, but with BC or BD. */
POTOK_TARGET_AVX2 static inline __m256i
odd_ef(__m256i x, __m256i p1)
{
	__m256i full = equal(_mm256_and_si256(x, _mm256_set1_epi8((char)0xFE)), 0xBC);

	return _mm256_andnot_si256(full, equal(p1, 0xEF));
}

POTOK_TARGET_AVX2 static inline struct expected
expect_cjk(__m256i x, __m256i p1, __m256i p2)
{
	const __m256i none = _mm256_setzero_si256();
	__m256i row = _mm256_sub_epi8(x, _mm256_set1_epi8((char)0xE3));
	__m256i lead = _mm256_or_si256(
	    _mm256_cmpeq_epi8(_mm256_min_epu8(row, _mm256_set1_epi8(6)), row), equal(x, 0xEF));
	/* Tone marks, E3 80 AA..AF, and voiced sound marks, E3 82 99..9A, with their neighbours:
	 * what is added to the latter makes one range of both. */
	__m256i e382 = equal(p1, 0x82);
	__m256i moved = _mm256_add_epi8(x, _mm256_and_si256(e382, _mm256_set1_epi8(0x12)));
	__m256i odd = equal(_mm256_and_si256(moved, _mm256_set1_epi8((char)0xF8)), 0xA8);

	odd = _mm256_and_si256(odd, _mm256_or_si256(e382, equal(p1, 0x80)));
	odd = _mm256_and_si256(odd, equal(p2, 0xE3));
	return (struct expected){lead, at_least(_mm256_max_epu8(p1, p2), 0xE3),
	    _mm256_or_si256(odd, odd_ef(x, p1)), none, none};
}

POTOK_TARGET_AVX2 static inline struct expected
expect_cjk_hangul(__m256i x, __m256i p1, __m256i p2)
{
	const __m256i none = _mm256_setzero_si256();
	/* Rare scripts, surrogates, compatibility forms. */
	__m256i ea = _mm256_and_si256(equal(p1, 0xEA), second_below(x, 0xB0));
	__m256i ed = _mm256_andnot_si256(second_below(x, 0xA0), equal(p1, 0xED));
	__m256i rare = _mm256_or_si256(ea, _mm256_or_si256(ed, odd_ef(x, p1)));
	/* E3 80 AA..AF: tone marks; E3 82 99, 9A: voiced sound marks. */
	__m256i tone = _mm256_and_si256(
	    equal(p1, 0x80), _mm256_andnot_si256(second_below(x, 0xAA), second_below(x, 0xB0)));
	__m256i voiced =
	    _mm256_and_si256(equal(p1, 0x82), _mm256_or_si256(equal(x, 0x99), equal(x, 0x9A)));
	__m256i lead = at_least(x, 0xE3);
	/* From EA on, but for EF. */
	__m256i hangul = _mm256_andnot_si256(equal(x, 0xEF), at_least(x, 0xEA));

	rare =
	    _mm256_or_si256(rare, _mm256_and_si256(equal(p2, 0xE3), _mm256_or_si256(tone, voiced)));
	return (struct expected){lead, at_least(_mm256_max_epu8(p1, p2), 0xE3),
	    _mm256_or_si256(at_least(x, 0xF0), rare), none, hangul};
}

/* Which of 32 bytes are not as expected, the high bit. */
POTOK_TARGET_AVX2 static inline __m256i
unexpected(__m256i x, struct expected e)
{
	const __m256i breaks = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0));
	__m256i second = second_below(x, 0xC0);
	/* Controls, of which 7F becomes the least of all, and what is not ASCII. */
	__m256i other =
	    _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), _mm256_add_epi8(x, _mm256_set1_epi8(1)));
	__m256i allowed = _mm256_shuffle_epi8(breaks, _mm256_min_epu8(x, _mm256_set1_epi8(0x0F)));

	allowed = _mm256_or_si256(allowed, _mm256_or_si256(second, e.lead));
	return _mm256_or_si256(_mm256_or_si256(_mm256_xor_si256(other, allowed), e.odd),
	    _mm256_xor_si256(second, e.follows));
}

/* There are BEFORE bytes before p. */
POTOK_TARGET_AVX2 static inline struct expected
expect(enum script script, const unsigned char *p)
{
	__m256i x = load(p), p1 = load(p - 1), p2 = load(p - 2);

	switch (script) {
	case SCRIPT_CYRILLIC:
		return expect_cyrillic(x, p1, p2);
	case SCRIPT_CYRILLIC_MARKS:
		return expect_cyrillic_marks(x, p1, p2, load(p - 3));
	case SCRIPT_GREEK:
		return expect_greek(x, p1);
	case SCRIPT_GREEK_MARKS:
		return with_marks(expect_greek(x, p1), x, p1, p2);
	case SCRIPT_LATIN:
		return expect_latin(x, p1);
	case SCRIPT_LATIN_MARKS:
		return expect_latin_marks(x, p1, p2, load(p - 3));
	case SCRIPT_CJK_HANGUL:
		return expect_cjk_hangul(x, p1, p2);
	default:
		return expect_cjk(x, p1, p2);
	}
}

/* Why expected_blocks() stops at a step. */
struct stop {
	uint64_t places; /* bits */
	bool other;      /* it has anything else */
	bool marks;      /* behind it there may be what only the script with marks knows */
};

/* Goes on from p[i], behind a step that was good, to the first one that has anything else or a
 * place, or with marks to where none stand before it.  It calls nothing: what it compares with
 * stays in registers. */
POTOK_TARGET_AVX2 static inline size_t
expected_blocks(enum script script, const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	*stop = (struct stop){0};
	for (; n - i >= 64; i += 64) {
		/* Latin text has much ASCII, English next to nothing else. */
		__m256i x0 = load(p + i), x1 = load(p + i + 32);
		if (script == SCRIPT_LATIN && p[i - 1] < 0x80 &&
		    _mm256_movemask_epi8(_mm256_or_si256(x0, x1)) == 0) {
			stop->other =
			    _mm256_movemask_epi8(_mm256_or_si256(controls(x0), controls(x1))) != 0;
			if (stop->other)
				break;
			continue;
		}
		struct expected a = expect(script, p + i), b = expect(script, p + i + 32);
		__m256i other = _mm256_or_si256(unexpected(x0, a), unexpected(x1, b));
		__m256i places = _mm256_or_si256(a.places, b.places);
		/* What stands behind a mark may be the first of the next step; Vietnamese has them
		 * everywhere. */
		bool marks = script >= SCRIPT_LATIN_MARKS
				 ? _mm256_movemask_epi8(_mm256_or_si256(a.marks, b.marks)) != 0
				 : (uint32_t)_mm256_movemask_epi8(b.marks) >> (32 - BEFORE) != 0;
		if (_mm256_movemask_epi8(_mm256_or_si256(other, places)) != 0) {
			stop->other = _mm256_movemask_epi8(other) != 0;
			stop->places = (uint32_t)_mm256_movemask_epi8(a.places) |
				       (uint64_t)(uint32_t)_mm256_movemask_epi8(b.places) << 32;
			stop->marks = marks;
			break;
		}
		if (!marks && script >= SCRIPT_CYRILLIC_MARKS)
			return i + 64;
	}
	return i;
}

/* Each in a function of its own: what it compares with stays in registers. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
cyrillic_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_CYRILLIC, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
cyrillic_marks_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_CYRILLIC_MARKS, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
greek_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_GREEK, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
greek_marks_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_GREEK_MARKS, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
latin_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_LATIN, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
latin_marks_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_LATIN_MARKS, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
cjk_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_CJK, p, i, n, stop);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
cjk_hangul_blocks(const unsigned char *p, size_t i, size_t n, struct stop *stop)
{
	return expected_blocks(SCRIPT_CJK_HANGUL, p, i, n, stop);
}

/* Is what stands before p[i] as if only that script had been before it?  A character that goes on
 * there is of the script, and what ends there makes nothing a place that would be none behind it.
 */
static inline bool
goes_on(enum script script, const unsigned char *p, size_t i)
{
	size_t back = 1;

	while (back < BEFORE && (p[i - back] & 0xC0) == 0x80)
		back++;
	unsigned char b = p[i - back];
	bool cut = b >= 0xC0 && back < (b < 0xE0 ? 2u : b < 0xF0 ? 3u : 4u);
	bool space = p[i] == ' ' && p[i - 1] == 0x83;
	switch (script) {
	case SCRIPT_CYRILLIC:
		return b < 0x80 || (b & 0xFE) == 0xD0;
	case SCRIPT_GREEK:
		return (!cut || (b & 0xFE) == 0xCE) && !space;
	case SCRIPT_LATIN:
		return !cut || (b >= 0xC2 && b <= 0xC6) || b == 0xE1 || b == 0xE2;
	case SCRIPT_CJK:
		return (!cut || (b >= 0xE3 && b < 0xF0)) && !space;
	default:
		return false;
	}
}

/* Goes on from p[i] by the script of the step before, while steps have only such text; with *known
 * also while no character fires.  *before becomes what the rules give for the 32 bytes before. */
POTOK_TARGET_AVX2 static inline size_t
script_blocks(
    enum script script, const unsigned char *p, size_t i, size_t n, size_t *known, __m256i *before)
{
	size_t (*blocks[2])(const unsigned char *, size_t, size_t, struct stop *);
	size_t end = i;

	if (script == SCRIPT_OTHER || i < BEFORE || !goes_on(script, p, i))
		return i;
	/* Also where a character goes on that may be one. */
	bool marks = p[i - 1] >= 0xE0 || p[i - 2] >= 0xE0;
	switch (script) {
	case SCRIPT_CYRILLIC:
		blocks[0] = cyrillic_blocks;
		blocks[1] = cyrillic_marks_blocks;
		break;
	case SCRIPT_GREEK:
		blocks[0] = greek_blocks;
		blocks[1] = greek_marks_blocks;
		break;
	case SCRIPT_LATIN:
		blocks[0] = latin_blocks;
		blocks[1] = latin_marks_blocks;
		break;
	default:
		blocks[0] = cjk_blocks;
		blocks[1] = cjk_hangul_blocks;
	}
	for (;;) {
		struct stop stop;
		end = blocks[marks](p, end, n, &stop);
		if (stop.other) {
			if (marks)
				break;
			marks = true;
		} else if (stop.places != 0) {
			if (known != NULL && mojibake_fires_at(p, end, stop.places, n, known))
				break;
			end += 64;
			marks = stop.marks;
		} else if (n - end < 64) {
			break;
		} else {
			marks = false;
		}
	}
	if (end == i)
		return i;
	__m256i x = load(p + end - 32), p1 = load(p + end - 33), low = _mm256_set1_epi8(0x0F);
	*before = rules(plain_three, (__m256i[]){high_nibbles(p1), _mm256_and_si256(p1, low),
					 high_nibbles(x), _mm256_and_si256(x, low)});
	return end;
}

POTOK_TARGET_AVX2 static inline uint64_t
not_zero(__m256i x)
{
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_setzero_si256()));
}

/* One step: the 64 bytes at p, with three before but for the first.  Answers the bytes at the front
 * that are good. *script: what is in them. */
POTOK_TARGET_AVX2 static inline size_t
step(const unsigned char *p, bool first, __m256i *before, enum script *script)
{
	struct bytes b0 = bytes_at(p, first), b1 = bytes_at(p + 32, false);
	__m256i bad0, bad1;

	*script = SCRIPT_OTHER;
	if (_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(b0.x, b1.x), b0.p3)) == 0) {
		*before = _mm256_setzero_si256();
		bad0 = controls(b0.x);
		bad1 = controls(b1.x);
	} else {
		__m256i lead = _mm256_set1_epi8((char)0xE0);
		__m256i most = _mm256_max_epu8(_mm256_max_epu8(b0.x, b1.x), b0.p3);
		__m256i three = _mm256_cmpeq_epi8(_mm256_max_epu8(most, lead), most);
		__m256i leads = _mm256_or_si256(cyrillic(b0.x), cyrillic(b1.x));
		__m256i latins = _mm256_or_si256(latin(b0.x), latin(b1.x));
		__m256i greeks = _mm256_or_si256(greek(b0.x), greek(b1.x));
		*script = _mm256_movemask_epi8(leads) != 0                  ? SCRIPT_CYRILLIC
			  : _mm256_movemask_epi8(at_least(most, 0xE3)) != 0 ? SCRIPT_CJK
			  : _mm256_movemask_epi8(greeks) != 0               ? SCRIPT_GREEK
			  : _mm256_movemask_epi8(latins) != 0               ? SCRIPT_LATIN
									    : SCRIPT_OTHER;
		if (_mm256_testz_si256(three, three)) {
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

POTOK_TARGET_AVX2 size_t
plain_blocks_avx2(const unsigned char *p, size_t from, size_t n)
{
	__m256i before = _mm256_setzero_si256();
	enum script script = SCRIPT_OTHER;
	size_t i = from, good = 64;

	while (n - i >= 64) {
		size_t next = script_blocks(script, p, i, n, NULL, &before);
		if (good < 64 && next == i)
			return i + good;
		i = next;
		if (n - i < 64)
			break;
		good = step(p + i, i < BEFORE, &before, &script);
		i += good == 64 ? 64 : 0;
	}
	return i;
}

POTOK_TARGET_AVX2 size_t
clear_blocks_avx2(const unsigned char *p, size_t from, size_t n)
{
	enum { PIECE = 4096 }; /* it stays in the first cache */
	__m256i before = _mm256_setzero_si256();
	enum script script = SCRIPT_OTHER;
	bool good = true;
	size_t i = from, known = from;

	while (n - i >= 64) {
		size_t start = script_blocks(script, p, i, n, &known, &before);
		if (!good && start == i)
			break;
		for (i = start, good = true; n - i >= 64 && i - start < PIECE; i += 64) {
			good = step(p + i, false, &before, &script) == 64;
			if (!good)
				break;
			if (script != SCRIPT_OTHER) {
				i += 64;
				break;
			}
		}
		if (i > start && mojibake_steps_avx2(p, start, i, n, &known) < i)
			return known;
	}
	return i;
}
#endif
