/* The stage decompress: gzip of any kind becomes text. */
#include <potok/compress.h>

#include <errno.h>
#include <string.h>

#include <zlib.h>

#include "block.h"
#include "header.h"
#include "inflate.h"
#include "jobs.h"
#include "lines.h"

enum { MEMBERS, BLOCKS, PADDING_BYTES };

static const struct potok_count counts[POTOK_DECOMPRESS_COUNTS] = {
    {.name = "members", .what = "members read and verified"},
    {.name = "blocks", .what = "members that were blocks, which can be read alone"},
    {.name = "padding_bytes", .what = "zero bytes behind members"},
};

/* What comes next in `in`.  The parts of a block are taken together, as FRONT. */
enum part { FRONT, NAME, COMMENT, HEADER_CRC, BODY, TRAILER };

enum {
	PIECE = 64 * 1024, /* bytes of text made at once of a member that is no block */
	HEADER_CRC_LEN = 2,
	ZLIB_HEADER_LEN = 2,
	ZLIB_TRAILER_LEN = 4,
};

/* --- what is wrong ------------------------------------------------------------------------ */

static enum potok_status
refuse(struct potok_decompress *d, const char *why)
{
	d->stage.why = why;
	return POTOK_EINPUT;
}

static const char *
why_text(enum block_fault fault)
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

/* The offset of the member at fault, or of what stands where one should begin. */
static uint64_t
fault_at(const struct potok_decompress *d)
{
	return d->part == FRONT ? d->taken : d->member;
}

/* The input ends where the part that comes next is not whole, or between members. */
static enum potok_status
end(struct potok_decompress *d, const struct potok_slice *in)
{
	bool gzip = d->options.format == POTOK_GZIP;

	d->summary.cut = d->part != FRONT || in->len > 0 || d->end_wanted;
	if (d->part != FRONT || in->len > 0)
		return refuse(d,
		    gzip ? "the file ends in the middle of a gzip member: it was cut; get it again"
			 : "the file ends in the middle of the compressed data: it was cut; get it "
			   "again");
	if (!d->begun)
		return refuse(d, gzip ? "the input is empty, which is no gzip; what should have "
					"written it has failed"
				      : "the input is empty; what should have written it has "
					"failed");
	if (d->end_wanted)
		return refuse(d, "the end block is missing: the file was cut between two blocks; "
				 "get it again (what is before the cut is whole)");
	return POTOK_DONE;
}

/* --- parts -------------------------------------------------------------------------------- */

/* The unit that was taken from the front of the input. */
struct unit {
	enum { PADDING, BLOCK, TEXT, NOTHING } kind;
	struct potok_slice bytes; /* of a block: the member, in the input */
	struct header header;     /* of a block */
	size_t ntext;             /* of a block: what its trailer says */
	uint64_t at;              /* offset of the unit, or of the member that it ends */
	bool ends;                /* a member that is no block ends with it */
};

static void
drop(struct potok_decompress *d, struct potok_slice *in, size_t n)
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

/* Makes ready to inflate a member that is no block. */
static enum potok_status
open_stream(struct potok_decompress *d)
{
	if (d->stream != NULL)
		inflater_reset(d->stream);
	else if ((d->stream = inflater_make()) == NULL)
		return POTOK_ENOMEM;
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
	drop(d, in, h->member);
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
		drop(d, in, padding);
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
	if ((s = open_stream(d)) < 0)
		return s;
	d->flags = h.flags;
	d->header_crc = block_crc(0, in->data, h.len);
	d->part = part_behind(FRONT, h.flags);
	drop(d, in, h.len);
	return POTOK_DONE;
}

