/* The front of a gzip member.  Private to stages/compress. */
#ifndef POTOK_COMPRESS_HEADER_H
#define POTOK_COMPRESS_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* Flags of the header: RFC 1952, section 2.3.1. */
enum {
	HEADER_FHCRC = 2,
	HEADER_FEXTRA = 4,
	HEADER_FNAME = 8,
	HEADER_FCOMMENT = 16,
	HEADER_RESERVED = 0xE0,
};

/* What the fixed bytes and the extra field tell. */
struct header {
	unsigned flags;
	size_t len;    /* bytes of both; behind them name, comment and checksum may follow */
	size_t member; /* bytes of the whole member when it is a block, else 0 */
	bool mz;       /* the block is not of BGZF, but one with the subfield MZ */
	bool ours;     /* it ends a file only with the end block of its kind */
};

enum header_answer {
	HEADER_GOOD,
	HEADER_CUT,    /* good so far, but not all there */
	HEADER_MAGIC,  /* no gzip */
	HEADER_METHOD, /* gzip, but not deflate */
	HEADER_FLAGS,  /* reserved flags are set: RFC 1952 wants this to be an error */
	HEADER_BLOCK,  /* the header of a block contradicts itself */
};

/* Reads the front of the member that begins at p[0..n).  *h is set when HEADER_GOOD is answered. */
enum header_answer header_read(const unsigned char *p, size_t n, struct header *h);

#endif
