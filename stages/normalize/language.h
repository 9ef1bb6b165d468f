/* What text costs in the languages of models.h: its information in bits.  Private to normalize. */
#ifndef NORMALIZE_LANGUAGE_H
#define NORMALIZE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models_format.h"

/* Costs in eighths of a bit, as in models.h. */
enum {
	COST_CONTROL = 24 * 8, /* a C1 control, or nothing */
	COST_UP = 8 * 8,       /* a capital behind a small letter */
	COST_CAPITAL = 5 * 4,  /* a capital at the start of a word */
	COST_CAPITALS = 5,     /* a capital behind a capital */
	COST_OPENS = 8 * 8,    /* what opens a quotation, behind a letter */
	CLASS_CONTROL = 254,   /* class of what is no character */
};

/* A character, for all languages. */
struct symbol {
	uint32_t c;
	uint16_t letter; /* 1 + its place among the small letters of all models, or 0 */
	uint8_t class;   /* CLASS_SPACE to CLASS_FOREIGN, or CLASS_CONTROL */
	bool small, capital;
	bool opens; /* a quotation mark that stands before words in all languages that have it */
};

/* 0xFFFF stands for none. */
struct symbol language_symbol(uint32_t c);

/* The model of language i; NULL behind the last one.  The first is English. */
const struct model *language_model(size_t i);

/* The class of a character in a language that is not written in ideographs. */
unsigned language_class(size_t language, const struct symbol *);

/* What the letter case of b behind a costs, or a quotation that begins there. */
static inline unsigned
language_case(const struct symbol *a, const struct symbol *b)
{
	if (b->opens)
		return a->small || a->capital ? COST_OPENS : 0;
	if (!b->capital)
		return 0;
	return a->small ? COST_UP : a->capital ? COST_CAPITALS : COST_CAPITAL;
}

/* The least that a character above 7F costs in the language of an encoding of ideographs, which are
 * those of fit_multibytes: bytes is its byte << 8, or its first one << 8 | its second one. */
unsigned language_bytes_least(size_t encoding, unsigned bytes);

/* What letters of ASCII cost beside ideographs, and where they meet. */
enum { COST_ASCII_LETTER = 5 * 8, COST_SEAM = 6 * 8 };

/* What the words of s[0..n) cost in a language: those with a character above 7F, or `all`. */
uint64_t language_cost(size_t language, const struct symbol *s, size_t n, bool all);

/* Is it a byte of words: of a letter of ASCII, or above 7F? */
static inline bool
language_in_word(uint32_t c)
{
	return c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

#endif