/* The front of zlib data: RFC 1950, section 2.2.  Bare deflate data has none. */
static enum potok_status
take_other_front(struct potok_decompress *d, struct potok_slice *in)
{
	bool zlib = d->options.format == POTOK_ZLIB;

	if (d->begun)
		return in->len == 0 ? POTOK_MORE
				    : refuse(d, "bytes stand behind the compressed data; what is "
						"before them is whole");
	if (in->len < (zlib ? ZLIB_HEADER_LEN : 1))
		return POTOK_MORE;
	if (zlib && ((in->data[0] & 15) != 8 || (in->data[0] << 8 | in->data[1]) % 31 != 0))
		return refuse(d, "this is no zlib data");
	if (zlib && (in->data[1] & 32) != 0)
		return refuse(d, "this zlib data needs a dictionary, which it does not contain");
	enum potok_status s = open_stream(d);
	if (s < 0)
		return s;
	drop(d, in, zlib ? ZLIB_HEADER_LEN : 0);
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
	drop(d, in, n);
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
		return refuse(d, "damaged: the header of the member does not have its checksum; "
				 "get the file again");
	drop(d, in, HEADER_CRC_LEN);
	d->part = BODY;
	return POTOK_DONE;
}

/* As much of the body as makes one piece of text. */
static enum potok_status
take_body(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, struct unit *u)
{
	size_t made, had = in->len;

	if (potok_buf_room(out, PIECE) < 0)
		return POTOK_ENOMEM;
	unsigned char *text = out->data + out->len;
	enum inflated answer = inflater_run(d->stream, in, text, PIECE, &made);
	d->taken += had - in->len;
	if (d->options.format == POTOK_ZLIB)
		d->text_crc = (uint32_t)adler32(d->text_crc, text, (uInt)made);
	else if (d->options.format == POTOK_GZIP)
		d->text_crc = block_crc(d->text_crc, text, made);
	d->text_size += (uint32_t)made;
	out->len += made;
	u->kind = TEXT;
	u->ntext = made;
	switch (answer) {
	case INFLATED_ALL:
		d->part = TRAILER;
		return POTOK_DONE;
	case INFLATED_SOME:
		return made > 0 ? POTOK_DONE : POTOK_MORE;
	case INFLATED_NOMEM:
		return POTOK_ENOMEM;
	default:
		return refuse(d, why_text(BLOCK_DEFLATE));
	}
}

static enum potok_status
take_trailer(struct potok_decompress *d, struct potok_slice *in, struct unit *u)
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
		return refuse(d, why_text(BLOCK_CRC));
	if (d->options.format == POTOK_GZIP && get32(in->data + 4) != d->text_size)
		return refuse(d, why_text(BLOCK_SIZE));
	drop(d, in, n);
	u->ends = true;
	u->at = d->member;
	d->part = FRONT;
	return POTOK_DONE;
}

/* Takes the next unit, text of a stream into `out`; NOTHING when the input has ended well. */
static enum potok_status
take_unit(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, bool last,
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
		s = take_body(d, in, out, u);
		break;
	default:
		s = take_trailer(d, in, u);
		break;
	}
	if (s != POTOK_MORE || !last)
		return s;
	u->kind = NOTHING;
	return end(d, in);
}

/* --- units in order ----------------------------------------------------------------------- */

/* Behind how many of text[0..n) do `lines` LF stand; *found is how many there are, at most. */
static size_t
behind_lines(const unsigned char *text, size_t n, uint64_t lines, uint64_t *found)
{
	size_t at = 0;

	for (*found = 0; *found < lines; ++*found) {
		const unsigned char *lf = at < n ? memchr(text + at, '\n', n - at) : NULL;
		if (lf == NULL)
			return n;
		at = (size_t)(lf - text) + 1;
	}
	return at;
}

/* Passes over at most *units of text[0..n); answers how many bytes that are. */
static size_t
pass(const struct potok_decompress *d, const unsigned char *text, size_t n, uint64_t *units)
{
	uint64_t passed = n < *units ? n : *units;
	size_t bytes = (size_t)passed;

	if (d->options.unit == POTOK_LINES)
		bytes = behind_lines(text, n, *units, &passed);
	*units -= passed;
	return bytes;
}

/* Keeps of the text at the end of `out`, from `from` on, what is wanted. */
static void
keep(struct potok_decompress *d, struct potok_buf *out, size_t from)
{
	unsigned char *text = out->data + from;
	size_t n = out->len - from, skipped = 0;

	d->summary.text += n;
	if (d->options.unit != POTOK_ALL && n > 0) {
		skipped = d->options.skip > 0 ? pass(d, text, n, &d->options.skip) : 0;
		n = d->options.skip > 0 ? 0
					: pass(d, text + skipped, n - skipped, &d->options.count);
		d->enough = d->options.count == 0;
	}
	if (d->options.test)
		n = 0;
	if (skipped > 0 && n > 0)
		memmove(text, text + skipped, n);
	out->len = from + n;
}

