/* Does a sentence end at this mark?  The rules, each with a name. */
#ifndef POTOK_SPLIT_RULES_H
#define POTOK_SPLIT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/split.h>

#include "words.h"

enum rule {
	RULE_NONE,
	RULE_LINK,
	RULE_NO_SPACE,
	RULE_GLUED,
	RULE_WIDE,
	RULE_SCRIPT,
	RULE_NOTHING_BEFORE,
	RULE_PUNCTUATION,
	RULE_LOWER,
	RULE_LOWER_PLAIN,
	RULE_LOWER_QUESTION,
	RULE_WORD,
	RULE_USER_WORD,
	RULE_STARTER,
	RULE_INITIAL,
	RULE_DOTTED,
	RULE_CONSONANTS,
	RULE_ORDINAL,
	RULE_LIST_NUMBER,
	RULE_LIST_ITEM,
	RULE_BRACKETED,
	RULE_CLOSED,
	RULE_DIGIT,
	RULE_SYMBOL,
	RULE_BULLET,
	RULE_DOTS,
	RULE_FACE,
	RULE_QUOTE,
	RULE_CODE,
	RULE_STRONG,
	RULE_STOP,
	RULES
};

/* Names for the user, as `lower-plain`; NULL from RULES on. */
const char *rule_name(size_t rule);

/* Can the rules of the set, a bit for each, be left out?  The others say what is left without them.
 */
bool rules_can_go(uint64_t without);

/* The user's words. */
struct user_word {
	struct key key;
	enum kind kind;
};
struct potok_split_user {
	size_t n;
	struct user_word words[]; /* by text */
};

/* A mark and what may be looked at around it. */
struct place {
	const unsigned char *p;
	size_t start; /* the sentence so far begins here */
	size_t token; /* the last white space before the mark ends here, or the sentence begins */
	size_t mark;  /* first byte of the mark */
	size_t end;   /* nothing behind the mark is looked at from here on */
	size_t n;  /* what is known of the input ends here; more than `end` for languages alone */
	bool last; /* no byte follows the known ones */
	bool wrapped; /* a LF that does not end the paragraph is white space */
	struct potok_split
	    *split; /* its options, the user's words, the languages of the paragraph */
};

enum verdict { GOES_ON, ENDS, UNDECIDED /* more input must be seen */ };

struct decision {
	enum verdict verdict;
	enum rule rule;
	size_t next; /* ENDS: behind the sentence; else: where to look for the next mark */
	/* What the rule saw, for --explain: a word, what lists say of it, and which languages'. */
	size_t word, word_end;
	enum kind kind;
	uint64_t languages;
};

struct decision decide(const struct place *);

#endif
