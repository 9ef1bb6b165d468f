/* The contract of stage.h, rule by rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <potok/stage.h>

#include "toys.h"

/* --- What potok_process() holds a stage to ------------------------------------------------- */

static enum potok_status
more_always(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)out, (void)last;
	return POTOK_MORE;
}

static enum potok_status
full_always(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)out, (void)last;
	return POTOK_FULL;
}

static enum potok_status
full_took_one(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out, (void)last;
	in->data++;
	in->len--;
	return POTOK_FULL;
}

static enum potok_status
full_wrote_one(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)last;
	return potok_buf_add(out, "x", 1) < 0 ? POTOK_ENOMEM : POTOK_FULL;
}

static enum potok_status
full_passed_one(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)last;
	return potok_buf_pass(out, in->data, 1) < 0 ? POTOK_ENOMEM : POTOK_FULL;
}

static enum potok_status
done_always(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)out, (void)last;
	return POTOK_DONE;
}

static enum potok_status
done_took_all(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out, (void)last;
	in->data += in->len;
	in->len = 0;
	return POTOK_DONE;
}

static enum potok_status
took_without_moving(
    struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out;
	in->len = 0;
	return last ? POTOK_DONE : POTOK_MORE;
}

static enum potok_status
moved_without_taking(
    struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out, (void)last;
	in->data++;
	return POTOK_MORE;
}

static enum potok_status
moved_too_far(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out, (void)last;
	in->data += 2;
	in->len--;
	return POTOK_MORE;
}

static enum potok_status
went_elsewhere(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	static const unsigned char elsewhere[8];

	(void)stage, (void)out, (void)last;
	*in = (struct potok_slice){elsewhere, in->len - 1};
	return POTOK_MORE;
}

static enum potok_status
grows(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out;
	in->len++;
	return last ? POTOK_DONE : POTOK_MORE;
}

static enum potok_status
refuses(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)out, (void)last;
	return POTOK_EINPUT;
}

static enum potok_status
refuses_with_reason(
    struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)in, (void)out, (void)last;
	stage->why = "reason";
	return POTOK_EINPUT;
}

static enum potok_status
no_memory(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)out, (void)last;
	return POTOK_ENOMEM;
}

static enum potok_status
unknown_answer(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)in, (void)out, (void)last;
	return (enum potok_status)7;
}

static const struct {
	const char *rule;
	enum potok_status (*process)(
	    struct potok_stage *, struct potok_slice *, struct potok_buf *, bool);
	size_t len;
	bool last;
	enum potok_status want;
} rules[] = {
    {"MORE may leave a tail", more_always, 5, false, POTOK_MORE},
    {"MORE may leave a tail of POTOK_UNIT_MAX", more_always, POTOK_UNIT_MAX, false, POTOK_MORE},
    {"MORE may not leave a longer one", more_always, POTOK_UNIT_MAX + 1, false, POTOK_EBUG},
    {"MORE is not allowed after last", more_always, 5, true, POTOK_EBUG},
    {"nor when nothing remains", more_always, 0, true, POTOK_EBUG},
    {"FULL needs progress", full_always, 5, false, POTOK_EBUG},
    {"also after last", full_always, 5, true, POTOK_EBUG},
    {"taking is progress", full_took_one, 5, false, POTOK_FULL},
    {"writing is progress", full_wrote_one, 5, false, POTOK_FULL},
    {"passing is progress", full_passed_one, 5, false, POTOK_FULL},
    {"FULL may come after last", full_wrote_one, 0, true, POTOK_FULL},
    {"DONE only after last", done_took_all, 5, false, POTOK_EBUG},
    {"DONE after last", done_took_all, 5, true, POTOK_DONE},
    {"DONE leaves nothing", done_always, 5, true, POTOK_EBUG},
    {"in only becomes shorter", grows, 5, false, POTOK_EBUG},
    {"its front moves when it becomes shorter", took_without_moving, 5, false, POTOK_EBUG},
    {"also at the end", took_without_moving, 5, true, POTOK_EBUG},
    {"and only then", moved_without_taking, 5, false, POTOK_EBUG},
    {"and as far", moved_too_far, 5, false, POTOK_EBUG},
    {"and within `in`", went_elsewhere, 5, false, POTOK_EBUG},
    {"nothing can be taken without moving", took_without_moving, 0, true, POTOK_DONE},
    {"EINPUT tells why", refuses, 5, false, POTOK_EBUG},
    {"EINPUT with a reason", refuses_with_reason, 5, false, POTOK_EINPUT},
    {"other errors need no reason", no_memory, 5, false, POTOK_ENOMEM},
    {"only known answers", unknown_answer, 5, false, POTOK_EBUG},
};

