/* Lines and paragraphs: where a paragraph ends, and the blocks of Markdown. */
#ifndef POTOK_SPLIT_BLOCKS_H
#define POTOK_SPLIT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/split.h>

enum block {
	BLOCK_TEXT,
	BLOCK_BLANK,   /* a line of white space */
	BLOCK_FENCE,   /* ``` or ~~~ */
	BLOCK_LINE,    /* a paragraph of one line: heading, quotation */
	BLOCK_WHOLE,   /* a line that is not split: of a table, a rule, a link definition */
	BLOCK_ITEM,    /* of a list: the first line of a paragraph */
	BLOCK_UNKNOWN, /* more input must be seen */
};

enum { BLOCK_CONTEXT = 64 /* bytes of a line that tell its block */ };

/* What the line that begins at p[at] is (CommonMark 0.31, sections 4 and 5, in outline); in other
 * input than Markdown only blank lines are told. */
enum block block_at(const unsigned char *p, size_t at, size_t n, bool last, enum potok_split_input);

/* Does the LF at p[lf] end the paragraph: 1, 0, or -1: more input must be seen. */
int ends_paragraph(const unsigned char *p, size_t lf, size_t n, bool last, enum potok_split_input);

/* Where the paragraph that holds p[from] ends, at a LF or at n; SIZE_MAX: that is not known yet. */
size_t paragraph_end(
    const unsigned char *p, size_t from, size_t n, bool last, enum potok_split_input);

/* The marker of a list item at p[at..end), such as "2.", "b)", "(c)" or a bullet, with white space
 * behind it. */
struct item {
	size_t length;   /* in bytes; 0: there is none */
	uint32_t style;  /* how it is written: the bullet, or signs around a digit or letter */
	uint32_t number; /* 2 for "2.", "b)"; 0 for bullets */
};
struct item item_at(const unsigned char *p, size_t at, size_t end);

#endif