/* Counts the unit, which is the next one in order; the text of a block is at out->data + from. */
static void
account(struct potok_decompress *d, const struct unit *u, const struct potok_buf *out, size_t from)
{
	struct potok_block *b = &d->block;

	if (u->kind == PADDING) {
		struct potok_count *c = &d->counts[PADDING_BYTES];
		c->first = c->n == 0 ? u->at : c->first;
		c->n += u->ntext;
	} else if (u->kind == BLOCK) {
		potok_count_at(&d->counts[MEMBERS], u->at);
		potok_count_at(&d->counts[BLOCKS], u->at);
		*(u->header.mz ? &d->summary.mz : &d->summary.bgzf) += 1;
		if (d->options.headers)
			d->summary.text += u->ntext;
		b->at = u->at;
		b->length = u->bytes.len;
		b->ntext = u->ntext;
		if (d->options.on_block != NULL && b->ntext > 0) {
			b->nlines = (size_t)count_lf(out->data + from, out->len - from);
			b->crc = get32(u->bytes.data + b->length - BLOCK_TRAILER_LEN);
			d->options.on_block(d->options.ctx, b);
			b->line += b->nlines;
		}
		b->text_at += b->ntext;
	} else if (u->ends) {
		potok_count_at(&d->counts[MEMBERS], u->at);
		d->summary.streams++;
	}
}

/* The room for the text of a block; what is longer is wrong. */
static size_t
text_room(const struct unit *u)
{
	if (!u->header.mz)
		return BGZF_TEXT_MAX;
	return (u->ntext < BLOCK_READ_TEXT ? u->ntext : BLOCK_READ_TEXT) + 1;
}

/* Inflates the block into `out`, which has the room. */
static enum block_fault
read_block(struct block_inflater *inflater, const struct unit *u, struct potok_buf *out)
{
	size_t ntext;
	enum block_fault fault = block_inflate(inflater, u->bytes.data, u->bytes.len, u->header.len,
	    out->data + out->len, text_room(u), &ntext);

	if (fault == BLOCK_GOOD)
		out->len += ntext;
	return fault;
}

/* --- what is damaged ---------------------------------------------------------------------- */

/* The end of a gap: `to` is where what can be read begins, or where the input ends. */
static void
end_gap(struct potok_decompress *d)
{
	d->lost = false;
	d->gap.to = d->taken;
	d->gap.text_at = d->summary.text;
	d->summary.gaps++;
	if (d->options.on_gap != NULL)
		d->options.on_gap(d->options.ctx, &d->gap);
}

/* Begins a gap at the front of `in`. */
static void
begin_gap(struct potok_decompress *d, struct potok_slice *in)
{
	d->lost = true;
	d->gap.from = d->taken;
	d->part = FRONT;
	d->begun = true;
	d->end_wanted = false;
	drop(d, in, in->len > 0);
}

/* Drops bytes up to the next whole block.  POTOK_DONE: it is there; POTOK_MORE: more input is
 * needed. */
static enum potok_status
find_block(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, bool last)
{
	while (in->len > 0) {
		const unsigned char *magic = memchr(in->data, 0x1F, in->len);
		drop(d, in, magic != NULL ? (size_t)(magic - in->data) : in->len);
		struct unit u = {.bytes = *in};
		enum header_answer answer = header_read(in->data, in->len, &u.header);
		u.bytes.len = u.header.member;
		bool cut =
		    answer == HEADER_CUT || (answer == HEADER_GOOD && in->len < u.header.member);
		if (cut && !last)
			return POTOK_MORE;
		if (!cut && answer == HEADER_GOOD && u.header.member > 0) {
			u.ntext = get32(in->data + u.header.member - 4);
			if (potok_buf_room(out, text_room(&u)) < 0)
				return POTOK_ENOMEM;
			struct potok_buf room = {.data = out->data + out->len};
			if (read_block(d->blocks, &u, &room) == BLOCK_GOOD) {
				end_gap(d);
				return POTOK_DONE;
			}
		}
		drop(d, in, in->len > 0);
	}
	if (!last)
		return POTOK_MORE;
	end_gap(d);
	return POTOK_DONE;
}

