/* What gen_split, which makes the table of words, and words.c, which reads it, share: scripts and
 * the hash of a word. */
#ifndef POTOK_SPLIT_KEYS_H
#define POTOK_SPLIT_KEYS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Scripts that several languages write; in the others a word tells its language. */
enum script { LATIN, CYRILLIC, ARABIC, DEVANAGARI, OTHER_SCRIPT, SCRIPTS };

static inline enum script
char_script(uint32_t cp)
{
	if (cp < 0x250 || (cp >= 0x1E00 && cp < 0x1F00))
		return LATIN;
	if ((cp >= 0x400 && cp < 0x530) || (cp >= 0x2DE0 && cp < 0x2E00) ||
	    (cp >= 0xA640 && cp < 0xA6A0) || (cp >= 0x1C80 && cp < 0x1C90))
		return CYRILLIC;
	if ((cp >= 0x600 && cp < 0x700) || (cp >= 0x750 && cp < 0x780) ||
	    (cp >= 0xFB50 && cp < 0xFE00) || (cp >= 0xFE70 && cp < 0xFEFF))
		return ARABIC;
	return cp >= 0x900 && cp < 0x980 ? DEVANAGARI : OTHER_SCRIPT;
}

/* Letters that tell a language, in 2 ranges of Latin, then Cyrillic, Arabic. */
enum { TELLING = 0x250 - 0x80 + 0x100 + 0x130 + 0x100 };

/* The number of the letter, in lower case, among those; TELLING for any other. */
static inline uint32_t
telling(uint32_t cp)
{
	if (cp < 0x250)
		return cp < 0x80 ? TELLING : cp - 0x80;
	if (cp >= 0x1E00 && cp < 0x1F00)
		return cp - 0x1E00 + 0x1D0;
	if (cp >= 0x400 && cp < 0x530)
		return cp - 0x400 + 0x2D0;
	return cp >= 0x600 && cp < 0x700 ? cp - 0x600 + 0x400 : TELLING;
}

enum {
	WORD_MAX = 48,           /* bytes of the longest word looked up */
	WORD_ROOM = WORD_MAX + 8 /* bytes of the array that holds it, zeros behind it */
};

/* word: an array of WORD_ROOM bytes, zeros from n on. */
static inline uint32_t
word_hash(const unsigned char *word, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i += 8) {
		uint64_t part;
		memcpy(&part, word + i, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		part = __builtin_bswap64(part);
#endif
		h = (h ^ part) * 0x9E3779B97F4A7C15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

#endif
