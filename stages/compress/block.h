/* One block of text and one member of gzip, made of each other.  Private to stages/compress. */
#ifndef POTOK_COMPRESS_BLOCK_H
#define POTOK_COMPRESS_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BLOCK_TRAILER_LEN = 8,               /* bytes: CRC-32 and length of the text */
	BLOCK_READ_MEMBER = 2 * 1024 * 1024, /* bytes: longer members are read as streams */
	BLOCK_READ_TEXT = 4 * 1024 * 1024,   /* bytes: as are those with more text */
	BGZF_TEXT_MAX = 65536,               /* bytes of text that a block of BGZF may hold */
};

/* A kind of block: how it is written. */
struct block_shape {
	size_t text;       /* bytes: the most that is put into one block */
	size_t member;     /* bytes: no member is longer */
	size_t header_len; /* bytes */
	const unsigned char *header;
	const unsigned char *end; /* the empty block at the end of a file */
	size_t end_len;
};

/* BGZF: SAM format specification, section 4.1; the end block is that of section 4.1.2. */
extern const struct block_shape block_bgzf;

/* Larger blocks with the subfield MZ, which tells the length of the deflate data: as MiGz and mgzip
 * write them, but for the end block, which is ours. */
extern const struct block_shape block_mz;

/* The highest level of the deflate library. */
int block_level_max(void);

/* The level that stands for the fast deflater of ISA-L, and whether it is built in. */
enum { BLOCK_FAST = -1 };
bool block_has_fast(void);

/*
 * A deflater and an inflater belong to one thread at a time; different ones are independent.
 * Making one answers NULL when there is no memory; free accepts NULL.
 */
struct block_deflater *block_deflater_make(int level);
void block_deflater_free(struct block_deflater *);
struct block_inflater *block_inflater_make(void);
void block_inflater_free(struct block_inflater *);

/* Behind what a block ends. */
enum block_cut { CUT_RECORD, CUT_LINE, CUT_CHARACTER };

/*
 * Where to end the block at the front of a text that is longer than `max` bytes: with `records`
 * after the last blank line of these; else, or when they have none, after the last LF; else where
 * the last whole character ends.
 */
size_t block_cut(const unsigned char *text, size_t max, bool records, enum block_cut *cut);

/*
 * Makes a member of text[0..n), 0 < n <= shape->text, in member[0..shape->member), and answers its
 * length.  *stored tells that deflate did not make the text shorter, so that it stands in the
 * member as it is.
 */
size_t block_deflate(struct block_deflater *, const struct block_shape *shape,
    const unsigned char *text, size_t n, unsigned char *member, bool *stored);

/* What may be wrong with a member behind its header. */
enum block_fault {
	BLOCK_GOOD,
	BLOCK_DEFLATE, /* no deflate data, or it does not end where it should */
	BLOCK_SIZE,    /* the text has another length than the trailer says */
	BLOCK_CRC,     /* the text has another CRC-32 than the trailer says */
};

/*
 * Reads the member of n bytes whose header takes the first `header` of them; n >= header + 8.
 * Writes its text, at most cap bytes, and sets *ntext when all is right.  Otherwise text holds
 * nothing of worth.
 */
enum block_fault block_inflate(struct block_inflater *, const unsigned char *member, size_t n,
    size_t header, unsigned char *text, size_t cap, size_t *ntext);

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

static inline uint64_t
get64(const unsigned char *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
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

static inline void
put64(unsigned char *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

#endif
