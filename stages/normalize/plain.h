/* Finding runs of text that need no change.  Private to normalize. */
#ifndef NORMALIZE_PLAIN_H
#define NORMALIZE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A plain character is the same in Normalization Form C whatever stands before it, and is no control
 * but TAB and LF, nor one of the line breaks that become LF.
 */
bool plain_character(uint32_t cp);

/* The length of the longest prefix of p[0..n), well-formed UTF-8 whose last character may be cut,
 * that consists of whole plain characters. */
size_t plain_run(const unsigned char *p, size_t n);

/*
 * SIMD variants: both answer i, a multiple of the vector size, and all characters that begin before
 * i are plain.  Behind i there may be one that is not, or less than one vector.
 */
size_t plain_blocks_avx2(const unsigned char *p, size_t n);
size_t plain_blocks_avx512(const unsigned char *p, size_t n);

#endif
