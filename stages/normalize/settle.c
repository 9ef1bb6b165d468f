/*
 * Mojibake in lines that have been cleaned.  What is judged here is what a second run would see: a
 * line is written when it is judged to stay, or else when it has been repaired and cleaned until it
 * stays.  When that does not come to an end it is written as it was, and a second run, which begins
 * with the same line, does the same.
 */
#include "settle.h"

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "explain.h"

enum {
	LINE = POTOK_NORMALIZE_LINE,
	NEAR = 512, /* bytes on each side of a place in a long line that are judged first */
	ROUNDS = 8, /* as often is a line repaired and cleaned */
};
_Static_assert((int)LINE <= (int)MOJIBAKE_LINE, "a line can be judged");

enum potok_status
settle_room(struct normalize_repair *r)
{
	if (r->judging == NULL)
		r->judging = calloc(1, sizeof *r->judging);
	return r->judging != NULL ? POTOK_MORE : POTOK_ENOMEM;
}

/* Is nothing in a long line p[0..n) mojibake around the place `at`?  *end: where what has been
 * looked at ends.  Text of many kilobytes has such places, and is not worth to be judged as a
 * whole. */
static bool
is_harmless(struct judging *j, const unsigned char *p, size_t len, size_t at, size_t *end)
{
	struct mojibake what;
	size_t from = at > NEAR ? at - NEAR : 0;

	*end = len - at > NEAR ? at + NEAR : len;
	while (from < at && (p[from] & 0xC0) == 0x80)
		from++;
	while (*end<len && * end> at && (p[*end] & 0xC0) == 0x80)
		--*end;
	return len > 4 * NEAR && *end > at &&
	       potok_utf8_valid(p + from, *end - from) == *end - from &&
	       mojibake_repair(&j->work, p + from, *end - from, j->mended, &what) == 0 &&
	       !what.deep;
}

size_t
settle_judge(struct normalize_repair *r, const unsigned char *p, size_t n, bool *deep)
{
	struct judging *j = r->judging;
	struct mojibake what = {0};
	size_t from = 0;

	*deep = false;
	for (;;) {
		size_t at = mojibake_suspect(p, n, from), seen;
		if (at == n)
			return 0;
		if (!is_harmless(j, p + from, n - from, at - from, &seen))
			break;
		from += seen;
	}
	if (potok_utf8_valid(p + from, n - from) < n - from)
		return 0;
	size_t made = mojibake_repair(&j->work, p + from, n - from, j->mended + from, &what);
	*deep = what.deep;
	memcpy(j->mended, p, made > 0 ? from : 0);
	return made > 0 ? from + made : 0;
}

/* Cleans p[0..n) for itself, to b; r->alone.counts tells what was done. */
static enum potok_status
clean_alone(
    struct potok_normalize *n, bool first, const unsigned char *p, size_t len, struct potok_buf *b)
{
	struct potok_normalize *alone = &n->repairing->alone;
	struct potok_slice text = {p, len};
	struct cleaning c = {.n = alone, .out = b, .in = p, .repaired = true};

	*alone = (struct potok_normalize){.bad = n->bad,
	    .form = n->form,
	    .keep_breaks = n->keep_breaks,
	    .repair = n->repair,
	    .started = !first,
	    .normalizer = n->normalizer};
	potok_buf_clear(b);
	b->limit = SIZE_MAX;
	enum potok_status s = clean_text(&c, &text, true);
	return s >= 0 ? clean_flush(&c) : s;
}

enum potok_status
settle_is_clean(
    struct potok_normalize *n, bool first, const unsigned char *p, size_t len, bool *clean)
{
	struct potok_buf *b = &n->repairing->chain[0];
	enum potok_status s = clean_alone(n, first, p, len, b);

	*clean = s >= 0 && b->len == len && memcmp(b->data, p, len) == 0;
	return s;
}

/* Judges all lines of p[0..n) to `made`.  Answers false when one has become too long. */
static bool
judge_lines(struct normalize_repair *r, const unsigned char *p, size_t n, struct potok_buf *made,
    bool *changed, enum potok_status *s)
{
	*changed = false;
	potok_buf_clear(made);
	for (size_t i = 0; i < n && *s >= 0;) {
		const unsigned char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf != NULL ? (size_t)(lf - p) - i : n - i;
		bool deep;
		if (len > LINE)
			return false;
		size_t mended = settle_judge(r, p + i, len, &deep);
		*changed |= mended > 0;
		*s = potok_buf_add(
		    made, mended > 0 ? r->judging->mended : p + i, mended > 0 ? mended : len);
		if (*s >= 0)
			*s = potok_buf_add(made, "\n", lf != NULL);
		i += len + (lf != NULL);
	}
	return true;
}

/* Repairs and cleans p[0..n) until nothing changes: to r->chain[0].  *settled: that has come to an
 * end. */
static enum potok_status
repair_all(struct potok_normalize *n, bool first, const unsigned char *p, size_t len, bool *settled)
{
	struct normalize_repair *r = n->repairing;
	enum potok_status s = potok_buf_room(&r->chain[0], len);

	*settled = false;
	memset(r->more, 0, sizeof r->more);
	potok_buf_clear(&r->chain[0]);
	if (s >= 0)
		s = potok_buf_add(&r->chain[0], p, len);
	for (unsigned round = 0; s >= 0 && round < ROUNDS; round++) {
		bool changed;
		if (!judge_lines(r, r->chain[0].data, r->chain[0].len, &r->chain[1], &changed, &s))
			return s;
		if (s < 0 || !changed) {
			*settled = s >= 0;
			return s;
		}
		s = clean_alone(n, first, r->chain[1].data, r->chain[1].len, &r->chain[0]);
		for (size_t i = 0; i < POTOK_NORMALIZE_COUNTS; i++)
			r->more[i].n += r->alone.counts[i].n;
	}
	return s;
}

