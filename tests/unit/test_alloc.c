/*
 * The n-th allocation fails, for every n: POTOK_ENOMEM, no crash, no leak.  Linked with
 * --wrap=malloc and its kin, so that only calls from the library and from this file come here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <potok/stage.h>

#include "toys.h"

enum { TEXT = 3000 };

static long calls, fails_at, live;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void __wrap_free(void *);

/* Counts one allocation; answers false when it is the one that must fail. */
static bool
allowed(void)
{
	return ++calls != fails_at;
}

void *
__wrap_malloc(size_t n)
{
	void *p = allowed() ? __real_malloc(n) : NULL;

	live += p != NULL;
	return p;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = allowed() ? __real_calloc(n, size) : NULL;

	live += p != NULL;
	return p;
}

void *
__wrap_realloc(void *old, size_t n)
{
	void *p = allowed() ? __real_realloc(old, n) : NULL;

	live += old == NULL && p != NULL;
	return p;
}

void
__wrap_free(void *p)
{
	live -= p != NULL;
	__real_free(p);
}

/* The tape of this test has its memory from the start: only the library's allocations count. */
static unsigned char written[2 * TEXT];
static size_t nwritten;

static int
write_fixed(void *ctx, const void *data, size_t n)
{
	(void)ctx;
	memcpy(written + nwritten, data, n);
	nwritten += n;
	return 0;
}

/* Three stages; the links have to grow, and the last one must own text that was passed to it. */
static enum potok_status
run(void)
{
	static char text[TEXT];
	struct toy toys[] = {
	    toy(TOY_BYTE, TOY_DOUBLE), toy(TOY_RUN, TOY_PASS), toy(TOY_LINE, TOY_UPPER)};
	struct potok_stage *stages[] = {&toys[0].stage, &toys[1].stage, &toys[2].stage};
	struct tape tape = {.text = text, .len = TEXT, .piece = 500};
	struct potok_chain chain = {
	    .stages = stages,
	    .nstages = 3,
	    .read = tape_read,
	    .write = write_fixed,
	    .ctx = &tape,
	    .chunk = 700,
	};

	for (size_t i = 0; i < TEXT; i++)
		text[i] = i % 1000 == 999 ? '\n' : 'a';
	nwritten = 0;
	calls = live = 0;
	return potok_chain_run(&chain);
}

static void
test_nth_allocation_fails_in_a_chain(void **state)
{
	(void)state;
	fails_at = 0;
	assert_int_equal(run(), POTOK_DONE);
	assert_int_equal(nwritten, 2 * TEXT);
	assert_int_equal(live, 0);
	long needed = calls;
	assert_true(needed > 4);
	for (fails_at = 1; fails_at <= needed; fails_at++) {
		assert_int_equal(run(), POTOK_ENOMEM);
		assert_int_equal(calls >= fails_at, 1);
		assert_int_equal(live, 0);
		/* What was written before is the beginning of the right output. */
		for (size_t i = 0; i < nwritten; i++)
			assert_int_equal(written[i], i % 2000 < 1998 ? 'A' : '\n');
	}
	fails_at = 0;
}

/* A buffer that could not grow is as it was. */
static void
test_buffer_is_unchanged(void **state)
{
	static const unsigned char text[300] = "text";
	struct potok_buf b = {0};

	(void)state;
	fails_at = 0;
	calls = live = 0;
	assert_int_equal(potok_buf_add(&b, "kept", 4), POTOK_MORE);
	struct potok_buf before = b;
	fails_at = calls + 1;
	assert_int_equal(potok_buf_add(&b, text, sizeof text), POTOK_ENOMEM);
	assert_memory_equal(&b, &before, sizeof b);
	potok_buf_clear(&b);
	assert_int_equal(potok_buf_pass(&b, text, sizeof text), POTOK_MORE);
	before = b;
	fails_at = calls + 1;
	assert_int_equal(potok_buf_own(&b), POTOK_ENOMEM);
	assert_memory_equal(&b, &before, sizeof b);
	fails_at = calls + 1;
	assert_int_equal(potok_buf_room(&b, 1), POTOK_ENOMEM);
	assert_memory_equal(&b, &before, sizeof b);
	fails_at = 0;
	potok_buf_free(&b);
	assert_int_equal(live, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nth_allocation_fails_in_a_chain),
	    cmocka_unit_test(test_buffer_is_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
