/* What the rules look at: a mark, the word before it, what follows, and what the lists say of them.
 */
#ifndef POTOK_SPLIT_JUDGE_H
#define POTOK_SPLIT_JUDGE_H

#include "rules.h"

enum mark {
	NO_MARK,
	STOP,     /* . */
	STRONG,   /* ! ? */
	ELLIPSIS, /* … */
	WIDE,     /* of Chinese and Japanese: no space follows */
	FULL,     /* of other scripts: ends a sentence, with or without a space */
	COLON,    /* : where Armenian writes it for its full stop */
	GREEK,    /* ; where Greek writes it for ? */
};

/* What is known of a mark and its surroundings, found out step by step. */
struct judge {
	const struct place *w;
	struct decision d;
	bool undecided; /* the languages of the paragraph cannot be known yet */

	/* Marks and closers in a row: "?!", "...", ".»", "?»." */
	enum mark mark; /* what decides */
	size_t end;     /* of the row */
	bool closed;    /* quotes or brackets close behind a mark */
	bool bracket;   /* the first of them is a bracket */

	/* The word before the mark. */
	struct token {
		size_t from, to;
		size_t nchars, nletters, nlower, nupper, ndots;
		size_t longest; /* most letters between dots */
		bool digits;    /* only digits (and . , between them) */
		bool whole;     /* it begins where white space ends */
		enum script script;
		struct character last; /* before the mark */
	} t;
	enum kind kind; /* by the lists */

	/* What follows. */
	bool gap;           /* there is white space */
	bool opener;        /* quotes or brackets open before the word */
	bool dash;          /* a dash stands before the word, with space behind it */
	struct character c; /* of the word */
	size_t at;          /* the first character behind white space */
	size_t word;        /* where the word stands */
};

/* The character at `at`; in wrapped text LF is white space. */
static inline struct character
see(const struct place *w, size_t at)
{
	if (w->wrapped && at < w->end && w->p[at] == '\n')
		return (struct character){'\n', SPACE, 1};
	return look(w->p, at, w->end);
}

static inline size_t
skip_space(const struct place *w, size_t at)
{
	struct character c;

	while ((c = see(w, at)).class == SPACE)
		at += c.len;
	return at;
}

static inline bool
is_on(const struct place *w, enum rule rule)
{
	return (w->split->options.without >> rule & 1) == 0;
}

/* Each fills in the members of struct judge that its part is about. */
void take_run(struct judge *);
void take_token(struct judge *);
void take_next(struct judge *);
void find_kind(struct judge *);

bool is_bullet(uint32_t cp);

/* Does the sentence begin with the word, but for openers and a bullet? */
bool is_first(const struct judge *);

/* The last character before the word, white space apart; EDGE when there is none. */
struct character before_token(const struct judge *);

/* Does a link begin there?  Its letters are small, but it may begin a sentence. */
bool is_link(const struct place *, size_t at);

/* The languages of this paragraph that its words in the script are written in. */
uint64_t judge_languages(struct judge *, enum script);

/* What the lists say of the word p[from..to). */
enum kind kind_of(struct judge *, size_t from, size_t to, enum role, enum script);

/* What kind of word stands behind the mark; UNKNOWN when it is an initial. */
enum kind follower(struct judge *);

#endif
