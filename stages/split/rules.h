/* Does a sentence end at this mark?  The rules, and the white space that goes between sentences. */
#ifndef POTOK_SPLIT_RULES_H
#define POTOK_SPLIT_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* A mark and what may be looked at around it. */
struct place {
	const unsigned char *p;
	size_t start; /* the sentence so far begins here */
	size_t mark;  /* first byte of the mark */
	size_t end;   /* nothing is looked at from here on; a LF before it ends the line */
	bool first;   /* the sentence is the first one of its line */
};

struct decision {
	bool ends;
	size_t next; /* ends: behind the sentence; else: where to look for the next mark */
};

struct decision decide(const struct place *);

/* The length of the white space character (no LF) at the front of p[0..n); 0: there is none;
 * below 0: p[0..n) may be the beginning of one. */
int white_space(const unsigned char *p, size_t n);

/* The end of p[start..end) without the white space at its end. */
size_t trim(const unsigned char *p, size_t start, size_t end);

#endif
