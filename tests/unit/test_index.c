/* Unit tests of the index: its bytes, finding lines and bytes with it, and an index that is wrong.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include <potok/compress.h>

#include "memory.h"

enum { TEXT = 300000, GZL_HEAD = 48 };

/* A gzip file with its index and its text. */
struct indexed {
	struct potok_buf gzip;
	struct memory_file gzi, gzl;
	const unsigned char *text;
	size_t ntext;
};

static struct potok_index_writer
writer_of(struct indexed *x)
{
	return (struct potok_index_writer){
	    .gzi = {memory_write_at, &x->gzi}, .gzl = {memory_write_at, &x->gzl}};
}

static struct indexed
compressed(const unsigned char *text, size_t n, bool large, unsigned njobs)
{
	struct indexed x = {.text = text, .ntext = n};
	struct potok_index_writer w = writer_of(&x);
	struct potok_compress_options options = POTOK_COMPRESS_DEFAULTS;
	struct potok_compress c;
	struct potok_stage *stage = &c.stage;
	struct memory m;

	memory_begin(&m, text, n, 10000);
	struct potok_chain chain = memory_chain(&m, &stage);
	options.large = large;
	options.on_block = potok_index_add;
	options.ctx = &w;
	assert_int_equal(potok_compress_init(&c, &options), POTOK_MORE);
	assert_int_equal(potok_compress_run(&c, &chain, njobs), POTOK_DONE);
	assert_int_equal(potok_index_finish(&w, potok_compress_written(&c)), POTOK_DONE);
	potok_close(stage);
	x.gzip = m.out;
	return x;
}

/* Makes the index of x->gzip by reading it. */
static void
reindex(struct indexed *x, unsigned njobs)
{
	struct potok_decompress_options options = POTOK_DECOMPRESS_DEFAULTS;
	struct potok_decompress d;
	struct potok_stage *stage = &d.stage;
	struct memory m;

	x->gzi.n = x->gzl.n = 0;
	struct potok_index_writer w = writer_of(x);
	memory_begin(&m, x->gzip.data, x->gzip.len, 0);
	struct potok_chain chain = memory_chain(&m, &stage);
	options.test = true;
	options.on_block = potok_index_add;
	options.ctx = &w;
	assert_int_equal(potok_decompress_init(&d, &options), POTOK_MORE);
	assert_int_equal(potok_decompress_run(&d, &chain, njobs), POTOK_DONE);
	assert_int_equal(potok_index_finish(&w, stage->offset), POTOK_DONE);
	potok_close(stage);
}

static void
free_indexed(struct indexed *x)
{
	potok_buf_free(&x->gzip);
	free(x->gzi.data);
	free(x->gzl.data);
}

static enum potok_status
open_index(struct potok_index *index, struct indexed *x)
{
	struct memory_file gzip = {x->gzip.data, x->gzip.len};
	static struct memory_file kept;

	kept = gzip; /* the index keeps its address */
	struct potok_file files[] = {
	    memory_file(&kept), memory_file(&x->gzi), memory_file(&x->gzl)};
	return potok_index_open(index, &files[0], &files[1], &files[2]);
}

static uint64_t
number(const unsigned char *p, size_t nbytes)
{
	uint64_t v = 0;

	while (nbytes > 0)
		v = v << 8 | p[--nbytes];
	return v;
}

static uint64_t
lines_in(const unsigned char *p, size_t n)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

/* The bytes of both files, against a walk over the blocks by their length and ISIZE. */
static void
test_bytes(void **state)
{
	unsigned char *text = memory_text(TEXT);
	struct indexed x = compressed(text, TEXT, false, 1);
	uint64_t at = 0, text_at = 0, n = 0;
	uint32_t crc = 0;

	(void)state;
	for (; at < x.gzip.len; n++) {
		const unsigned char *member = x.gzip.data + at;
		size_t length = (size_t)number(member + 16, 2) + 1;
		uint64_t ntext = number(member + length - 4, 4);
		if (ntext == 0)
			break;
		if (n > 0) {
			assert_int_equal(number(x.gzi.data + 16 * n - 8, 8), at);
			assert_int_equal(number(x.gzi.data + 16 * n, 8), text_at);
		}
		at += length;
		text_at += ntext;
		crc = (uint32_t)number(member + length - 8, 4);
		assert_int_equal(
		    number(x.gzl.data + GZL_HEAD + 8 * n, 8), lines_in(text, (size_t)text_at));
	}
	assert_true(n > 3);
	assert_int_equal(text_at, TEXT);
	assert_int_equal(x.gzip.len - at, 28);
	assert_int_equal(x.gzi.n, 8 + 16 * (n - 1));
	assert_int_equal(number(x.gzi.data, 8), n - 1);
	assert_int_equal(x.gzl.n, GZL_HEAD + 8 * n);
	assert_memory_equal(x.gzl.data, "potokgzl\1\0\0\0", 12);
	assert_int_equal(number(x.gzl.data + 12, 4), crc);
	assert_int_equal(number(x.gzl.data + 16, 8), x.gzip.len);
	assert_int_equal(number(x.gzl.data + 24, 8), TEXT);
	assert_int_equal(number(x.gzl.data + 32, 8), lines_in(text, TEXT));
	assert_int_equal(number(x.gzl.data + 40, 8), n);
	free_indexed(&x);
	free(text);
}

