/* Unit tests of compressing and reading with threads: the same as with one, whatever goes wrong. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include <potok/compress.h>

#include "memory.h"

enum { TEXT = 700000, SHORT = 200000 };

static const unsigned many[] = {2, 3, 8};
enum { NMANY = sizeof many / sizeof many[0] };

/* Threads that may be started before that fails. */
static long threads_left = -1;

int __real_pthread_create(
    pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
    pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);

int
__wrap_pthread_create(
    pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	if (threads_left >= 0 && threads_left-- == 0) {
		threads_left = 0;
		return EAGAIN;
	}
	return __real_pthread_create(thread, attr, run, arg);
}

/* What a run gave. */
struct result {
	enum potok_status status;
	int error;
	size_t failed;
	uint64_t offset;
	const char *why;
	struct potok_buf out;
	uint64_t counts[8];
	struct potok_block blocks[64]; /* told of */
	size_t nblocks;
	size_t nread;
};

static void
note_block(void *ctx, const struct potok_block *block)
{
	struct result *r = ctx;

	assert_true(r->nblocks < 64);
	r->blocks[r->nblocks++] = *block;
}

static void
finish(
    struct result *r, struct potok_stage *stage, const struct potok_chain *chain, struct memory *m)
{
	r->error = r->status == POTOK_EIO ? errno : 0;
	r->failed = chain->failed;
	r->why = r->status == POTOK_EINPUT ? stage->why : NULL;
	r->offset = r->status == POTOK_EIO || r->status == POTOK_ENOMEM ? 0 : stage->offset;
	r->out = m->out;
	r->nread = m->at;
	for (size_t i = 0; i < stage->ncounts; i++) {
		r->counts[2 * i] = stage->counts[i].n;
		r->counts[2 * i + 1] = stage->counts[i].first;
	}
	potok_close(stage);
}

static struct result
compressed(struct potok_compress_options options, struct memory *m, unsigned njobs)
{
	struct result r = {0};
	struct potok_compress c;
	struct potok_stage *stage = &c.stage;
	struct potok_chain chain = memory_chain(m, &stage);

	options.on_block = note_block;
	options.ctx = &r;
	assert_int_equal(potok_compress_init(&c, &options), POTOK_MORE);
	r.status = potok_compress_run(&c, &chain, njobs);
	if (r.status == POTOK_DONE)
		assert_int_equal(potok_compress_written(&c), m->out.len);
	finish(&r, stage, &chain, m);
	return r;
}

static struct result
decompressed(struct potok_decompress_options options, struct memory *m, unsigned njobs)
{
	struct result r = {0};
	struct potok_decompress d;
	struct potok_stage *stage = &d.stage;
	struct potok_chain chain = memory_chain(m, &stage);

	options.on_block = note_block;
	options.ctx = &r;
	assert_int_equal(potok_decompress_init(&d, &options), POTOK_MORE);
	r.status = potok_decompress_run(&d, &chain, njobs);
	finish(&r, stage, &chain, m);
	return r;
}

static void
check_same(const struct result *want, const struct result *got)
{
	assert_int_equal(want->status, got->status);
	assert_int_equal(want->error, got->error);
	assert_int_equal(want->failed, got->failed);
	assert_int_equal(want->offset, got->offset);
	if (want->why != NULL)
		assert_string_equal(want->why, got->why);
	assert_int_equal(want->out.len, got->out.len);
	if (want->out.len > 0)
		assert_memory_equal(want->out.data, got->out.data, want->out.len);
	assert_memory_equal(want->counts, got->counts, sizeof want->counts);
	assert_int_equal(want->nblocks, got->nblocks);
	for (size_t i = 0; i < want->nblocks; i++) {
		const struct potok_block *a = &want->blocks[i], *b = &got->blocks[i];
		assert_int_equal(a->at, b->at);
		assert_int_equal(a->text_at, b->text_at);
		assert_int_equal(a->line, b->line);
		assert_int_equal(a->length, b->length);
		assert_int_equal(a->ntext, b->ntext);
		assert_int_equal(a->nlines, b->nlines);
		assert_int_equal(a->crc, b->crc);
	}
}

static struct potok_compress_options
compress_options(void)
{
	return (struct potok_compress_options)POTOK_COMPRESS_DEFAULTS;
}

static struct potok_decompress_options
decompress_options(void)
{
	return (struct potok_decompress_options)POTOK_DECOMPRESS_DEFAULTS;
}

