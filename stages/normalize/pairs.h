/* Tables of the characters of an encoding of ICU.  Private to normalize. */
#ifndef NORMALIZE_PAIRS_H
#define NORMALIZE_PAIRS_H

#include <stddef.h>

#include <unicode/ucnv.h>

#include "decode_search.h"

struct pairs;

/* Makes tables for a converter of ICU, which must stop at errors and whose characters do not depend
 * on those before.  Takes the converter over.  Answers NULL without memory. */
struct pairs *pairs_open(UConverter *);
void pairs_close(struct pairs *);

enum { PAIRS_SLACK = 16 }; /* bytes behind the output that are written over */

/* Writes the characters at the front of in[0..n), up to one that the tables lack, moving *out,
 * which has room for three bytes a byte and PAIRS_SLACK more; answers the bytes used. */
size_t pairs_decode(
    struct pairs *, const unsigned char *in, size_t n, struct decode_search *, unsigned char **out);

/* Goes on in what the last call has used, from *used on, which made what begins at *made, to the
 * first character of which nothing was made before `at`. */
void pairs_where(struct pairs *, const unsigned char *in, size_t at, size_t *used, size_t *made);

#endif
