/* Repairs of whole lines, before they are cleaned.  Private to normalize. */
#ifndef NORMALIZE_REPAIR_H
#define NORMALIZE_REPAIR_H

#include "clean.h"

/*
 * As clean_text(), but lines that are mojibake, or have entities, are repaired.  It takes
 * whole lines, and of longer ones pieces of POTOK_NORMALIZE_LINE bytes; `ends` true: the text ends
 * where a line ends, or such a piece.  n->judged is kept between calls for the same text.
 */
enum potok_status repair_text(struct cleaning *c, struct potok_slice *text, bool ends, bool last);

/* As clean_hold(), clean_flush() and clean_finish(), of text that repair_text() has been given. */
enum potok_status repair_hold(struct cleaning *c, struct potok_slice *text);
enum potok_status repair_flush(struct cleaning *c);
enum potok_status repair_finish(struct cleaning *c, uint64_t offset);

/* Does a line begin with the text that comes next, and is nothing held? */
bool repair_begins_line(const struct potok_normalize *);

void repair_close(struct potok_normalize *);

#endif