static void
test_always_the_same(void **state)
{
	unsigned char *text = memory_text(TEXT);

	(void)state;
	for (int large = 0; large < 2; large++) {
		struct indexed one = compressed(text, TEXT, large, 1);
		struct indexed two = compressed(text, TEXT, large, 3);
		for (unsigned njobs = 0; njobs < 3; njobs++) {
			if (njobs > 0)
				reindex(&two, njobs);
			assert_int_equal(one.gzi.n, two.gzi.n);
			assert_int_equal(one.gzl.n, two.gzl.n);
			assert_memory_equal(one.gzi.data, two.gzi.data, one.gzi.n);
			assert_memory_equal(one.gzl.data, two.gzl.data, one.gzl.n);
		}
		free_indexed(&one);
		free_indexed(&two);
	}
	free(text);
}

/* Reads `count` units from the place; the caller frees the buffer. */
static struct potok_buf
read_from(
    const struct indexed *x, const struct potok_place *place, enum potok_unit unit, uint64_t count)
{
	struct potok_decompress_options options = POTOK_DECOMPRESS_DEFAULTS;
	struct potok_decompress d;
	struct potok_buf out = {.limit = SIZE_MAX};
	struct potok_slice in = {x->gzip.data + place->offset, x->gzip.len - (size_t)place->offset};

	options.unit = unit;
	options.offset = place->offset;
	options.skip = place->skip;
	options.count = count;
	assert_int_equal(potok_decompress_init(&d, &options), POTOK_MORE);
	assert_int_equal(potok_process(&d.stage, &in, &out, true), POTOK_DONE);
	potok_close(&d.stage);
	return out;
}

/* Compares what stands at the place with text[at..), of which there are n bytes. */
static void
check_place(const struct indexed *x, const struct potok_place *place, enum potok_unit unit,
    uint64_t count, size_t at, size_t n)
{
	struct potok_buf got = read_from(x, place, unit, count);

	assert_int_equal(got.len, n);
	if (n > 0)
		assert_memory_equal(got.data, x->text + at, n);
	potok_buf_free(&got);
}

/* Every line, or some of many, and bytes here and there. */
static void
check_places(struct indexed *x)
{
	struct potok_index index;
	struct potok_place place;
	uint64_t line = 0, every = 1 + x->ntext / 20000;
	size_t at = 0;

	assert_int_equal(open_index(&index, x), POTOK_MORE);
	assert_int_equal(index.ntext, x->ntext);
	assert_int_equal(index.nlines, lines_in(x->text, x->ntext));
	while (at < x->ntext) {
		const unsigned char *lf = memchr(x->text + at, '\n', x->ntext - at);
		size_t end = lf ? (size_t)(lf - x->text) + 1 : x->ntext;
		if (line % every == 0 || end == x->ntext) {
			assert_int_equal(potok_index_line(&index, line, &place), POTOK_MORE);
			check_place(x, &place, POTOK_LINES, 1, at, end - at);
		}
		line++;
		at = end;
	}
	for (uint64_t behind = 0; behind < 3; behind++) {
		assert_int_equal(potok_index_line(&index, line + behind, &place), POTOK_MORE);
		check_place(x, &place, POTOK_LINES, 5, 0, 0);
		assert_int_equal(potok_index_byte(&index, x->ntext + behind, &place), POTOK_MORE);
		check_place(x, &place, POTOK_BYTES, 5, 0, 0);
	}
	for (at = 0; at < x->ntext; at += 1 + x->ntext / 100) {
		size_t n = x->ntext - at < 70000 ? x->ntext - at : 70000;
		assert_int_equal(potok_index_byte(&index, at, &place), POTOK_MORE);
		check_place(x, &place, POTOK_BYTES, 70000, at, n);
		struct memory_file gzip = {x->gzip.data, x->gzip.len};
		struct potok_file file = memory_file(&gzip);
		struct potok_place other;
		assert_int_equal(potok_gzip_byte(&file, at, &other), POTOK_MORE);
		assert_int_equal(other.offset, place.offset);
		assert_int_equal(other.skip, place.skip);
	}
}

