/* Runs of letters that need no look at the rules, by vector code. */
#ifndef POTOK_TRANSLIT_CONVERT_SIMD_H
#define POTOK_TRANSLIT_CONVERT_SIMD_H

#include "simd.h"
#include "table.h"

#if POTOK_SIMD_X86
#include <immintrin.h>
#endif

/* Bytes of text from which tables of pairs are worth the time that they take. */
#ifndef POTOK_PAIR_TEXT
#define POTOK_PAIR_TEXT (128 * 1024)
#endif

/* Bytes below which the code for runs is not worth while. */
enum { PLAIN_BLOCK = 8 };

/* What is known of the character before. */
struct plain_before {
	unsigned sets;     /* table_fast.sets of it */
	unsigned latin;    /* 1: it is a Latin letter of ASCII */
	unsigned cyrillic; /* 1: it is a Cyrillic letter */
	unsigned capital;  /* 1: it is a capital letter */
	unsigned letter;   /* behind U+0400, when it is a Cyrillic one */
};

struct plain_state {
	unsigned char *out; /* where the next byte is written; 128 more than are used may be */
	struct plain_before before;
	uint64_t letters; /* Cyrillic ones written so far */
};

/* Writes the characters at the front of p[0..n) that are plain in the table and by what is around
 * them, in p[0..seen), behind which a word ends.  Answers how many bytes it has taken: whole
 * characters. */
size_t convert_plain_avx2(
    const struct table_fast *, const unsigned char *p, size_t n, size_t seen, struct plain_state *);
size_t convert_plain_scalar(
    const struct table_fast *, const unsigned char *p, size_t n, size_t seen, struct plain_state *);
size_t convert_plain_avx512(
    const struct table_fast *, const unsigned char *p, size_t n, size_t seen, struct plain_state *);

/* Fills the tables of pairs for convert_plain_avx2(). */
void convert_pair_avx2(struct table_fast *);

/* Is c a Latin letter of ASCII? */
static inline bool
is_latin(unsigned c)
{
	return (c | 0x20) - 'a' < 26;
}

/* What the bytes of a block of 64 are.  What a Cyrillic letter is, is told at its last byte. */
struct plain_block {
	uint64_t high, tail; /* from 80 on; below C0 as a signed byte: ASCII, too, is none */
	uint64_t last;       /* byte of a letter whose first byte is D0 or D1 */
	uint64_t other;      /* bytes from 80 on, neither of letters nor of `pass` */
	uint64_t pass;       /* punctuation */
	uint64_t mark;       /* first byte of a combining mark */
	uint64_t letter, ascii_small, ascii_stop; /* of ASCII */
	/* As the flags of table_fast: */
	uint64_t usable, title, small, capital, pair, second;
};

/* Finds the bytes of the block, n at most, that the vector code can take.  *caps becomes the
 * letters to be written in capitals. */
static inline unsigned
plain_usable(
    const struct plain_block *b, const struct plain_before *before, size_t n, uint64_t *caps)
{
	uint64_t large = b->letter & ~b->ascii_small;
	uint64_t none = (~b->high & ~b->letter & ~b->ascii_stop) | b->pass;
	uint64_t capital_before = (b->capital | large) << 2 | (uint64_t)before->capital << 1;
	uint64_t small_behind = b->ascii_small >> 1 | b->small >> 2;
	uint64_t capital_behind = large >> 1 | b->capital >> 2;

	*caps = b->title & (capital_behind | (none >> 1 & capital_before));
	/* Letters that are not for this loop, at their last byte. */
	uint64_t stop = b->last & ~(b->usable & b->tail);
	stop |= b->title & ~(small_behind | capital_behind | none >> 1);
	stop |= (b->letter << 2 | (uint64_t)before->latin << 1) & b->last;
	stop |= b->last & b->mark >> 1;
	/* A mark may make `second` of what is behind. */
	stop |= b->pair & (b->second >> 2 | b->mark >> 3 | b->other >> 1 | b->ascii_stop >> 1);
	/* All characters that are not, at their first byte. */
	stop = b->other | stop >> 1 | b->ascii_stop | (~b->high & b->mark >> 1);
	stop |= (b->last << 1 | before->cyrillic) & b->letter;
	/* The neighbours of the characters before the last one are known. */
	uint64_t starts = (~(b->tail & b->high) & ~0ULL >> 1) | 1;
	unsigned use = 63 - (unsigned)__builtin_clzll(starts);
	if (stop != 0 && (unsigned)__builtin_ctzll(stop) < use)
		use = (unsigned)__builtin_ctzll(stop);
	return use < n ? use : (unsigned)n;
}

/* What is known of a character before, less U+0400 when it is a Cyrillic letter of U+0400 to
 * U+04FF, otherwise of ASCII or punctuation. */
static inline struct plain_before
plain_before_is(const struct table_fast *f, bool cyrillic, unsigned c)
{
	bool latin = !cyrillic && is_latin(c);

	return (struct plain_before){.sets = cyrillic ? f->sets[c] : f->space,
	    .latin = latin,
	    .cyrillic = cyrillic,
	    .letter = cyrillic ? c : 0,
	    .capital =
		cyrillic ? table_properties[0x400 + c].kind == KIND_UPPER : latin && c < 'a'};
}

/* The same of what ends before p, in the same run. */
static inline struct plain_before
plain_before(const struct table_fast *f, const unsigned char *p)
{
	unsigned end = p[-1], lead = end >= 0x80 ? p[-2] : 0;
	bool cyrillic = (lead & 0xFC) == 0xD0;

	return plain_before_is(f, cyrillic, cyrillic ? (lead & 3u) << 6 | (end & 0x3Fu) : end);
}

#endif
