/* Property tests of normalize: normalizing what has been normalized changes nothing, also where
 * mojibake has line breaks, controls, marks or ill-formed bytes in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unicode/ucnv.h>

#include <potok/normalize.h>

enum {
	TEXT = 4096,
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	STEP = 23, /* so far apart are the places: sanitizers take their time */
#else
	STEP = 3,
#endif
};

static const char *const texts[] = {"Кремль: встреча с Ильхамом", "Українська ґазета їжакові",
    "déjà vu, l’été à Noël", "Zażółć gęślą jaźń"};
static const char *const readings[] = {
    "windows-1252", "windows-1251", "KOI8-R", "IBM866", "ISO-8859-5", "x-mac-cyrillic", "IBM437"};

/* What is put into them. */
static const struct {
	const char *bytes;
	size_t n;
} inserted[] = {{"\r", 1}, {"\r\n", 2}, {"\n", 1}, {"\v", 1}, {"\f", 1}, {"\xC2\x85", 2},
    {"\xE2\x80\xA8", 3}, {"\xE2\x80\xA9", 3}, {"\0", 1}, {"\x1B", 1}, {"\x7F", 1}, {"\xC2\x80", 2},
    {"\xC2\x9F", 2}, {"\xEF\xBB\xBF", 3}, {"\xFF", 1}, {"\xED\xA0\x80", 3}, {"\xD0", 1},
    {"\xE2\x80", 2}, {"\xCC\x81", 2}, {"\xCC\x86", 2}, {"\xCD\x8F", 2}};

static const struct potok_normalize_options options[] = {
    {.from = "utf-8", .repair = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_CONTROLS},
    {.from = "utf-8", .repair = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_CONTROLS, .keep_breaks = true},
    {.from = "utf-8", .repair = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_CONTROLS, .form = POTOK_NFD},
    {.from = "utf-8",
	.repair = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_CONTROLS,
	.form = POTOK_FORM_NONE},
    {.from = "utf-8",
	.repair = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_CONTROLS,
	.bad = POTOK_BAD_DROP},
    {.from = "utf-8", .repair = POTOK_REPAIR_MOJIBAKE, .bad = POTOK_BAD_ESCAPE},
};
enum { NOPTIONS = sizeof options / sizeof options[0] };

/* Runs the stage over text in pieces of `piece` bytes; the caller frees *out. */
static void
run(const struct potok_normalize_options *o, const void *text, size_t n, size_t piece,
    struct potok_buf *out)
{
	struct potok_normalize stage;
	const unsigned char *p = text;
	enum potok_status s = potok_normalize_init(&stage, o);
	size_t at = 0, end = 0;

	*out = (struct potok_buf){.limit = SIZE_MAX};
	while (s >= 0 && s != POTOK_DONE) {
		end = n - end > piece ? end + piece : n;
		struct potok_slice in = {p + at, end - at};
		s = potok_process(&stage.stage, &in, out, end == n);
		at = end - in.len;
		assert_int_equal(potok_buf_own(out), POTOK_MORE);
	}
	assert_int_equal(s, POTOK_DONE);
	potok_close(&stage.stage);
}

static bool
same(const struct potok_buf *a, const struct potok_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void
fail_at(const char *what, const unsigned char *p, size_t n)
{
	print_error("%s:", what);
	for (size_t i = 0; i < n; i++)
		print_error(" %02X", p[i]);
	print_error("\n");
	fail();
}

/* Once is enough, and cuts do not matter. */
static void
check(const struct potok_normalize_options *o, const unsigned char *p, size_t n, size_t piece)
{
	struct potok_buf once, cut, twice;

	run(o, p, n, n, &once);
	run(o, once.data, once.len, once.len, &twice);
	if (!same(&once, &twice))
		fail_at("a second run changes", p, n);
	if (piece > 0) {
		run(o, p, n, piece, &cut);
		if (!same(&once, &cut))
			fail_at("cuts change", p, n);
		potok_buf_free(&cut);
	}
	potok_buf_free(&once);
	potok_buf_free(&twice);
}

/* Text that was UTF-8 and has been read as something else; its length, 0 when it cannot be. */
static size_t
misread(const char *reading, const char *text, char *to)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t n = ucnv_convert("UTF-8", reading, to, TEXT, text, (int32_t)strlen(text), &err);

	assert_true(U_SUCCESS(err) && n < TEXT - 8);
	return (size_t)n;
}

/* Each of them at each place of a text. */
static void
check_insertions(const char *text, size_t n)
{
	static unsigned which;

	for (size_t k = 0; k < sizeof inserted / sizeof inserted[0]; k++) {
		for (size_t at = k % STEP; at <= n; at += STEP) {
			unsigned char line[TEXT];
			memcpy(line, text, at);
			memcpy(line + at, inserted[k].bytes, inserted[k].n);
			memcpy(line + at + inserted[k].n, text + at, n - at);
			which++;
			check(&options[which % NOPTIONS], line, n + inserted[k].n,
			    which % 5 == 0 ? 1 + which % 3 : 0);
		}
	}
}

static void
test_once(void **state)
{
	(void)state;
	for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
		for (size_t r = 0; r < sizeof readings / sizeof readings[0]; r++) {
			char read[TEXT];
			check_insertions(read, misread(readings[r], texts[t], read));
		}
	}
}

static void
test_layers(void **state)
{
	char once[TEXT], again[TEXT];

	(void)state;
	once[misread("windows-1252", "Vive l’été", once)] = '\0';
	check_insertions(again, misread("windows-1252", once, again));
	once[misread("windows-1251", "Кремль", once)] = '\0';
	check_insertions(again, misread("windows-1251", once, again));
}

/* What stands between line breaks is repaired for itself. */
static void
test_repaired(void **state)
{
	static const char *const breaks[] = {
	    "\r", "\r\n", "\n", "\v", "\f", "\xE2\x80\xA8", "\xE2\x80\xA9"};
	char read[TEXT], line[TEXT];
	struct potok_buf out;

	(void)state;
	read[misread("windows-1251", "Кремль и Москва", read)] = '\0';
	for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
		int n = snprintf(line, sizeof line, "%s%s%s\n", read, breaks[i], read);
		run(&options[0], line, (size_t)n, (size_t)n, &out);
		static const char want[] = "Кремль и Москва\nКремль и Москва\n";
		assert_int_equal(out.len, strlen(want));
		assert_memory_equal(out.data, want, out.len);
		potok_buf_free(&out);
	}
}

/* Lines longer than a piece, with mojibake here and there. */
static void
test_long(void **state)
{
	static const size_t lengths[] = {65534, 65536, 65539, 70000, 131072, 200000};
	char read[TEXT];
	size_t nread = misread("windows-1251", texts[0], read);

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		size_t n = lengths[i];
		unsigned char *line = malloc(n);
		assert_non_null(line);
		for (size_t at = 0; at < n; at++)
			line[at] = (unsigned char)"plain text \xC3\xA9t\xC3\xA9 "[at % 17];
		for (size_t at = 1700; at + nread < n; at += 34000)
			memcpy(line + at, read, nread);
		if (n > 90000)
			line[90000] = '\r';
		for (size_t o = 0; o < NOPTIONS; o++)
			check(&options[o], line, n, 4096 + 7 * o);
		free(line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_once),
	    cmocka_unit_test(test_layers),
	    cmocka_unit_test(test_repaired),
	    cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