static void
test_places(void **state)
{
	unsigned char *text = memory_text(TEXT);

	(void)state;
	/* The whole, a text without a last LF, one line, one block, nothing. */
	static const size_t sizes[] = {TEXT, TEXT - 1, 30, 1, 0};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (int large = 0; large < 2; large++) {
			struct indexed x = compressed(text, sizes[i], large, 1);
			check_places(&x);
			free_indexed(&x);
		}
	}
	free(text);
}

/* Appends a block of BGZF as others write it: stored, with a cut anywhere. */
static void
add_block(struct potok_buf *gzip, const unsigned char *text, size_t n)
{
	unsigned char front[23] = {
	    31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C', 2, 0, 0, 0, 1};
	unsigned char trailer[8];
	size_t length = sizeof front + n + sizeof trailer - 1;
	uint32_t crc = (uint32_t)crc32(0, text, (uInt)n);

	front[16] = (unsigned char)length;
	front[17] = (unsigned char)(length >> 8);
	front[19] = (unsigned char)n;
	front[20] = (unsigned char)(n >> 8);
	front[21] = (unsigned char)~n;
	front[22] = (unsigned char)(~n >> 8);
	for (int i = 0; i < 4; i++) {
		trailer[i] = (unsigned char)(crc >> 8 * i);
		trailer[4 + i] = (unsigned char)(n >> 8 * i);
	}
	assert_int_equal(potok_buf_add(gzip, front, sizeof front), POTOK_MORE);
	assert_int_equal(potok_buf_add(gzip, text, n), POTOK_MORE);
	assert_int_equal(potok_buf_add(gzip, trailer, sizeof trailer), POTOK_MORE);
}

/* Blocks that end inside lines, and end blocks between them. */
static void
test_blocks_of_others(void **state)
{
	static const unsigned char end[] = {31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C', 2, 0,
	    27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	unsigned char *text = memory_text(5000);
	struct indexed x = {.text = text, .ntext = 5000};
	size_t at = 0;

	(void)state;
	for (size_t n = 1; at < x.ntext; n = n * 7 % 501 + 1) {
		n = n < x.ntext - at ? n : x.ntext - at;
		add_block(&x.gzip, text + at, n);
		at += n;
		if (n % 5 == 0)
			assert_int_equal(potok_buf_add(&x.gzip, end, sizeof end), POTOK_MORE);
	}
	assert_int_equal(potok_buf_add(&x.gzip, end, sizeof end), POTOK_MORE);
	reindex(&x, 2);
	check_places(&x);
	free_indexed(&x);
	free(text);
}

/* With an index that is wrong the answer is an error, or right. */
static void
check_wrong(struct indexed *x, unsigned *refused)
{
	struct potok_index index;
	struct potok_place place;
	static const uint64_t lines[] = {0, 1, 40, 90, 130};

	if (open_index(&index, x) != POTOK_MORE) {
		assert_non_null(strstr(index.why, "--reindex"));
		++*refused;
		return;
	}
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		enum potok_status s = potok_index_line(&index, lines[i], &place);
		if (s == POTOK_EINPUT) {
			assert_non_null(strstr(index.why, "--reindex"));
			++*refused;
			continue;
		}
		assert_int_equal(s, POTOK_MORE);
		size_t from = 0;
		for (uint64_t k = 0; k < lines[i]; k++)
			from = (size_t)((const unsigned char *)memchr(
					    x->text + from, '\n', x->ntext - from) -
					x->text) +
			       1;
		const unsigned char *lf = memchr(x->text + from, '\n', x->ntext - from);
		check_place(x, &place, POTOK_LINES, 1, from, (size_t)(lf + 1 - (x->text + from)));
	}
}

static void
test_wrong_index(void **state)
{
	unsigned char *text = memory_text(20000);
	struct indexed x = {.text = text, .ntext = 20000};
	unsigned refused = 0, tried = 0;

	(void)state;
	for (size_t at = 0; at < x.ntext; at += 1000)
		add_block(&x.gzip, text + at, 1000);
	add_block(&x.gzip, text, 0);
	/* An empty block that is not the end block does not end a file; add the real one. */
	assert_int_equal(potok_buf_add(&x.gzip,
			     "\37\213\10\4\0\0\0\0\0\377\6\0BC\2\0\33\0\3\0\0\0\0\0\0\0\0\0", 28),
	    POTOK_MORE);
	reindex(&x, 1);
	check_wrong(&x, &refused);
	assert_int_equal(refused, 0);
	struct memory_file *files[] = {&x.gzi, &x.gzl};
	for (int f = 0; f < 2; f++) {
		for (size_t i = 0; i < files[f]->n; i++) {
			for (int bit = 0; bit < 8; bit++) {
				files[f]->data[i] ^= (unsigned char)(1 << bit);
				check_wrong(&x, &refused);
				files[f]->data[i] ^= (unsigned char)(1 << bit);
				tried++;
			}
		}
		size_t n = files[f]->n;
		for (files[f]->n = 0; files[f]->n < n; files[f]->n++) {
			unsigned before = refused;
			check_wrong(&x, &refused);
			assert_true(refused > before);
		}
	}
	assert_true(refused > tried / 4);
	free_indexed(&x);
	free(text);
}

/* The index of another file of the same length, whose last block is the same. */
static void
test_other_file(void **state)
{
	unsigned char *text = memory_text(20000);
	struct indexed x = {.text = text, .ntext = 20000};
	struct potok_index index;
	struct potok_place place;

	(void)state;
	for (size_t at = 0; at < x.ntext; at += 1000)
		add_block(&x.gzip, text + at, 1000);
	assert_int_equal(potok_buf_add(&x.gzip,
			     "\37\213\10\4\0\0\0\0\0\377\6\0BC\2\0\33\0\3\0\0\0\0\0\0\0\0\0", 28),
	    POTOK_MORE);
	reindex(&x, 1);
	/* The third block gets a text of the same length with other lines. */
	struct potok_buf other = {0};
	unsigned char changed[1000];
	memset(changed, '\n', sizeof changed);
	add_block(&other, changed, sizeof changed);
	memcpy(x.gzip.data + 2 * other.len, other.data, other.len);
	assert_int_equal(open_index(&index, &x), POTOK_MORE);
	assert_int_equal(potok_index_byte(&index, 2500, &place), POTOK_EINPUT);
	assert_non_null(strstr(index.why, "another file"));
	/* The last one tells when the file is opened. */
	memcpy(x.gzip.data + 19 * other.len, other.data, other.len);
	assert_int_equal(open_index(&index, &x), POTOK_EINPUT);
	potok_buf_free(&other);
	free_indexed(&x);
	free(text);
}

static ptrdiff_t
fail_to_read(void *ctx, void *buf, size_t n, uint64_t offset)
{
	(void)ctx, (void)buf, (void)n, (void)offset;
	errno = EIO;
	return -1;
}

static int
fail_to_write(void *ctx, const void *data, size_t n, uint64_t offset)
{
	(void)ctx, (void)data, (void)n, (void)offset;
	errno = ENOSPC;
	return -1;
}

static void
test_files_fail(void **state)
{
	unsigned char *text = memory_text(TEXT);
	struct indexed x = compressed(text, TEXT, false, 1);
	struct memory_file gzip = {x.gzip.data, x.gzip.len};
	struct potok_file good[] = {memory_file(&gzip), memory_file(&x.gzi), memory_file(&x.gzl)};
	struct potok_index index;
	struct potok_place place;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct potok_file files[] = {good[0], good[1], good[2]};
		files[i].read = fail_to_read;
		errno = 0;
		assert_int_equal(
		    potok_index_open(&index, &files[0], &files[1], &files[2]), POTOK_EIO);
		assert_int_equal(errno, EIO);
	}
	struct potok_file bad = good[0];
	bad.read = fail_to_read;
	assert_int_equal(potok_gzip_byte(&bad, 5, &place), POTOK_EIO);

	for (int i = 0; i < 2; i++) {
		struct potok_index_writer w = writer_of(&x);
		(i ? &w.gzi : &w.gzl)->write = fail_to_write;
		struct potok_block block = {.length = 30, .ntext = 3};
		potok_index_add(&w, &block);
		errno = 0;
		assert_int_equal(potok_index_finish(&w, 58), POTOK_EIO);
		assert_int_equal(errno, ENOSPC);
	}
	free_indexed(&x);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_always_the_same),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_blocks_of_others),
	    cmocka_unit_test(test_wrong_index),
	    cmocka_unit_test(test_other_file),
	    cmocka_unit_test(test_files_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