static void
test_contract_table(void **state)
{
	static unsigned char text[POTOK_UNIT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct potok_stage stage = {.process = rules[i].process, .name = "rule"};
		struct potok_slice in = {text, rules[i].len};
		struct potok_buf out = {.limit = SIZE_MAX};
		enum potok_status got = potok_process(&stage, &in, &out, rules[i].last);
		potok_buf_free(&out);
		if (got != rules[i].want)
			fail_msg("%s: answer %d, expected %d", rules[i].rule, got, rules[i].want);
	}
}

/* The same through the runner, at each place: it tells which stage it was, and ends. */
static void
test_contract_table_in_a_chain(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rules) * STAGES; i++) {
		size_t rule = i / STAGES, place = i % STAGES;
		if (rules[rule].want != POTOK_EBUG || rules[rule].len > 5)
			continue;
		const struct toy toys[] = {
		    toy(TOY_BYTE, TOY_PASS), toy(TOY_RUN, TOY_PASS), toy(TOY_LINE, TOY_PASS)};
		struct run r;
		run_init(&r, toys, 3, "some\n", rules[rule].len);
		r.chain.count_lines = true;
		r.toys[place].stage.process = rules[rule].process;
		enum potok_status got = potok_chain_run(&r.chain);
		run_free(&r);
		if (got != POTOK_EBUG || r.chain.failed != place)
			fail_msg("%s: answer %d, stage %zu of %zu", rules[rule].rule, got,
			    r.chain.failed, place);
	}
}

/* Whoever asks what was taken hears: nothing. */
static void
test_in_is_restored_when_its_move_is_wrong(void **state)
{
	static enum potok_status (*const wrong[])(
	    struct potok_stage *, struct potok_slice *, struct potok_buf *, bool) = {
	    grows, took_without_moving, moved_without_taking, moved_too_far, went_elsewhere};
	static const unsigned char text[5];

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct potok_stage stage = {.process = wrong[i]};
		struct potok_slice in = {text, sizeof text};
		struct potok_buf out = {.limit = 1};
		assert_int_equal(potok_process(&stage, &in, &out, false), POTOK_EBUG);
		assert_ptr_equal(in.data, text);
		assert_int_equal(in.len, sizeof text);
		assert_int_equal(stage.offset, 0);
	}
}

static enum potok_status
wants_an_address(
    struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	(void)stage, (void)out;
	assert_non_null(in->data);
	return last ? POTOK_DONE : POTOK_MORE;
}

/* A stage may reckon with in->data when there is nothing in `in`. */
static void
test_nothing_has_an_address(void **state)
{
	struct potok_stage stage = {.process = wants_an_address};
	struct potok_buf out = {.limit = 1};

	(void)state;
	for (int last = 0; last <= 1; last++) {
		struct potok_slice in = {NULL, 0};
		assert_int_equal(
		    potok_process(&stage, &in, &out, last), last ? POTOK_DONE : POTOK_MORE);
		assert_int_equal(in.len, 0);
	}
}

static void
test_offset_is_what_was_taken_before(void **state)
{
	struct potok_stage stage = {.process = full_took_one};
	struct potok_slice in = {(const unsigned char *)"abc", 3};
	struct potok_buf out = {.limit = 1};

	(void)state;
	for (uint64_t taken = 0; taken <= 3; taken++) {
		assert_int_equal(stage.offset, taken);
		if (taken < 3)
			assert_int_equal(potok_process(&stage, &in, &out, false), POTOK_FULL);
	}
}

static void
test_close_accepts_nothing_and_half_made(void **state)
{
	struct potok_stage zeroed = {0};
	struct toy t = toy(TOY_BYTE, TOY_PASS);

	(void)state;
	potok_close(NULL);
	potok_close(&zeroed);
	potok_close(&t.stage);
	potok_close(&t.stage);
	assert_int_equal(t.closed, 2);
}

/* --- The rules of the house, with the runner ----------------------------------------------- */

static const char *watched_text;
static const struct tape *watched_tape;

