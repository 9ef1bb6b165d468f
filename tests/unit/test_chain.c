/* The runner: joined stages, latency, faults of stages, of reading and of writing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include <potok/stage.h>

#include "toys.h"

/* Runs one toy uncut: what a chain must give, made by one stage after another. */
static struct potok_buf
alone(struct toy t, const void *text, size_t len)
{
	struct potok_slice in = {text, len};
	struct potok_buf out = {.limit = SIZE_MAX};

	t.watch = NULL;
	assert_int_equal(potok_process(&t.stage, &in, &out, true), POTOK_DONE);
	assert_int_equal(potok_buf_own(&out), POTOK_MORE);
	return out;
}

/* Every chain of up to three toys gives what the toys give one after another. */
static void
test_joined_equals_one_after_another(void **state)
{
	const struct toy kinds[] = {toy(TOY_RUN, TOY_PASS), toy(TOY_BYTE, TOY_PASS),
	    toy(TOY_LINE, TOY_UPPER), toy(TOY_BYTE, TOY_DOUBLE), toy(TOY_LINE, TOY_TITLE)};
	static const char *const texts[] = {"", "\n", "a", "one\n", "one two\nthree\n\nfour"};
	const size_t nkinds = COUNT(kinds);

	(void)state;
	for (size_t c = 0; c < nkinds * nkinds * nkinds; c++) {
		const struct toy toys[] = {
		    kinds[c % nkinds], kinds[c / nkinds % nkinds], kinds[c / nkinds / nkinds]};
		for (size_t t = 0; t < COUNT(texts) * STAGES; t++) {
			const char *text = texts[t / STAGES];
			size_t n = 1 + t % STAGES;
			struct potok_buf want = {0};
			assert_int_equal(potok_buf_add(&want, text, strlen(text)), POTOK_MORE);
			for (size_t i = 0; i < n; i++) {
				struct potok_buf next = alone(toys[i], want.data, want.len);
				potok_buf_free(&want);
				want = next;
			}
			for (size_t p = 0; p < NPIECES * NPIECES; p++) {
				struct run r;
				run_init(&r, toys, n, text, strlen(text));
				r.tape.piece = pieces[p % NPIECES];
				r.chain.chunk = pieces[p / NPIECES];
				assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
				assert_int_equal(r.chain.failed, n);
				assert_bytes(&r.tape.out, want.data, want.len);
				run_free(&r);
			}
			potok_buf_free(&want);
		}
	}
}

/* The line is much longer than the limit of the link before the stage that waits for it. */
static void
test_waiting_for_a_long_line_stops_nobody(void **state)
{
	const struct toy toys[] = {
	    toy(TOY_BYTE, TOY_DOUBLE), toy(TOY_LINE, TOY_PASS), toy(TOY_BYTE, TOY_PASS)};
	const char *text = long_text();
	struct potok_buf want = alone(toys[0], text, LONG);

	(void)state;
	for (size_t p = 0; p < NPIECES; p++) {
		struct run r;
		run_init(&r, toys, 3, text, LONG);
		r.chain.chunk = pieces[p];
		assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
		assert_bytes(&r.tape.out, want.data, want.len);
		run_free(&r);
	}
	potok_buf_free(&want);
}

/* Before each read everything is written: for lines, up to the last LF. */
static void
at_read_all_is_written(struct tape *t)
{
	assert_int_equal(t->out.len, 2 * t->pos);
}

static void
at_read_lines_are_written(struct tape *t)
{
	size_t whole = t->pos;

	while (whole > 0 && t->text[whole - 1] != '\n')
		whole--;
	assert_int_equal(t->out.len, 2 * whole);
}

static void
test_latency_written_before_the_next_read(void **state)
{
	static const char text[] = "one\ntwo\n\nthree four five\nsix";

	(void)state;
	for (size_t p = 0; p < NPIECES * NPIECES; p++) {
		for (int lines = 0; lines <= 1; lines++) {
			const struct toy toys[] = {toy(TOY_RUN, TOY_PASS),
			    toy(lines ? TOY_LINE : TOY_BYTE, TOY_DOUBLE), toy(TOY_RUN, TOY_PASS)};
			struct run r;
			run_init(&r, toys, 3, text, sizeof text - 1);
			r.tape.piece = pieces[p % NPIECES];
			r.chain.chunk = pieces[p / NPIECES];
			r.tape.at_read = lines ? at_read_lines_are_written : at_read_all_is_written;
			assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
			assert_int_equal(r.tape.out.len, 2 * (sizeof text - 1));
			run_free(&r);
		}
	}
}

