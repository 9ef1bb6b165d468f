/* The index of block gzip: written block by block, and read at places. */
#include <potok/compress.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "header.h"
#include "lines.h"

/*
 * The .gzi of bgzip: the number of entries, then of each block but the first its offset in the gzip
 * and that of its text, 8 bytes each.  The .gzl: the head below, then for each block the LF bytes
 * up to its end, 8 bytes.  All numbers have the least significant byte first.
 */
enum {
	GZI_HEAD = 8,
	GZI_ENTRY = 16,
	GZL_MAGIC = 8,
	GZL_CRC = 12,   /* of the last block; before it the version, 4 bytes */
	GZL_GZIP = 16,  /* bytes of the gzip file */
	GZL_TEXT = 24,  /* bytes of text */
	GZL_LINES = 32, /* LF bytes */
	GZL_BLOCKS = 40,
	GZL_HEAD = 48,
	GZL_ENTRY = 8,
	FRONT = 512, /* bytes that hold the header of nearly any block */
};
static const unsigned char magic[GZL_CRC] = {'p', 'o', 't', 'o', 'k', 'g', 'z', 'l', 1};

/* --- writing ------------------------------------------------------------------------------ */

static void
put(struct potok_index_writer *w, const struct potok_index_file *f, const void *data, size_t n,
    uint64_t offset)
{
	if (w->error == 0 && n > 0 && f->write(f->ctx, data, n, offset) < 0)
		w->error = errno;
}

/* Writes the entries that wait: the first block has none in the .gzi. */
static void
flush(struct potok_index_writer *w)
{
	uint64_t first = w->nblocks - w->nwaiting;
	size_t none = first == 0 && w->nwaiting > 0;

	put(w, &w->gzi, w->waiting_gzi + none * GZI_ENTRY, (w->nwaiting - none) * GZI_ENTRY,
	    GZI_HEAD + (first + none - 1) * GZI_ENTRY);
	put(w, &w->gzl, w->waiting_gzl, w->nwaiting * GZL_ENTRY, GZL_HEAD + first * GZL_ENTRY);
	w->nwaiting = 0;
}

void
potok_index_add(void *writer, const struct potok_block *block)
{
	struct potok_index_writer *w = writer;

	if (w->nwaiting == sizeof w->waiting_gzl / GZL_ENTRY)
		flush(w);
	unsigned char *gzi = w->waiting_gzi + w->nwaiting * GZI_ENTRY;
	w->nlines = block->line + block->nlines;
	w->ntext = block->text_at + block->ntext;
	w->crc = block->crc;
	put64(gzi, block->at);
	put64(gzi + 8, block->text_at);
	put64(w->waiting_gzl + w->nwaiting * GZL_ENTRY, w->nlines);
	w->nwaiting++;
	w->nblocks++;
}

enum potok_status
potok_index_finish(struct potok_index_writer *w, uint64_t gzip_size)
{
	unsigned char head[GZL_HEAD], entries[GZI_HEAD];

	flush(w);
	put64(entries, w->nblocks > 0 ? w->nblocks - 1 : 0);
	put(w, &w->gzi, entries, sizeof entries, 0);
	memcpy(head, magic, sizeof magic);
	put32(head + GZL_CRC, w->crc);
	put64(head + GZL_GZIP, gzip_size);
	put64(head + GZL_TEXT, w->ntext);
	put64(head + GZL_LINES, w->nlines);
	put64(head + GZL_BLOCKS, w->nblocks);
	put(w, &w->gzl, head, sizeof head, 0);
	errno = w->error;
	return w->error == 0 ? POTOK_DONE : POTOK_EIO;
}

/* --- reading ------------------------------------------------------------------------------ */

static enum potok_status
refuse(struct potok_index *x, const char *why)
{
	x->why = why;
	return POTOK_EINPUT;
}

static enum potok_status
refuse_other(struct potok_index *x)
{
	return refuse(x, "the index was made of another file; make it again with --reindex");
}

/* Reads n bytes that must be there. */
static enum potok_status
get(const struct potok_file *f, void *buf, size_t n, uint64_t offset)
{
	ptrdiff_t got = f->read(f->ctx, buf, n, offset);

	return got < 0 ? POTOK_EIO : (size_t)got == n ? POTOK_MORE : POTOK_EINPUT;
}

