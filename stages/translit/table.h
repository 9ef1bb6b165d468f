/* A scheme made ready for use: what is written for each character, and the rules that need a look
 * at the neighbours. */
#ifndef POTOK_TRANSLIT_TABLE_H
#define POTOK_TRANSLIT_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <potok/translit.h>

#include "scheme.h"

/* What an entry is. */
enum {
	ENTRY_PLAIN = 1 << 0,    /* no rule needs a look at the text behind it */
	ENTRY_LETTER = 1 << 1,   /* of the scheme */
	ENTRY_UNKNOWN = 1 << 2,  /* a letter that the scheme does not have */
	ENTRY_KEY = 1 << 4,      /* part of some key */
	ENTRY_STRESSED = 1 << 3, /* stands for the letter whose slot is `chain` and a mark: text[0]
				  * of U+0300 */
};

/* What is written for a character. */
struct table_entry {
	char text[SCHEME_TEXT];
	uint8_t len; /* bytes of text */
	uint8_t flags;
	uint16_t chain; /* index of the first rule to try; 0: none */
};

/* A rule on the way. */
struct table_rule {
	uint16_t key[SCHEME_KEY]; /* slots of small letters */
	uint8_t nkey, flags;
	uint8_t len[3];
	char text[3][SCHEME_TEXT + 1];
	uint32_t left, right; /* sets, one of which the neighbour must be in; 0: any */
	uint16_t next;        /* the rule to try after this one; 0: none */
};

enum {
	FAST_LETTERS = 128, /* U+0400 to U+047F */
	FAST_ALL = 256,     /* U+0400 to U+04FF: for AVX2 */
	FAST_TEXT = 4,      /* bytes of the longest result */
};

/* What a letter is for the vector code; 0: it is not for it. */
enum {
	FAST_USABLE = 1 << 0,
	FAST_TITLE = 1 << 1, /* a capital with another text among capitals */
	FAST_SMALL = 1 << 2,
	FAST_CAPITAL = 1 << 3,
	FAST_PAIR = 1 << 4,   /* not for it before some letters */
	FAST_SECOND = 1 << 5, /* one of them */
	FAST_NONE = 1 << 6,   /* no letter: in table_fast.kind */
};

/* Punctuation for the vector code, by the last six bits. */
enum {
	FAST_C2 = 1 << 0,    /* behind C2 */
	FAST_E2_80 = 1 << 1, /* behind E2 80 */
	FAST_CODE = 2,       /* from that bit on: the code */
};

/* Sets of 256 codes are also stored in two times 16 rows: bit b of row r stands for the code 16 b +
 * r, in the second half for 128 more. */
enum { FAST_ROWS = 16, FAST_CODES = 256, FAST_FAR = 0xE0 };

/* Where letters have sets, in tables of one row. */
enum { FAST_TABLES = 5, NEAR_TABLES = 3 };

/* The bit of a text of table_fast.pair that is longer than 7 bytes. */
enum { PAIR_LONG = 59 };

/* What table_fast.before says of two letters: nothing, or to look at the rules; others are a place
 * in `joins`. */
enum { BEFORE_ANY = 0, BEFORE_RULES = 255, FAST_JOINS = 64 };

/* What becomes of a FAST_PAIR before a FAST_SECOND. */
struct fast_join {
	uint8_t code;   /* what the first one becomes */
	uint8_t second; /* and the second one; 0: that stays */
	uint8_t right;  /* bit of code_right that what is behind both must have; 0: any */
};

/* Some bits of the second code of two change bits of the first: letters are near each other, and
 * would be in the same places of a cache. */
enum { PAIR_SHIFT = 5, PAIR_SPREAD = 0xF8 };

/* What a letter is without vector code. */
enum {
	FAST_ODD = 1 << 0,    /* not for it */
	FAST_TITLED = 1 << 1, /* a FAST_TITLE */
	FAST_PAIRED = 1 << 2, /* a FAST_PAIR */
};

/* Entries for one letter in table_fast.behind: not a power of 2, for the cache. */
enum { FAST_ROW = 136 };

/* Bytes of table_fast.two: the text, and behind it where the others are, by bits. */
enum {
	TWO_TEXT = 5,
	TWO_LEFT = 40,   /* what must not be before the first letter; bit 7: always */
	TWO_BESIDE = 48, /* what the second letter is to the one behind it; bit 7 is set */
	TWO_LENGTH = 56,
};

/* Characters on the way back; the first bytes of U+0080, and of U+0300, where the marks begin; some
 * last byte. */
enum { BACK_SLOTS = 0x300, BACK_TWO = 0xC2, BACK_MARKS = 0xCC, BACK_TAIL = 0xBF };

