/* The stage compress: lines of text become blocks of gzip. */
#include <potok/compress.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zlib.h>
#ifdef POTOK_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif
#ifdef POTOK_HAVE_LIBISAL
#include <isa-l.h>
#endif

#include "block.h"
#include "jobs.h"
#include "lines.h"

enum { BLOCKS, STORED_BLOCKS, LONG_LINES_CUT, RECORDS_CUT };

/* Nothing is lost by any of these: the text comes back as it was. */
static const struct potok_count counts[POTOK_COMPRESS_COUNTS] = {
    {.name = "blocks", .what = "blocks of text written"},
    {.name = "stored_blocks", .what = "blocks that deflate does not make shorter"},
    {.name = "long_lines_cut", .what = "lines longer than a block, which go on in the next one"},
    {.name = "records_cut", .what = "records longer than a block, which go on in the next one"},
};

/* A block of text at the front of the input, and the member made of it. */
struct made {
	const unsigned char *text;
	size_t ntext;
	enum block_cut cut; /* behind what it ends */
	bool ends_text;     /* or that it is all that was left */
	const unsigned char *member;
	size_t length;
	bool stored;
};

/* Finds the next block at the front of `in`; false when more input is needed, or none is left. */
static bool
next_block(
    const struct potok_compress *c, const struct potok_slice *in, bool last, struct made *made)
{
	size_t max = c->shape->text;
	/* With exactly that many bytes it depends on what follows where to cut. */
	bool whole = in->len > max;

	if (in->len == 0 || (!whole && !last))
		return false;
	made->text = in->data;
	made->ends_text = !whole;
	made->ntext = whole ? block_cut(in->data, max, c->options.records, &made->cut) : in->len;
	return true;
}

/* Counts the block, which is the next one in order, and tells of it. */
static void
account(struct potok_compress *c, const struct made *made)
{
	struct potok_block *b = &c->block;
	bool in_line = !made->ends_text && made->cut == CUT_CHARACTER;
	bool in_record = !made->ends_text && made->cut != CUT_RECORD && c->options.records;

	potok_count_at(&c->counts[BLOCKS], b->text_at);
	if (made->stored)
		potok_count_at(&c->counts[STORED_BLOCKS], b->text_at);
	if (in_line && !c->in_line)
		potok_count_at(&c->counts[LONG_LINES_CUT], b->text_at);
	if (in_record && !c->in_record)
		potok_count_at(&c->counts[RECORDS_CUT], b->text_at);
	c->in_line = in_line;
	c->in_record = in_record;
	b->length = made->length;
	b->ntext = made->ntext;
	if (c->options.on_block != NULL) {
		b->nlines = (size_t)count_lf(made->text, made->ntext);
		b->crc = get32(made->member + made->length - BLOCK_TRAILER_LEN);
		c->options.on_block(c->options.ctx, b);
	}
	b->at += b->length;
	b->text_at += b->ntext;
	b->line += b->nlines;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_compress *c = (struct potok_compress *)stage;
	struct made made;

	for (;;) {
		if (potok_buf_full(out))
			return POTOK_FULL;
		if (!next_block(c, in, last, &made))
			break;
		if (potok_buf_room(out, c->shape->member) < 0)
			return POTOK_ENOMEM;
		unsigned char *member = out->data + out->len;
		made.member = member;
		made.length = block_deflate(
		    c->deflater, c->shape, made.text, made.ntext, member, &made.stored);
		out->len += made.length;
		account(c, &made);
		in->data += made.ntext;
		in->len -= made.ntext;
	}
	if (!last)
		return POTOK_MORE;
	if (potok_buf_add(out, c->shape->end, c->shape->end_len) < 0)
		return POTOK_ENOMEM;
	c->block.at += c->shape->end_len;
	return POTOK_DONE;
}

static void
close_compress(struct potok_stage *stage)
{
	struct potok_compress *c = (struct potok_compress *)stage;

	block_deflater_free(c->deflater);
	c->deflater = NULL;
}

static int
level_of(const struct potok_compress_options *options)
{
	return options->fast ? BLOCK_FAST : options->level;
}

