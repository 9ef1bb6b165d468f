/*
 * The n-th allocation of the stages compress and decompress fails, for every n, those of zlib and
 * libdeflate included: the answer is POTOK_ENOMEM, and nothing is lost or freed twice.  Linked with
 * --wrap for malloc, calloc, realloc and the functions of the libraries that allocate.
 */
#include <setjmp.h>
#include <stdarg.h>
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

static long left = -1; /* allocations until one fails; below 0: none does */

static bool
fails(void)
{
	return left >= 0 && left-- == 0;
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

static void
test_allocations(void **state)
{
	long n = 0;

	(void)state;
	for (; n < 1000; n++) {
		left = n;
		enum potok_status s = run();
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

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_allocations)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
