/* Composing decomposed text without ICU.  Private to normalize. */
#ifndef NORMALIZE_COMPOSE_H
#define NORMALIZE_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the front of p[0..n) in Normalization Form C to `out`, which has n bytes.  Answers the
 * bytes used: they end where the rest does not change with them, and begin with a character that is
 * plain (plain.h).  Stops early at whatever is not simple: ill-formed text, characters to be
 * decomposed, marks out of order or in great number; and where a stretch is met that plain_run()
 * finds faster.  `last`: nothing follows p[0..n).
 */
size_t compose_run(const unsigned char *p, size_t n, bool last, unsigned char *out, size_t *made);

#endif
