/* One block of text and one member of gzip, made of each other.  Private to stages/compress. */
#ifndef POTOK_COMPRESS_BLOCK_H
#define POTOK_COMPRESS_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BLOCK_TEXT = 65280,       /* bytes of text: the most that is put into one block */
	BLOCK_TEXT_MAX = 65536,   /* bytes of text: the most that a block may hold */
	BLOCK_MEMBER_MAX = 65536, /* bytes of the longest member */
	BLOCK_HEADER_LEN = 18,    /* bytes of the header of a block that is written */
	BLOCK_TRAILER_LEN = 8,    /* bytes: CRC-32 and length of the text */
	BLOCK_END_LEN = 28,       /* bytes of the end block */
};

/* The end of a file: the empty block of the SAM format specification, section 4.1.2. */
extern const unsigned char block_end[BLOCK_END_LEN];

/* The highest level of the deflate library. */
int block_level_max(void);

/*
 * A deflater and an inflater belong to one thread at a time; different ones are independent.
 * Making one answers NULL when there is no memory; free accepts NULL.
 */
struct block_deflater *block_deflater_make(int level);
void block_deflater_free(struct block_deflater *);
struct block_inflater *block_inflater_make(void);
void block_inflater_free(struct block_inflater *);

/*
 * Where to end the block at the front of a text that is longer than BLOCK_TEXT bytes: after the
 * last LF of these, or, when they have none, where the last whole character ends.
 */
size_t block_cut(const unsigned char text[BLOCK_TEXT]);

/*
 * Makes a member of text[0..n), 0 < n <= BLOCK_TEXT, and answers its length.  *stored tells that
 * deflate did not make the text shorter, so that it stands in the member as it is.
 */
size_t block_deflate(struct block_deflater *, const unsigned char *text, size_t n,
    unsigned char member[BLOCK_MEMBER_MAX], bool *stored);

/* What may be wrong with a member behind its header. */
enum block_fault {
	BLOCK_GOOD,
	BLOCK_DEFLATE, /* no deflate data, or it does not end where it should */
	BLOCK_SIZE,    /* the text has another length than the trailer says */
	BLOCK_CRC,     /* the text has another CRC-32 than the trailer says */
};

/*
 * Reads the member of n bytes whose header takes the first `header` of them; n >= header + 8.
 * Writes its text and sets *ntext when all is right.  Otherwise text holds nothing of worth.
 */
enum block_fault block_inflate(struct block_inflater *, const unsigned char *member, size_t n,
    size_t header, unsigned char text[BLOCK_TEXT_MAX], size_t *ntext);

/* CRC-32 as RFC 1952 has it; crc is that of what stands before, 0 at the beginning. */
uint32_t block_crc(uint32_t crc, const unsigned char *p, size_t n);

/* Numbers of gzip: the least significant byte first. */
static inline uint32_t
get16(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t
get32(const unsigned char *p)
{
	return get16(p) | get16(p + 2) << 16;
}

static inline void
put16(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static inline void
put32(unsigned char *p, uint32_t v)
{
	put16(p, v);
	put16(p + 2, v >> 16);
}

#endif
