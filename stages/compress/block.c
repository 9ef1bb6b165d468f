/* One block of text and one member of gzip, made of each other, by libdeflate or by zlib. */
#include "block.h"

#include <stdlib.h>
#include <string.h>

#ifdef POTOK_HAVE_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>
#endif

#include <potok/utf8.h>

enum {
	STORED_LEN = 5, /* bytes in front of a stored deflate block */
	DEFLATE_MAX = BLOCK_MEMBER_MAX - BLOCK_HEADER_LEN - BLOCK_TRAILER_LEN,
};

/* The header of every block, SAM format specification, section 4.1; the last two bytes are the
 * length of the member less one. */
static const unsigned char header[BLOCK_HEADER_LEN] = {
    0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 'B', 'C', 2, 0, 0, 0};

const unsigned char block_end[BLOCK_END_LEN] = {0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 'B',
    'C', 2, 0, BLOCK_END_LEN - 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

#ifdef POTOK_HAVE_LIBDEFLATE

/* libdeflate's own objects stand behind our names; ours are never defined. */
int
block_level_max(void)
{
	return 12;
}

uint32_t
block_crc(uint32_t crc, const unsigned char *p, size_t n)
{
	return libdeflate_crc32(crc, p, n);
}

struct block_deflater *
block_deflater_make(int level)
{
	return (struct block_deflater *)libdeflate_alloc_compressor(level);
}

void
block_deflater_free(struct block_deflater *d)
{
	libdeflate_free_compressor((struct libdeflate_compressor *)d);
}

struct block_inflater *
block_inflater_make(void)
{
	return (struct block_inflater *)libdeflate_alloc_decompressor();
}

void
block_inflater_free(struct block_inflater *d)
{
	libdeflate_free_decompressor((struct libdeflate_decompressor *)d);
}

/* Deflates text[0..n) into at most DEFLATE_MAX bytes; answers how many, 0 when it needs more. */
static size_t
deflate_text(struct block_deflater *d, const unsigned char *text, size_t n, unsigned char *out)
{
	return libdeflate_deflate_compress(
	    (struct libdeflate_compressor *)d, text, n, out, DEFLATE_MAX);
}

/* Inflates all of data[0..n); false when it is damaged or makes more than BLOCK_TEXT_MAX bytes. */
static bool
inflate_text(struct block_inflater *d, const unsigned char *data, size_t n, unsigned char *text,
    size_t *ntext)
{
	size_t used;

	return libdeflate_deflate_decompress_ex((struct libdeflate_decompressor *)d, data, n, text,
		   BLOCK_TEXT_MAX, &used, ntext) == LIBDEFLATE_SUCCESS &&
	       used == n;
}

#else

struct block_deflater {
	z_stream z;
};

struct block_inflater {
	z_stream z;
};

int
block_level_max(void)
{
	return 9;
}

uint32_t
block_crc(uint32_t crc, const unsigned char *p, size_t n)
{
	return (uint32_t)crc32_z(crc, p, n);
}

struct block_deflater *
block_deflater_make(int level)
{
	struct block_deflater *d = calloc(1, sizeof *d);

	if (d != NULL && deflateInit2(&d->z, level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1,
			     Z_DEFAULT_STRATEGY) != Z_OK) {
		free(d);
		return NULL;
	}
	return d;
}

void
block_deflater_free(struct block_deflater *d)
{
	if (d != NULL)
		deflateEnd(&d->z);
	free(d);
}

struct block_inflater *
block_inflater_make(void)
{
	struct block_inflater *d = calloc(1, sizeof *d);

	if (d != NULL && inflateInit2(&d->z, -MAX_WBITS) != Z_OK) {
		free(d);
		return NULL;
	}
	return d;
}

void
block_inflater_free(struct block_inflater *d)
{
	if (d != NULL)
		inflateEnd(&d->z);
	free(d);
}

/* Deflates text[0..n) into at most DEFLATE_MAX bytes; answers how many, 0 when it needs more. */
static size_t
deflate_text(struct block_deflater *d, const unsigned char *text, size_t n, unsigned char *out)
{
	deflateReset(&d->z);
	d->z.next_in = (z_const Bytef *)text;
	d->z.avail_in = (uInt)n;
	d->z.next_out = out;
	d->z.avail_out = DEFLATE_MAX;
	return deflate(&d->z, Z_FINISH) == Z_STREAM_END ? DEFLATE_MAX - d->z.avail_out : 0;
}

/* Inflates all of data[0..n); false when it is damaged or makes more than BLOCK_TEXT_MAX bytes. */
static bool
inflate_text(struct block_inflater *d, const unsigned char *data, size_t n, unsigned char *text,
    size_t *ntext)
{
	inflateReset(&d->z);
	d->z.next_in = (z_const Bytef *)data;
	d->z.avail_in = (uInt)n;
	d->z.next_out = text;
	d->z.avail_out = BLOCK_TEXT_MAX;
	/* Z_FINISH: all at once, so that zlib needs no window of its own. */
	int answer = inflate(&d->z, Z_FINISH);
	*ntext = BLOCK_TEXT_MAX - d->z.avail_out;
	return answer == Z_STREAM_END && d->z.avail_in == 0;
}

#endif

/* The length of text[0..n) without a character that is cut at its end. */
static size_t
whole_characters(const unsigned char *text, size_t n)
{
	uint32_t cp;

	for (size_t tail = 3; tail > 0; tail--) {
		if (potok_utf8_decode(text + n - tail, tail, &cp) == 0)
			return n - tail;
	}
	return n;
}

size_t
block_cut(const unsigned char text[BLOCK_TEXT])
{
	for (size_t end = BLOCK_TEXT; end > 0; end--) {
		if (text[end - 1] == '\n')
			return end;
	}
	return whole_characters(text, BLOCK_TEXT);
}

/* Writes text as one stored block of deflate, RFC 1951, section 3.2.4. */
static size_t
store_text(const unsigned char *text, size_t n, unsigned char *out)
{
	out[0] = 1; /* the last block; stored */
	put16(out + 1, (uint32_t)n);
	put16(out + 3, ~(uint32_t)n);
	memcpy(out + STORED_LEN, text, n);
	return STORED_LEN + n;
}

size_t
block_deflate(struct block_deflater *d, const unsigned char *text, size_t n,
    unsigned char member[BLOCK_MEMBER_MAX], bool *stored)
{
	unsigned char *body = member + BLOCK_HEADER_LEN;
	size_t len = deflate_text(d, text, n, body);

	*stored = len == 0 || len >= STORED_LEN + n;
	if (*stored)
		len = store_text(text, n, body);
	memcpy(member, header, BLOCK_HEADER_LEN);
	put32(body + len, block_crc(0, text, n));
	put32(body + len + 4, (uint32_t)n);
	len += BLOCK_HEADER_LEN + BLOCK_TRAILER_LEN;
	put16(member + BLOCK_HEADER_LEN - 2, (uint32_t)len - 1);
	return len;
}

enum block_fault
block_inflate(struct block_inflater *d, const unsigned char *member, size_t n, size_t nheader,
    unsigned char text[BLOCK_TEXT_MAX], size_t *ntext)
{
	const unsigned char *trailer = member + n - BLOCK_TRAILER_LEN;

	if (!inflate_text(d, member + nheader, n - nheader - BLOCK_TRAILER_LEN, text, ntext))
		return BLOCK_DEFLATE;
	if (get32(trailer + 4) != *ntext)
		return BLOCK_SIZE;
	return get32(trailer) == block_crc(0, text, *ntext) ? BLOCK_GOOD : BLOCK_CRC;
}
