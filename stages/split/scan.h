/* Finding the places where a sentence may end. */
#ifndef POTOK_SPLIT_SCAN_H
#define POTOK_SPLIT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "simd.h"

/*
 * Answers the least i >= from at which may_end() holds for p[0..n), or `to`, to <= n, when there is
 * none before it.  level: potok_simd(); all levels give the same answer.
 */
size_t scan_mark(const unsigned char *p, size_t from, size_t to, size_t n, int level);

/* The least i >= from with p[i] a LF, or `to`. */
size_t scan_lf(const unsigned char *p, size_t from, size_t to);

/*
 * The bytes at which a place may begin: LF . ! ? : ; and the lead bytes of the marks of other
 * scripts, CD (Greek ;), D6 (Armenian), D8 DB (Arabic), E0 to E3 and EF (all others).
 */
static inline bool
is_mark_byte(unsigned char c)
{
	if (c < 0x80)
		return c == '\n' || c == '.' || c == '!' || c == '?' || c == ':' || c == ';';
	return (c >= 0xE0 && c <= 0xE3) || c == 0xEF || c == 0xCD || c == 0xD6 || c == 0xD8 ||
	       c == 0xDB;
}

/* Is a sentence's end at p[i], which is_mark_byte(), not ruled out by the bytes next to it: "3.5",
 * "a.b", "x: y"; other characters with the same lead byte?  True where p[0..n) ends too soon to
 * tell. */
static inline bool
may_end(const unsigned char *p, size_t i, size_t n)
{
	if (p[i] == '\n' || p[i] == '!' || p[i] == '?' || n - i < 2)
		return true;
	unsigned char a = p[i + 1];
	bool more = n - i > 2;
	unsigned char b = more ? p[i + 2] : 0;
	switch (p[i]) {
	case '.':
		return !((a >= 'a' && a <= 'z') || (a >= '0' && a <= '9') || a == '/' || a == ',');
	case ':':
	case ';': /* of Armenian and Greek, with a letter, a digit or a closing sign before them */
		if (i > 0 && p[i - 1] < 0x80 && p[i - 1] >= 'A')
			return false;
		if (a == ' ' && b >= '0' && b <= '9')
			return i > 1 && p[i - 2] >= 0xD4 && p[i - 2] <= 0xD6; /* Armenian */
		return a >= 0x80 || a == '\n' || (a == ' ' && !(b > '9' && b <= 'z'));
	case 0xCD:
		return a == 0xBE;
	case 0xD6:
		return a == 0x89;
	case 0xD8:
		return a == 0x9F;
	case 0xDB:
		return a == 0x94;
	case 0xE0:
		return a == 0xA5 && (!more || b == 0xA4 || b == 0xA5);
	case 0xE1:
		return a == 0x81 || a == 0x8D || a == 0x9F;
	case 0xE2:
		return (a == 0x80 && (!more || b == 0xA6 || b == 0xBC)) || a == 0x81;
	case 0xE3:
		return a == 0x80 && (!more || b == 0x82);
	default: /* EF */
		return (a == 0xBC && (!more || b == 0x81 || b == 0x8E || b == 0x9F)) ||
		       (a == 0xBD && (!more || b == 0xA1));
	}
}

#if POTOK_SIMD_X86
size_t scan_mark_avx2(const unsigned char *p, size_t from, size_t to, size_t n);
#endif

#endif
