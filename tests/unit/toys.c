/* Small stages for tests of the runner, a tape that stands in for input and output, and runs of
 * them together. */
#include "toys.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

const size_t pieces[NPIECES] = {1, 2, 3, 7, 4096, 0};

/* The length of the unit at the front of `in`; 0: it is not whole. */
static size_t
unit_length(struct toy *toy, const struct potok_slice *in, uint64_t at, bool last)
{
	if (toy->unit != TOY_LINE)
		return toy->unit == TOY_BYTE ? 1 : in->len;

	size_t n = in->len < toy->line_max ? in->len : toy->line_max;
	size_t from = toy->seen;
	const unsigned char *lf = memchr(in->data + from, '\n', n - from);
	toy->examined += (lf != NULL ? (size_t)(lf - in->data) + 1 : n) - from;
	toy->seen = 0;
	if (lf != NULL)
		return (size_t)(lf - in->data) + 1;
	if (n == toy->line_max) {
		potok_count_at(&toy->counts[0], at);
		return n;
	}
	if (last)
		return n;
	toy->seen = n;
	return 0;
}

static bool
is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static enum potok_status
work(struct toy *toy, const unsigned char *p, size_t n, struct potok_buf *out)
{
	if (toy->work == TOY_PASS)
		return potok_buf_pass(out, p, n);
	for (size_t i = 0; i < n; i++) {
		bool letter = is_lower(p[i]) || is_lower(p[i] | 0x20);
		bool raise = toy->work == TOY_UPPER || (toy->work == TOY_TITLE && !toy->in_word);
		unsigned char c = raise && is_lower(p[i]) ? (unsigned char)(p[i] - 0x20) : p[i];
		toy->in_word = letter;
		enum potok_status s = potok_buf_add(out, &c, 1);
		if (s >= 0 && toy->work == TOY_DOUBLE)
			s = potok_buf_add(out, &c, 1);
		if (s < 0)
			return s;
	}
	return POTOK_MORE;
}

static enum potok_status
toy_process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct toy *toy = (struct toy *)stage;
	uint64_t at = stage->offset;

	if (toy->watch != NULL)
		toy->watch(toy, in, last);
	toy->had_last = last;
	while (in->len > 0) {
		if (potok_buf_full(out))
			return POTOK_FULL;
		size_t n = unit_length(toy, in, at, last);
		if (n == 0)
			return POTOK_MORE;
		if (toy->fail_at - at < n) {
			stage->why = "refused";
			return POTOK_EINPUT;
		}
		enum potok_status s = work(toy, in->data, n, out);
		if (s < 0)
			return s;
		in->data += n;
		in->len -= n;
		at += n;
	}
	return last ? POTOK_DONE : POTOK_MORE;
}

static void
toy_close(struct potok_stage *stage)
{
	((struct toy *)stage)->closed++;
}

struct toy
toy(enum toy_unit unit, enum toy_work what)
{
	return (struct toy){
	    .stage = {.process = toy_process, .close = toy_close, .name = "toy"},
	    .unit = unit,
	    .work = what,
	    .fail_at = TOY_NEVER,
	    .line_max = SIZE_MAX,
	    .counts = {{.name = "cut", .what = "long lines cut", .loss = true}},
	};
}

ptrdiff_t
tape_read(void *ctx, void *buf, size_t cap)
{
	struct tape *t = ctx;
	size_t n = t->len - t->pos;

	if (t->at_read != NULL)
		t->at_read(t);
	t->nreads++;
	t->read_to = buf;
	if (n == 0 && t->fail_read_errno != 0) {
		errno = t->fail_read_errno;
		return -1;
	}
	if (n > cap)
		n = cap;
	if (t->piece > 0 && n > t->piece)
		n = t->piece;
	memcpy(buf, t->text + t->pos, n);
	t->pos += n;
	t->ended = n == 0;
	return (ptrdiff_t)n;
}

int
tape_write(void *ctx, const void *data, size_t n)
{
	struct tape *t = ctx;

	if (t->nwrites == t->fail_write_after) {
		errno = ENOSPC;
		return -1;
	}
	t->nwrites++;
	t->written_from = data;
	if (potok_buf_add(&t->out, data, n) < 0) {
		errno = ENOMEM;
		return -1;
	}
	errno = EINTR; /* as a write that had to be tried again */
	return 0;
}

void
run_init(struct run *r, const struct toy *toys, size_t ntoys, const char *text, size_t len)
{
	*r = (struct run){
	    .tape = {.text = text, .len = len, .fail_write_after = SIZE_MAX},
	    .chain = {.nstages = ntoys, .read = tape_read, .write = tape_write},
	};
	for (size_t i = 0; i < ntoys; i++) {
		r->toys[i] = toys[i];
		r->stages[i] = &r->toys[i].stage;
	}
	r->chain.stages = r->stages;
	r->chain.ctx = &r->tape;
}

void
run_free(struct run *r)
{
	potok_buf_free(&r->tape.out);
}

void
assert_bytes(const struct potok_buf *got, const void *want, size_t len)
{
	assert_int_equal(got->len, len);
	if (len > 0)
		assert_memory_equal(got->data, want, len);
}

void
assert_text(const struct potok_buf *got, const char *want)
{
	assert_bytes(got, want, strlen(want));
}

const char *
long_text(void)
{
	static char text[LONG + 1];

	for (size_t i = 0; i < LONG; i++)
		text[i] = i % 9000 == 8999 ? '\n' : (char)('a' + i % 26);
	memcpy(text, "one\n\ntwo three\n", 15);
	return text;
}
