/* Tables of the characters of one and two bytes of an encoding of ICU.  Private to normalize. */
#ifndef NORMALIZE_PAIRS_H
#define NORMALIZE_PAIRS_H

#include <stddef.h>

#include <unicode/ucnv.h>

struct pairs;

/* Makes tables for a converter of ICU, which must stop at errors and whose characters do not depend
 * on those before.  Takes the converter over.  Answers NULL without memory. */
struct pairs *pairs_open(UConverter *);
void pairs_close(struct pairs *);

/* Writes the UTF-16 units of the characters at the front of in[0..n), one each, up to one that the
 * tables lack; answers the bytes used, SIZE_MAX without memory. */
size_t pairs_to_units(
    struct pairs *, const unsigned char *in, size_t n, UChar *units, size_t *nunits);

/* The bytes of the first characters of what the last call has converted. */
size_t pairs_length(const struct pairs *, const unsigned char *in, size_t ncharacters);

#endif
