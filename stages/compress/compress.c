/* The stage compress: lines of text become blocks of gzip. */
#include <potok/compress.h>

#include <stdio.h>
#include <string.h>

#include <zlib.h>
#ifdef POTOK_HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "block.h"

enum { BLOCKS, STORED_BLOCKS, LONG_LINES_CUT };

/* Nothing is lost by any of these: the text comes back as it was. */
static const struct potok_count counts[POTOK_COMPRESS_COUNTS] = {
    {.name = "blocks", .what = "blocks of text written"},
    {.name = "stored_blocks", .what = "blocks that deflate does not make shorter"},
    {.name = "long_lines_cut", .what = "lines longer than a block, which go on in the next one"},
};

/* Writes text[0..n), which begins at input offset `at`, as one block. */
static enum potok_status
write_block(struct potok_compress *c, const unsigned char *text, size_t n, uint64_t at,
    struct potok_buf *out)
{
	bool stored;

	if (potok_buf_room(out, BLOCK_MEMBER_MAX) < 0)
		return POTOK_ENOMEM;
	out->len += block_deflate(c->deflater, text, n, out->data + out->len, &stored);
	potok_count_at(&c->counts[BLOCKS], at);
	if (stored)
		potok_count_at(&c->counts[STORED_BLOCKS], at);
	return POTOK_MORE;
}

static enum potok_status
compress_process(
    struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_compress *c = (struct potok_compress *)stage;
	uint64_t at = stage->offset;

	for (;;) {
		if (potok_buf_full(out))
			return POTOK_FULL;
		/* With exactly BLOCK_TEXT bytes it depends on what follows where to cut. */
		bool whole = in->len > BLOCK_TEXT;
		if (in->len == 0 || (!whole && !last))
			break;
		size_t n = whole ? block_cut(in->data) : in->len;
		bool cut = whole && in->data[n - 1] != '\n';
		enum potok_status s = write_block(c, in->data, n, at, out);
		if (s < 0)
			return s;
		if (cut && !c->in_line)
			potok_count_at(&c->counts[LONG_LINES_CUT], at);
		c->in_line = cut;
		in->data += n;
		in->len -= n;
		at += n;
	}
	if (!last)
		return POTOK_MORE;
	return potok_buf_add(out, block_end, BLOCK_END_LEN) < 0 ? POTOK_ENOMEM : POTOK_DONE;
}

static void
compress_close(struct potok_stage *stage)
{
	struct potok_compress *c = (struct potok_compress *)stage;

	block_deflater_free(c->deflater);
	c->deflater = NULL;
}

enum potok_status
potok_compress_init(struct potok_compress *c, const struct potok_compress_options *options)
{
	static const struct potok_compress_options defaults = POTOK_COMPRESS_DEFAULTS;

	*c = (struct potok_compress){0};
	if (options == NULL)
		options = &defaults;
	if (options->level < 1 || options->level > block_level_max())
		return POTOK_EUSAGE;
	c->deflater = block_deflater_make(options->level);
	if (c->deflater == NULL)
		return POTOK_ENOMEM;
	memcpy(c->counts, counts, sizeof counts);
	c->stage = (struct potok_stage){
	    .process = compress_process,
	    .close = compress_close,
	    .name = "compress",
	    .counts = c->counts,
	    .ncounts = POTOK_COMPRESS_COUNTS,
	};
	return POTOK_MORE;
}

int
potok_compress_level_max(void)
{
	return block_level_max();
}

void
potok_compress_versions(char *buf, size_t n)
{
#ifdef POTOK_HAVE_LIBDEFLATE
	snprintf(buf, n, "zlib %s\nlibdeflate %s\n", zlibVersion(), LIBDEFLATE_VERSION_STRING);
#else
	snprintf(buf, n, "zlib %s\nno libdeflate\n", zlibVersion());
#endif
}