/* --- the stage ---------------------------------------------------------------------------- */

/* The next unit of the stream, taken and made; DONE: it was, or with NOTHING the stream has ended.
 */
static enum potok_status
step(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, bool last,
    struct unit *u)
{
	struct potok_slice had = *in;
	size_t from = out->len;

	if (d->blocks == NULL && (d->blocks = block_inflater_make()) == NULL)
		return POTOK_ENOMEM;
	if (d->lost) {
		*u = (struct unit){.kind = TEXT};
		return find_block(d, in, out, last);
	}
	if (d->options.salvage && last && in->len == 0 && d->summary.gaps > 0 && d->part == FRONT) {
		u->kind = NOTHING;
		return refuse(d, "parts of the file were damaged and are left out");
	}
	enum potok_status s = take_unit(d, in, out, last, u);
	enum block_fault fault = BLOCK_GOOD;
	if (s == POTOK_DONE && u->kind == BLOCK && !d->options.headers) {
		if (potok_buf_room(out, text_room(u)) < 0)
			return POTOK_ENOMEM;
		fault = read_block(d->blocks, u, out);
	}
	if (fault != BLOCK_GOOD) {
		*in = had;
		d->taken = u->at;
		s = refuse(d, why_text(fault));
	} else if (s == POTOK_DONE) {
		account(d, u, out, from);
	}
	keep(d, out, from);
	if (s == POTOK_EINPUT && d->options.salvage && (in->len > 0 || d->part != FRONT)) {
		begin_gap(d, in);
		u->kind = TEXT;
		return POTOK_DONE;
	}
	return s;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_decompress *d = (struct potok_decompress *)stage;
	struct unit u = {.kind = TEXT};
	enum potok_status s = POTOK_DONE;
	size_t given = in->len;

	while (s == POTOK_DONE && u.kind != NOTHING) {
		if (d->enough) {
			drop(d, in, in->len);
			return last ? POTOK_DONE : POTOK_MORE;
		}
		if (potok_buf_full(out))
			return POTOK_FULL;
		s = step(d, in, out, last, &u);
	}
	/* The offset of a fault is that of the member.  What is taken by this call will be added to
	 * it, modulo 2 to the 64. */
	if (s == POTOK_EINPUT)
		stage->offset = fault_at(d) - (given - in->len);
	return s;
}

static void
close_decompress(struct potok_stage *stage)
{
	struct potok_decompress *d = (struct potok_decompress *)stage;

	block_inflater_free(d->blocks);
	d->blocks = NULL;
	inflater_free(d->stream);
	d->stream = NULL;
}

enum potok_status
potok_decompress_init(struct potok_decompress *d, const struct potok_decompress_options *options)
{
	static const struct potok_decompress_options defaults = POTOK_DECOMPRESS_DEFAULTS;

	*d = (struct potok_decompress){
	    .stage = {.process = process,
		.close = close_decompress,
		.name = "decompress",
		.ncounts = POTOK_DECOMPRESS_COUNTS},
	    .options = options != NULL ? *options : defaults,
	    .part = FRONT,
	};
	memcpy(d->counts, counts, sizeof counts);
	d->stage.counts = d->counts;
	d->stage.offset = d->taken = d->options.offset;
	d->enough = d->options.unit != POTOK_ALL && d->options.count == 0;
	return POTOK_MORE;
}

/* --- several threads ---------------------------------------------------------------------- */

struct decompress_job {
	struct job job;
	struct unit unit;
	const char *why; /* with POTOK_EINPUT */
	uint64_t at;     /* the offset at fault */
};

struct run {
	struct jobs_input input;
	struct potok_decompress *decompress;
	const char *why; /* of the first fault */
	uint64_t at;
	int error;
};

