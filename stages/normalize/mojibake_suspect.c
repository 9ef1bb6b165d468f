/*
 * Which lines have to be judged: those with a pair of characters, or some more, that text has
 * hardly ever and mojibake nearly always.
 */
#include "mojibake.h"

#include <string.h>

#include "mojibake_bytes.h"
#include "mojibake_suspect.h"
#include "simd.h"

enum {
	BACK = 8,      /* characters looked at */
	GAIN = 11 * 4, /* by which capitals are likelier something else, in quarters of a bit */
};

/* The characters up to one, the last first. */
struct tail {
	size_t n;
	uint32_t c[BACK];
	uint64_t b[BACK];    /* their bytes in each kind, 0 behind the first one */
	unsigned char ascii; /* what stands before them; 0: nothing, or BACK were not enough */
};

#define EACH(byte) (0x0101010101010101u * (byte))

/* Which of eight bytes are ...: the high bit of each. */
static inline uint64_t
continuing(uint64_t x)
{
	return x & ~(x << 1) & EACH(0x80);
}

static inline uint64_t
leading2(uint64_t x)
{
	return x & (x << 1) & ~(x << 2) & ((x & EACH(0x1E)) + EACH(0x7E)) & EACH(0x80);
}

static inline uint64_t
leading3(uint64_t x)
{
	return x & (x << 1) & (x << 2) & ~(x << 3) & EACH(0x80);
}

static inline uint64_t
leading4(uint64_t x)
{
	return x & (x << 1) & (x << 2) & (x << 3) & ~(x << 4) & EACH(0x80);
}

/* 80 where the bytes are those of y. */
static inline uint64_t
equal(uint64_t x, unsigned y)
{
	x ^= EACH(y);
	return ~(((x & EACH(0x7F)) + EACH(0x7F)) | x) & EACH(0x80);
}

