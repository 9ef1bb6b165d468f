/* ICU is loaded when it is needed, and then only.  Linked with --wrap=dlopen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <potok/normalize.h>
#include <potok/translit.h>

static bool missing;
static int loaded;

void *__real_dlopen(const char *, int);
void *__wrap_dlopen(const char *, int);

void *
__wrap_dlopen(const char *library, int how)
{
	loaded++;
	return __real_dlopen(missing ? "libicu-is-missing.so" : library, how);
}

/* Runs the stage, made with this status, over text; answers what comes out, which the caller frees.
 */
static struct potok_buf
run(struct potok_stage *stage, enum potok_status made, const char *text)
{
	struct potok_slice in = {(const unsigned char *)text, strlen(text)};
	struct potok_buf out = {.limit = SIZE_MAX};

	assert_true(made >= 0);
	assert_true(potok_process(stage, &in, &out, true) >= 0);
	assert_int_equal(potok_buf_own(&out), POTOK_MORE);
	potok_close(stage);
	return out;
}

static void
assert_text(struct potok_buf out, const char *want)
{
	assert_int_equal(out.len, strlen(want));
	assert_memory_equal(out.data, want, out.len);
	potok_buf_free(&out);
}

/* What needs no more than our own tables: this runs first. */
static void
test_not_loaded(void **state)
{
	struct potok_normalize n;
	struct potok_normalize_options from = POTOK_NORMALIZE_DEFAULTS;
	struct potok_translit t;
	struct potok_translit_options scheme = {.scheme = "bgnpcgn-rus-1947"};

	(void)state;
	assert_text(run(&n.stage, potok_normalize_init(&n, NULL), "Zürich, Щука, 東京\r\n"),
	    "Zürich, Щука, 東京\n");
	from.from = "koi8-r";
	assert_text(run(&n.stage, potok_normalize_init(&n, &from), "\xCD\xC9\xD2\n"), "мир\n");
	from.from = "utf-16le";
	assert_text(
	    run(&n.stage, potok_normalize_init(&n, &from), "\x3C\x04\x38\x04\x40\x04"), "мир\n");
	assert_text(run(&t.stage, potok_translit_init(&t, &scheme), "Щука\n"), "Shchuka\n");
	assert_int_equal(loaded, 0);
}

/* Without its libraries: a message and 127. */
static void
test_missing(void **state)
{
	int end[2], code;
	char said[200];

	(void)state;
	assert_int_equal(pipe(end), 0);
	pid_t child = fork();
	if (child == 0) {
		struct potok_normalize n;
		struct potok_normalize_options from = POTOK_NORMALIZE_DEFAULTS;
		missing = true;
		from.from = "gb18030";
		dup2(end[1], STDERR_FILENO);
		potok_normalize_init(&n, &from);
		_exit(0);
	}
	close(end[1]);
	ssize_t len = read(end[0], said, sizeof said - 1);
	close(end[0]);
	assert_true(len > 0);
	said[len] = '\0';
	assert_non_null(strstr(said, "libpotok: libicu-is-missing.so: cannot open"));
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 127);
}

/* A converter and a normalizer: GB/T 2312 has D6 D0 CE C4 for U+4E2D U+6587. */
static void
test_loaded(void **state)
{
	struct potok_normalize n;
	struct potok_normalize_options from = POTOK_NORMALIZE_DEFAULTS;

	(void)state;
	from.from = "gb18030";
	assert_text(run(&n.stage, potok_normalize_init(&n, &from), "\xD6\xD0\xCE\xC4\n"), "中文\n");
	assert_true(loaded > 0);
	from.from = NULL;
	from.form = POTOK_NFKD;
	assert_text(run(&n.stage, potok_normalize_init(&n, &from), "ﬁ Å\n"), "fi A\xCC\x8A\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_not_loaded),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