/* The file that one thread makes of the text. */
static struct potok_buf
file_of(const unsigned char *text, size_t n, bool large)
{
	struct potok_compress_options options = compress_options();
	struct memory m;

	options.large = large;
	memory_begin(&m, text, n, 0);
	assert_int_equal(compressed(options, &m, 1).status, POTOK_DONE);
	return m.out;
}

/* An ordinary member, by zlib. */
static struct potok_buf
member_of(const unsigned char *text, size_t n)
{
	struct potok_buf out = {0};
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(potok_buf_room(&out, n + 1000), POTOK_MORE);
	z.next_in = (z_const Bytef *)text;
	z.avail_in = (uInt)n;
	z.next_out = out.data;
	z.avail_out = (uInt)(n + 1000);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out.len = n + 1000 - z.avail_out;
	deflateEnd(&z);
	return out;
}

static void
test_compress_is_the_same(void **state)
{
	unsigned char *text = memory_text(TEXT);
	static const size_t pieces[] = {0, 65536, 1000};

	(void)state;
	for (int shape = 0; shape < 4; shape++) {
		struct potok_compress_options options = compress_options();
		options.level = 1;
		options.large = shape == 1;
		options.records = shape == 2;
		options.fast = shape == 3;
		if (options.fast && !potok_compress_has_fast())
			break;
		struct memory m;
		memory_begin(&m, text, TEXT, 0);
		struct result want = compressed(options, &m, 1);
		assert_int_equal(want.status, POTOK_DONE);
		for (size_t i = 0; i < 3 * NMANY; i++) {
			memory_begin(&m, text, TEXT, pieces[i % 3]);
			struct result got = compressed(options, &m, many[i / 3]);
			check_same(&want, &got);
			potok_buf_free(&got.out);
		}
		memory_begin(&m, want.out.data, want.out.len, 5000);
		struct result back = decompressed(decompress_options(), &m, 2);
		assert_int_equal(back.status, POTOK_DONE);
		assert_int_equal(back.out.len, TEXT);
		assert_memory_equal(back.out.data, text, TEXT);
		potok_buf_free(&back.out);
		potok_buf_free(&want.out);
	}
	free(text);
}

/* Reads the bytes with one thread and with many. */
static void
check_reading(const struct potok_buf *file, size_t n, struct potok_decompress_options options)
{
	struct memory m;

	memory_begin(&m, file->data, n, 0);
	struct result want = decompressed(options, &m, 1);
	for (size_t i = 0; i < NMANY; i++) {
		memory_begin(&m, file->data, n, i == 1 ? 3000 : 0);
		struct result got = decompressed(options, &m, many[i]);
		check_same(&want, &got);
		potok_buf_free(&got.out);
	}
	potok_buf_free(&want.out);
}

/* Files of blocks, large blocks and a stream, each alone and all of them joined. */
static void
make_files(struct potok_buf files[4])
{
	unsigned char *text = memory_text(SHORT);

	files[0] = file_of(text, SHORT, false);
	files[1] = file_of(text, SHORT, true);
	files[2] = member_of(text, SHORT);
	files[3] = (struct potok_buf){0};
	for (int i = 0; i < 6; i++) {
		const struct potok_buf *f = &files[(i * 2 + i / 3) % 3];
		assert_int_equal(potok_buf_add(&files[3], f->data, f->len), POTOK_MORE);
		assert_int_equal(potok_buf_add(&files[3], "\0\0\0", i % 2 ? 3 : 0), POTOK_MORE);
	}
	free(text);
}

static void
test_reading_is_the_same(void **state)
{
	struct potok_buf files[4];

	(void)state;
	make_files(files);
	for (int f = 0; f < 4; f++) {
		struct potok_decompress_options options = decompress_options();
		check_reading(&files[f], files[f].len, options);
		options.test = true;
		check_reading(&files[f], files[f].len, options);
		options.headers = true;
		check_reading(&files[f], files[f].len, options);
		for (size_t n = 0; n < files[f].len; n += 1 + files[f].len / 40)
			check_reading(&files[f], n, decompress_options());
		for (size_t at = 0; at < files[f].len; at += 1 + files[f].len / 60) {
			files[f].data[at] ^= 0x10;
			check_reading(&files[f], files[f].len, decompress_options());
			files[f].data[at] ^= 0x10;
		}
		potok_buf_free(&files[f]);
	}
}

