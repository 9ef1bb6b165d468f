/* Writes plain Cyrillic letters and ASCII without vector code, by the table of pairs. */
#include <string.h>

#include "convert_simd.h"

/* The two bytes at p, of which is_letter() and letter_of() tell. */
static inline unsigned
read_two(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Are they a letter of U+0400 to U+047F? */
static inline bool
is_letter(unsigned two)
{
	return (two & 0xFEC0) == 0xD080;
}

static inline size_t
letter_of(unsigned two)
{
	return (two & 0x3F) + (two >> 2 & 0x40);
}

static inline bool
is_latin(unsigned c)
{
	return (c | 0x20) - 'a' < 26;
}

static inline bool
is_mark(const unsigned char *p)
{
	return (*p & 0xFE) == 0xCC;
}

/* May a letter that is not plain be written where p follows: a capital, before a small letter? */
static __attribute__((noinline)) bool
is_title(const struct table_fast *f, size_t letter, const unsigned char *p)
{
	size_t next = letter_of(read_two(p));

	return f->odd[letter] == FAST_TITLED && is_letter(read_two(p)) && f->odd[next] == 0 &&
	       (f->flags[next] & FAST_SMALL);
}

static inline const uint64_t *
find_text(const struct table_fast *f, size_t letter, size_t before)
{
	return &f->behind[letter * FAST_ROW + before];
}

static inline size_t
text_length(const uint64_t *text)
{
	return ((const unsigned char *)text)[7];
}

size_t
convert_plain_scalar(const struct table_fast *f, const unsigned char *p, size_t n, size_t seen,
    struct plain_state *state)
{
	/* What follows a character is read, too. */
	const unsigned char *start = p, *end = seen < n + 4 ? p + seen - 4 : p + n, *first = NULL;
	size_t before = state->before.cyrillic ? state->before.letter + 1 : 0;
	unsigned char *out = state->out;
	uint64_t letters = 0;

	if (!f->paired || seen < 4 || state->before.latin)
		return 0;
	while (p < end) {
		const unsigned char *word = p;
		size_t before_word = before;
		for (; p < end; p += 2) {
			unsigned two = read_two(p);
			size_t letter = letter_of(two);
			if (!is_letter(two) || (f->odd[letter] != 0 && !is_title(f, letter, p + 2)))
				break;
			const uint64_t *text = find_text(f, letter, before);
			memcpy(out, text, sizeof *text);
			out += text_length(text);
			before = letter + 1;
		}
		if (p > word && is_mark(p)) {
			/* It makes another letter of the last one. */
			size_t letter = letter_of(read_two(p - 2));
			before = before_word;
			if (p - 2 > word)
				before = letter_of(read_two(p - 4)) + 1;
			out -= text_length(find_text(f, letter, before));
			p -= 2;
		}
		if (p > word) {
			first = first == NULL ? word : first;
			letters += (uint64_t)(p - word) / 2;
		}
		const unsigned char *between = p;
		while (p < end && f->pass[*p] && !is_latin(*p))
			*out++ = *p++;
		if (p > between && is_mark(p)) {
			p--;
			out--;
		}
		before = p > between ? 0 : before;
		if (p == word)
			break;
	}
	if (state->letters == 0 && first != NULL)
		state->first = (size_t)(first - start);
	state->letters += letters;
	state->out = out;
	return (size_t)(p - start);
}