static void
test_chunk_is_what_is_read_at_once(void **state)
{
	const struct toy toys[] = {toy(TOY_RUN, TOY_PASS)};
	struct run r;

	(void)state;
	run_init(&r, toys, 1, long_text(), 100);
	r.chain.chunk = 10;
	assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
	assert_int_equal(r.tape.nreads, 11);
	run_free(&r);
}

/* The middle stage fails: what it made goes through the stage behind it, its unfinished line too.
 */
/* Behind what was read before: read_to is not set yet when the tape is asked. */
static void
read_address(struct tape *tape)
{
	if (tape->nreads > 1)
		assert_int_equal((uintptr_t)tape->read_to % 64, 0);
}

/* The system reads faster to such addresses. */
static void
test_reads_go_to_even_addresses(void **state)
{
	const struct toy toys[] = {toy(TOY_LINE, TOY_PASS)};
	char text[LONG];
	struct run r;

	(void)state;
	for (size_t i = 0; i < LONG; i++)
		text[i] = i % 97 == 0 ? '\n' : 'a';
	run_init(&r, toys, 1, text, LONG);
	r.tape.piece = 1000;
	r.chain.chunk = 1000;
	r.tape.at_read = read_address;
	assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
	assert_bytes(&r.tape.out, text, LONG);
	run_free(&r);
}

static void
test_error_in_the_middle(void **state)
{
	static const char text[] = "one\ntwo\nthree four\n";

	(void)state;
	for (size_t p = 0; p < NPIECES * NPIECES; p++) {
		struct toy toys[] = {
		    toy(TOY_LINE, TOY_PASS), toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_UPPER)};
		struct run r;
		toys[1].fail_at = 12; /* the second e of three */
		run_init(&r, toys, 3, text, sizeof text - 1);
		r.tape.piece = pieces[p % NPIECES];
		r.chain.chunk = pieces[p / NPIECES];
		assert_int_equal(potok_chain_run(&r.chain), POTOK_EINPUT);
		assert_int_equal(r.chain.failed, 1);
		assert_int_equal(r.toys[1].stage.offset, 12);
		assert_string_equal(r.toys[1].stage.why, "refused");
		assert_true(r.toys[2].had_last);
		assert_text(&r.tape.out, "ONE\nTWO\nTHRE");
		run_free(&r);
	}
}

/* The stage behind complains about the early end; the first fault is what the caller hears of. */
static void
test_error_first_one_is_answered(void **state)
{
	struct toy toys[] = {toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_PASS)};
	struct run r;

	(void)state;
	toys[0].fail_at = 6;
	toys[1].fail_at = 4;
	run_init(&r, toys, 2, "one\ntwo\n", 8);
	assert_int_equal(potok_chain_run(&r.chain), POTOK_EINPUT);
	assert_int_equal(r.chain.failed, 0);
	assert_text(&r.tape.out, "one\n");
	run_free(&r);
}

static void
test_lines_are_those_the_first_stage_took(void **state)
{
	const struct toy toys[] = {toy(TOY_LINE, TOY_PASS)};
	struct run r;

	(void)state;
	run_init(&r, toys, 1, "one\n\ntwo\nthree", 14);
	r.chain.count_lines = true;
	assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
	assert_int_equal(r.chain.line, 4);
	run_free(&r);
}

/* As on a pipe: the first stage's unfinished line is lost with its end, what it made is not. */
static void
test_read_error(void **state)
{
	const struct toy toys[] = {
	    toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_UPPER), toy(TOY_BYTE, TOY_PASS)};
	struct run r;

	(void)state;
	run_init(&r, toys, 3, "one\ntw", 6);
	r.tape.fail_read_errno = EISDIR;
	assert_int_equal(potok_chain_run(&r.chain), POTOK_EIO);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(r.chain.failed, 3);
	assert_int_equal(r.tape.nreads, 2);
	assert_text(&r.tape.out, "ONE\nTW");
	run_free(&r);
}