/* The bytes of the piece at the front of p[0..n), without its LF; n + 1: it is not all there. */
static size_t
piece(const unsigned char *p, size_t n, bool suspicious, bool end)
{
	size_t window = n < LINE ? n : LINE;
	const unsigned char *lf = memchr(p, '\n', window);

	if (lf != NULL)
		return (size_t)(lf - p);
	if (n < LINE || (n == LINE && suspicious))
		return end ? n : n + 1;
	while (window < n && (p[window] & 0xC0) == 0x80)
		window--;
	return window;
}

/* May p[0..n), a piece of a long line, become what stands in r->chain[0]?  What stands around it
 * must not change with it, nor the place where it ends. */
static bool
fits(struct potok_normalize *n, const unsigned char *p, size_t len, bool goes_on)
{
	const struct normalize_repair *r = n->repairing;
	struct potok_slice made = potok_buf_bytes(&r->chain[0]);

	if (goes_on && (made.len > len || !clean_begins(n, p + len)))
		return false;
	if (!r->middle)
		return true;
	uint32_t cp;
	int first = potok_utf8_decode(p, len, &cp);
	return first > 0 && made.len >= (size_t)first && memcmp(p, made.data, (size_t)first) == 0 &&
	       clean_begins(n, p);
}

static enum potok_status
write_text(struct cleaning *c, const unsigned char *p, size_t n)
{
	struct normalize_repair *r = c->n->repairing;

	if (n == 0)
		return POTOK_MORE;
	r->first = false;
	r->middle = p[n - 1] != '\n';
	if (c->n->explain) {
		explain_text(c->n, p, n);
		return POTOK_MORE;
	}
	return potok_buf_add(c->out, p, n);
}

/* Judges the piece p[0..n), which has no LF.  *changed: r->chain[0] stands for it. */
static enum potok_status
judge_piece(struct cleaning *c, const unsigned char *p, size_t len, bool goes_on, bool *changed)
{
	struct potok_normalize *n = c->n;
	struct normalize_repair *r = n->repairing;
	bool deep, settled = true;
	enum potok_status s = settle_room(r);

	*changed = false;
	if (s < 0)
		return s;
	if (settle_judge(r, p, len, &deep) > 0) {
		s = repair_all(n, r->first, p, len, &settled);
		*changed = s >= 0 && settled && fits(n, p, len, goes_on);
	}
	r->left |= deep || !settled;
	if (*changed) {
		r->more[MOJIBAKE].n = !r->told;
		r->told = true;
		s = explain_line(c, "mojibake", r->at, (struct potok_slice){p, len},
		    potok_buf_bytes(&r->chain[0]));
		for (size_t i = 0; i < POTOK_NORMALIZE_COUNTS; i++) {
			if (r->more[i].n > 0)
				potok_count_at(&n->counts[i], r->at);
			n->counts[i].n += r->more[i].n - (r->more[i].n > 0);
		}
	}
	if (r->left && !goes_on)
		potok_count_at(&n->counts[MOJIBAKE_LEFT], r->at);
	r->left = r->left && goes_on;
	return s;
}

enum potok_status
settle(struct cleaning *c, bool end)
{
	struct potok_normalize *n = c->n;
	struct normalize_repair *r = n->repairing;
	struct potok_buf *held = &r->held;
	enum potok_status s = potok_buf_own(held);
	if (s >= 0 && !end && held->len < LINE &&
	    (held->len == r->unbroken ||
		memchr(held->data + r->unbroken, '\n', held->len - r->unbroken) == NULL)) {
		r->unbroken = held->len;
		return s;
	}
	r->unbroken = 0;
	bool judges = (n->repair & POTOK_REPAIR_MOJIBAKE) != 0;
	bool suspicious =
	    judges && held->len > 0 && mojibake_suspect(held->data, held->len, 0) < held->len;
	size_t i = 0;

	n->line = n->explain ? r->line_before : n->line;
	n->column = n->explain ? r->column : n->column;
	while (s >= 0 && i < held->len) {
		const unsigned char *p = held->data + i;
		size_t left = held->len - i, len = piece(p, left, suspicious, end);
		bool changed = false, lf = len < left && p[len] == '\n' && len < LINE;
		if (len > left)
			break;
		if (suspicious || r->left)
			s = judge_piece(c, p, len, !lf && len < left, &changed);
		if (s >= 0 && changed && !lf && len < left) {
			/* What follows moves up to it. */
			s = potok_buf_add(&r->chain[0], p + len, left - len);
			struct potok_buf other = *held;
			*held = r->chain[0];
			held->limit = SIZE_MAX;
			r->chain[0] = other;
			i = 0;
			continue;
		}
		if (s >= 0)
			s = changed ? write_text(c, r->chain[0].data, r->chain[0].len)
				    : write_text(c, p, len);
		if (s >= 0 && lf)
			s = write_text(c, p + len, 1);
		i += len + lf;
	}
	if (s < 0)
		return s;
	if (i > 0)
		memmove(held->data, held->data + i, held->len - i);
	held->len -= i;
	r->line_before = n->line;
	r->column = n->column;
	if (n->explain)
		explain_text(n, held->data, held->len);
	return POTOK_MORE;
}
