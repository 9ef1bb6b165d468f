/* The blocks of potok-compress as they stand in a file: see potok-gzip(5). */
#ifndef POTOK_BATCH_BLOCKS_H
#define POTOK_BATCH_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the block at an offset; below 0: there is none. */
int64_t block_length(int fd, uint64_t at);

/* The text of the block, or what of it fits into buf[cap]: its front, or its end.  False: the block
 * is damaged or cannot be read. */
bool block_text(int fd, uint64_t at, unsigned char *buf, size_t cap, size_t *n, bool end);

/* The end block of a file that begins with a block; NULL: it does not, or has none. */
const unsigned char *block_end(int fd, size_t *n);

#endif
