/* Taking gzip apart: blocks as a whole, other members part by part. */
#include "units.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "inflate.h"

enum {
	PIECE = 64 * 1024, /* bytes of text made at once of a member that is no block */
	HEADER_CRC_LEN = 2,
	ZLIB_HEADER_LEN = 2,
	ZLIB_TRAILER_LEN = 4,
};

enum potok_status
unit_refuse(struct potok_decompress *d, const char *why)
{
	d->stage.why = why;
	return POTOK_EINPUT;
}

const char *
unit_why(enum block_fault fault)
{
	switch (fault) {
	case BLOCK_CRC:
		return "damaged: the text does not have the checksum that it had when it was "
		       "compressed; get the file again";
	case BLOCK_SIZE:
		return "damaged: the text does not have the length that it had when it was "
		       "compressed; get the file again";
	default:
		return "damaged: this is no deflate data; get the file again";
	}
}

static enum potok_status
refuse_header(struct potok_decompress *d, enum header_answer answer)
{
	switch (answer) {
	case HEADER_MAGIC:
		if (d->begun)
			return unit_refuse(d,
			    "bytes that are no gzip stand behind the gzip; what is "
			    "before them is verified: cut them off or get the file "
			    "again");
		return unit_refuse(
		    d, "this is no gzip; text that is not compressed can be used as it is");
	case HEADER_METHOD:
		return unit_refuse(d,
		    "damaged: a method of compression that gzip does not have; get "
		    "the file again");
	case HEADER_FLAGS:
		return unit_refuse(d,
		    "damaged, or of a later kind of gzip: unknown flags are set; get "
		    "the file again");
	default:
		return unit_refuse(
		    d, "damaged: the header of a block contradicts itself; get the file again");
	}
}

uint64_t
unit_fault_at(const struct potok_decompress *d)
{
	return d->part == FRONT ? d->taken : d->member;
}

/* The input ends where the part that comes next is not whole, or between members. */
static enum potok_status
check_end(struct potok_decompress *d, const struct potok_slice *in)
{
	bool gzip = d->options.format == POTOK_GZIP;

	d->summary.cut = d->part != FRONT || in->len > 0 || d->end_wanted;
	if (d->part != FRONT || in->len > 0)
		return unit_refuse(d,
		    gzip ? "the file ends in the middle of a gzip member: it was cut; get it again"
			 : "the file ends in the middle of the compressed data: it was cut; get it "
			   "again");
	if (!d->begun)
		return unit_refuse(
		    d, gzip ? "the input is empty, which is no gzip; what should have "
			      "written it has failed"
			    : "the input is empty; what should have written it has "
			      "failed");
	if (d->end_wanted)
		return unit_refuse(d,
		    "the end block is missing: the file was cut between two blocks; "
		    "get it again (what is before the cut is whole)");
	return POTOK_DONE;
}

/* --- parts -------------------------------------------------------------------------------- */

/*
 * The functions below take one part each.  They answer POTOK_DONE when it is taken, POTOK_MORE when
 * it is not all there, or an error.
 */