/* Plain entries as the vector code wants them. */
struct table_fast {
	/* A table for each byte of the results, 0 behind their end.  The second one is for behind a
	 * letter of `left`; the last two are in capitals. */
	uint8_t text[4][FAST_TEXT][FAST_ALL];
	uint8_t flags[FAST_ALL];
	uint8_t left[FAST_ALL];
	uint8_t sets[FAST_ALL];
	uint8_t ascii[FAST_LETTERS]; /* 1: not for the vector code */
	uint8_t punctuation[64];
	uint8_t space; /* the sets of what is no letter */
	bool pairs;    /* there are FAST_PAIRs */

	/*
	 * Codes of one byte stand for what is written: ASCII, but for control characters, some of
	 * which stand for punctuation, and letters from 80 on: U+0400 to U+045F in their order, and
	 * some of the others of U+0400 to U+04FF from FAST_FAR on.  Codes from 80 on that no
	 * character has stand for letters in capitals and for what some become before others.  Code
	 * 0 stands for what is not known.
	 */
	uint8_t kind[FAST_CODES];    /* of characters: FAST_SMALL, FAST_CAPITAL, FAST_NONE or 0 */
	uint8_t capital[FAST_CODES]; /* 1: stands for a capital letter */
	uint8_t caps[FAST_CODES];    /* the code of a FAST_TITLE in capitals */
	bool live[FAST_CODES];       /* stands for something */
	uint8_t letter[FAST_CODES];  /* of codes of letters, less U+0400 */
	uint8_t far[FAST_ALL];       /* codes of letters from U+0460 on, less U+0400; 0: none */
	uint8_t code_sets[FAST_CODES], code_left[FAST_CODES], code_right[FAST_CODES];
	/* Up to 7 bytes, in their order; the last: how many.  The second text is for behind a
	 * letter of `left`. */
	uint64_t written[2][FAST_CODES];

	/* The same for AVX2. */
	uint8_t odd_rows[2][FAST_ROWS];    /* characters that are not for it */
	uint8_t look_rows[2][FAST_ROWS];   /* Latin letters; FAST_TITLE */
	uint8_t pair_rows[2][FAST_ROWS];   /* FAST_PAIR */
	uint8_t second_rows[2][FAST_ROWS]; /* what must not be behind it: FAST_SECOND, `odd` */
	/* `sets` and `left` of letters by the last four bits of their codes: of codes A0 and C0, of
	 * 90 and B0, of 80 and D0, of E0, of F0. */
	uint8_t set_rows[FAST_TABLES][FAST_ROWS], left_rows[FAST_TABLES][FAST_ROWS];
	uint8_t other_sets[FAST_ROWS]; /* `sets` of others, by the first four bits */
	bool any_left, far_rows; /* there are such letters; letters of codes from FAST_FAR on */
	uint8_t before[FAST_LETTERS][FAST_LETTERS]; /* by codes, less 80 */
	struct fast_join joins[FAST_JOINS];         /* from 1 on */

	/* Without vector code. */
	uint8_t odd[FAST_LETTERS];        /* FAST_ODD and the like; 0: no look is needed */
	uint8_t beside[FAST_LETTERS + 1]; /* as TWO_BESIDE, by 1 and the letter; 0: behind none */
	uint8_t pass[256];                /* 1: a byte of ASCII that passes */
	bool pass_all;                    /* all that are no control characters do */

	/* What is filled for texts of some length only, when `paired`. */
	bool paired;
	union {
		struct {
			/* By convert_pair_avx2(): what two codes write, as in `written`, the first
			 * one in the lower byte, with PAIR_SPREAD.  The second half is for where
			 * the first one is behind a letter of `left`. */
			uint64_t pair[2 * FAST_CODES * FAST_CODES];
			/* Where the bits of 16 are, by these; 80 behind them. */
			_Alignas(16) uint8_t pack[1 << 16][16];
		};
		/* What table_pair() fills for code without vectors: what is written for a letter,
		 * at FAST_ROW times that and, for behind a letter, 1 and that; and for two letters,
		 * at FAST_LETTERS times the second one and the first. */
		struct {
			uint64_t behind[FAST_LETTERS * FAST_ROW];
			uint64_t two[FAST_LETTERS * FAST_LETTERS];
		};
	};
};

/* What a character is on the way back. */
enum {
	BACK_END = 1 << 0,     /* ends a word */
	BACK_FOREIGN = 1 << 1, /* a Latin letter that is in no key */
	BACK_DIGIT = 1 << 2,   /* of a Roman numeral */
	BACK_CAPITAL = 1 << 3, /* a letter behind it that has no case may stand for a capital */
};

/* What is written on the way back, as a number: up to two bytes as a number of 16 bits has them in
 * memory, and above them these. */
enum {
	BACK_LETTER = 1 << 16, /* of the scheme */
	BACK_KEY = 1 << 28,    /* a key of several letters may begin: instead, its rule */
	BACK_LOOK = 1 << 29,   /* the rules must be looked at */
	BACK_ODD = BACK_KEY | BACK_LOOK,
	BACK_LENGTH = 30, /* from that bit on: how many bytes */
};

