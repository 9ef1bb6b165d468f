/* What a scheme is: the types of the generated tables in schemes.h. */
#ifndef POTOK_TRANSLIT_SCHEME_H
#define POTOK_TRANSLIT_SCHEME_H

#include <stddef.h>
#include <stdint.h>

enum {
	SCHEME_FIRST = 0x400, /* the first code point of the tables */
	SCHEME_LETTERS = 320, /* U+0400 to U+053F: all characters with the lead bytes D0 to D4 */
	SCHEME_TEXT = 10,     /* bytes of one result */
};

/* About a character of the Cyrillic block, whatever the scheme. */
enum {
	CYRILLIC_LETTER = 1 << 0,
	CYRILLIC_UPPER = 1 << 1,
	CYRILLIC_MARK = 1 << 2, /* combining */
};

/* What is written for a letter: one rule of a scheme. */
struct translit_letter {
	char text[SCHEME_TEXT]; /* UTF-8 */
	uint8_t len;            /* bytes of text */
	uint8_t left;  /* sets, one of which the letter before must be in; 0: the rule holds */
	uint8_t next;  /* else the rule others[next] is tried */
	uint8_t caps;  /* others[caps] is the same in capitals; 0: text is right in any case */
	uint8_t sets;  /* sets that the letter itself is in */
	uint8_t known; /* 0: the scheme has no rule for the letter; else the letter's properties */
};

/* A letter with a combining mark that is written in its own way, or two characters that make a
 * composed one. */
struct translit_pair {
	uint16_t letter, mark;
	uint16_t to; /* index in others[], or the composed character */
};

struct translit_scheme {
	const char *name;
	const char *about;
	const struct translit_letter *letters; /* SCHEME_LETTERS of them */
	const struct translit_letter *others;  /* other[0] is no rule */
	const struct translit_pair *pairs;     /* in the order of letter and mark */
	size_t npairs;
	uint8_t start; /* sets that the start of a word is in */
};

#endif
