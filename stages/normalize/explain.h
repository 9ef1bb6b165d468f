/* Rows that tell what is changed, in the place of the text.  Private to normalize. */
#ifndef NORMALIZE_EXPLAIN_H
#define NORMALIZE_EXPLAIN_H

#include "clean.h"

/* Text is passed over: n->line and n->column move behind it. */
void explain_text(struct potok_normalize *, const unsigned char *p, size_t n);

/*
 * Writes a row for a change at this input offset: line and column in the text that would be
 * written, offset, kind, and what stands before and after it, as code points, or bytes where there
 * is no text.  Nothing unless n->explain.
 */
enum potok_status explain_change(const struct cleaning *, const char *kind, uint64_t offset,
    struct potok_slice before, struct potok_slice after);

/* The same for two texts of which only the middle may differ. */
enum potok_status explain_line(const struct cleaning *, const char *kind, uint64_t offset,
    struct potok_slice before, struct potok_slice after);

/* A row for the encoding that the text is in from here on. */
enum potok_status explain_encoding(const struct cleaning *, uint64_t offset, const char *name);

#endif