static void
test_parts_are_the_same(void **state)
{
	struct potok_buf files[4];

	(void)state;
	make_files(files);
	for (int f = 0; f < 4; f++) {
		for (unsigned i = 0; i < 40; i++) {
			struct potok_decompress_options options = decompress_options();
			options.unit = i % 2 ? POTOK_LINES : POTOK_BYTES;
			options.skip = i * (i % 2 ? 50 : 9001);
			options.count = i % 3 ? i * 20 : UINT64_MAX;
			struct memory m;
			memory_begin(&m, files[f].data, files[f].len, 0);
			struct result want = decompressed(options, &m, 1);
			memory_begin(&m, files[f].data, files[f].len, 0);
			struct result got = decompressed(options, &m, 3);
			assert_int_equal(want.status, got.status);
			assert_int_equal(want.out.len, got.out.len);
			if (got.out.len > 0)
				assert_memory_equal(want.out.data, got.out.data, got.out.len);
			potok_buf_free(&want.out);
			potok_buf_free(&got.out);
		}
		potok_buf_free(&files[f]);
	}
}

/* What is behind the part that is wanted is not read. */
static void
test_parts_end_early(void **state)
{
	unsigned char *text = memory_text(TEXT);
	struct potok_buf file = file_of(text, TEXT, false);

	(void)state;
	for (unsigned njobs = 1; njobs <= 2; njobs++) {
		struct potok_decompress_options options = decompress_options();
		struct memory m;
		int ends[2];
		options.unit = POTOK_LINES;
		options.count = 3;
		assert_int_equal(pipe(ends), 0);
		/* Enough is there for the part; then reading waits for ever. */
		memory_begin(&m, file.data, file.len / 3, 20000);
		m.waits = ends[0];
		struct result got = decompressed(options, &m, njobs);
		assert_int_equal(got.status, POTOK_DONE);
		assert_true(got.out.len > 0 && memcmp(got.out.data, text, got.out.len) == 0);
		potok_buf_free(&got.out);
		close(ends[0]);
		close(ends[1]);
	}
	potok_buf_free(&file);
	free(text);
}

/* A damaged block ends the run, and so does output that fails, though reading waits for ever. */
static void
test_faults_do_not_wait(void **state)
{
	unsigned char *text = memory_text(SHORT);
	struct potok_buf file = file_of(text, SHORT, false);
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (int fault = 0; fault < 2; fault++) {
		struct memory m;
		file.data[500] ^= (unsigned char)(fault == 0 ? 0xFF : 0);
		memory_begin(&m, file.data, file.len / 2, 0);
		m.waits = ends[0];
		m.write_fails = fault == 1 ? 10 : SIZE_MAX;
		struct result got = decompressed(decompress_options(), &m, 2);
		assert_int_equal(got.status, fault == 0 ? POTOK_EINPUT : POTOK_EIO);
		if (fault == 0)
			file.data[500] ^= 0xFF;
		else
			assert_int_equal(got.error, ENOSPC);
		assert_int_equal(got.out.len, 0);
		potok_buf_free(&got.out);
	}
	struct memory m;
	memory_begin(&m, text, SHORT, 0);
	m.waits = ends[0];
	m.write_fails = 10;
	struct result got = compressed(compress_options(), &m, 4);
	assert_int_equal(got.status, POTOK_EIO);
	assert_int_equal(got.error, ENOSPC);
	close(ends[0]);
	close(ends[1]);
	potok_buf_free(&file);
	free(text);
}

/* Input whose end comes only when something has been written. */
struct watched {
	struct memory m;
	pthread_mutex_t lock;
	pthread_cond_t written;
	bool some;
};

static ptrdiff_t
watched_read(void *ctx, void *buf, size_t cap)
{
	struct watched *w = ctx;

	if (w->m.at == w->m.nin) {
		pthread_mutex_lock(&w->lock);
		while (!w->some)
			pthread_cond_wait(&w->written, &w->lock);
		pthread_mutex_unlock(&w->lock);
	}
	return memory_read(&w->m, buf, cap);
}

static int
watched_write(void *ctx, const void *data, size_t n)
{
	struct watched *w = ctx;
	int answer = memory_write(&w->m, data, n);

	pthread_mutex_lock(&w->lock);
	w->some = true;
	pthread_cond_signal(&w->written);
	pthread_mutex_unlock(&w->lock);
	return answer;
}

