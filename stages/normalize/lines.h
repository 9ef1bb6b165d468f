/* Text whose lines are each in an encoding of their own.  Private to normalize. */
#ifndef NORMALIZE_LINES_H
#define NORMALIZE_LINES_H

#include "clean.h"
#include "fit.h"

/* How many lines are in an encoding: the text of a count. */
struct line_count {
	struct potok_count *count;
	char name[32], what[80];
};

/* What is known of the lines. */
struct normalize_lines {
	struct normalize_decoder *decoders[FIT_MAX]; /* those that have been needed */
	int encoding;    /* of the bytes at the front, FIT_NONE: unknown */
	size_t segment;  /* how many bytes are in it */
	int told;        /* the encoding that was told of last */
	bool open;       /* the last line of them goes on */
	int next;        /* of the line behind them; FIT_NONE: unknown */
	size_t examined; /* bytes of an unfinished line that hold no LF */
	struct line_count counts[FIT_MAX];
};

/* From here on lines are judged against n->fit's prior. */
enum potok_status lines_open(struct potok_normalize *);
void lines_close(struct potok_normalize *);

/* Takes whole lines from the front of `in`, as process() does. */
enum potok_status lines_run(struct cleaning *c, struct potok_slice *in, bool last);

#endif
