/* Characters: their classes, scripts and lower case, and looking at those around a place. */
#ifndef POTOK_SPLIT_CHARS_H
#define POTOK_SPLIT_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/utf8.h>

#include "keys.h"

enum class {
	OTHER, /* symbols, controls, ill-formed bytes */
	SPACE,
	UPPER,
	LOWER,
	LETTER, /* of a script without case */
	MARK,
	DIGIT,
	DASH,
	OPEN,
	CLOSE,
	QUOTE, /* opens or closes, by where it stands */
	PUNCT,
	EDGE, /* the end of the line, or of what may be looked at */
};

/* A character and where it stands. */
struct character {
	uint32_t cp;
	enum class class;
	size_t len; /* bytes; 0 for EDGE */
};

/* From ICU, by gen_split: the class of cp is char_classes[char_block[cp / 128]][cp % 128]. */
extern const unsigned char char_block[512];
extern const unsigned char char_classes[][128];

/* Lower case of the letters that word lists have; others stay. */
uint32_t char_lower(uint32_t cp);

static inline enum class char_class(uint32_t cp) {
	if (cp > 0xFFFF) return cp >= 0x1F000 ? OTHER : LETTER;
	return (enum class)char_classes[char_block[cp / 128]][cp % 128];
}

/* The character at p[at]; EDGE at `end` and at a LF. */
static inline struct character
look(const unsigned char *p, size_t at, size_t end)
{
	struct character c = {.class = EDGE};

	if (at >= end || p[at] == '\n')
		return c;
	if (p[at] < 0x80)
		return (struct character){p[at], (enum class)char_classes[0][p[at]], 1};
	if (p[at] >= 0xC2 && p[at] < 0xE0 && end - at > 1 && (p[at + 1] & 0xC0) == 0x80) {
		c.cp = (p[at] & 0x1Fu) << 6 | (p[at + 1] & 0x3Fu);
		c.class = char_class(c.cp);
		c.len = 2;
		return c;
	}
	int len = potok_utf8_decode(p + at, end - at, &c.cp);
	c.class = len > 0 ? char_class(c.cp) : OTHER;
	c.len = len > 0 ? (size_t)len : len < 0 ? (size_t)-len : end - at;
	return c;
}

/* The character that ends at `at`; EDGE when that is `start`, or behind a LF. */
static inline struct character
look_back(const unsigned char *p, size_t start, size_t at)
{
	size_t from = at;

	if (at > start && p[at - 1] < 0x80)
		return look(p, at - 1, at);
	while (from > start && at - from < 4) {
		from--;
		if ((p[from] & 0xC0) != 0x80)
			break;
	}
	struct character c = look(p, from, at);
	if (c.len != at - from)
		c = (struct character){.class = OTHER, .len = 1};
	return c;
}

static inline bool is_letter(enum class class)
{
	return class == UPPER || class == LOWER || class == LETTER;
}

/* The length of the white space character (no LF) at the front of p[0..n), n > 0; 0: there is none;
 * below 0: p[0..n) may be the beginning of one. */
int white_space(const unsigned char *p, size_t n);

/* The end of p[start..end) without the white space at its end; LF is white space here. */
size_t trim(const unsigned char *p, size_t start, size_t end);

#endif