/* A stage sees its stream in one piece: what it left, then more. */
static void
watch_joined(struct toy *t, const struct potok_slice *in, bool last)
{
	(void)last;
	if (in->len > 0)
		assert_memory_equal(in->data, watched_text + t->stage.offset, in->len);
}

static void
test_rule_1_pieces_are_joined(void **state)
{
	const char *text = watched_text = long_text();
	struct toy toys[] = {
	    toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_PASS), toy(TOY_RUN, TOY_PASS)};

	(void)state;
	for (size_t p = 0; p < NPIECES; p++) {
		struct run r;
		for (size_t i = 0; i < COUNT(toys); i++)
			toys[i].watch = watch_joined;
		run_init(&r, toys, COUNT(toys), text, LONG);
		r.tape.piece = r.chain.chunk = pieces[p];
		assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
		assert_bytes(&r.tape.out, text, LONG);
		run_free(&r);
	}
}

enum { LIMIT = 7 };

static void
watch_limit(struct toy *t, const struct potok_slice *in, bool last)
{
	(void)t, (void)last;
	assert_true(in->len <= LIMIT + 1);
}

/* A link is passed by one unit (here two bytes) and no more. */
static void
test_rule_2_limit_is_kept_between_units(void **state)
{
	struct toy toys[] = {toy(TOY_BYTE, TOY_DOUBLE), toy(TOY_RUN, TOY_PASS)};
	struct run r;

	(void)state;
	toys[1].watch = watch_limit;
	run_init(&r, toys, 2, long_text(), LONG);
	r.chain.chunk = LIMIT;
	assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
	assert_int_equal(r.tape.out.len, 2 * LONG);
	run_free(&r);
}

/* Rule 3, FULL needs progress and MORE is not allowed after last, is test_contract_table. */

static void
watch_last(struct toy *t, const struct potok_slice *in, bool last)
{
	(void)in;
	assert_true(last ? watched_tape->ended : !t->had_last);
}

static void
test_rule_4_last_means_no_more_and_stays(void **state)
{
	/* The middle one writes its whole line after last, and needs many calls for it. */
	struct toy toys[] = {
	    toy(TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_DOUBLE), toy(TOY_BYTE, TOY_DOUBLE)};

	(void)state;
	for (size_t p = 0; p < NPIECES; p++) {
		struct run r;
		for (size_t i = 0; i < COUNT(toys); i++)
			toys[i].watch = watch_last;
		run_init(
		    &r, toys, COUNT(toys), "first\nno final LF here, it waits for the end", 43);
		watched_tape = &r.tape;
		r.tape.piece = r.chain.chunk = pieces[p];
		assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
		for (size_t i = 0; i < COUNT(toys); i++)
			assert_true(r.toys[i].had_last);
		assert_int_equal(r.tape.out.len, 4 * 43);
		run_free(&r);
	}
}

/* A refused byte anywhere: the same output, error, offset and line for every cut. */
static void
test_rule_5_errors_do_not_depend_on_cuts(void **state)
{
	static const char text[] = "one\ntwo\n\nthree four\nfive";
	const size_t len = sizeof text - 1;

	(void)state;
	for (size_t at = 0; at < len; at++) {
		for (int unit = TOY_BYTE; unit <= TOY_LINE; unit++) {
			size_t start = at;
			while (unit == TOY_LINE && start > 0 && text[start - 1] != '\n')
				start--;
			uint64_t line = 1;
			for (size_t i = 0; i < start; i++)
				line += text[i] == '\n';
			for (size_t p = 0; p < NPIECES * NPIECES; p++) {
				struct toy toys[] = {
				    toy((enum toy_unit)unit, TOY_PASS), toy(TOY_LINE, TOY_PASS)};
				struct run r;
				toys[0].fail_at = at;
				run_init(&r, toys, 2, text, len);
				r.tape.piece = pieces[p % NPIECES];
				r.chain.chunk = pieces[p / NPIECES];
				r.chain.count_lines = true;
				assert_int_equal(potok_chain_run(&r.chain), POTOK_EINPUT);
				assert_int_equal(r.chain.failed, 0);
				assert_int_equal(r.toys[0].stage.offset, start);
				assert_int_equal(r.chain.line, line);
				assert_bytes(&r.tape.out, text, start);
				run_free(&r);
			}
		}
	}
}