static void
take(void *ctx, struct job *job)
{
	struct run *r = ctx;
	struct potok_decompress *d = r->decompress;
	struct decompress_job *j = (struct decompress_job *)job;

	for (;;) {
		struct potok_slice in = jobs_waiting(&r->input), had = in;
		job->status = take_unit(d, &in, &job->out, r->input.last, &j->unit);
		j->why = d->stage.why;
		j->at = fault_at(d);
		job->made = j->unit.kind != BLOCK || d->options.headers;
		if (job->status == POTOK_DONE && j->unit.kind == BLOCK) {
			job->status = potok_buf_add(&job->in, had.data, j->unit.bytes.len);
			j->unit.bytes.data = job->in.data;
			r->input.head += had.len - in.len;
			return;
		}
		r->input.head += had.len - in.len;
		bool unit = job->status == POTOK_DONE && j->unit.kind != NOTHING;
		if (unit)
			job->status = POTOK_MORE;
		if (unit && j->unit.kind == TEXT && job->out.len == 0 && !j->unit.ends)
			continue; /* a part of a header */
		if (unit || job->status != POTOK_MORE)
			return;
		job->status = jobs_read(&r->input);
		job->error = errno;
		if (job->status != POTOK_MORE) {
			job->made = true;
			return;
		}
	}
}

static void
make(void *ctx, void *inflater, struct job *job)
{
	struct decompress_job *j = (struct decompress_job *)job;

	(void)ctx;
	job->status = potok_buf_room(&job->out, text_room(&j->unit));
	if (job->status < 0)
		return;
	enum block_fault fault = read_block(inflater, &j->unit, &job->out);
	if (fault != BLOCK_GOOD) {
		job->status = POTOK_EINPUT;
		j->why = why_text(fault);
		j->at = j->unit.at;
	}
}

static enum potok_status
give(void *ctx, struct job *job)
{
	struct run *r = ctx;
	struct decompress_job *j = (struct decompress_job *)job;
	struct potok_decompress *d = r->decompress;
	enum potok_status s = job->status;

	r->why = j->why;
	r->at = j->at;
	r->error = job->error;
	if (s == POTOK_MORE)
		account(d, &j->unit, &job->out, 0);
	keep(d, &job->out, 0);
	if (job->out.len > 0 &&
	    r->input.chain->write(r->input.chain->ctx, job->out.data, job->out.len) < 0) {
		r->error = errno;
		return POTOK_EIO;
	}
	return s == POTOK_MORE && d->enough ? POTOK_DONE : s;
}

static void *
open_inflater(void *ctx)
{
	(void)ctx;
	return block_inflater_make();
}

static void
close_inflater(void *inflater)
{
	block_inflater_free(inflater);
}

/* Reads for the chain of one thread, as long as something is wanted. */
static ptrdiff_t
read_wanted(void *ctx, void *buf, size_t cap)
{
	const struct run *r = ctx;

	return r->decompress->enough ? 0 : r->input.chain->read(r->input.chain->ctx, buf, cap);
}

static int
write_on(void *ctx, const void *data, size_t n)
{
	const struct run *r = ctx;

	return r->input.chain->write(r->input.chain->ctx, data, n);
}

enum potok_status
potok_decompress_run(struct potok_decompress *d, struct potok_chain *chain, unsigned njobs)
{
	struct run r = {.input.chain = chain, .decompress = d};
	const struct jobs jobs = {
	    take, make, give, open_inflater, close_inflater, &r, sizeof(struct decompress_job)};
	enum potok_status s;

	if (njobs < 1 || njobs > POTOK_JOBS_MAX || chain->nstages != 1 ||
	    chain->stages[0] != &d->stage)
		return POTOK_EUSAGE;
	if (njobs == 1 || d->options.salvage || d->enough) {
		struct potok_chain one = *chain;
		one.read = read_wanted;
		one.write = write_on;
		one.ctx = &r;
		s = potok_chain_run(&one);
		chain->failed = one.failed;
		chain->line = one.line;
		return s;
	}
	s = jobs_run(&jobs, njobs);
	potok_buf_free(&r.input.buf);
	d->stage.why = r.why;
	d->stage.offset = r.at;
	chain->failed = s == POTOK_EINPUT || s == POTOK_ENOMEM ? 0 : chain->nstages;
	errno = r.error;
	return s;
}
