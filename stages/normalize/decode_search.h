/* The search for places of mojibake in what is decoded, while it is.  Private to normalize. */
#ifndef NORMALIZE_DECODE_SEARCH_H
#define NORMALIZE_DECODE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

/* The search in what has been made since out == base, where a line begins. */
struct decode_search {
	const unsigned char *base;
	size_t known; /* what has been looked at, from base on */
	size_t clear; /* `ended`: how far nothing was found, ... */
	size_t plain; /* `changes`: where the first character stands that is not plain */
	bool ended;   /* ... as there is no need to look on */
	bool changes; /* as well: what follows need not be plain either */
	bool dense;   /* UTF-16: there are many characters but ASCII and Cyrillic, or one that is
		       * not plain */
};

/* Looks at the character that has been made from `at` on, before n. */
void decode_look_at(struct decode_search *, size_t at, size_t n);

/* The character made from `at` on is the first that is not plain, where that is not so yet. */
void decode_changes_at(struct decode_search *, size_t at);

/* Ends the search: nothing was found before n. */
void decode_search_ends(struct decode_search *, size_t n);

#endif
