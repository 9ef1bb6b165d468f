/* Writing sentences, or explanations, as the options say. */
#ifndef POTOK_SPLIT_WRITE_H
#define POTOK_SPLIT_WRITE_H

#include <potok/split.h>

#include "rules.h"

enum { ENDS_MAX = 64 };

/* One call of process(): `in` from the sentence at hand on, and what is ready to go out as it is.
 */
struct work {
	struct potok_split *split;
	struct potok_buf *out;
	const unsigned char *p; /* the whole of `in` */
	size_t n;
	size_t run;            /* p[run..at) goes out unchanged, where sentences do */
	size_t at;             /* where the next sentence begins */
	size_t ends[ENDS_MAX]; /* spaces of the run that become LF */
	size_t nends;
	bool last;
	bool plain; /* sentences go out as they stand */
	bool fast;  /* the plain cases do not ask the rules; scalar code always does */
	int simd;   /* level */
	enum potok_status status;
};

void put(struct work *, const void *, size_t n);
void put_text(struct work *, const char *);

/* Hands on p[run..end), with the ends of sentences that stand in it, and lets the next run begin at
 * `next`. */
void flush(struct work *, size_t end, size_t next);

/* Writes a sentence that is not plain, with its offsets where they are asked for. */
void put_sentence(struct work *, size_t from, size_t to);

/* One line for the mark: where, what was decided, and why. */
void explain(struct work *, size_t mark, const struct decision *);

#endif
