/* The stage decompress: gzip of any kind becomes text. */
#include <potok/compress.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inflate.h"
#include "jobs.h"
#include "lines.h"
#include "units.h"

enum { MEMBERS, BLOCKS, PADDING_BYTES };

static const struct potok_count counts[POTOK_DECOMPRESS_COUNTS] = {
    {.name = "members", .what = "members read and verified"},
    {.name = "blocks", .what = "members that were blocks, which can be read alone"},
    {.name = "padding_bytes", .what = "zero bytes behind members"},
};

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
	size_t n = out->len - from, skipped = 0;

	if (n == 0)
		return;
	unsigned char *text = out->data + from;

	d->summary.text += n;
	if (d->options.unit != POTOK_ALL) {
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
		if (d->options.on_block != NULL && b->ntext > 0 && !d->options.headers) {
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
	unit_drop(d, in, in->len > 0);
}

/* Drops bytes up to the next whole block.  POTOK_DONE: it is there; POTOK_MORE: more input is
 * needed. */
static enum potok_status
find_block(struct potok_decompress *d, struct potok_slice *in, struct potok_buf *out, bool last)
{
	while (in->len > 0) {
		const unsigned char *magic = memchr(in->data, 0x1F, in->len);
		unit_drop(d, in, magic != NULL ? (size_t)(magic - in->data) : in->len);
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
		unit_drop(d, in, in->len > 0);
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
		return unit_refuse(d, "parts of the file were damaged and are left out");
	}
	enum potok_status s = unit_take(d, in, out, last, u);
	enum block_fault fault = BLOCK_GOOD;
	if (s == POTOK_DONE && u->kind == BLOCK && !d->options.headers) {
		if (potok_buf_room(out, text_room(u)) < 0)
			return POTOK_ENOMEM;
		fault = read_block(d->blocks, u, out);
	}
	if (fault != BLOCK_GOOD) {
		*in = had;
		d->taken = u->at;
		s = unit_refuse(d, unit_why(fault));
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
			unit_drop(d, in, in->len);
			return last ? POTOK_DONE : POTOK_MORE;
		}
		if (potok_buf_full(out))
			return POTOK_FULL;
		s = step(d, in, out, last, &u);
	}
	/* The offset of a fault is that of the member.  What is taken by this call will be added to
	 * it, modulo 2 to the 64. */
	if (s == POTOK_EINPUT)
		stage->offset = unit_fault_at(d) - (given - in->len);
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
	free(d->piece);
	d->piece = NULL;
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
		job->status = unit_take(d, &in, &job->out, r->input.last, &j->unit);
		j->why = d->stage.why;
		j->at = unit_fault_at(d);
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
		j->why = unit_why(fault);
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
