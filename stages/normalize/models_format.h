/* How models.h is laid out.  Private to normalize's detector. */
#ifndef NORMALIZE_MODELS_FORMAT_H
#define NORMALIZE_MODELS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum {
	MODELS_MAX = 64, /* languages */
	FREQUENT = 512,  /* characters of a language of ideographs */
};

/* What a character is in a language; from CLASS_LETTER on, the letters of its alphabet. */
enum {
	CLASS_SPACE,
	CLASS_DIGIT,
	CLASS_PUNCTUATION, /* of ASCII */
	CLASS_OPEN,        /* quotation marks */
	CLASS_CLOSE,
	CLASS_DASH,
	CLASS_NBSP,
	CLASS_SIGN,    /* numero, section, degree, copyright, ellipsis, middle dot */
	CLASS_OTHER,   /* another letter of some alphabet */
	CLASS_FOREIGN, /* any other character */
	CLASS_LATIN,   /* of ASCII, in languages of another script */
	CLASS_LETTER,
};

/* What models.h tells of a character below SYMBOLS_END: bits of an entry of model_symbols. */
enum {
	SYMBOLS_END = 0x3000,
	SYMBOLS_BLOCK = 64,    /* characters that one entry of model_blocks stands for */
	SYMBOL_LETTER = 0x1FF, /* 1 + its place among the small letters of all alphabets, or 0 */
	SYMBOL_CLASS = 9,      /* the first bit of its class; 4 bits */
	SYMBOL_SMALL = 1 << 13,
	SYMBOL_CAPITAL = 1 << 14,
};

/* The entry of a character below SYMBOLS_END, in model_symbols by model_blocks. */
static inline unsigned
model_symbol(const uint16_t *symbols, const uint8_t *blocks, uint32_t c)
{
	return symbols[blocks[c / SYMBOLS_BLOCK] * SYMBOLS_BLOCK + c % SYMBOLS_BLOCK];
}

struct model {
	const char *name; /* the language, BCP 47 */
	int latin;        /* 1: its letters are Latin */
	/* Classes; costs[a * n + b] is that of b behind a.  Of a language of ideographs n
	 * characters in their order, and the cost of each. */
	int n;
	const uint8_t *costs;
	const uint16_t *characters;
};

/* The most frequent characters of a language of ideographs in one of its encodings: their two
 * bytes, in their order, and what each costs; and what all others cost at least. */
struct frequent {
	uint16_t bytes[FREQUENT];
	uint8_t costs[FREQUENT], others;
};

#endif
