/* What the programs share, where a pipe cannot reach it: numbers, names for people, suggestions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
	const char *text;
	uint64_t min, max;
	bool good;
	uint64_t value;
} numbers[] = {
    {"0", 0, 9, true, 0},
    {"9", 0, 9, true, 9},
    {"007", 1, 9, true, 7},
    {"10", 0, 9, false, 0},
    {"0", 1, 9, false, 0},
    {"", 0, 9, false, 0},
    {" 1", 0, 9, false, 0},
    {"1 ", 0, 9, false, 0},
    {"+1", 0, 9, false, 0},
    {"-", 0, UINT64_MAX, false, 0},
    {"-1", 0, UINT64_MAX, false, 0},
    {"0x1", 0, 9, false, 0},
    {"1e3", 0, 9999, false, 0},
    {"18446744073709551615", 0, UINT64_MAX, true, UINT64_MAX},
    {"18446744073709551616", 0, UINT64_MAX, false, 0},
    {"99999999999999999999999", 0, UINT64_MAX, false, 0},
};

static void
test_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint64_t value = 0;
		bool good = cli_number(numbers[i].text, numbers[i].min, numbers[i].max, &value);
		if (good != numbers[i].good || (good && value != numbers[i].value))
			fail_msg("'%s': %d, %ju", numbers[i].text, good, (uintmax_t)value);
	}
}

static const struct {
	const char *name, *text, *shown;
} names[] = {
    {"plain", "a b.txt", "a b.txt"},
    {"nothing", "", ""},
    {"C0 and DEL", "a\tb\nc\x1B[31m\x7F", "a\\x09b\\x0Ac\\x1B[31m\\x7F"},
    {"C1 in UTF-8",
	"a\xC2\x9B"
	"31m\xC2\x80",
	"a\\xC2\\x9B31m\\xC2\\x80"},
    {"no C1: U+00A0, U+00C0", "\xC2\xA0\xC3\x80", "\xC2\xA0\xC3\x80"},
    {"Cyrillic", "\xD1\x84.txt", "\xD1\x84.txt"},
    {"ill-formed bytes", "\xFF\x9B-\xD1", "\\xFF\\x9B-\\xD1"},
    {"emoji", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
};

static void
test_printable(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char buf[64];
		assert_ptr_equal(cli_printable(names[i].text, buf, sizeof buf), buf);
		if (strcmp(buf, names[i].shown) != 0)
			fail_msg("%s: '%s'", names[i].name, buf);
	}
}

/* A name too long ends in front of a whole character or escape, whatever the room. */
static void
test_printable_is_cut_between_characters(void **state)
{
	static const char text[] = "\xD1\x84\n\xD1\x84\xF0\x9F\x98\x80";
	static const char whole[] = "\xD1\x84\\x0A\xD1\x84\xF0\x9F\x98\x80";
	static const size_t ends[] = {0, 2, 6, 8, 12};

	(void)state;
	for (size_t cap = 1; cap <= 40; cap++) {
		char buf[41];
		memset(buf, '#', sizeof buf);
		size_t n = strlen(cli_printable(text, buf, cap));
		bool at_end = false;
		for (size_t i = 0; i < COUNT(ends); i++)
			at_end = at_end || n == ends[i];
		assert_true(n < cap && at_end);
		assert_memory_equal(buf, whole, n);
		assert_int_equal(buf[cap], '#');
	}
	char buf[41];
	assert_string_equal(cli_printable(text, buf, sizeof buf), whole);
}

static const char *
scheme(size_t i)
{
	static const char *const known[] = {"iso9-1995", "bgnpcgn-rus-1947", "icao-9303"};

	return i < COUNT(known) ? known[i] : NULL;
}

static const struct {
	const char *word, *message;
} unknown[] = {
    {"iso9-1996", "unknown scheme 'iso9-1996'; did you mean 'iso9-1995'?"},
    {"ISO9-1996", "unknown scheme 'ISO9-1996'; did you mean 'iso9-1995'?"},
    {"ios9-1995", "unknown scheme 'ios9-1995'; did you mean 'iso9-1995'?"},
    {"icao9303", "unknown scheme 'icao9303'; did you mean 'icao-9303'?"},
    {"bgnpcgn-rus", "unknown scheme 'bgnpcgn-rus'; did you mean 'bgnpcgn-rus-1947'?"},
    {"bgnpcgn-rsu", "unknown scheme 'bgnpcgn-rsu'; did you mean 'bgnpcgn-rus-1947'?"},
    {"bgnpcgn-old-norse", "unknown scheme 'bgnpcgn-old-norse'"},
    {"klingon", "unknown scheme 'klingon'"},
    {"", "unknown scheme ''"},
    {"a\nb", "unknown scheme 'a\\x0Ab'"},
};

/* Runs cli_unknown() with standard error going into text. */
static int
unknown_message(const char *word, char *text, size_t cap)
{
	struct cli cli = {.name = "potok-test"};
	FILE *f = tmpfile();

	assert_non_null(f);
	fflush(stderr);
	int kept = dup(STDERR_FILENO);
	assert_true(kept >= 0 && dup2(fileno(f), STDERR_FILENO) >= 0);
	int code = cli_unknown(&cli, "scheme", word, scheme);
	fflush(stderr);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	rewind(f);
	size_t n = fread(text, 1, cap - 1, f);
	text[n] = '\0';
	fclose(f);
	return code;
}

static void
test_unknown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unknown); i++) {
		char got[256], want[256];
		snprintf(want, sizeof want, "potok-test: %s; 'potok-test --help' tells more\n",
		    unknown[i].message);
		assert_int_equal(unknown_message(unknown[i].word, got, sizeof got), CLI_USAGE);
		assert_string_equal(got, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_number),
	    cmocka_unit_test(test_printable),
	    cmocka_unit_test(test_printable_is_cut_between_characters),
	    cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
