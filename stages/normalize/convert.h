/* From bytes of another encoding to clean UTF-8.  Private to normalize. */
#ifndef NORMALIZE_CONVERT_H
#define NORMALIZE_CONVERT_H

#include "clean.h"

/*
 * Decodes the front of `in` with n->decoder and cleans what comes of it.  Answers POTOK_MORE when
 * all is used, but for a character that is cut; `last` true: that one, too, and nothing remains in
 * the decoder.  c->in and c->offset are moved along.
 */
enum potok_status convert_text(struct cleaning *c, struct potok_slice *in, bool last);

#endif