/* A stage behind that complains about the early end is not what failed. */
static void
test_read_error_and_its_consequence(void **state)
{
	struct toy toys[] = {toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_PASS)};
	struct run r;

	(void)state;
	toys[1].fail_at = 4;
	run_init(&r, toys, 2, "one\ntw", 6);
	r.tape.fail_read_errno = EISDIR;
	assert_int_equal(potok_chain_run(&r.chain), POTOK_EIO);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(r.chain.failed, 2);
	run_free(&r);
}

static void
test_write_error(void **state)
{
	const struct toy toys[] = {
	    toy(TOY_RUN, TOY_PASS), toy(TOY_BYTE, TOY_UPPER), toy(TOY_RUN, TOY_PASS)};

	(void)state;
	for (size_t n = 1; n <= 3; n++) {
		struct run r;
		run_init(&r, toys, n, "one\ntwo\nthree\n", 14);
		r.tape.piece = 4;
		r.tape.fail_write_after = 2;
		errno = 0;
		assert_int_equal(potok_chain_run(&r.chain), POTOK_EIO);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(r.chain.failed, n);
		assert_int_equal(r.tape.nreads, 3);
		assert_int_equal(r.tape.nwrites, 2);
		assert_int_equal(r.tape.out.len, 8);
		run_free(&r);
	}
}

/* Whatever went wrong before, output that is lost is answered, and with its own errno. */
static void
test_write_error_after_another_fault(void **state)
{
	struct toy toys[] = {toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_PASS)};

	(void)state;
	for (int reading = 0; reading <= 1; reading++) {
		struct run r;
		toys[0].fail_at = reading ? TOY_NEVER : 6;
		run_init(&r, toys, 2, "one\ntwo", 7);
		r.tape.fail_read_errno = EISDIR;
		r.tape.piece = 1;
		r.tape.fail_write_after = 1;
		assert_int_equal(potok_chain_run(&r.chain), POTOK_EIO);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(r.chain.failed, 2);
		assert_text(&r.tape.out, "one\n");
		run_free(&r);
	}
}

static void
test_number_of_stages(void **state)
{
	static const struct {
		size_t n;
		enum potok_status want;
	} cases[] = {{0, POTOK_EUSAGE}, {1, POTOK_DONE}, {POTOK_CHAIN_MAX, POTOK_DONE},
	    {POTOK_CHAIN_MAX + 1, POTOK_EUSAGE}, {SIZE_MAX, POTOK_EUSAGE}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct toy toys[POTOK_CHAIN_MAX + 1];
		struct potok_stage *stages[POTOK_CHAIN_MAX + 1];
		for (size_t t = 0; t < COUNT(toys); t++) {
			toys[t] = toy(t % 2 ? TOY_LINE : TOY_BYTE, TOY_UPPER);
			stages[t] = &toys[t].stage;
		}
		struct tape tape = {
		    .text = "one\ntwo", .len = 7, .piece = 2, .fail_write_after = SIZE_MAX};
		struct potok_chain chain = {.stages = stages,
		    .nstages = cases[i].n,
		    .read = tape_read,
		    .write = tape_write,
		    .ctx = &tape,
		    .chunk = 3};
		assert_int_equal(potok_chain_run(&chain), cases[i].want);
		if (cases[i].want == POTOK_DONE)
			assert_text(&tape.out, "ONE\nTWO");
		else
			assert_int_equal(tape.nreads, 0);
		potok_buf_free(&tape.out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_joined_equals_one_after_another),
	    cmocka_unit_test(test_waiting_for_a_long_line_stops_nobody),
	    cmocka_unit_test(test_latency_written_before_the_next_read),
	    cmocka_unit_test(test_chunk_is_what_is_read_at_once),
	    cmocka_unit_test(test_reads_go_to_even_addresses),
	    cmocka_unit_test(test_error_in_the_middle),
	    cmocka_unit_test(test_error_first_one_is_answered),
	    cmocka_unit_test(test_lines_are_those_the_first_stage_took),
	    cmocka_unit_test(test_read_error),
	    cmocka_unit_test(test_read_error_and_its_consequence),
	    cmocka_unit_test(test_write_error),
	    cmocka_unit_test(test_write_error_after_another_fault),
	    cmocka_unit_test(test_number_of_stages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
