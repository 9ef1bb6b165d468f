/* One block of text and one member of gzip, made of each other, by libdeflate, zlib or ISA-L. */
#include "block.h"

#include <stdlib.h>
#include <string.h>

#ifdef POTOK_HAVE_LIBDEFLATE
#include <libdeflate.h>
#else
#include <zlib.h>
#endif
#ifdef POTOK_HAVE_LIBISAL
#include <isa-l/igzip_lib.h>
#endif

#include <potok/utf8.h>

enum {
	STORED_LEN = 5,     /* bytes in front of a stored deflate block, RFC 1951, section 3.2.4 */
	STORED_MAX = 65535, /* bytes that one can hold */
	BGZF_TEXT = 65280,
	BGZF_MEMBER = 65536,
	MZ_TEXT = 1024 * 1024,
};

/* The last two bytes of the header are the length of the member less one. */
static const unsigned char bgzf_header[] = {
    0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 'B', 'C', 2, 0, 0, 0};
static const unsigned char bgzf_end[] = {0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 'B', 'C', 2,
    0, 27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

/* The last four bytes of the header are the length of the deflate data. */
static const unsigned char mz_header[] = {
    0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 8, 0, 'M', 'Z', 4, 0, 0, 0, 0, 0};
static const unsigned char mz_end[] = {0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 8, 0, 'M', 'Z', 4, 0,
    2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

const struct block_shape block_bgzf = {.text = BGZF_TEXT,
    .member = BGZF_MEMBER,
    .header_len = sizeof bgzf_header,
    .header = bgzf_header,
    .end = bgzf_end,
    .end_len = sizeof bgzf_end};

const struct block_shape block_mz = {.text = MZ_TEXT,
    .member =
	MZ_TEXT + (MZ_TEXT / STORED_MAX + 1) * STORED_LEN + sizeof mz_header + BLOCK_TRAILER_LEN,
    .header_len = sizeof mz_header,
    .header = mz_header,
    .end = mz_end,
    .end_len = sizeof mz_end};

#ifdef POTOK_HAVE_LIBISAL

/* ISA-L's deflater.  Of its levels only this one makes the same of the same text wherever that
 * lies: 1 and 2 look for matches in ways that depend on addresses, as the fuzz target showed. */
enum { FAST_LEVEL = 0 };

struct fast {
	struct isal_zstream z;
};

bool
block_has_fast(void)
{
	return true;
}

/* Deflates text[0..n) into out[0..cap); answers how many bytes it took, 0 when it needs more. */
static size_t
fast_text(struct fast *f, const unsigned char *text, size_t n, unsigned char *out, size_t cap)
{
	isal_deflate_stateless_init(&f->z);
	f->z.level = FAST_LEVEL;
	f->z.end_of_stream = 1;
	f->z.next_in = (uint8_t *)text; /* it only reads */
	f->z.avail_in = (uint32_t)n;
	f->z.next_out = out;
	f->z.avail_out = (uint32_t)cap;
	return isal_deflate_stateless(&f->z) == COMP_OK ? f->z.total_out : 0;
}

#else

struct fast {
	char none;
};

bool
block_has_fast(void)
{
	return false;
}

static size_t
fast_text(struct fast *f, const unsigned char *text, size_t n, unsigned char *out, size_t cap)
{
	(void)f, (void)text, (void)n, (void)out, (void)cap;
	return 0;
}

#endif

#ifdef POTOK_HAVE_LIBDEFLATE

struct block_deflater {
	struct fast *fast; /* or else */
	struct libdeflate_compressor *slow;
};

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

static bool
open_slow(struct block_deflater *d, int level)
{
	d->slow = libdeflate_alloc_compressor(level);
	return d->slow != NULL;
}

static void
close_slow(struct block_deflater *d)
{
	libdeflate_free_compressor(d->slow);
}

/* Deflates text[0..n) into out[0..cap); answers how many bytes it took, 0 when it needs more. */
static size_t
slow_text(
    struct block_deflater *d, const unsigned char *text, size_t n, unsigned char *out, size_t cap)
{
	return libdeflate_deflate_compress(d->slow, text, n, out, cap);
}

/* libdeflate's inflater stands behind our name; ours is never defined. */
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

/* Inflates all of data[0..n); false when it is damaged or makes more than cap bytes. */
static bool
inflate_text(struct block_inflater *d, const unsigned char *data, size_t n, unsigned char *text,
    size_t cap, size_t *ntext)
{
	size_t used;

	return libdeflate_deflate_decompress_ex((struct libdeflate_decompressor *)d, data, n, text,
		   cap, &used, ntext) == LIBDEFLATE_SUCCESS &&
	       used == n;
}

#else

struct block_deflater {
	struct fast *fast; /* or else */
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

static bool
open_slow(struct block_deflater *d, int level)
{
	return deflateInit2(&d->z, level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1,
		   Z_DEFAULT_STRATEGY) == Z_OK;
}

static void
close_slow(struct block_deflater *d)
{
	deflateEnd(&d->z);
}

/* Deflates text[0..n) into out[0..cap); answers how many bytes it took, 0 when it needs more. */
static size_t
slow_text(
    struct block_deflater *d, const unsigned char *text, size_t n, unsigned char *out, size_t cap)
{
	deflateReset(&d->z);
	d->z.next_in = (z_const Bytef *)text;
	d->z.avail_in = (uInt)n;
	d->z.next_out = out;
	d->z.avail_out = (uInt)cap;
	return deflate(&d->z, Z_FINISH) == Z_STREAM_END ? cap - d->z.avail_out : 0;
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

/* Inflates all of data[0..n); false when it is damaged or makes more than cap bytes. */
static bool
inflate_text(struct block_inflater *d, const unsigned char *data, size_t n, unsigned char *text,
    size_t cap, size_t *ntext)
{
	inflateReset(&d->z);
	d->z.next_in = (z_const Bytef *)data;
	d->z.avail_in = (uInt)n;
	d->z.next_out = text;
	d->z.avail_out = (uInt)cap;
	/* Z_FINISH: all at once, so that zlib needs no window of its own. */
	int answer = inflate(&d->z, Z_FINISH);
	*ntext = cap - d->z.avail_out;
	return answer == Z_STREAM_END && d->z.avail_in == 0;
}

#endif

struct block_deflater *
block_deflater_make(int level)
{
	struct block_deflater *d = calloc(1, sizeof *d);

	if (d != NULL && level == BLOCK_FAST)
		d->fast = calloc(1, sizeof *d->fast);
	if (d == NULL || (level == BLOCK_FAST ? d->fast == NULL : !open_slow(d, level))) {
		free(d);
		return NULL;
	}
	return d;
}

void
block_deflater_free(struct block_deflater *d)
{
	if (d != NULL && d->fast == NULL)
		close_slow(d);
	if (d != NULL)
		free(d->fast);
	free(d);
}

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

/* Is the line that ends with the LF before text[end] blank?  end > 0. */
static bool
is_blank_line(const unsigned char *text, size_t end)
{
	size_t i = end - 1;

	if (i > 0 && text[i - 1] == '\r')
		i--;
	return i > 0 && text[i - 1] == '\n';
}

size_t
block_cut(const unsigned char *text, size_t max, bool records, enum block_cut *cut)
{
	size_t line = 0;

	for (size_t end = max; end > 0; end--) {
		if (text[end - 1] != '\n')
			continue;
		line = line > 0 ? line : end;
		if (records && is_blank_line(text, end)) {
			*cut = CUT_RECORD;
			return end;
		}
		if (!records)
			break;
	}
	*cut = line > 0 ? CUT_LINE : CUT_CHARACTER;
	return line > 0 ? line : whole_characters(text, max);
}

/* The bytes that text of n bytes takes in stored blocks. */
static size_t
stored_len(size_t n)
{
	return n + ((n - 1) / STORED_MAX + 1) * STORED_LEN;
}

static void
store_text(const unsigned char *text, size_t n, unsigned char *out)
{
	while (n > 0) {
		size_t part = n < STORED_MAX ? n : STORED_MAX;
		out[0] = part == n; /* the last block; stored */
		put16(out + 1, (uint32_t)part);
		put16(out + 3, ~(uint32_t)part);
		memcpy(out + STORED_LEN, text, part);
		out += STORED_LEN + part;
		text += part;
		n -= part;
	}
}

size_t
block_deflate(struct block_deflater *d, const struct block_shape *shape, const unsigned char *text,
    size_t n, unsigned char *member, bool *stored)
{
	unsigned char *body = member + shape->header_len;
	size_t most = stored_len(n) - 1, len;

	len = d->fast != NULL ? fast_text(d->fast, text, n, body, most)
			      : slow_text(d, text, n, body, most);
	*stored = len == 0;
	if (*stored) {
		store_text(text, n, body);
		len = stored_len(n);
	}
	memcpy(member, shape->header, shape->header_len);
	put32(body + len, block_crc(0, text, n));
	put32(body + len + 4, (uint32_t)n);
	size_t all = shape->header_len + len + BLOCK_TRAILER_LEN;
	if (shape == &block_bgzf)
		put16(body - 2, (uint32_t)all - 1);
	else
		put32(body - 4, (uint32_t)len);
	return all;
}

enum block_fault
block_inflate(struct block_inflater *d, const unsigned char *member, size_t n, size_t nheader,
    unsigned char *text, size_t cap, size_t *ntext)
{
	const unsigned char *trailer = member + n - BLOCK_TRAILER_LEN;

	if (!inflate_text(d, member + nheader, n - nheader - BLOCK_TRAILER_LEN, text, cap, ntext))
		return BLOCK_DEFLATE;
	if (get32(trailer + 4) != *ntext)
		return BLOCK_SIZE;
	return get32(trailer) == block_crc(0, text, *ntext) ? BLOCK_GOOD : BLOCK_CRC;
}