/* Makes ready to inflate a member that is no block. */
static enum potok_status
open_stream(struct potok_decompress *d)
{
	if (d->stream != NULL)
		inflater_reset(d->stream);
	else if ((d->stream = inflater_make()) == NULL)
		return POTOK_ENOMEM;
	if (d->piece == NULL && (d->piece = malloc(PIECE)) == NULL)
		return POTOK_ENOMEM;
	d->held = 0;
	d->member = d->taken;
	d->text_crc = d->options.format == POTOK_ZLIB ? (uint32_t)adler32(0, NULL, 0) : 0;
	d->text_size = 0;
	d->end_wanted = false;
	d->begun = true;
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

/*
 * Is the member with this header, at the front of `in`, a block to be read alone?  POTOK_DONE: yes;
 * POTOK_MORE: that cannot be told yet; POTOK_FULL: no, it is to be read as a stream, which any
 * block can.  Some writers of MZ mean another length by it, and have members of any size.
 */
static enum potok_status
is_block(const struct potok_slice *in, const struct header *h, bool last)
{
	if (h->member == 0)
		return POTOK_FULL;
	if (in->len < h->member)
		return last && !h->ours ? POTOK_FULL : POTOK_MORE;
	if (h->ours)
		return POTOK_DONE;
	if (get32(in->data + h->member - 4) > BLOCK_READ_TEXT)
		return POTOK_FULL;
	if (in->len == h->member)
		return last ? POTOK_DONE : POTOK_MORE;
	return in->data[h->member] == 0x1F || in->data[h->member] == 0 ? POTOK_DONE : POTOK_FULL;
}

static void
take_block(
    struct potok_decompress *d, struct potok_slice *in, const struct header *h, struct unit *u)
{
	u->kind = BLOCK;
	u->bytes = (struct potok_slice){in->data, h->member};
	u->header = *h;
	u->ntext = get32(in->data + h->member - 4);
	const struct block_shape *shape = h->mz ? &block_mz : &block_bgzf;
	if (u->ntext > 0)
		d->end_wanted = h->ours;
	else if (h->member == shape->end_len && memcmp(in->data, shape->end, shape->end_len) == 0)
		d->end_wanted = false;
	d->begun = true;
	unit_drop(d, in, h->member);
}

static enum potok_status
take_front(struct potok_decompress *d, struct potok_slice *in, bool last, struct unit *u)
{
	struct header h;
	size_t padding = 0;

	while (d->begun && padding < in->len && in->data[padding] == 0)
		padding++;
	if (padding > 0) {
		u->kind = PADDING;
		u->ntext = padding;
		unit_drop(d, in, padding);
		return POTOK_DONE;
	}
	enum header_answer answer = header_read(in->data, in->len, &h);
	if (answer == HEADER_CUT)
		return POTOK_MORE;
	if (answer != HEADER_GOOD)
		return refuse_header(d, answer);
	enum potok_status s = is_block(in, &h, last);
	if (s == POTOK_DONE)
		take_block(d, in, &h, u);
	if (s != POTOK_FULL)
		return s;
	if (d->options.salvage) /* what else is written is not verified before */
		return unit_refuse(d, "this is no block, and only blocks can be salvaged");
	if ((s = open_stream(d)) < 0)
		return s;
	d->flags = h.flags;
	d->header_crc = block_crc(0, in->data, h.len);
	d->part = part_behind(FRONT, h.flags);
	unit_drop(d, in, h.len);
	return POTOK_DONE;
}

/* The front of zlib data: RFC 1950, section 2.2.  Bare deflate data has none. */
static enum potok_status
take_other_front(struct potok_decompress *d, struct potok_slice *in)
{
	bool zlib = d->options.format == POTOK_ZLIB;

	if (d->begun)
		return in->len == 0
			   ? POTOK_MORE
			   : unit_refuse(d, "bytes stand behind the compressed data; what is "
					    "before them is whole");
	if (in->len < (zlib ? ZLIB_HEADER_LEN : 1))
		return POTOK_MORE;
	if (zlib && ((in->data[0] & 15) != 8 || (in->data[0] << 8 | in->data[1]) % 31 != 0))
		return unit_refuse(d, "this is no zlib data");
	if (zlib && (in->data[1] & 32) != 0)
		return unit_refuse(
		    d, "this zlib data needs a dictionary, which it does not contain");
	enum potok_status s = open_stream(d);
	if (s < 0)
		return s;
	unit_drop(d, in, zlib ? ZLIB_HEADER_LEN : 0);
	d->part = BODY;
	return POTOK_DONE;
}

/* Name or comment: up to a zero byte, of any length. */
static enum potok_status
take_words(struct potok_decompress *d, struct potok_slice *in)
{
	const unsigned char *zero = in->len > 0 ? memchr(in->data, 0, in->len) : NULL;
	size_t n = zero != NULL ? (size_t)(zero - in->data) + 1 : in->len;

	if (n > 0)
		d->header_crc = block_crc(d->header_crc, in->data, n);
	unit_drop(d, in, n);
	if (zero == NULL)
		return POTOK_MORE;
	d->part = part_behind((enum part)d->part, d->flags);
	return POTOK_DONE;
}

static enum potok_status
take_header_crc(struct potok_decompress *d, struct potok_slice *in)
{
	if (in->len < HEADER_CRC_LEN)
		return POTOK_MORE;
	if (get16(in->data) != (d->header_crc & 0xFFFF))
		return unit_refuse(d,
		    "damaged: the header of the member does not have its checksum; "
		    "get the file again");
	unit_drop(d, in, HEADER_CRC_LEN);
	d->part = BODY;
	return POTOK_DONE;
}

static void
digest(struct potok_decompress *d, const unsigned char *text, size_t n)
{
	if (d->options.format == POTOK_ZLIB)
		d->text_crc = (uint32_t)adler32(d->text_crc, text, (uInt)n);
	else if (d->options.format == POTOK_GZIP)
		d->text_crc = block_crc(d->text_crc, text, n);
	d->text_size += (uint32_t)n;
}

/* Hands on the piece that was held back. */
static enum potok_status
release_piece(struct potok_decompress *d, struct potok_buf *out)
{
	enum potok_status s = potok_buf_add(out, d->piece, d->held);

	if (s < 0)
		return s;
	d->held = 0;
	return POTOK_DONE;
}

/*
 * As much of the body as makes one piece of text.  A piece that is not whole is held back, as what
 * an inflater has made when it sees a fault depends on how its input was cut.  The last one is held
 * back until the trailer has been verified.
 */
static enum potok_status
take_body(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out)
{
	size_t made, had = in->len, held = d->held;

	if (potok_buf_room(out, PIECE) < 0)
		return POTOK_ENOMEM;
	unsigned char *text = held > 0 ? d->piece : out->data + out->len;
	enum inflated answer = inflater_run(d->stream, in, text + held, PIECE - held, &made);
	d->taken += had - in->len;
	if (answer == INFLATED_BAD)
		return unit_refuse(d, unit_why(BLOCK_DEFLATE));
	if (answer == INFLATED_NOMEM)
		return POTOK_ENOMEM;
	size_t n = held + made;
	if (answer == INFLATED_ALL || n < PIECE) {
		if (held == 0 && n > 0)
			memcpy(d->piece, text, n);
		d->held = n;
		if (answer == INFLATED_SOME)
			return POTOK_MORE;
		digest(d, d->piece, n);
		d->part = TRAILER;
		return POTOK_DONE;
	}
	digest(d, text, n);
	if (held > 0)
		memcpy(out->data + out->len, text, n);
	out->len += n;
	d->held = 0;
	return POTOK_DONE;
}

static enum potok_status
take_trailer(
    struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, struct unit *u)
{
	static const size_t lengths[] = {BLOCK_TRAILER_LEN, ZLIB_TRAILER_LEN, 0};
	size_t n = lengths[d->options.format];
	uint32_t crc = d->text_crc;

	if (in->len < n)
		return POTOK_MORE;
	if (d->options.format == POTOK_ZLIB)
		crc = (uint32_t)in->data[0] << 24 | (uint32_t)in->data[1] << 16 |
		      (uint32_t)in->data[2] << 8 | in->data[3];
	else if (d->options.format == POTOK_GZIP)
		crc = get32(in->data);
	if (crc != d->text_crc)
		return unit_refuse(d, unit_why(BLOCK_CRC));
	if (d->options.format == POTOK_GZIP && get32(in->data + 4) != d->text_size)
		return unit_refuse(d, unit_why(BLOCK_SIZE));
	unit_drop(d, in, n);
	u->ends = true;
	u->at = d->member;
	d->part = FRONT;
	return release_piece(d, out);
}

enum potok_status
unit_take(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, bool last,
    struct unit *u)
{
	enum potok_status s;

	*u = (struct unit){.kind = TEXT, .at = d->taken};
	switch ((enum part)d->part) {
	case FRONT:
		s = d->options.format == POTOK_GZIP ? take_front(d, in, last, u)
						    : take_other_front(d, in);
		break;
	case NAME:
	case COMMENT:
		s = take_words(d, in);
		break;
	case HEADER_CRC:
		s = take_header_crc(d, in);
		break;
	case BODY:
		s = take_body(d, in, out);
		break;
	default:
		s = take_trailer(d, in, out, u);
		break;
	}
	if (s != POTOK_MORE || !last)
		return s;
	/* A stream that is cut: what there is of it is written before that is told. */
	if (d->part >= BODY && d->held > 0)
		return release_piece(d, out);
	u->kind = NOTHING;
	return check_end(d, in);
}
