/* Buffers: growth, overflow, and text handed on without a copy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <potok/buf.h>

static void
assert_content(const struct potok_buf *b, const char *want)
{
	struct potok_slice got = potok_buf_bytes(b);

	assert_int_equal(got.len, strlen(want));
	if (got.len > 0)
		assert_memory_equal(got.data, want, got.len);
}

static void
test_zeroed_is_empty(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_content(&b, "");
	potok_buf_free(&b);
	potok_buf_free(&b);
	assert_null(b.data);
}

static void
test_room_is_there(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	for (size_t n = 0; n < 5000; n = n * 3 / 2 + 1) {
		assert_int_equal(potok_buf_room(&b, n), POTOK_MORE);
		assert_true(b.cap - b.len >= n);
		if (n > 0)
			memset(b.data + b.len, 'x', n);
		b.len += n;
	}
	potok_buf_free(&b);
	assert_int_equal(b.len + b.cap, 0);
}

static void
test_growth_keeps_the_content(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		unsigned char c = (unsigned char)(i * 7);
		assert_int_equal(potok_buf_add(&b, &c, 1), POTOK_MORE);
	}
	assert_int_equal(b.len, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], (unsigned char)(i * 7));
	potok_buf_free(&b);
}

/* One byte at a time must not cost a reallocation each. */
static void
test_growth_is_geometric(void **state)
{
	struct potok_buf b = {0};
	int grown = 0;

	(void)state;
	for (int i = 0; i < 1 << 20; i++) {
		size_t cap = b.cap;
		assert_int_equal(potok_buf_add(&b, "x", 1), POTOK_MORE);
		grown += b.cap != cap;
	}
	assert_true(grown < 40);
	potok_buf_free(&b);
}

static void
test_room_refuses_overflow(void **state)
{
	static const size_t much[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 3, SIZE_MAX / 2 + 1};
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_add(&b, "kept", 4), POTOK_MORE);
	struct potok_buf before = b;
	for (size_t i = 0; i < sizeof much / sizeof *much; i++) {
		assert_int_equal(potok_buf_room(&b, much[i]), POTOK_ENOMEM);
		assert_memory_equal(&b, &before, sizeof b);
	}
	assert_content(&b, "kept");
	potok_buf_free(&b);
}

static void
test_add_nothing(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_add(&b, NULL, 0), POTOK_MORE);
	assert_int_equal(potok_buf_pass(&b, (const unsigned char *)"x", 0), POTOK_MORE);
	assert_content(&b, "");
	assert_null(b.data);
}

static const unsigned char text[] = "abcdefgh";

/* NULL and 0 change nothing, whatever the buffer holds. */
static void
test_nothing_at_null(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	for (int holds = 0; holds < 3; holds++) {
		if (holds == 1)
			assert_int_equal(potok_buf_pass(&b, text, 2), POTOK_MORE);
		if (holds == 2)
			assert_int_equal(potok_buf_own(&b), POTOK_MORE);
		const struct potok_buf before = b;
		assert_int_equal(potok_buf_add(&b, NULL, 0), POTOK_MORE);
		assert_int_equal(potok_buf_pass(&b, NULL, 0), POTOK_MORE);
		assert_memory_equal(&b, &before, sizeof b);
	}
	assert_content(&b, "ab");
	potok_buf_free(&b);
}

static void
test_contiguous_pass_stays_uncopied(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_pass(&b, text, 2), POTOK_MORE);
	assert_int_equal(potok_buf_pass(&b, text + 2, 3), POTOK_MORE);
	assert_int_equal(potok_buf_pass(&b, text + 5, 0), POTOK_MORE);
	assert_ptr_equal(potok_buf_bytes(&b).data, text);
	assert_content(&b, "abcde");
	assert_int_equal(b.cap, 0);
	potok_buf_free(&b);
	assert_content(&b, "");
}

