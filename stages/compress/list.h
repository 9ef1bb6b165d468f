/* What potok-compress -l prints.  Belongs to the program, not to the library. */
#ifndef POTOK_COMPRESS_LIST_H
#define POTOK_COMPRESS_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include <potok/compress.h>

#include "cli.h"

/* Writes to f what the stage, which ended with s, has seen of the open operand: a row of a table,
 * the first with `head`, or an object of JSON.  index_base: as for old_index_open(). */
void list_row(FILE *f, struct cli *, const struct potok_decompress *, enum potok_status s,
    const char *index_base, bool json, bool head);

#endif
