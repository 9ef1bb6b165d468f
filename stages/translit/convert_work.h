/* What both directions share: text on the way, and its characters. */
#ifndef POTOK_TRANSLIT_CONVERT_WORK_H
#define POTOK_TRANSLIT_CONVERT_WORK_H

#include "convert.h"
#include "table.h"

enum { BOUNDARY = 0 }; /* the slot that stands for the boundary of a word */

/* A token, or several of them, on the way. */
struct work {
	struct potok_translit *t;
	const struct translit_table *table;
	const unsigned char *token, *end; /* all of it: letters see each other over spans */
	uint64_t offset;                  /* of its first byte in the input */
	unsigned char *first, *out;       /* what was written since a protected token */
	unsigned prev;                    /* slot of the character before */
	unsigned cased;                   /* slot of the letter before, for capitals */
};

/* A character of the input. */
struct letter {
	uint32_t c;
	int slot; /* SCHEME_OTHER for letters and BOUNDARY for others that have none */
	enum scheme_kind kind;
	uint32_t stress;             /* mark that was taken from it; 0: none */
	const unsigned char *behind; /* what follows */
	/* Marks that stand between the letter and the one that it was composed with; NULL: none. */
	const unsigned char *inner, *inner_end;
};

/* Reads the character at p < end; ill-formed bytes are no letters. */
struct letter convert_letter(const unsigned char *p, const unsigned char *end);

/* Makes l the letter that it composes with the marks right behind it, where there is one. */
void convert_compose(struct letter *l, const unsigned char *end);

/* Are there two marks of U+0300 to U+036F right behind l?  Mostly there are not. */
static inline bool
convert_two_marks(const struct letter *l, const unsigned char *end)
{
	return end - l->behind >= 4 && table_mark_begins(l->behind) &&
	       table_mark_begins(l->behind + 2) && l->kind != KIND_MARK;
}

enum { CONVERT_APART = 8 };

/* The same with a mark that stands behind others, at most CONVERT_APART, which do not part the two:
 * и U+0323 U+0306 is й U+0323 (Unicode 15.0, D115 and D117).  Answers whether there is one. */
bool convert_compose_apart(struct letter *l, const unsigned char *end);

/* Are these slots a Cyrillic and a Latin letter? */
static inline bool
scripts_meet(unsigned a, unsigned b)
{
	const struct translit_property *x = &table_properties[a], *y = &table_properties[b];

	return x->script + y->script == SCRIPT_LATIN + SCRIPT_CYRILLIC &&
	       x->script != SCRIPT_OTHER && y->script != SCRIPT_OTHER && x->kind >= KIND_LOWER &&
	       y->kind >= KIND_LOWER;
}

/* Counts one at p. */
static inline void
count(struct work *w, int which, const unsigned char *p)
{
	potok_count_at(&w->t->counts[which], w->offset + (uint64_t)(p - w->token));
}

/* Takes the character at p by the rules, with what belongs to it.  Answers what follows, or p when
 * the stage must stop there. */
const unsigned char *convert_one(struct work *, const unsigned char *p, const unsigned char *end);

/* Takes the marks at p behind w->prev, which was plain.  Answers what follows. */
const unsigned char *convert_marks(struct work *, const unsigned char *p, const unsigned char *end);

/* Writes p[0..end), which holds no link or address.  Answers `end`, or where it must stop. */
const unsigned char *convert_by_rules(
    struct work *, const unsigned char *p, const unsigned char *end);

/* The way back: as convert_by_rules(), but words that are not of the scheme pass. */
const unsigned char *convert_back(struct work *, const unsigned char *p, const unsigned char *end);

/* Is p the beginning of a character of two bytes, with a byte behind it? */
static inline bool
two_bytes(const unsigned char *p)
{
	return (unsigned)p[0] - 0xC2 < 0x1E && (p[1] & 0xC0) == 0x80;
}

/* Counts n more letters, the first one at p. */
static inline void
count_letters(struct work *w, uint64_t n, const unsigned char *p)
{
	struct potok_count *c = &w->t->counts[LETTERS];

	if (n > 0 && c->n == 0)
		c->first = w->offset + (uint64_t)(p - w->token);
	c->n += n;
}

#endif
