/* What a scheme is: the types of the generated tables in schemes.h. */
#ifndef POTOK_TRANSLIT_SCHEME_H
#define POTOK_TRANSLIT_SCHEME_H

#include <stddef.h>
#include <stdint.h>

enum {
	SCHEME_KEY = 9,       /* characters of the longest key */
	SCHEME_TEXT = 12,     /* bytes of the longest result */
	SCHEME_SETS = 15,     /* sets of one scheme, the boundary of a word among them */
	SCHEME_SLOTS = 0x9D8, /* characters that a key may hold: see scheme_slot() */
	SCHEME_OTHER = 0x7FF, /* the slot that stands for letters without one; U+07FF has none */
};

/* About a character, whatever the scheme. */
enum scheme_kind {
	KIND_NONE,  /* no letter: the word ends, or has not begun */
	KIND_MARK,  /* combining or invisible: as if it were not there */
	KIND_LOWER, /* a letter, not known to be a capital */
	KIND_UPPER,
};

/* A character that a key may hold; its place in properties[] is its slot. */
struct translit_property {
	uint16_t lower; /* slot of its small letter */
	uint8_t kind;
	uint8_t script; /* SCRIPT_... */
};

enum { SCRIPT_OTHER, SCRIPT_LATIN, SCRIPT_CYRILLIC };

/* When a rule holds. */
enum {
	RULE_NOT_AFTER = 1 << 0,  /* `left` is what must not be before */
	RULE_NOT_BEFORE = 1 << 1, /* `right` is what must not follow */
	RULE_CAPITAL = 1 << 2,    /* for the key as written, a capital */
	RULE_CASELESS = 1 << 3,   /* the key has no case, the result does: the neighbours decide */
};

/* One rule: what is written for the letters of the key. */
struct translit_rule {
	uint16_t key[SCHEME_KEY]; /* characters, in small letters; ends with 0 */
	uint16_t left, right;     /* sets, one of which the neighbour must be in; 0: any */
	uint8_t flags;
	char text[3][SCHEME_TEXT + 1]; /* small, with one capital, in capitals */
};

/* A character with the sets that it is in; 0 is the boundary of a word. */
struct translit_member {
	uint16_t letter, sets;
};

/* A letter with a combining mark, and the composed letter. */
struct translit_pair {
	uint16_t letter, mark, composed;
};

struct translit_scheme {
	const char *name;
	const char *base;      /* the scheme whose rules hold for other keys; "": none */
	const char *aliases;   /* words */
	const char *languages; /* words */
	const char *standard;
	const char *status;
	const char *facts; /* for people: one a line */
	int reversible;
	const struct translit_rule *rules; /* longer keys first; same key: in order of trial */
	size_t nrules;
	const struct translit_rule *back; /* from Latin; NULL: cannot be reversed */
	size_t nback;
	const struct translit_member *members;
	size_t nmembers;
};

/* The slot of a character, or -1 when no key can hold it.  The characters below U+07FF are their
 * own slots. */
static inline int
scheme_slot(uint32_t c)
{
	static const struct {
		uint16_t first, last, slot;
	} ranges[] = {
	    {0x1C80, 0x1C8F, 0x800}, /* Cyrillic Extended-C */
	    {0x1E00, 0x1EFF, 0x810}, /* Latin Extended Additional */
	    {0x2010, 0x203F, 0x910}, /* quotation marks, daggers, primes */
	    {0x2110, 0x211F, 0x940}, /* numero sign */
	    {0x2DE0, 0x2DFF, 0x950}, /* Cyrillic Extended-A */
	    {0xA640, 0xA69F, 0x970}, /* Cyrillic Extended-B */
	    {0xFE20, 0xFE27, 0x9D0}, /* combining halves */
	};

	if (c < SCHEME_OTHER)
		return (int)c;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return (int)(c - ranges[i].first + ranges[i].slot);
	}
	return -1;
}

#endif
