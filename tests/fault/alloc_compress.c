/*
 * The n-th allocation of the stages compress and decompress fails, for every n, those of zlib and
 * libdeflate included: the answer is POTOK_ENOMEM, and nothing is lost or freed twice.  Linked with
 * --wrap for malloc, calloc, realloc and the functions of the libraries that allocate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include <potok/compress.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
int __real_inflateInit2_(z_stream *z, int bits, const char *version, int size);
int __real_inflate(z_stream *z, int flush);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
int __wrap_inflateInit2_(z_stream *z, int bits, const char *version, int size);
int __wrap_inflate(z_stream *z, int flush);

static atomic_long left = -1; /* allocations until one fails; below 0: none does */

static bool
fails(void)
{
	return left >= 0 && atomic_fetch_sub(&left, 1) == 0;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

int
__wrap_inflateInit2_(z_stream *z, int bits, const char *version, int size)
{
	return fails() ? Z_MEM_ERROR : __real_inflateInit2_(z, bits, version, size);
}

/* It allocates its window when it first needs one, except for a whole block at once. */
int
__wrap_inflate(z_stream *z, int flush)
{
	return flush != Z_FINISH && fails() ? Z_MEM_ERROR : __real_inflate(z, flush);
}

#ifdef WITH_LIBDEFLATE

void *__real_libdeflate_alloc_compressor(int level);
void *__real_libdeflate_alloc_decompressor(void);
void *__wrap_libdeflate_alloc_compressor(int level);
void *__wrap_libdeflate_alloc_decompressor(void);

void *
__wrap_libdeflate_alloc_compressor(int level)
{
	return fails() ? NULL : __real_libdeflate_alloc_compressor(level);
}

void *
__wrap_libdeflate_alloc_decompressor(void)
{
	return fails() ? NULL : __real_libdeflate_alloc_decompressor();
}

#else

int __real_deflateInit2_(z_stream *z, int level, int method, int bits, int memory, int strategy,
    const char *version, int size);
int __wrap_deflateInit2_(z_stream *z, int level, int method, int bits, int memory, int strategy,
    const char *version, int size);

int
__wrap_deflateInit2_(z_stream *z, int level, int method, int bits, int memory, int strategy,
    const char *version, int size)
{
	return fails()
		   ? Z_MEM_ERROR
		   : __real_deflateInit2_(z, level, method, bits, memory, strategy, version, size);
}

#endif

static enum potok_status
drive(struct potok_stage *stage, const void *data, size_t n, struct potok_buf *out)
{
	struct potok_slice in = {data, n};
	enum potok_status s = potok_process(stage, &in, out, true);

	potok_close(stage);
	potok_close(stage);
	return s;
}

/* Compresses a text, and reads it back as BGZF and then as an ordinary member. */
static enum potok_status
run(void)
{
	static const char text[] = "Москва, Москва\n";
	struct potok_compress c;
	struct potok_decompress d;
	struct potok_buf gzip = {.limit = SIZE_MAX}, back = {.limit = SIZE_MAX};
	enum potok_status s = potok_compress_init(&c, NULL);

	if (s >= 0)
		s = drive(&c.stage, text, sizeof text - 1, &gzip);
	else
		potok_close(&c.stage);
	for (int i = 0; i < 2 && s >= 0; i++) {
		if (i == 1)
			gzip.data[3] |= 1; /* FTEXT: no block of BGZF any more */
		s = potok_decompress_init(&d, NULL);
		if (s >= 0)
			s = drive(&d.stage, gzip.data, gzip.len, &back);
	}
	if (s >= 0) {
		assert_int_equal(back.len, 2 * (sizeof text - 1));
		assert_memory_equal(back.data, text, sizeof text - 1);
	}
	potok_buf_free(&gzip);
	potok_buf_free(&back);
	return s;
}

/* What a run with threads reads and writes. */
struct memory {
	const unsigned char *in;
	size_t n;
	struct potok_buf out;
};

static ptrdiff_t
read_memory(void *ctx, void *buf, size_t cap)
{
	struct memory *m = ctx;
	size_t n = m->n < cap ? m->n : cap;

	memcpy(buf, m->in, n);
	m->in += n;
	m->n -= n;
	return (ptrdiff_t)n;
}

static int
write_memory(void *ctx, const void *data, size_t n)
{
	return potok_buf_add(&((struct memory *)ctx)->out, data, n) < 0 ? -1 : 0;
}

/* Compresses some blocks and reads them back, with threads. */
static enum potok_status
run_threads(void)
{
	enum { N = 200000 };
	static unsigned char text[N];
	struct potok_compress c;
	struct potok_decompress d;
	struct potok_stage *stages[] = {&c.stage, &d.stage};
	struct memory file = {.in = text, .n = N}, back = {0};
	struct potok_chain chain = {
	    .stages = stages, .nstages = 1, .read = read_memory, .write = write_memory};
	long before;

	memset(text, 'a', N);
	/* Room for what is written, so that only the run itself can lack memory. */
	before = atomic_exchange(&left, -1);
	assert_int_equal(potok_buf_room(&file.out, N), POTOK_MORE);
	assert_int_equal(potok_buf_room(&back.out, N), POTOK_MORE);
	left = before;

	chain.ctx = &file;
	enum potok_status s = potok_compress_init(&c, NULL);
	if (s >= 0)
		s = potok_compress_run(&c, &chain, 2);
	potok_close(&c.stage);
	back.in = file.out.data;
	back.n = file.out.len;
	chain.stages = stages + 1;
	chain.ctx = &back;
	if (s >= 0 && (s = potok_decompress_init(&d, NULL)) >= 0) {
		s = potok_decompress_run(&d, &chain, 2);
		potok_close(&d.stage);
	}
	if (s >= 0) {
		assert_int_equal(back.out.len, N);
		assert_memory_equal(back.out.data, text, N);
	}
	potok_buf_free(&file.out);
	potok_buf_free(&back.out);
	return s;
}

static void fail_each(enum potok_status (*run_it)(void))
{
	long n = 0;

	for (; n < 1000; n++) {
		left = n;
		enum potok_status s = run_it();
		bool failed = left < 0;
		left = -1;
		if (!failed) {
			assert_int_equal(s, POTOK_DONE);
			break;
		}
		assert_int_equal(s, POTOK_ENOMEM);
	}
	assert_true(n > 5 && n < 1000);
}

static void
test_allocations(void **state)
{
	(void)state;
	fail_each(run);
}

static void
test_allocations_of_threads(void **state)
{
	(void)state;
	fail_each(run_threads);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_allocations), cmocka_unit_test(test_allocations_of_threads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