/* A key of several letters on the way back. */
struct table_key {
	/* What it has behind the first letter, by the bits of the mask, as the eight bytes there
	 * are a number; its capital letters are not told apart. */
	uint64_t bytes, mask;
	/* When it is all there, and neither the case of the letters nor the neighbours matter: its
	 * bytes behind the first letter, what is written for it and for its capital as in the
	 * pairs (BACK_KEY: by another rule), the sets of its last letter.  0: it is another. */
	uint8_t length;
	uint16_t next; /* the rule to try after its own, where two bytes begin as here; 0: none */
	uint32_t text[2], sets;
};

/* The way back. */
struct table_back {
	uint8_t kind[BACK_SLOTS];

	/* What table_back_pair() fills, when `paired`. */
	bool paired;
	size_t seen; /* bytes so far, when not */
	/* By table_back_index() of two bytes: what is written for the second one; for a letter of
	 * two bytes that is written for the last.  BACK_KEY, whose first letter ends with the first
	 * byte, has the first rule to try; 0: that of the letter. */
	uint32_t pair[256 * 256];
	struct table_key key[SCHEME_SLOTS + 1]; /* of rules, by their index */
};

struct translit_table {
	union {
		struct table_fast fast;
		struct table_back back;
	};

	/* By slot.  A plain entry has two texts: the second one for where the letter before is in a
	 * set of `left`. */
	struct table_entry entries[SCHEME_SLOTS][2];
	uint32_t sets[SCHEME_SLOTS]; /* the sets a character is in */
	uint32_t left[SCHEME_SLOTS];
	size_t nrules;
	struct table_rule rules[]; /* rules[0] is none */
};

/* What is known of a character, by slot. */
extern const struct translit_property *const table_properties;

/* The slot of a character; SCHEME_OTHER: it has none. */
static inline size_t
table_slot(uint32_t c)
{
	int slot = scheme_slot(c);

	return slot >= 0 ? (size_t)slot : SCHEME_OTHER;
}

/* Is the character of that slot a letter? */
static inline bool
table_is_letter(size_t slot)
{
	return table_properties[slot].kind >= KIND_LOWER;
}

/* Does a mark begin at p?  All that compose are U+0300 to U+036F. */
static inline bool
table_mark_begins(const unsigned char *p)
{
	return (*p & 0xFE) == 0xCC;
}

/* The composed character that the two make, or 0. */
uint32_t table_compose(uint32_t letter, uint32_t mark);

/* The capital letter of c, or c. */
uint32_t table_upper(uint32_t c);

/* Is the character of that slot in some key, by itself or without its stress mark? */
bool table_known(const struct translit_table *, size_t slot);

/* Scheme i, or NULL behind the last one. */
const struct translit_scheme *table_scheme(size_t i);

/* Makes the table for these options, whose scheme is s.  The caller frees it; NULL: no memory. */
struct translit_table *table_make(
    const struct translit_scheme *s, const struct potok_translit_options *);

/* Writes 8 bytes, the text of a number whose lowest byte is the first one and whose last byte tells
 * how many are wanted.  Answers the end of these. */
static inline unsigned char *
table_write(uint64_t text, unsigned char *out)
{
	size_t n = (size_t)(text >> 56);

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	text = __builtin_bswap64(text);
#endif
	memcpy(out, &text, sizeof text);
	return out + n;
}

/* A text of a letter, by the first index of table_fast.text, as a number: up to 7 bytes, the first
 * one the lowest, and how many as the highest. */
uint64_t table_letter(const struct table_fast *, unsigned form, size_t letter);

/* Gives the codes for AVX2. */
void table_codes(struct translit_table *);

/* Fills the tables of pairs for code without vectors, which takes a moment: for texts of some
 * length. */
void table_pair(struct translit_table *);

/* Sets the kinds of the way back. */
void table_back(struct translit_table *);

/* Fills the table of pairs of the way back: for texts of some length. */
void table_back_pair(struct translit_table *);

/* What is written on the way back for a character below BACK_SLOTS by its own rules, when what is
 * before it has these kinds and sets. */
uint32_t table_back_text(
    const struct translit_table *, unsigned slot, unsigned before, uint32_t sets);

/* The first rule for a character that stands for itself, not for another one with a mark. */
static inline unsigned
table_back_rule(const struct translit_table *t, unsigned slot)
{
	return t->entries[slot]->flags & ENTRY_STRESSED ? 0 : t->entries[slot]->chain;
}

/* The place of two bytes in table_back.pair. */
static inline size_t
table_back_index(const unsigned char *p)
{
	uint16_t two;

	memcpy(&two, p, sizeof two);
	return two;
}

#endif
