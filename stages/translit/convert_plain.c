/* Writes plain Cyrillic letters and ASCII without vector code, by tables of pairs. */
#include <string.h>

#include "convert_simd.h"

/* Where the loops are. */
struct place {
	const unsigned char *p;
	unsigned char *out;
	size_t before; /* 1 and the letter that ends there, 0: none does */
};

/* The bytes at p as a number whose lowest byte is the first one. */
static inline unsigned
read_two(const unsigned char *p)
{
	return (unsigned)p[1] << 8 | p[0];
}

static inline uint32_t
read_four(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t
read_eight(const unsigned char *p)
{
	return (uint64_t)read_four(p + 4) << 32 | read_four(p);
}

/* Two bytes of a letter of U+0400 to U+047F: what all such have, and the bits that tell which. */
enum { LETTER = 0x80D0, LETTER_BITS = 0x3F01 };

static inline bool
is_letter(unsigned two)
{
	return (two & ~(unsigned)LETTER_BITS) == LETTER;
}

static inline size_t
letter_of(unsigned two)
{
	return (two >> 8 & 0x3F) | (two & 1) << 6;
}

/* The letter that ends before p. */
static inline size_t
letter_before(const unsigned char *p)
{
	return letter_of(read_two(p - 2));
}

/* What is written for the letter. */
static inline uint64_t
find_text(const struct table_fast *f, size_t letter, size_t before)
{
	return f->behind[letter * FAST_ROW + before];
}

/* The same among capitals. */
static uint64_t
find_capitals(const struct table_fast *f, size_t letter, size_t before)
{
	unsigned sets = before != 0 ? f->sets[before - 1] : f->space;
	unsigned form = (sets & f->left[letter]) != 0 ? 3 : 2;

	return table_letter(f, form, letter);
}

/* What find_odd() answers when the rules must be looked at. */
static const uint64_t unknown = ~(uint64_t)0;

/* What is written for a letter that is not plain, where p follows. */
static __attribute__((noinline)) uint64_t
find_odd(const struct table_fast *f, size_t letter, size_t before, const unsigned char *p)
{
	unsigned odd = f->odd[letter], two = read_two(p), next = 0;
	/* What follows is no letter, and nothing that could become one. */
	bool none = f->pass[*p] && !is_latin(*p);

	if (is_letter(two))
		next = f->flags[letter_of(two)];
	if ((odd & FAST_ODD) || !(none || (next & FAST_USABLE)))
		return unknown;
	/* A mark may make another letter of it. */
	if ((odd & FAST_PAIRED) && !none && ((next & FAST_SECOND) || table_mark_begins(p + 2)))
		return unknown;
	unsigned beside = none && before != 0 ? f->flags[before - 1] : none ? FAST_SMALL : next;
	if (!(odd & FAST_TITLED) || (beside & FAST_SMALL))
		return find_text(f, letter, before);
	return beside & FAST_CAPITAL ? find_capitals(f, letter, before) : unknown;
}

/* What is written for two letters whose four bytes have these bits. */
static inline uint64_t
find_two(const struct table_fast *f, uint32_t bits)
{
	/* In the lower seven bits of both halves which letter it is; these are joined. */
	uint32_t both = (bits >> 8 & 0x003F003F) | (bits << 6 & 0x00400040);

	return f->two[(uint32_t)(both * 0x10080) >> 16];
}

/* Takes back the letter that ends at at->p, in a word that begins with `start`. */
static inline void
take_back(const struct table_fast *f, struct place *at, const struct place *start)
{
	size_t letter = letter_before(at->p);

	at->p -= 2;
	at->before = at->p > start->p ? letter_before(at->p) + 1 : start->before;
	at->out -= find_text(f, letter, at->before) >> 56;
}

/* Writes letters two at a time, of a word that begins with `start`, as far as what is before them
 * does not matter.  Answers whether the last one goes with what follows: it is not written. */
static inline bool
write_two(const struct table_fast *f, struct place *at, const struct place *start,
    const unsigned char *end)
{
	const uint32_t two = (uint32_t)LETTER << 16 | LETTER;
	const uint32_t other = ~((uint32_t)LETTER_BITS << 16 | LETTER_BITS);
	const uint64_t left = (uint64_t)0xFF << TWO_LEFT;
	uint64_t beside = (uint64_t)f->beside[at->before] << TWO_LEFT;
	const unsigned char *p = at->p, *last = end - 2;
	unsigned char *out = at->out;

	while (p < last) {
		uint32_t bits = read_four(p) ^ two;
		if ((bits & other) != 0)
			break;
		uint64_t text = find_two(f, bits);
		if ((text & beside) != 0)
			break;
		out = table_write(text, out);
		p += 4;
		beside = text >> (TWO_BESIDE - TWO_LEFT) & left;
	}
	if (p == at->p)
		return false;
	if (table_mark_begins(p) && (f->odd[letter_before(p - 2)] & FAST_PAIRED)) {
		/* The first one of two may not stand before what it makes of the second one. */
		p -= 4;
		out -= find_two(f, read_four(p) ^ two) >> 56;
	}
	at->out = out;
	if (p == at->p)
		return false;
	at->p = p;
	at->before = letter_before(p) + 1;
	if (f->odd[at->before - 1] == 0)
		return false;
	take_back(f, at, start);
	return true;
}

/* Writes plain letters. */
static inline void
write_letters(const struct table_fast *f, struct place *at, const unsigned char *end)
{
	const struct place start = *at;
	unsigned two;

	do {
		if (write_two(f, at, &start, end))
			continue;
		/* Whether one more follows is not to be foreseen: no branch depends on that. */
		two = read_two(at->p);
		size_t letter = letter_of(two);
		uint64_t one = is_letter(two) & (at->p < end);
		uint64_t text = find_text(f, letter, at->before);
		if ((f->odd[letter] & -one) != 0) {
			text = find_odd(f, letter, at->before, at->p + 2);
			if (text == unknown)
				break;
		}
		at->out = table_write(text & -one, at->out);
		at->before += (letter + 1 - at->before) & -one;
		at->p += 2 * one;
	} while (is_letter(read_two(at->p)) && at->p < end);
	/* A mark makes another letter of the last one. */
	if (at->p > start.p && table_mark_begins(at->p))
		take_back(f, at, &start);
}

/* The length of the punctuation at p that passes; 0: it is none. */
static inline size_t
punctuation(const struct table_fast *f, const unsigned char *p)
{
	if (p[0] == 0xC2 && (p[1] & 0xC0) == 0x80)
		return f->punctuation[p[1] & 0x3F] & FAST_C2 ? 2 : 0;
	if (p[0] == 0xE2 && p[1] == 0x80 && (p[2] & 0xC0) == 0x80)
		return f->punctuation[p[2] & 0x3F] & FAST_E2_80 ? 3 : 0;
	return 0;
}

/* Passes ASCII. */
static inline void
pass_ascii(const struct table_fast *f, struct place *at, const unsigned char *end)
{
	const uint64_t high = 0x8080808080808080, spaces = 0x2020202020202020;
	const unsigned char *p = at->p;
	unsigned char *out = at->out;

	for (;;) {
		if (f->pass_all && end - p >= 8) {
			uint64_t x = read_eight(p);
			/* From 80 on, or below a space; behind the first one this may be wrong. */
			uint64_t stop = (x | (x - spaces)) & high;
			memcpy(out, p, 8);
			unsigned n = stop != 0 ? (unsigned)__builtin_ctzll(stop) / 8 : 8;
			out += n;
			p += n;
			if (stop == 0)
				continue;
		}
		if (p >= end || !f->pass[*p])
			break;
		*out++ = *p++;
	}
	at->p = p;
	at->out = out;
}

/* Passes ASCII and punctuation. */
static inline void
pass_between(const struct table_fast *f, struct place *at, const unsigned char *end)
{
	const unsigned char *start = at->p;
	size_t n = 1;

	/* Mostly one character, a space. */
	if (f->pass[*start] && !is_latin(*start) && is_letter(read_two(start + 1))) {
		*at->out++ = *at->p++;
		at->before = 0;
		return;
	}
	if (at->before != 0 && is_latin(*start))
		return;
	pass_ascii(f, at, end);
	while (at->p < end && (n = punctuation(f, at->p)) > 0) {
		memcpy(at->out, at->p, 4);
		at->out += n;
		at->p += n;
		if (at->p < end && f->pass[*at->p])
			pass_ascii(f, at, end);
	}
	if (at->p > start && table_mark_begins(at->p)) {
		/* It makes another character of the last one. */
		do {
			at->p--;
			at->out--;
		} while ((*at->p & 0xC0) == 0x80);
	}
	at->before = at->p > start ? 0 : at->before;
}

size_t
convert_plain_scalar(const struct table_fast *f, const unsigned char *p, size_t n, size_t seen,
    struct plain_state *state)
{
	/* What follows a character is read, too. */
	const unsigned char *end = seen < n + 4 ? p + seen - 4 : p + n;
	struct place at = {.p = p,
	    .out = state->out,
	    .before = state->before.cyrillic ? state->before.letter + 1 : 0};
	uint64_t letters = 0;

	if (seen < 4 || (state->before.latin && is_letter(read_two(p))))
		return 0;
	while (at.p < end) {
		const unsigned char *word = at.p;
		write_letters(f, &at, end);
		letters += (uint64_t)(at.p - word) / 2;
		const unsigned char *between = at.p;
		if (at.p < end)
			pass_between(f, &at, end);
		if (at.p == word || (at.p > between && is_latin(at.p[-1])))
			break;
	}
	state->letters += letters;
	state->out = at.out;
	return (size_t)(at.p - p);
}