/* Whole blocks leave while reading waits. */
static void
test_blocks_leave_at_once(void **state)
{
	unsigned char *text = memory_text(SHORT);
	struct watched w = {.lock = PTHREAD_MUTEX_INITIALIZER, .written = PTHREAD_COND_INITIALIZER};
	struct potok_compress c;
	struct potok_stage *stage = &c.stage;

	(void)state;
	memory_begin(&w.m, text, SHORT, 0);
	struct potok_chain chain = {.stages = &stage,
	    .nstages = 1,
	    .read = watched_read,
	    .write = watched_write,
	    .ctx = &w};
	assert_int_equal(potok_compress_init(&c, NULL), POTOK_MORE);
	assert_int_equal(potok_compress_run(&c, &chain, 2), POTOK_DONE);
	potok_close(stage);
	potok_buf_free(&w.m.out);
	free(text);
}

/* What was read before reading failed is written as far as it makes blocks, without an end block.
 */
static void
test_reading_fails(void **state)
{
	unsigned char *text = memory_text(SHORT);

	(void)state;
	for (unsigned njobs = 1; njobs <= 3; njobs++) {
		struct memory m;
		memory_begin(&m, text, SHORT, 10000);
		m.read_fails = 150000;
		struct result got = compressed(compress_options(), &m, njobs);
		assert_int_equal(got.status, POTOK_EIO);
		assert_int_equal(got.error, ENODEV);
		assert_int_equal(got.nblocks, 2);
		memory_begin(&m, got.out.data, got.out.len, 0);
		struct result back = decompressed(decompress_options(), &m, njobs);
		assert_int_equal(back.status, POTOK_EINPUT);
		assert_true(back.out.len > 65280 && back.out.len < 150000);
		assert_memory_equal(back.out.data, text, back.out.len);
		potok_buf_free(&got.out);
		potok_buf_free(&back.out);
	}
	free(text);
}

static void
test_few_threads(void **state)
{
	unsigned char *text = memory_text(SHORT);
	struct potok_buf want = file_of(text, SHORT, false);

	(void)state;
	for (long n = 0; n < 4; n++) {
		struct memory m;
		memory_begin(&m, text, SHORT, 0);
		threads_left = n;
		struct result got = compressed(compress_options(), &m, 4);
		threads_left = -1;
		assert_int_equal(got.status, n == 0 ? POTOK_ENOMEM : POTOK_DONE);
		assert_int_equal(got.out.len, n == 0 ? 0 : want.len);
		if (n > 0)
			assert_memory_equal(got.out.data, want.data, want.len);
		potok_buf_free(&got.out);
	}
	potok_buf_free(&want);
	free(text);
}

static void
test_wrong_calls(void **state)
{
	struct potok_compress c;
	struct potok_decompress d;
	struct potok_stage *stages[] = {&c.stage, &d.stage};
	struct memory m;

	(void)state;
	memory_begin(&m, "", 0, 0);
	assert_int_equal(potok_compress_init(&c, NULL), POTOK_MORE);
	assert_int_equal(potok_decompress_init(&d, NULL), POTOK_MORE);
	struct potok_chain chain = memory_chain(&m, stages);
	assert_int_equal(potok_compress_run(&c, &chain, 0), POTOK_EUSAGE);
	assert_int_equal(potok_compress_run(&c, &chain, POTOK_JOBS_MAX + 1), POTOK_EUSAGE);
	assert_int_equal(potok_decompress_run(&d, &chain, 2), POTOK_EUSAGE);
	chain.nstages = 2;
	assert_int_equal(potok_compress_run(&c, &chain, 2), POTOK_EUSAGE);
	potok_close(&c.stage);
	potok_close(&d.stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_compress_is_the_same),
	    cmocka_unit_test(test_reading_is_the_same),
	    cmocka_unit_test(test_parts_are_the_same),
	    cmocka_unit_test(test_parts_end_early),
	    cmocka_unit_test(test_faults_do_not_wait),
	    cmocka_unit_test(test_blocks_leave_at_once),
	    cmocka_unit_test(test_reading_fails),
	    cmocka_unit_test(test_few_threads),
	    cmocka_unit_test(test_wrong_calls),
	};

	alarm(300); /* a run that waits for ever fails */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
