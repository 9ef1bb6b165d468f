/* Lines that have been cleaned, judged until nothing changes.  Private to normalize. */
#ifndef NORMALIZE_SETTLE_H
#define NORMALIZE_SETTLE_H

#include "clean.h"
#include "mojibake.h"

/* Room to judge a line in. */
struct judging {
	struct mojibake_work work;
	unsigned char mended[2 * MOJIBAKE_LINE], plain[4 * MOJIBAKE_LINE];
};

/* What stands between cleaning and writing, and where in its line that is. */
struct normalize_repair {
	struct judging *judging; /* when it has been needed */

	/* A line before it is cleaned, which has been repaired. */
	const unsigned char *made; /* what of it is still to be cleaned; NULL: the line stays */
	size_t nmade;
	size_t line;      /* bytes at the front of the text that it was made from; 0: none */
	bool mojibake;    /* to be counted when the line is taken */
	size_t entities;  /* as well */
	const char *kind; /* of the repair, until it has been told */

	/* Lines that have been cleaned, and are held until they have been judged. */
	bool open;       /* there are some, or what is pending belongs to one */
	bool first;      /* nothing has been written before them */
	bool middle;     /* they begin within a line */
	bool told, left; /* the line has been counted; is to be counted as left */
	struct potok_buf held;
	size_t unbroken;              /* bytes at their front without an LF */
	uint64_t at;                  /* where in the input they begin */
	uint64_t line_before, column; /* where in what is written */

	/* Lines that are taken together. */
	bool batch;
	size_t dense;  /* bytes of the next ones, at least */
	size_t singly; /* bytes of some that have to be taken one by one instead */
	struct potok_count counts[POTOK_NORMALIZE_COUNTS + POTOK_NORMALIZE_ENCODINGS];
	bool started, open_line, after_cr; /* as they were before */

	struct potok_buf chain[2];
	struct potok_count more[POTOK_NORMALIZE_COUNTS];
	struct potok_normalize alone; /* cleans a line for itself */
};

/* Judges p[0..n), a line or a piece of one: answers the length of what it was, at
 * r->judging->mended, or 0 when it stays. */
size_t settle_judge(struct normalize_repair *, const unsigned char *p, size_t n, bool *deep);

/* Makes room for that. */
enum potok_status settle_room(struct normalize_repair *);

/* Is the line clean?  It stands in no other one. */
enum potok_status settle_is_clean(
    struct potok_normalize *, bool first, const unsigned char *p, size_t n, bool *clean);

/* Writes the lines held that are whole, judged; `end`: all of them. */
enum potok_status settle(struct cleaning *c, bool end);

#endif