/* What all stages pass is written from where it was read to. */
static void
test_rule_6_passed_text_is_not_copied(void **state)
{
	const struct toy toys[] = {
	    toy(TOY_RUN, TOY_PASS), toy(TOY_LINE, TOY_PASS), toy(TOY_BYTE, TOY_PASS)};
	struct run r;

	(void)state;
	run_init(&r, toys, 3, "two\nlines\n", 10);
	assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
	assert_int_equal(r.tape.nwrites, 1);
	assert_ptr_equal(r.tape.written_from, r.tape.read_to);
	assert_text(&r.tape.out, "two\nlines\n");
	run_free(&r);
}

static void
test_rule_7_long_units_are_cut_by_bytes_and_counted(void **state)
{
	(void)state;
	for (size_t p = 0; p < NPIECES; p++) {
		struct toy toys[] = {toy(TOY_LINE, TOY_PASS)};
		struct run r;
		toys[0].line_max = 4;
		run_init(&r, toys, 1, "abc\nabcdefghij\nabcd\n", 20);
		r.tape.piece = r.chain.chunk = pieces[p];
		assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
		assert_text(&r.tape.out, "abc\nabcdefghij\nabcd\n");
		assert_int_equal(r.toys[0].counts[0].n, 3); /* abcd, efgh, abcd */
		assert_int_equal(r.toys[0].counts[0].first, 4);
		run_free(&r);
	}
}

/* A line of 1 MiB that comes byte by byte, behind another stage or not.  A runner that moved what
 * waits at each read would not end in the time of the test. */
static void
test_rule_8_one_byte_reads_are_linear(void **state)
{
	enum { MIB = 1 << 20 };
	char *text = test_malloc(MIB);

	(void)state;
	memset(text, 'x', MIB);
	text[MIB - 1] = '\n';
	for (size_t n = 1; n <= 2; n++) {
		const struct toy toys[] = {
		    toy(n == 1 ? TOY_LINE : TOY_BYTE, TOY_PASS), toy(TOY_LINE, TOY_PASS)};
		struct run r;
		run_init(&r, toys, n, text, MIB);
		r.tape.piece = 1;
		assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
		assert_bytes(&r.tape.out, text, MIB);
		assert_int_equal(r.toys[n - 1].examined, MIB);
		run_free(&r);
	}
	test_free(text);
}

static void
test_rule_9_counts_keep_number_and_first_offset(void **state)
{
	struct potok_count c = {.name = "things"};

	(void)state;
	potok_count_at(&c, 17);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.first, 17);
	potok_count_at(&c, 99);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.first, 17);
}

static void
test_rule_10_state_is_carried_forward(void **state)
{
	static const char text[] = "one two  three\nfour";
	const struct toy toys[] = {toy(TOY_BYTE, TOY_TITLE)};

	(void)state;
	for (size_t p = 0; p < NPIECES; p++) {
		struct run r;
		run_init(&r, toys, 1, text, sizeof text - 1);
		r.tape.piece = r.chain.chunk = pieces[p];
		assert_int_equal(potok_chain_run(&r.chain), POTOK_DONE);
		assert_text(&r.tape.out, "One Two  Three\nFour");
		run_free(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contract_table),
	    cmocka_unit_test(test_contract_table_in_a_chain),
	    cmocka_unit_test(test_in_is_restored_when_its_move_is_wrong),
	    cmocka_unit_test(test_nothing_has_an_address),
	    cmocka_unit_test(test_offset_is_what_was_taken_before),
	    cmocka_unit_test(test_close_accepts_nothing_and_half_made),
	    cmocka_unit_test(test_rule_1_pieces_are_joined),
	    cmocka_unit_test(test_rule_2_limit_is_kept_between_units),
	    cmocka_unit_test(test_rule_4_last_means_no_more_and_stays),
	    cmocka_unit_test(test_rule_5_errors_do_not_depend_on_cuts),
	    cmocka_unit_test(test_rule_6_passed_text_is_not_copied),
	    cmocka_unit_test(test_rule_7_long_units_are_cut_by_bytes_and_counted),
	    cmocka_unit_test(test_rule_8_one_byte_reads_are_linear),
	    cmocka_unit_test(test_rule_9_counts_keep_number_and_first_offset),
	    cmocka_unit_test(test_rule_10_state_is_carried_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
