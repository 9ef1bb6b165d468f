/* The stage decompress: gzip of any kind becomes text. */
#include <potok/compress.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "block.h"
#include "header.h"

enum { MEMBERS, BGZF_BLOCKS, PADDING_BYTES };

static const struct potok_count counts[POTOK_DECOMPRESS_COUNTS] = {
    {.name = "members", .what = "members read and verified"},
    {.name = "bgzf_blocks", .what = "members that were blocks of BGZF"},
    {.name = "padding_bytes", .what = "zero bytes behind members"},
};

/* What comes next in `in`.  The parts of a block of BGZF are taken together, as FRONT. */
enum part { FRONT, NAME, COMMENT, HEADER_CRC, BODY, TRAILER };

enum {
	PIECE = 64 * 1024, /* bytes of text made at once of a member that is no block */
	HEADER_CRC_LEN = 2,
};

/* Zero bytes are padding only behind a member. */
static bool
begun(const struct potok_decompress *d)
{
	return d->counts[MEMBERS].n > 0;
}

static enum potok_status
refuse(struct potok_decompress *d, const char *why)
{
	d->stage.why = why;
	return POTOK_EINPUT;
}

static enum potok_status
refuse_text(struct potok_decompress *d, enum block_fault fault)
{
	switch (fault) {
	case BLOCK_CRC:
		return refuse(d, "damaged: the text does not have the checksum (CRC-32) that it "
				 "had when it was compressed; get the file again");
	case BLOCK_SIZE:
		return refuse(d, "damaged: the text does not have the length that it had when it "
				 "was compressed; get the file again");
	default:
		return refuse(d, "damaged: this is no deflate data; get the file again");
	}
}

static enum potok_status
refuse_header(struct potok_decompress *d, enum header_answer answer)
{
	switch (answer) {
	case HEADER_MAGIC:
		if (begun(d))
			return refuse(d, "bytes that are no gzip stand behind the gzip; what is "
					 "before them is verified: cut them off or get the file "
					 "again");
		return refuse(
		    d, "this is no gzip; text that is not compressed can be used as it is");
	case HEADER_METHOD:
		return refuse(d, "damaged: a method of compression that gzip does not have; get "
				 "the file again");
	case HEADER_FLAGS:
		return refuse(d, "damaged, or of a later kind of gzip: unknown flags are set; get "
				 "the file again");
	default:
		return refuse(d, "damaged: a block of BGZF has a wrong length; get the file again");
	}
}

/* The input ends where the part that comes next is not whole, or between members. */
static enum potok_status
end(struct potok_decompress *d, const struct potok_slice *in)
{
	if (d->part != FRONT || in->len > 0)
		return refuse(d, "the file ends in the middle of a gzip member: it was cut; get it "
				 "again");
	if (!begun(d))
		return refuse(d, "the input is empty, which is no gzip; what should have written "
				 "it has failed");
	if (d->end_wanted)
		return refuse(d, "the end block of BGZF is missing: the file was cut between two "
				 "blocks; get it again (what is before the cut is whole)");
	return POTOK_DONE;
}

static void
take(struct potok_decompress *d, struct potok_slice *in, size_t n)
{
	/* C allows no addition to NULL, which `in` may have when it is empty. */
	if (n == 0)
		return;
	in->data += n;
	in->len -= n;
	d->taken += n;
}

/*
 * The functions below take one part each.  They answer POTOK_DONE when it is taken, POTOK_MORE when
 * it is not all there, or an error.
 */

static void
skip_padding(struct potok_decompress *d, struct potok_slice *in)
{
	struct potok_count *c = &d->counts[PADDING_BYTES];
	size_t n = 0;

	while (n < in->len && in->data[n] == 0)
		n++;
	if (c->n == 0)
		c->first = d->taken;
	c->n += n;
	take(d, in, n);
}

/* The member of n bytes at the front of `in`, a block of BGZF whose header is known. */
static enum potok_status
read_block(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out,
    const struct header *h)
{
	size_t ntext;

	if (d->blocks == NULL && (d->blocks = block_inflater_make()) == NULL)
		return POTOK_ENOMEM;
	if (potok_buf_room(out, BLOCK_TEXT_MAX) < 0)
		return POTOK_ENOMEM;
	enum block_fault fault =
	    block_inflate(d->blocks, in->data, h->member, h->len, out->data + out->len, &ntext);
	if (fault != BLOCK_GOOD)
		return refuse_text(d, fault);
	if (!d->test)
		out->len += ntext;
	if (ntext > 0)
		d->end_wanted = true;
	else if (h->member == BLOCK_END_LEN && memcmp(in->data, block_end, BLOCK_END_LEN) == 0)
		d->end_wanted = false;
	potok_count_at(&d->counts[MEMBERS], d->taken);
	potok_count_at(&d->counts[BGZF_BLOCKS], d->taken);
	take(d, in, h->member);
	return POTOK_DONE;
}

/* Makes ready to inflate a member that is no block. */
static enum potok_status
open_inflater(struct potok_decompress *d)
{
	z_stream *z = d->inflater;

	if (z != NULL)
		return inflateReset(z) == Z_OK ? POTOK_DONE : POTOK_EBUG;
	z = calloc(1, sizeof *z);
	if (z == NULL || inflateInit2(z, -MAX_WBITS) != Z_OK) {
		free(z);
		return POTOK_ENOMEM;
	}
	d->inflater = z;
	return POTOK_DONE;
}

