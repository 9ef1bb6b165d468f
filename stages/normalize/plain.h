/* Finding runs of text that need no change.  Private to normalize. */
#ifndef NORMALIZE_PLAIN_H
#define NORMALIZE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A plain character is the same in Normalization Form C whatever stands before it, and is no
 * control but TAB and LF, nor one of the line breaks that become LF.
 */
bool plain_character(uint32_t cp);

/* Of eight bytes, the first one lowest: the lowest bit of the answer is the high one of the first
 * byte that is none of ASCII from 20 to 7E, TAB and LF.  0: all are. */
static inline uint64_t
plain_stops(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
	/* The high bits of bytes from 20 on, of those from 09 to 0A, and of 7F. */
	uint64_t text = x + (0x80 - 0x20) * ones;
	uint64_t breaks = (x + (0x80 - 0x09) * ones) & ~(x + (0x80 - 0x0B) * ones);

	/* What is not ASCII carries to those above. */
	return (x | ~(text | breaks) | (x + ones)) & high;
}

/* The length of the longest prefix of p[0..n) that consists of whole, well-formed, plain
 * characters. */
size_t plain_run(const unsigned char *p, size_t n);

/*
 * Goes on from p[from], where a character begins, while characters are plain and none of them is
 * one that mojibake_suspect() stops at; may stop early.  What stands before p[from] in its line
 * begins at p[0].  Answers where the last character begins that was looked at, or `from`.
 */
size_t clear_run(const unsigned char *p, size_t from, size_t n);

/*
 * SIMD variants: both answer i; all characters that begin before i are plain, but for one that goes
 * on at i or ends there.  Behind i there may be one that is not, or less than one step.  AVX2 looks
 * for what is ill-formed, too; for AVX-512 the text must be well-formed.  That goes on from
 * p[from], where a character begins.
 */
size_t plain_blocks_avx2(const unsigned char *p, size_t from, size_t n);
size_t plain_blocks_avx512(const unsigned char *p, size_t n);

/* Of clear_run(): answers i as they do, and what begins before i does not fire either.  `from` is
 * at least 4. */
size_t clear_blocks_avx2(const unsigned char *p, size_t from, size_t n);

#endif
