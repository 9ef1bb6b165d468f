/* The word lists: what a word is in a language, and in which languages a paragraph is written. */
#ifndef POTOK_SPLIT_WORDS_H
#define POTOK_SPLIT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chars.h"
#include "keys.h"

/* What the lists say of a word; within a role, what comes first wins where languages differ. */
enum kind {
	UNKNOWN,
	/* of a word before a full stop */
	NEVER,
	NUMBER,
	UNIT,
	LAST,
	END,
	PLAIN,
	/* of the word behind one */
	STARTER,
	ORDINAL,
	INNER,
	/* of the word before a number */
	LEAD,
	/* of any word */
	COMMON,
};
enum role { BEFORE_STOP, BEHIND_STOP, BEFORE_NUMBER };

/* What holds for a language as a whole (`rules:` in its file). */
enum language_rule {
	ALL_ORDINALS,           /* a number with a full stop is an ordinal before any word */
	LIST_ITEMS_BREAK,       /* the number of a list item is a sentence of its own */
	QUESTIONS_BEFORE_LOWER, /* a sentence ends behind ! and ? before a small letter, too */
};

struct row {
	uint64_t languages;
	unsigned char n; /* of languages; 64 for all */
	unsigned char kind;
	unsigned char capital; /* only where the word begins with a capital letter */
};

struct entry {
	uint32_t text; /* where it stands in the pool */
	uint16_t row;  /* its first one */
	unsigned char rows, length;
};

struct language {
	const char *tag, *name;
	unsigned words;
	unsigned scripts; /* a bit each */
};

/* A word in lower case, ready to be looked up. */
struct key {
	unsigned char text[WORD_ROOM]; /* zeros behind it */
	size_t length;
	bool capital; /* it began with a capital letter */
};

enum { NO_LANGUAGE = -1 };

/* Sets *key to p[from..to); false when that is empty, too long or ill-formed. */
bool word_key(const unsigned char *p, size_t from, size_t to, struct key *);

/* NULL: no language knows the word. */
const struct entry *word_find(const struct key *);

/* The kind of the word in the role in one of the languages; *language, where it is not NULL,
 * becomes the set of languages that say so.  entry NULL: UNKNOWN. */
enum kind word_kind(
    const struct entry *, const struct key *, enum role, uint64_t languages, uint64_t *language);

/* Does any language know it in that role?  entry NULL: false. */
bool word_has(const struct entry *, enum role);

/* Does it depend on the language what the word is in that role? */
bool word_differs(const struct entry *, enum role);

uint64_t languages_with(enum language_rule);

/* The kind of a word before a full stop by its name in data/mul.txt; UNKNOWN when there is none. */
enum kind words_kind(const char *name, size_t length);
const char *words_kind_name(enum kind);

/* The tag of the first language of the set; "mul" for all of them. */
const char *words_tag(uint64_t languages);

/* The number of the language for a well-formed BCP 47 tag, by its first subtag (and what is known
 * to be the same); NO_LANGUAGE when there is no list. */
int language_number(const char *tag);

/* By number; NULL behind the last. */
const struct language *language_at(size_t i);

/*
 * The languages of the words of one script in a text of two parts, a set with a bit for each
 * number: one language, or those that are equally likely; among these the one most written in the
 * script is preferred, if any word spoke for it.  named: the language that the user named, which
 * another one must clearly beat, or NO_LANGUAGE.
 */
uint64_t languages_of(const unsigned char *head, size_t nhead, const unsigned char *rest,
    size_t nrest, enum script script, int named);

#endif
