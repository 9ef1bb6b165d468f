/* Writes tokens in the letters of a scheme. */
#ifndef POTOK_TRANSLIT_CONVERT_H
#define POTOK_TRANSLIT_CONVERT_H

#include <potok/translit.h>

/* The counts, by place in the table. */
enum {
	LETTERS,
	PROTECTED_TOKENS,
	UNKNOWN_LETTERS,
	MIXED_WORDS,
	STRESS_DROPPED,
	MARKED_TOKENS,
	TABS_REPLACED,
	LINE_CUT,
	TOKEN_CUT
};

/* Appends p[0..n), a token or several whole ones with what is between them, which begins at input
 * offset `offset`, in the letters of the scheme; keeps the counts and the letter before.  special:
 * it may hold links or addresses.  *taken becomes n, or less when an unknown letter there stops the
 * stage; then t->stopped is true.  Answers POTOK_MORE or POTOK_ENOMEM. */
enum potok_status convert_tokens(struct potok_translit *, const unsigned char *p, size_t n,
    bool special, uint64_t offset, struct potok_buf *out, size_t *taken);

/* What follows is the start of a word. */
void convert_word_start(struct potok_translit *);

#endif