/* The part behind `part` that the member has. */
static enum part
part_behind(enum part part, unsigned flags)
{
	if (part < NAME && (flags & HEADER_FNAME))
		return NAME;
	if (part < COMMENT && (flags & HEADER_FCOMMENT))
		return COMMENT;
	if (part < HEADER_CRC && (flags & HEADER_FHCRC))
		return HEADER_CRC;
	return BODY;
}

static enum potok_status
read_front(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out)
{
	struct header h;

	if (begun(d))
		skip_padding(d, in);
	enum header_answer answer = header_read(in->data, in->len, &h);
	if (answer == HEADER_CUT)
		return POTOK_MORE;
	if (answer != HEADER_GOOD)
		return refuse_header(d, answer);
	if (h.member > 0)
		return in->len < h.member ? POTOK_MORE : read_block(d, in, out, &h);

	enum potok_status s = open_inflater(d);
	if (s < 0)
		return s;
	d->member = d->taken;
	d->flags = h.flags;
	d->header_crc = block_crc(0, in->data, h.len);
	d->text_crc = 0;
	d->text_size = 0;
	d->end_wanted = false;
	d->part = part_behind(FRONT, h.flags);
	take(d, in, h.len);
	return POTOK_DONE;
}

/* Name or comment: up to a zero byte, of any length. */
static enum potok_status
read_words(struct potok_decompress *d, struct potok_slice *in)
{
	const unsigned char *zero = in->len > 0 ? memchr(in->data, 0, in->len) : NULL;
	size_t n = zero != NULL ? (size_t)(zero - in->data) + 1 : in->len;

	if (n > 0)
		d->header_crc = block_crc(d->header_crc, in->data, n);
	take(d, in, n);
	if (zero == NULL)
		return POTOK_MORE;
	d->part = part_behind((enum part)d->part, d->flags);
	return POTOK_DONE;
}

static enum potok_status
read_header_crc(struct potok_decompress *d, struct potok_slice *in)
{
	if (in->len < HEADER_CRC_LEN)
		return POTOK_MORE;
	if (get16(in->data) != (d->header_crc & 0xFFFF))
		return refuse(d, "damaged: the header of the member does not have its checksum; "
				 "get the file again");
	take(d, in, HEADER_CRC_LEN);
	d->part = BODY;
	return POTOK_DONE;
}

/* As much of the body as makes one piece of text. */
static enum potok_status
read_body(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out)
{
	z_stream *z = d->inflater;

	if (potok_buf_room(out, PIECE) < 0)
		return POTOK_ENOMEM;
	unsigned char *text = out->data + out->len;
	size_t given = in->len < UINT_MAX ? in->len : UINT_MAX;
	z->next_in = (z_const Bytef *)in->data;
	z->avail_in = (uInt)given;
	z->next_out = text;
	z->avail_out = PIECE;
	int answer = inflate(z, Z_NO_FLUSH);
	size_t made = PIECE - z->avail_out;

	take(d, in, given - z->avail_in);
	d->text_crc = block_crc(d->text_crc, text, made);
	d->text_size += (uint32_t)made;
	if (!d->test)
		out->len += made;
	switch (answer) {
	case Z_STREAM_END:
		d->part = TRAILER;
		return POTOK_DONE;
	case Z_OK:
	case Z_BUF_ERROR:
		return z->avail_out == 0 || in->len > 0 ? POTOK_DONE : POTOK_MORE;
	case Z_MEM_ERROR:
		return POTOK_ENOMEM;
	default:
		return refuse_text(d, BLOCK_DEFLATE);
	}
}

static enum potok_status
read_trailer(struct potok_decompress *d, struct potok_slice *in)
{
	if (in->len < BLOCK_TRAILER_LEN)
		return POTOK_MORE;
	if (get32(in->data) != d->text_crc)
		return refuse_text(d, BLOCK_CRC);
	if (get32(in->data + 4) != d->text_size)
		return refuse_text(d, BLOCK_SIZE);
	take(d, in, BLOCK_TRAILER_LEN);
	potok_count_at(&d->counts[MEMBERS], d->member);
	d->part = FRONT;
	return POTOK_DONE;
}

static enum potok_status
read_part(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out)
{
	switch ((enum part)d->part) {
	case FRONT:
		return read_front(d, in, out);
	case NAME:
	case COMMENT:
		return read_words(d, in);
	case HEADER_CRC:
		return read_header_crc(d, in);
	case BODY:
		return read_body(d, in, out);
	default:
		return read_trailer(d, in);
	}
}

static enum potok_status
decompress_process(
    struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_decompress *d = (struct potok_decompress *)stage;
	enum potok_status s;

	do {
		if (potok_buf_full(out))
			return POTOK_FULL;
		s = read_part(d, in, out);
	} while (s == POTOK_DONE);
	return s == POTOK_MORE && last ? end(d, in) : s;
}

static void
decompress_close(struct potok_stage *stage)
{
	struct potok_decompress *d = (struct potok_decompress *)stage;

	block_inflater_free(d->blocks);
	d->blocks = NULL;
	if (d->inflater != NULL)
		inflateEnd(d->inflater);
	free(d->inflater);
	d->inflater = NULL;
}

enum potok_status
potok_decompress_init(struct potok_decompress *d, const struct potok_decompress_options *options)
{
	*d = (struct potok_decompress){
	    .stage = {.process = decompress_process,
		.close = decompress_close,
		.name = "decompress",
		.ncounts = POTOK_DECOMPRESS_COUNTS},
	    .test = options != NULL && options->test,
	    .part = FRONT,
	};
	memcpy(d->counts, counts, sizeof counts);
	d->stage.counts = d->counts;
	return POTOK_MORE;
}