static inline size_t
length(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* A character of two or three bytes; others are 0. */
static inline uint32_t
character(const unsigned char *p)
{
	if (p[0] < 0xC0 || p[0] >= 0xF0)
		return 0;
	if (p[0] < 0xE0)
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	return (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
}

static void
read_tail(struct tail *t, const unsigned char *p, size_t i)
{
	*t = (struct tail){0};
	for (;;) {
		uint32_t c = character(p + i);
		t->c[t->n] = c;
		t->b[t->n++] =
		    c / 64 < MOJIBAKE_BLOCKS ? mojibake_rows[mojibake_block[c / 64]][c % 64] : 0;
		if (i == 0 || t->n == BACK)
			return;
		i--;
		if (p[i] < 0x80) {
			t->ascii = p[i];
			return;
		}
		while (i > 0 && (p[i] & 0xC0) == 0x80)
			i--;
	}
}

static inline bool
is_capital(uint32_t c)
{
	return (c >= 0x400 && c < 0x430) || c == 0x490;
}

static inline bool
is_small(uint32_t c)
{
	return (c >= 0x430 && c < 0x460) || c == 0x491;
}

static inline bool
is_cyrillic(uint32_t c)
{
	return is_capital(c) || is_small(c);
}

static inline bool
is_box(uint32_t c)
{
	return c >= 0x2500 && c < 0x25A1;
}

/* Quotation marks, dashes and what else stands at words. */
static bool
is_mark(uint32_t c)
{
	return c == 0xA0 || c == 0xAB || c == 0xAD || c == 0xBB || (c >= 0x2010 && c < 0x2020) ||
	       c == 0x2026 || c == 0x2122 || c == 0x2039 || c == 0x203A;
}

/* Other signs that are bytes in some kind. */
static bool
is_sign(uint32_t c)
{
	return (c >= 0xA1 && c < 0xC0 && !is_mark(c)) || c == 0xF7 || c == 0x192 ||
	       (c >= 0x2000 && !is_mark(c));
}

/* Is it a letter of ISO-8859-1 that was read as windows-1251 or ISO-8859-5, as nothing else is? */
static bool
is_strange(uint32_t lead, uint32_t c)
{
	if (c == 0xA0)
		return lead == 0x413 || lead == 0x423;
	if (c == 0x2013 || c == 0x201E)
		return lead == 0x413;
	return (lead == 0x413 && c != 0x454 && c != 0x456 && c != 0x457 && c != 0x491 &&
		   !is_mark(c)) ||
	       (lead == 0x423 && c >= 0x401 && c < 0x410);
}

/* The kinds that bytes of 80 stand for. */
static unsigned
kinds(uint64_t x)
{
	unsigned set = 0;

	for (unsigned k = 0; k < MOJIBAKE_KINDS; k++)
		set |= (unsigned)(x >> (8 * k + 7) & 1) << k;
	return set;
}

/* The kinds in which UTF-8 may have been read that ends here. */
static unsigned
utf8_kinds(const struct tail *t)
{
	const uint64_t *b = t->b;
	uint64_t end = continuing(b[0]), before = continuing(b[1]), third = continuing(b[2]);
	uint64_t two = leading2(b[1]) & end, three = leading3(b[2]) & before & end,
		 four = leading4(b[3]) & third & before & end;
	const uint64_t latin = 0x80;

	/* In ISO-8859-1 one is enough; punctuation of three bytes is in any kind. */
	uint64_t found = (two | three | four) & latin;
	found |=
	    three & equal(b[2], 0xE2) & (equal(b[1], 0x80) | equal(b[1], 0x82) | equal(b[1], 0x84));
	/* Two in a row, of the second the beginning. */
	uint64_t begins = (leading2(b[1]) | leading3(b[1]) | leading4(b[1])) & end;
	found |= begins & ((leading2(b[3]) & third) | (leading3(b[4]) & continuing(b[3]) & third) |
			      (leading4(b[5]) & continuing(b[4]) & continuing(b[3]) & third));
	/* A Latin letter, or a sign. */
	two &= equal(b[1], 0xC2) | equal(b[1], 0xC3) | equal(b[1], 0xC4) | equal(b[1], 0xC5);
	/* The same where a word begins, as far as no letter stands there in text. */
	bool in_word = (t->n == 2 && language_in_word(t->ascii)) || is_sign(t->c[0]) ||
		       (t->c[0] >= 0x80 && t->c[0] < 0xA0);
	if (!in_word && t->c[1] >= 0x2000)
		two &= is_box(t->c[0]) ? 0 : equal(b[1], 0xC2) | equal(b[1], 0xC3);
	else if (!in_word && !is_strange(t->c[1], t->c[0]))
		two = 0;
	return kinds(found | two);
}

/* The languages that a Cyrillic letter is of: a set of bits. */
static unsigned
languages_of(uint32_t c)
{
	enum { RU = 1, UK = 2, BE = 4, SR = 8, MK = 16 };
	static const unsigned char letters[16] = {0, RU | BE, SR, MK, UK, MK, UK | BE, UK, SR | MK,
	    SR | MK, SR | MK, SR, MK, 0, BE, SR | MK};

	if (c >= 0x450 && c < 0x460)
		return letters[c - 0x450];
	return c == 0x439 || (c >= 0x449 && c < 0x450) ? RU | UK | BE : RU | UK | BE | SR | MK;
}

/* Small letters of few languages, and signs, that other letters become in ISO-8859-5. */
static bool
is_rare(uint32_t c)
{
	return (c >= 0x450 && c < 0x460) || c == 0xA7 || c == 0x2116;
}

/* Letters that no sign goes before or behind in the languages that have them. */
static bool
is_odd(uint32_t c)
{
	c |= c >= 0x400 && c < 0x410 ? 0x50 : 0;
	return c == 0x451 || c == 0x455 || c == 0x45B || c == 0x45C || c == 0x45E || c == 0x45F ||
	       c == 0x458;
}

/* The Cyrillic letter from A to Ya, capital, that ends before i: 1 to 32; 0: none does. */
static inline unsigned
capital_before(const unsigned char *p, size_t i)
{
	return i >= 2 && p[i - 2] == 0xD0 && p[i - 1] >= 0x90 && p[i - 1] < 0xB0
		   ? p[i - 1] - 0x90u + 1
		   : 0;
}

/* Are the one at i and the one before it such capitals? */
static inline bool
are_capitals(const unsigned char *p, size_t i)
{
	return capital_before(p, i) != 0 && capital_before(p, i + 2) != 0;
}

/* The two parts of what mojibake_gain holds, or a sum of it. */
static inline int
second_gain(int32_t gain)
{
	return (int16_t)(gain & 0xFFFF);
}

static inline int
first_gain(int32_t gain)
{
	return (gain - second_gain(gain)) >> 16;
}

/* May two capitals be UTF-8 that was read as ISO-8859-5? */
static inline bool
may_be_utf8(unsigned a, unsigned b)
{
	enum { PE = 0x10, TE = 0x13, HA = 0x16 };

	return a - TE <= HA - TE && b <= PE;
}

/* What such capitals in a row show, from the second of two at *i on: that they would be likelier,
 * up to the one at *i, as small letters of the other of windows-1251 and KOI8; or three characters
 * in a row, or one behind a letter of ASCII, of UTF-8 that was read as ISO-8859-5.  0: nothing;
 * then *i is behind what has been looked at. */
static __attribute__((noinline)) unsigned
fires_of_capitals(const unsigned char *p, size_t *i, size_t n)
{
	enum { ROW = 64, PAIRS = BACK - 1 }; /* the last so many pairs are looked at together */
	/* Above 0 in either half, when added to a gain of GAIN or more. */
	const uint32_t above = (0x8000u - GAIN) * 0x10001u, signs = 0x80008000u;
	uint32_t sums[PAIRS + ROW]; /* of gains, up to PAIRS before */
	size_t at = *i, row = 1;
	unsigned last, pairs = 0, capital; /* pairs: a bit for each that may be UTF-8 */

	while (*i - at < 2 * PAIRS && capital_before(p, at) != 0)
		at -= 2;
	last = capital_before(p, at + 2);
	at += 2;
	if (at == *i && at > 2 && may_be_utf8(last, capital_before(p, at + 2)) &&
	    p[at - 3] < 0x80 && language_in_word(p[at - 3]))
		return 1u << MOJIBAKE_ISO_8859_5;
	memset(sums, 0, PAIRS * sizeof sums[0]);
	/* A space before them counts when they are few. */
	uint32_t sum = at > 2 && p[at - 3] == ' ' ? (uint32_t)mojibake_gain[0][last - 1] : 0;
	sums[PAIRS] = sum;
	for (; row < ROW && n - at >= 2 && (capital = capital_before(p, at + 2)) != 0; row++) {
		int32_t gain = mojibake_gain[last][capital - 1];
		bool utf8 = may_be_utf8(last, capital);
		sum += (uint32_t)gain;
		sums[PAIRS + row] = sum;
		pairs = pairs << 1 | utf8;
		last = capital;
		bool likelier = ((sum - sums[row] + above) & signs) != 0;
		if (likelier | ((pairs & 0x15) == 0x15) && at >= *i) {
			*i = at;
			if ((pairs & 0x15) == 0x15)
				return 1u << MOJIBAKE_ISO_8859_5;
			/* In most text the last two tell. */
			if (utf8 || first_gain(gain) > 0 || second_gain(gain) > 0)
				return MOJIBAKE_SINGLE;
		}
		at += 2;
	}
	*i = at;
	return 0;
}

_Static_assert(3 * MOJIBAKE_UTF8_MOST >= GAIN, "what may be UTF-8 is looked at");

/* Two bytes: a capital from A to Ya is 0 to 31 << 8, anything else is another number. */
static inline uint32_t
capital_at(const unsigned char *p)
{
	return (p[0] | (uint32_t)p[1] << 8) - 0x90D0u;
}

/* May any of a row of capitals fire whose second one is at *i?  Says so too often, never too
 * seldom: what the last pairs gain, in either half, is no more than what the same pairs add to
 * `sum` here, which never falls below 0 before them.  False: *i is behind the row. */
static inline bool
row_may_fire(const unsigned char *p, size_t *i, size_t n)
{
	const unsigned char *at = p + *i, *end = p + n - 1;
	uint32_t first = capital_at(at - 2) >> 8, capital = capital_at(at);
	const int8_t *most = mojibake_most[first + 1];
	int sum = mojibake_most[0][first];
	unsigned char before = *i > 2 ? at[-3] : 0;

	/* The row began earlier, or behind a letter. */
	if (before >= 0x80 && capital_before(p, *i - 2) != 0)
		return true;
	if (before >= 'A' && before < 0x80 && may_be_utf8(first + 1, (capital >> 8) + 1))
		return true;
	do {
		sum += most[capital >> 8];
		most = mojibake_most[(capital >> 8) + 1];
		if (sum >= GAIN)
			return true;
		sum = sum > 0 ? sum : 0;
		at += 2;
	} while (at < end && ((capital = capital_at(at)) & ~0x1F00u) == 0);
	*i = (size_t)(at - p);
	return false;
}

/* Does another encoding, Cyrillic, that was read in some kind show itself? */
static bool
is_single(const struct tail *t)
{
	uint32_t c = t->c[0], b = t->c[1], a = t->c[2];

	if (is_capital(c) && is_small(b))
		return true;
	if (is_cyrillic(c) && is_sign(b) && (is_cyrillic(a) || (a != b && is_box(a) && is_box(b))))
		return true;
	if (is_rare(c) && (is_rare(b) || is_small(b)) && (languages_of(c) & languages_of(b)) == 0)
		return true;
	if ((is_odd(a) || is_odd(c)) &&
	    ((is_cyrillic(a) && is_cyrillic(c) && is_mark(b)) ||
		(is_mark(b) && is_mark(a) != is_mark(c) && is_cyrillic(a) != is_cyrillic(c))))
		return true;
	if (a == 0 || c == b || b == a)
		return false;
	if (is_box(a) && is_box(b) && is_box(c) && is_box(t->c[3]) && t->c[3] != a)
		return true;
	if (a >= 0x2000 && b >= 0x2000 && c >= 0x2000)
		return (is_sign(a) && !is_box(a)) || (is_sign(b) && !is_box(b)) ||
		       (is_sign(c) && !is_box(c));
	return a < 0x100 && b < 0x100 && c < 0x100 && t->c[3] >= 0x80 && t->c[3] < 0x100;
}

/* Can the character at i be one, by its lead and the letter before it?  Pairs that are frequent in
 * text are left out. */
static bool
is_place(const unsigned char *p, size_t i)
{
	size_t back = i - 1;

	while (back > 0 && (p[back] & 0xC0) == 0x80)
		back--;
	unsigned char c = p[i], b = p[back];
	bool cyrillic = b == 0xD0 || b == 0xD1, greek = b == 0xCE || b == 0xCF,
	     sign = mojibake_sign_lead(b);
	if (mojibake_sign_lead(c))
		return cyrillic || greek || sign || b == 0xC3;
	if (c == 0xC3) {
		if (greek || sign || cyrillic)
			return true;
		return b == 0xC3 && back >= 2 &&
		       (p[back - 2] == 0xC3 || p[back - 2] == 0xCE || p[back - 2] == 0xCF);
	}
	if (c != 0xD0 && c != 0xD1)
		return false;
	/* Quotation marks and dashes behind ASCII are before letters of any text. */
	if (b == 0xC2 || (b == 0xE2 && p[back + 1] == 0x80))
		return back > 0 && p[back - 1] >= 0x80;
	if (sign)
		return true;
	if (c == 0xD0)
		return cyrillic && p[i + 1] < 0xB0;
	if (cyrillic && mojibake_serbian(p[i + 1]))
		return true;
	return p[i + 1] >= 0x90 && p[i + 1] < 0xA0 &&
	       ((b == 0xD0 && p[back + 1] < 0xB0) ||
		   (b == 0xD1 && p[back + 1] >= 0x90 && p[back + 1] < 0xA0));
}

/* The leads that is_place() knows. */
static inline bool
may_end(unsigned char c)
{
	return c == 0xC3 || c == 0xD0 || c == 0xD1 || mojibake_sign_lead(c);
}

/* A small letter of all languages, by its bytes. */
static inline bool
is_common(const unsigned char *p)
{
	return p[0] == 0xD0 ? p[1] >= 0xB0 : p[0] == 0xD1 && p[1] < 0x90;
}

/* Is it such a letter behind a Cyrillic letter, or U+0451 behind such a letter? */
static inline bool
is_usual(const unsigned char *p, size_t i)
{
	if (i < 2 || (p[i - 2] & 0xFE) != 0xD0)
		return false;
	return is_common(p + i) || (p[i] == 0xD1 && p[i + 1] == 0x91 && is_common(p + i - 2));
}

/* Is it a quotation mark or a dash behind two Cyrillic letters of all languages, the last a small
 * one? None of the patterns ends so; text often does. */
static bool
ends_word(const unsigned char *p, size_t i)
{
	if (i < 4 || !(p[i] == 0xE2 ? p[i + 1] == 0x80 : p[i] == 0xC2 && p[i + 1] >= 0xA0))
		return false;
	const unsigned char *b = p + i - 2, *a = p + i - 4;
	return is_common(b) && ((a[0] == 0xD0 && a[1] >= 0x90) || (a[0] == 0xD1 && a[1] < 0x90));
}

/* What other characters show. */
static __attribute__((noinline)) unsigned
fires_of_others(const unsigned char *p, size_t i, size_t n)
{
	struct tail t;

	/* A with tilde and a space that was a no-break space, behind no capital: a with grave. */
	if (p[i] == ' ')
		return i >= 2 && p[i - 2] == 0xC3 && p[i - 1] == 0x83 &&
			       (i == 2 ||
				   (p[i - 3] < 0x80 && !(p[i - 3] >= 'A' && p[i - 3] <= 'Z')))
			   ? 1u << MOJIBAKE_WINDOWS_1252
			   : 0;
	if (n - i < length(p[i]) || !is_place(p, i) || ends_word(p, i))
		return 0;
	read_tail(&t, p, i);
	return utf8_kinds(&t) | (is_single(&t) ? MOJIBAKE_SINGLE : 0);
}

/* Whether a character can fire at all, by the bytes before it and its own. */
static inline bool
may_fire(const unsigned char *p, size_t i, size_t n)
{
	return i > 0 && p[i - 1] >= 0x80 && (may_end(p[i]) || p[i] == ' ') &&
	       !(n - i >= 2 && is_usual(p, i));
}

unsigned
mojibake_fires(const unsigned char *p, size_t i, size_t n)
{
	if (!may_fire(p, i, n))
		return 0;
	if (n - i >= 2 && are_capitals(p, i))
		return fires_of_capitals(p, &i, i + 2);
	return fires_of_others(p, i, n);
}

/* As mojibake_fires_from(). */
static inline bool
fires_from(const unsigned char *p, size_t *i, size_t n)
{
	if (*i >= 2 && n - *i >= 2 &&
	    ((capital_at(p + *i - 2) | capital_at(p + *i)) & ~0x1F00u) == 0)
		return row_may_fire(p, i, n) && fires_of_capitals(p, i, n) != 0;
	bool fires = may_fire(p, *i, n) && fires_of_others(p, *i, n) != 0;
	*i += !fires;
	return fires;
}

bool
mojibake_fires_from(const unsigned char *p, size_t *i, size_t n)
{
	return fires_from(p, i, n);
}

bool
mojibake_fires_at(const unsigned char *p, size_t i, uint64_t places, size_t n, size_t *known)
{
	size_t behind = *known; /* that has been looked at */

	while (places != 0) {
		size_t at = i + (unsigned)__builtin_ctzll(places);
		places &= places - 1;
		at -= (p[at] & 0xC0) == 0x80;
		if (at < behind)
			continue;
		*known = at;
		if (fires_from(p, known, n))
			return true;
		behind = *known;
		/* A row of capitals has been looked at together. */
		if (behind - at > 2)
			places = behind - i < 64 ? places & UINT64_MAX << (behind - i) : 0;
	}
	return false;
}

size_t
mojibake_suspect_scalar(const unsigned char *p, size_t n, size_t from)
{
	for (size_t i = from; i < n;) {
		uint64_t eight;
		while (n - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if (i > 0 && p[i - 1] >= 0x80)
				break;
			if (eight & EACH(0x80))
				break;
			i += sizeof eight;
		}
		if (i < n && fires_from(p, &i, n))
			return i;
	}
	return n;
}

size_t
mojibake_suspect(const unsigned char *p, size_t n, size_t from)
{
#if POTOK_SIMD_X86
	if (potok_simd() >= POTOK_SIMD_AVX2)
		return mojibake_suspect_avx2(p, n, from);
#endif
	return mojibake_suspect_scalar(p, n, from);
}
