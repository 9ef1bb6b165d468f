/*
 * The n-th allocation of the stage normalize fails, for every n: the answer is POTOK_ENOMEM, and
 * nothing is lost or freed twice.  Linked with --wrap for malloc, calloc and realloc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <potok/normalize.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static long left = -1; /* allocations until one fails; below 0: none does */

static int
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

static enum potok_status
run(const char *from, const char *bytes)
{
	struct potok_normalize_options options = {.from = from, .bad = POTOK_BAD_REPLACE};
	struct potok_normalize n;
	struct potok_slice in = {(const unsigned char *)bytes, strlen(bytes)};
	struct potok_buf out = {.limit = SIZE_MAX};
	enum potok_status s = potok_normalize_init(&n, &options);

	if (s >= 0)
		s = potok_process(&n.stage, &in, &out, true);
	potok_close(&n.stage);
	potok_close(&n.stage);
	potok_buf_free(&out);
	return s;
}

static void
test_allocations(void **state)
{
	static const char *const cases[][2] = {
	    {"auto", "clean\n"},
	    {"auto", "e\xCC\x81\r\n\xCF\xF0\xE8\xE2\xE5\xF2"},
	    {"windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2"},
	    {"utf-16le", "a b "},
	    {"euc-jp", "\xC6\xFC\xFF"},
	    {"koi8-t", "\xC6\xFC\r"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		long n = 0;
		for (; n < 1000; n++) {
			left = n;
			enum potok_status s = run(cases[i][0], cases[i][1]);
			bool failed = left < 0;
			left = -1;
			if (!failed) {
				assert_int_equal(s, POTOK_DONE);
				break;
			}
			assert_int_equal(s, POTOK_ENOMEM);
		}
		assert_true(n < 1000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_allocations)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