/* What the index tells of block i, below nblocks, and of where it ends. */
struct entry {
	uint64_t at, text_at, line;
	uint64_t text_end, line_end;
};

static enum potok_status
get_entry(struct potok_index *x, uint64_t i, struct entry *e)
{
	unsigned char gzi[2 * GZI_ENTRY] = {0}, gzl[2 * GZL_ENTRY] = {0};
	size_t before = i > 0, behind = i + 1 < x->nblocks;
	enum potok_status s = POTOK_MORE;

	/* Of the first block neither file says where it begins. */
	if (before + behind > 0)
		s = get(&x->gzi, gzi + (1 - before) * GZI_ENTRY, (before + behind) * GZI_ENTRY,
		    GZI_HEAD + (i - before) * GZI_ENTRY);
	if (s == POTOK_MORE)
		s = get(&x->gzl, gzl + (1 - before) * GZL_ENTRY, (before + 1) * GZL_ENTRY,
		    GZL_HEAD + (i - before) * GZL_ENTRY);
	if (s != POTOK_MORE)
		return s == POTOK_EINPUT ? refuse_other(x) : s;
	*e = (struct entry){
	    .at = get64(gzi),
	    .text_at = get64(gzi + 8),
	    .line = get64(gzl),
	    .text_end = behind ? get64(gzi + GZI_ENTRY + 8) : x->ntext,
	    .line_end = get64(gzl + GZL_ENTRY),
	};
	return POTOK_MORE;
}

/* Reads the block at `at` of the gzip: its text, which the caller frees.  POTOK_EINPUT: none is
 * there. */
static enum potok_status
get_block(
    const struct potok_file *gzip, uint64_t at, unsigned char **text, size_t *ntext, uint32_t *crc)
{
	unsigned char front[FRONT], *member = NULL;
	struct header h = {0};
	struct block_inflater *inflater = block_inflater_make();
	enum potok_status s = POTOK_ENOMEM;

	*text = NULL;
	if (inflater == NULL)
		goto out;
	s = POTOK_EINPUT;
	ptrdiff_t got = gzip->read(gzip->ctx, front, sizeof front, at);
	if (got < 0)
		s = POTOK_EIO;
	if (got < 0 || header_read(front, (size_t)got, &h) != HEADER_GOOD || h.member == 0)
		goto out;
	s = POTOK_ENOMEM;
	if ((member = malloc(h.member)) == NULL)
		goto out;
	if ((s = get(gzip, member, h.member, at)) != POTOK_MORE)
		goto out;
	size_t cap = (size_t)get32(member + h.member - 4) + 1;
	s = POTOK_EINPUT;
	if (cap > BLOCK_READ_TEXT + 1)
		goto out;
	s = POTOK_ENOMEM;
	if ((*text = malloc(cap)) == NULL)
		goto out;
	s = block_inflate(inflater, member, h.member, h.len, *text, cap, ntext) == BLOCK_GOOD
		? POTOK_MORE
		: POTOK_EINPUT;
	*crc = get32(member + h.member - BLOCK_TRAILER_LEN);
out:
	block_inflater_free(inflater);
	free(member);
	return s;
}

/* Reads block i and compares it with what the index says of it. */
static enum potok_status
check_block(struct potok_index *x, const struct entry *e, const uint32_t *want_crc)
{
	unsigned char *text;
	size_t ntext = 0;
	uint32_t crc = 0;
	enum potok_status s = get_block(&x->gzip, e->at, &text, &ntext, &crc);

	if (s == POTOK_MORE &&
	    (ntext != e->text_end - e->text_at || count_lf(text, ntext) != e->line_end - e->line ||
		(want_crc != NULL && crc != *want_crc)))
		s = POTOK_EINPUT;
	free(text);
	return s == POTOK_EINPUT ? refuse_other(x) : s;
}

