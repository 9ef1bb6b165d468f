/* Finding the bytes where a sentence may end. */
#ifndef POTOK_SPLIT_SCAN_H
#define POTOK_SPLIT_SCAN_H

#include <stddef.h>

#include "simd.h"

/*
 * Answers the least i >= from with p[i] a byte that may begin a sentence-final mark, or LF; n when
 * there is none.  level: potok_simd(); all levels give the same answer.
 */
size_t scan_mark(const unsigned char *p, size_t from, size_t n, int level);

/* The least i >= from with p[i] a LF, or n. */
size_t scan_lf(const unsigned char *p, size_t from, size_t n);

/*
 * Those bytes: LF . ! ? : ; and the lead bytes of the marks of other scripts, CD (Greek ;), D6
 * (Armenian), D8 DB (Arabic), E0 to E3 and EF (all others).
 */
static inline int
is_mark_byte(unsigned char c)
{
	if (c < 0x80)
		return c == '\n' || c == '.' || c == '!' || c == '?' || c == ':' || c == ';';
	return (c >= 0xE0 && c <= 0xE3) || c == 0xEF || c == 0xCD || c == 0xD6 || c == 0xD8 ||
	       c == 0xDB;
}

#if POTOK_SIMD_X86
/* Skips whole vectors that hold no such byte, from `from` on; answers where the first one that may
 * hold one begins. */
size_t scan_skip_avx2(const unsigned char *p, size_t from, size_t n);
#endif

#endif