static void
test_pass_with_a_gap_copies(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_pass(&b, text, 2), POTOK_MORE);
	assert_int_equal(potok_buf_pass(&b, text + 3, 2), POTOK_MORE);
	assert_content(&b, "abde");
	assert_int_equal(b.passed.len, 0);
	potok_buf_free(&b);
}

static void
test_pass_after_add_copies(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_add(&b, "12", 2), POTOK_MORE);
	assert_int_equal(potok_buf_pass(&b, text, 3), POTOK_MORE);
	assert_int_equal(b.passed.len, 0);
	assert_content(&b, "12abc");
	potok_buf_free(&b);
}

static void
test_add_after_pass_keeps_the_order(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_pass(&b, text, 3), POTOK_MORE);
	assert_int_equal(potok_buf_add(&b, "12", 2), POTOK_MORE);
	assert_int_equal(potok_buf_pass(&b, text + 3, 2), POTOK_MORE);
	assert_content(&b, "abc12de");
	potok_buf_free(&b);
}

static void
test_room_after_pass_keeps_the_order(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_pass(&b, text, 3), POTOK_MORE);
	assert_int_equal(potok_buf_room(&b, 1), POTOK_MORE);
	b.data[b.len++] = '!';
	assert_content(&b, "abc!");
	potok_buf_free(&b);
}

static void
test_own_lets_the_text_go(void **state)
{
	unsigned char passing[] = "abc";
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_own(&b), POTOK_MORE);
	assert_content(&b, "");
	assert_int_equal(potok_buf_pass(&b, passing, 3), POTOK_MORE);
	assert_int_equal(potok_buf_own(&b), POTOK_MORE);
	memset(passing, '?', sizeof passing);
	assert_content(&b, "abc");
	potok_buf_free(&b);
}

static void
test_clear_keeps_the_memory(void **state)
{
	struct potok_buf b = {0};

	(void)state;
	assert_int_equal(potok_buf_add(&b, "12", 2), POTOK_MORE);
	size_t cap = b.cap;
	potok_buf_clear(&b);
	assert_content(&b, "");
	assert_int_equal(b.cap, cap);
	assert_int_equal(potok_buf_pass(&b, text, 3), POTOK_MORE);
	potok_buf_clear(&b);
	assert_content(&b, "");
	potok_buf_free(&b);
}

static void
test_full_at_the_limit(void **state)
{
	struct potok_buf b = {.limit = 3};

	(void)state;
	assert_int_equal(potok_buf_add(&b, "12", 2), POTOK_MORE);
	assert_false(potok_buf_full(&b));
	assert_int_equal(potok_buf_add(&b, "3", 1), POTOK_MORE);
	assert_true(potok_buf_full(&b));
	potok_buf_clear(&b);
	assert_int_equal(potok_buf_pass(&b, text, 2), POTOK_MORE);
	assert_false(potok_buf_full(&b));
	assert_int_equal(potok_buf_pass(&b, text + 2, 1), POTOK_MORE);
	assert_true(potok_buf_full(&b));
	potok_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_zeroed_is_empty),
	    cmocka_unit_test(test_room_is_there),
	    cmocka_unit_test(test_growth_keeps_the_content),
	    cmocka_unit_test(test_growth_is_geometric),
	    cmocka_unit_test(test_room_refuses_overflow),
	    cmocka_unit_test(test_add_nothing),
	    cmocka_unit_test(test_nothing_at_null),
	    cmocka_unit_test(test_contiguous_pass_stays_uncopied),
	    cmocka_unit_test(test_pass_with_a_gap_copies),
	    cmocka_unit_test(test_pass_after_add_copies),
	    cmocka_unit_test(test_add_after_pass_keeps_the_order),
	    cmocka_unit_test(test_room_after_pass_keeps_the_order),
	    cmocka_unit_test(test_own_lets_the_text_go),
	    cmocka_unit_test(test_clear_keeps_the_memory),
	    cmocka_unit_test(test_full_at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