enum potok_status
potok_index_open(struct potok_index *x, const struct potok_file *gzip, const struct potok_file *gzi,
    const struct potok_file *gzl)
{
	unsigned char head[GZL_HEAD], count[GZI_HEAD];
	struct entry last;
	enum potok_status s;

	*x = (struct potok_index){.gzip = *gzip, .gzi = *gzi, .gzl = *gzl};
	if ((s = get(gzl, head, sizeof head, 0)) == POTOK_MORE)
		s = get(gzi, count, sizeof count, 0);
	if (s == POTOK_EINPUT || (s == POTOK_MORE && memcmp(head, magic, sizeof magic) != 0))
		return refuse(x, "this is no index; make it again with --reindex");
	if (s != POTOK_MORE)
		return s;
	x->nblocks = get64(head + GZL_BLOCKS);
	x->ntext = get64(head + GZL_TEXT);
	x->nlines = get64(head + GZL_LINES);
	uint64_t n = x->nblocks, entries = n > 0 ? n - 1 : 0;
	if (n > UINT64_MAX / GZI_ENTRY || gzl->size != GZL_HEAD + n * GZL_ENTRY ||
	    get64(count) != entries || gzi->size < GZI_HEAD + entries * GZI_ENTRY)
		return refuse(x, "the index is damaged; make it again with --reindex");
	if (get64(head + GZL_GZIP) != gzip->size)
		return refuse_other(x);
	if (n == 0)
		return POTOK_MORE;
	uint32_t crc = get32(head + GZL_CRC);
	if ((s = get_entry(x, n - 1, &last)) == POTOK_MORE)
		s = check_block(x, &last, &crc);
	return s;
}

/* The first block whose text, or lines, reach behind `want` of them. */
static enum potok_status
find(struct potok_index *x, uint64_t want, bool lines, uint64_t *i, struct entry *e)
{
	uint64_t low = 0, high = x->nblocks;
	enum potok_status s = POTOK_MORE;

	while (low < high && s == POTOK_MORE) {
		*i = low + (high - low) / 2;
		s = get_entry(x, *i, e);
		/* Line `want` begins behind its LF before it: that block is looked for. */
		if (lines ? e->line_end < want : e->text_end <= want)
			low = *i + 1;
		else
			high = *i;
	}
	*i = low;
	return s == POTOK_MORE ? get_entry(x, low, e) : s;
}

static enum potok_status
place_of(struct potok_index *x, uint64_t want, bool lines, struct potok_place *place)
{
	uint64_t i;
	struct entry e;

	*place = (struct potok_place){.offset = 0, .skip = want};
	if (x->nblocks == 0)
		return POTOK_MORE;
	/* Behind the end it is the last block: there is nothing behind what is skipped. */
	uint64_t end = lines ? x->nlines : x->ntext - 1;
	enum potok_status s = find(x, want < end ? want : end, lines, &i, &e);
	if (s == POTOK_MORE)
		s = check_block(x, &e, NULL);
	uint64_t before = lines ? e.line : e.text_at;
	if (s == POTOK_MORE && before > want)
		return refuse_other(x);
	*place = (struct potok_place){e.at, want - before};
	return s;
}

enum potok_status
potok_index_line(struct potok_index *x, uint64_t line, struct potok_place *place)
{
	return place_of(x, line, true, place);
}

enum potok_status
potok_index_byte(struct potok_index *x, uint64_t byte, struct potok_place *place)
{
	return place_of(x, byte, false, place);
}

enum potok_status
potok_gzip_byte(const struct potok_file *gzip, uint64_t byte, struct potok_place *place)
{
	uint64_t text = 0, at = 0;

	*place = (struct potok_place){0, byte};
	for (;;) {
		unsigned char front[FRONT], size[4];
		struct header h;
		ptrdiff_t got = gzip->read(gzip->ctx, front, sizeof front, at);
		if (got < 0)
			return POTOK_EIO;
		/* Behind the end it is the last block. */
		if (got == 0)
			return POTOK_MORE;
		*place = (struct potok_place){at, byte - text};
		if (header_read(front, (size_t)got, &h) != HEADER_GOOD || h.member == 0 ||
		    h.member > gzip->size - at)
			return POTOK_MORE;
		if (get(gzip, size, sizeof size, at + h.member - sizeof size) != POTOK_MORE)
			return POTOK_EIO;
		if (get32(size) > byte - text)
			return POTOK_MORE;
		text += get32(size);
		at += h.member;
	}
}