enum potok_status
potok_compress_init(struct potok_compress *c, const struct potok_compress_options *options)
{
	static const struct potok_compress_options defaults = POTOK_COMPRESS_DEFAULTS;

	*c = (struct potok_compress){.options = options ? *options : defaults};
	if (c->options.level < 1 || c->options.level > block_level_max() ||
	    (c->options.fast && !block_has_fast()))
		return POTOK_EUSAGE;
	c->shape = c->options.large ? &block_mz : &block_bgzf;
	c->deflater = block_deflater_make(level_of(&c->options));
	if (c->deflater == NULL)
		return POTOK_ENOMEM;
	memcpy(c->counts, counts, sizeof counts);
	c->stage = (struct potok_stage){
	    .process = process,
	    .close = close_compress,
	    .name = "compress",
	    .counts = c->counts,
	    .ncounts = POTOK_COMPRESS_COUNTS,
	};
	return POTOK_MORE;
}

/* --- several threads --------------------------------------------------------------------- */

struct compress_job {
	struct job job;
	struct made made;
};

struct run {
	struct jobs_input input;
	struct potok_compress *compress;
	int error; /* errno of what failed */
};

static void
take(void *ctx, struct job *job)
{
	struct run *r = ctx;
	struct made *made = &((struct compress_job *)job)->made;
	struct potok_slice in = jobs_waiting(&r->input);

	while (!next_block(r->compress, &in, r->input.last, made)) {
		job->status = r->input.last ? POTOK_DONE : jobs_read(&r->input);
		job->error = errno;
		if (job->status != POTOK_MORE)
			return;
		in = jobs_waiting(&r->input);
	}
	job->status = potok_buf_add(&job->in, made->text, made->ntext);
	made->text = job->in.data;
	r->input.head += made->ntext;
}

static void
make(void *ctx, void *deflater, struct job *job)
{
	const struct block_shape *shape = ((const struct run *)ctx)->compress->shape;
	struct made *made = &((struct compress_job *)job)->made;

	job->status = potok_buf_room(&job->out, shape->member);
	if (job->status < 0)
		return;
	made->length =
	    block_deflate(deflater, shape, made->text, made->ntext, job->out.data, &made->stored);
	made->member = job->out.data;
}

static enum potok_status
give(void *ctx, struct job *job)
{
	struct run *r = ctx;
	struct made *made = &((struct compress_job *)job)->made;
	const struct block_shape *shape = r->compress->shape;
	bool end = job->status == POTOK_DONE;

	r->error = job->error;
	if (job->status < 0)
		return job->status;
	if (r->input.chain->write(r->input.chain->ctx, end ? shape->end : made->member,
		end ? shape->end_len : made->length) < 0) {
		r->error = errno;
		return POTOK_EIO;
	}
	if (end) {
		r->compress->block.at += shape->end_len;
	} else {
		r->compress->stage.offset += made->ntext;
		account(r->compress, made);
	}
	return job->status;
}

static void *
open_deflater(void *ctx)
{
	return block_deflater_make(level_of(&((const struct run *)ctx)->compress->options));
}

static void
close_deflater(void *deflater)
{
	block_deflater_free(deflater);
}

enum potok_status
potok_compress_run(struct potok_compress *c, struct potok_chain *chain, unsigned njobs)
{
	struct run r = {.input.chain = chain, .compress = c};
	const struct jobs jobs = {
	    take, make, give, open_deflater, close_deflater, &r, sizeof(struct compress_job)};

	if (njobs < 1 || njobs > POTOK_JOBS_MAX || chain->nstages != 1 ||
	    chain->stages[0] != &c->stage)
		return POTOK_EUSAGE;
	if (njobs == 1)
		return potok_chain_run(chain);
	enum potok_status s = jobs_run(&jobs, njobs);
	potok_buf_free(&r.input.buf);
	chain->failed = s == POTOK_ENOMEM ? 0 : chain->nstages;
	errno = r.error;
	return s;
}

uint64_t
potok_compress_written(const struct potok_compress *c)
{
	return c->block.at;
}

int
potok_compress_level_max(void)
{
	return block_level_max();
}

bool
potok_compress_has_fast(void)
{
	return block_has_fast();
}

void
potok_compress_versions(char *buf, size_t n)
{
	char libdeflate[32] = "no libdeflate", isal[32] = "no ISA-L";

#ifdef POTOK_HAVE_LIBDEFLATE
	snprintf(libdeflate, sizeof libdeflate, "libdeflate %s", LIBDEFLATE_VERSION_STRING);
#endif
#ifdef POTOK_HAVE_LIBISAL
	snprintf(isal, sizeof isal, "ISA-L %d.%d.%d", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION,
	    ISAL_PATCH_VERSION);
#endif
	snprintf(buf, n, "zlib %s\n%s\n%s\n", zlibVersion(), libdeflate, isal);
}
