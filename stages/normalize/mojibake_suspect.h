/* What the variants of mojibake_suspect() share.  Private to normalize. */
#ifndef NORMALIZE_MOJIBAKE_SUSPECT_H
#define NORMALIZE_MOJIBAKE_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is the character at p[i], i < n, one by which its line has to be judged?  When it is cut, not. */
bool mojibake_fires(const unsigned char *p, size_t i, size_t n);

/* Is D1 and the byte one of the small letters that only Serbian or Macedonian have? */
static inline bool
mojibake_is_serbian(unsigned char b)
{
	return b == 0x92 || b == 0x93 || b == 0x95 || (b >= 0x99 && b < 0x9D) || b == 0x9F;
}

/* Classes of bytes in a block of 64: bit i is set when byte i is one of the class. */
struct mojibake_masks {
	uint64_t latin; /* C3, which begins the letters of ISO-8859-1 */
	uint64_t greek; /* CE, CF */
	uint64_t d0, d1, e2;
	uint64_t sign;    /* C2, C5, C6, CB, D2, which begin signs and rare letters, and others */
	uint64_t nine;    /* 90 to 9F */
	uint64_t serbian; /* those of them that mojibake_is_serbian() tells */
	uint64_t low;     /* 80 to AF */
	uint64_t tilde;   /* 83, of A with tilde */
	uint64_t space;
};

/* x moved up by n places, behind it the end of the block before. */
static inline uint64_t
mojibake_up(uint64_t x, uint64_t before, unsigned n)
{
	return x << n | before >> (64 - n);
}

#define UP(class, n) mojibake_up(m->class, b->class, n)

/*
 * Where in a block mojibake_fires() may be true: bits of the first or the second byte of
 * characters. b: the masks of the block before.
 */
static inline uint64_t
mojibake_places(const struct mojibake_masks *m, const struct mojibake_masks *b)
{
	uint64_t latin = UP(latin, 2), greek = UP(greek, 2);
	uint64_t signs = UP(sign, 2) | UP(e2, 3);
	uint64_t others = UP(d0, 2) | UP(d1, 2) | greek | signs;

	uint64_t places = (others | latin) & (m->sign | m->e2);
	places |= m->latin & (others | (latin & (UP(latin, 4) | UP(greek, 4))));
	places |= (m->d0 | m->d1) & signs;
	/* Capitals, and letters of few languages, by their second byte. */
	uint64_t d0 = UP(d0, 3), d1 = UP(d1, 3);
	places |= UP(d0, 1) & m->low & (d0 | d1);
	places |= UP(d1, 1) & m->nine & ((d0 & UP(low, 2)) | (d1 & UP(nine, 2)));
	places |= UP(d1, 1) & m->serbian & (d0 | d1);
	return places | (m->space & UP(tilde, 1) & latin);
}

#undef UP

/* The first byte of the character at such a place. */
static inline size_t
mojibake_first(const unsigned char *p, size_t i)
{
	return (p[i] & 0xC0) == 0x80 ? i - 1 : i;
}

#endif
