/* Which encoding fits text best, among those that have ASCII in them.  Private to normalize. */
#ifndef NORMALIZE_FIT_H
#define NORMALIZE_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known beside the bytes; all may be NULL. */
struct fit_hints {
	const char *language; /* BCP 47: what the text is said to be in */
	const char *declared; /* the name of the encoding that the text itself states */
};

enum {
	FIT_UTF8,      /* place of UTF-8; the others follow */
	FIT_MAX = 64,  /* places */
	FIT_NONE = -1, /* an encoding that is none of these */
};

/* The answer. */
struct fitting {
	int encoding; /* place */
	const char *name;
	const char *language; /* BCP 47; NULL: not looked for */
	unsigned confidence;  /* 0 to 99 */
	uint64_t cost;        /* of the words with bytes above 7F, in eighths of a bit */
};

/* The name of the encoding at a place, of our own list; NULL behind the last one. */
const char *fit_name(int encoding);

/* Tables, and room to work.  NULL: no memory. */
struct normalize_fit *fit_open(void);
void fit_close(struct normalize_fit *);

/*
 * The encoding in which p[0..n) is the likeliest text.  utf8: it may be UTF-8 with errors.  Lines
 * that are UTF-8 without errors do not count when there are others.  Answers 1; 0 when all is
 * ASCII; -1: no memory.
 */
int fit_text(struct normalize_fit *, const unsigned char *p, size_t n, const struct fit_hints *,
    bool utf8, struct fitting *);

/* Lines are judged against this encoding from now on. */
void fit_set_prior(struct normalize_fit *, const struct fitting *prior);

/* The same for one line without its LF, or its beginning, that is not ASCII.  -1: no memory. */
int fit_line(struct normalize_fit *, const unsigned char *p, size_t n, const struct fit_hints *,
    int *encoding);

#endif
