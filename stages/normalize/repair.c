/*
 * Repairs of whole lines: mojibake and HTML entities.  Lines that cleaning does not change, and in
 * which nothing is suspect, pass at once.  All others are held when they have been cleaned, and
 * judged as a second run would judge them (settle.h); before they are cleaned as well when that
 * would change them, since the controls that it leaves out may be bytes of mojibake.
 */
#include "repair.h"

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "entities.h"
#include "explain.h"
#include "mojibake.h"
#include "plain.h"
#include "settle.h"

enum {
	LINES = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_ENTITIES,
	LINE = POTOK_NORMALIZE_LINE,
	CHARACTER = 4, /* bytes of one, at most */
	DENSE = 8192,  /* bytes that are cleaned together where many lines change */
};

void
repair_close(struct potok_normalize *n)
{
	struct normalize_repair *r = n->repairing;

	if (r == NULL)
		return;
	free(r->judging);
	potok_buf_free(&r->held);
	potok_buf_free(&r->chain[0]);
	potok_buf_free(&r->chain[1]);
	free(r);
	n->repairing = NULL;
}

/* The last LF in p[0..n), or NULL. */
static const unsigned char *
last_lf(const unsigned char *p, size_t n)
{
	while (n > 0 && p[n - 1] != '\n')
		n--;
	return n > 0 ? p + n - 1 : NULL;
}

/* How many bytes at the front of p[0..n), where a line begins, are whole lines and no more than
 * LINE bytes, or else a piece of that size.  0: more bytes are needed: the one behind a piece tells
 * whether a character is cut.  The first `known` bytes hold no LF. */
static size_t
whole_lines(const unsigned char *p, size_t n, size_t known, bool ends)
{
	size_t window = n < LINE ? n : LINE;
	const unsigned char *lf = known < window ? last_lf(p + known, window - known) : NULL;

	if (lf != NULL)
		return (size_t)(lf - p) + 1;
	if (n <= LINE)
		return ends ? n : 0;
	while (window > LINE - 4 && (p[window] & 0xC0) == 0x80)
		window--;
	return window;
}

/* Can lines be judged before they are cleaned?  Not when what is decoded may end anywhere. */
static bool
has_lines(const struct potok_normalize *n)
{
	return n->decoder == NULL || n->by_lines;
}

/* How many bytes of p[0..len), whole lines, are plain and not suspect. */
static size_t
clear_front(struct cleaning *c, const unsigned char *p, size_t len)
{
	if (c->n->alone)
		return 0;
	if (c->clear == NULL || c->clear < p)
		c->clear = p;
	if (c->clear < p + len && (c->plain == NULL || c->plain < p + len))
		c->clear = p + clear_run(p, (size_t)(c->clear - p), len);
	if (c->plain == NULL || c->plain < c->clear)
		c->plain = c->clear;
	return (size_t)(c->clear - p);
}

/* Where in p[0..n), whole lines, stands something that a line may be repaired for; n: nowhere. */
static size_t
suspect(struct cleaning *c, const unsigned char *p, size_t len)
{
	const struct potok_normalize *n = c->n;
	size_t at = len;

	if (n->repair & POTOK_REPAIR_MOJIBAKE) {
		size_t clear = clear_front(c, p, len);
		at = clear < len ? mojibake_suspect(p, len, clear) : len;
	}
	bool entities = (n->repair & POTOK_REPAIR_ENTITIES) && has_lines(n);
	const unsigned char *entity = entities ? memchr(p, '&', at) : NULL;
	return entity != NULL ? (size_t)(entity - p) : at;
}

/* The bytes of the line break at p[0..n), 0: none.  U+0085 is none, as it may be half a letter that
 * was read wrongly. */
static size_t
break_length(const struct potok_normalize *n, const unsigned char *p, size_t len)
{
	if (len == 0 || *p == '\n')
		return len > 0;
	if (n->keep_breaks)
		return 0;
	if (*p == '\r')
		return len > 1 && p[1] == '\n' ? 2 : 1;
	if (*p == 0x0B || *p == 0x0C)
		return 1;
	return len > 2 && p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9) ? 3 : 0;
}

/* Where the line break is that ends the line at p[0..n); n: nowhere. */
static size_t
line_end(const struct potok_normalize *n, const unsigned char *p, size_t len)
{
	size_t i = 0;

	while (i < len && break_length(n, p + i, len - i) == 0)
		i++;
	return i;
}

/* Where the line begins that p[at] stands in. */
static size_t
line_start(const struct potok_normalize *n, const unsigned char *p, size_t at, size_t len)
{
	for (; at > 0; at--) {
		/* The last bytes of line breaks. */
		unsigned char b = p[at - 1];
		if (b > '\r' && b != 0xA8 && b != 0xA9)
			continue;
		if (break_length(n, p + at - 1, len - at + 1) == 1 ||
		    (at >= 3 && break_length(n, p + at - 3, 3) == 3))
			break;
	}
	return at;
}

/* Where cleaning may change p[0..n); n: nowhere.  What follows up to `end` is there as well. */
static size_t
changes_at(struct cleaning *c, const unsigned char *p, size_t n, const unsigned char *end)
{
	static const unsigned char bom[] = {0xEF, 0xBB, 0xBF};
	size_t i = 0, look = (size_t)(end - p) < n + CHARACTER ? (size_t)(end - p) : n + CHARACTER;

	if (!clean_keeps_plain(c->n) ||
	    (!c->n->started && look >= sizeof bom && memcmp(p, bom, sizeof bom) == 0))
		return 0;
	if (c->plain != NULL && c->plain > p)
		i = (size_t)(c->plain - p);
	if (i < n) {
		i += plain_run(p + i, look - i);
		c->plain = p + i;
	}
	return i < n ? i : n;
}

/* Is the piece of a long line p[0..n) known not to change with what follows? */
static bool
ends_plainly(const struct cleaning *c, const unsigned char *p, size_t n)
{
	return n > LINE - 4 && c->plain != NULL && c->plain > p + n;
}

static enum potok_status
room(struct potok_normalize *n)
{
	if (n->repairing == NULL)
		n->repairing = calloc(1, sizeof *n->repairing);
	if (n->repairing == NULL)
		return POTOK_ENOMEM;
	n->repairing->held.limit = SIZE_MAX;
	return POTOK_MORE;
}

/* Where what is cleaned goes while lines are held. */
static struct cleaning
holding(const struct cleaning *c)
{
	struct cleaning to = *c;

	to.held = &c->n->repairing->held;
	if (!c->n->explain)
		to.out = to.held;
	return to;
}

static bool
is_open(const struct potok_normalize *n)
{
	return n->repairing != NULL && n->repairing->open;
}

bool
repair_begins_line(const struct potok_normalize *n)
{
	return !is_open(n) && !n->within && n->judged == 0 && n->region == 0;
}

/* From here on lines are held. */
static void
hold_lines(struct potok_normalize *n, uint64_t at)
{
	struct normalize_repair *r = n->repairing;

	if (r->open)
		return;
	r->open = true;
	r->first = !n->started;
	r->middle = n->started && n->open_line;
	r->told = r->left = false;
	r->unbroken = 0;
	r->at = at;
	r->line_before = n->line;
	r->column = n->column;
}

/* What is held has been cleaned as far as it is there. */
static enum potok_status
settle_held(struct cleaning *c, bool end)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = settle(c, end);

	n->repairing->open = n->repairing->held.len > 0 || n->npending > 0 || n->judged > 0;
	if (!n->repairing->open)
		n->repairing->told = n->repairing->left = false;
	return s;
}

/* Repairs a line without its line break, before it is cleaned.  *repaired false: it stays. */
static enum potok_status
repair_line(struct potok_normalize *n, const unsigned char *line, size_t len, bool *repaired)
{
	struct normalize_repair *r = n->repairing;
	const unsigned char *made = line;
	size_t nmade = len;
	bool deep = false, clean = false;
	enum potok_status s = settle_room(r);

	*repaired = false;
	r->mojibake = false;
	r->entities = 0;
	if (s < 0 || !has_lines(n) || potok_utf8_valid(line, len) < len)
		return s;
	if (n->repair & POTOK_REPAIR_MOJIBAKE) {
		size_t mended = settle_judge(r, line, len, &deep);
		/* What is clean is judged when it has been cleaned. */
		if ((n->repair & POTOK_REPAIR_ENTITIES) == 0 && (mended > 0 || deep)) {
			if ((s = settle_is_clean(n, r->first, line, len, &clean)) < 0 || clean)
				return s;
		}
		r->mojibake = mended > 0;
		made = mended > 0 ? r->judging->mended : line;
		nmade = mended > 0 ? mended : len;
	}
	if (n->repair & POTOK_REPAIR_ENTITIES) {
		r->entities = entities_decode(made, nmade, r->judging->plain, &nmade);
		made = r->entities > 0 ? r->judging->plain : made;
	}
	r->made = made != line ? made : NULL;
	r->nmade = nmade;
	r->kind = made == r->judging->mended ? "mojibake" : "entities";
	r->left |= deep;
	*repaired = made != line;
	return s;
}

/* Counts what was done to the line.  Not before: the text before it may hold an error. */
static void
count_repairs(struct cleaning *c, const unsigned char *line)
{
	struct normalize_repair *r = c->n->repairing;
	struct potok_count *counts = c->n->counts;

	if (r->mojibake && !r->told)
		potok_count_at(&counts[MOJIBAKE], clean_place(c, line));
	r->told |= r->mojibake;
	if (r->entities > 0) {
		potok_count_at(&counts[ENTITIES], clean_place(c, line));
		counts[ENTITIES].n += r->entities - 1;
	}
	r->mojibake = false;
	r->entities = 0;
}

/* The lines at the front of the text, n->judged bytes, have been cleaned together: they are
 * written, or, when there is something to be judged in them, left to be taken one by one. */
static enum potok_status
finish_batch(struct cleaning *c, struct potok_slice *text)
{
	struct potok_normalize *n = c->n;
	struct normalize_repair *r = n->repairing;
	struct potok_slice made = potok_buf_bytes(&r->held);
	size_t len = n->judged;
	enum potok_status s;

	r->batch = r->open = false;
	n->judged = 0;
	if (made.len == len &&
	    (made.data == text->data || memcmp(made.data, text->data, len) == 0)) {
		s = c->direct ? potok_buf_pass(c->out, text->data, len)
			      : potok_buf_add(c->out, text->data, len);
	} else if ((n->repair & POTOK_REPAIR_MOJIBAKE) && made.len > 0 &&
		   mojibake_suspect(made.data, made.len, 0) < made.len) {
		memcpy(n->counts, r->counts, sizeof n->counts);
		n->started = r->started;
		n->open_line = r->open_line;
		n->after_cr = r->after_cr;
		potok_buf_clear(&r->held);
		n->region += len;
		n->safe = 0;
		r->singly = len;
		r->dense = 0;
		return POTOK_MORE;
	} else {
		s = potok_buf_add(c->out, made.data, made.len);
	}
	potok_buf_clear(&r->held);
	*text = (struct potok_slice){text->data + len, text->len - len};
	return s >= 0 && potok_buf_full(c->out) ? POTOK_FULL : s;
}

/* Cleans what has been judged, n->judged bytes. */
static enum potok_status
clean_judged(struct cleaning *c, struct potok_slice *text, bool last)
{
	struct potok_normalize *n = c->n;
	struct potok_slice slice = {text->data, n->judged};
	bool open = is_open(n);
	struct cleaning to = open ? holding(c) : *c;
	enum potok_status s = clean_text(&to, &slice, !open || (last && n->judged == text->len));

	if (open && n->repairing->batch && s == POTOK_MORE)
		return finish_batch(c, text);
	size_t used = n->judged - slice.len;
	*text = (struct potok_slice){text->data + used, text->len - used};
	n->judged -= used;
	if (!open || s == POTOK_FULL)
		return s;
	/* What was made before an error is written. */
	n->repairing->batch = false;
	enum potok_status written = settle_held(c, s < 0);
	s = s < 0 ? s : written;
	return s >= 0 && potok_buf_full(c->out) ? POTOK_FULL : s;
}

/* Takes what clean_judged() has left before the line that was repaired. */
static enum potok_status
clean_before(struct cleaning *c, struct potok_slice *text)
{
	struct potok_normalize *n = c->n;
	struct potok_slice tail = {text->data, n->judged};
	struct cleaning to = holding(c);
	enum potok_status s = clean_hold(&to, &tail);

	/* A piece of a long line may end with what is cut: no character, as the line is text. */
	if (s == POTOK_MORE && tail.len > 0)
		s = clean_text(&to, &tail, true);
	size_t used = n->judged - tail.len;
	*text = (struct potok_slice){text->data + used, text->len - used};
	n->judged = tail.len;
	return s;
}

/* Cleans the repaired line in the place of the one at the front of the text. */
static enum potok_status
clean_repaired(struct cleaning *c, struct potok_slice *text)
{
	struct potok_normalize *n = c->n;
	struct normalize_repair *r = n->repairing;
	struct cleaning from = holding(c);
	struct potok_slice made = {r->made, r->nmade};

	count_repairs(c, text->data);
	from.offset = clean_place(c, text->data);
	from.direct = false;
	from.repaired = true;
	from.plain = NULL;
	enum potok_status s = POTOK_MORE;
	if (r->kind != NULL)
		s = explain_line(
		    &from, r->kind, from.offset, (struct potok_slice){text->data, r->line}, made);
	r->kind = NULL;
	if (s == POTOK_MORE)
		s = clean_text(&from, &made, false);
	if (s == POTOK_MORE && made.len > 0)
		s = clean_hold(&from, &made);
	r->made = made.data;
	r->nmade = made.len;
	if (s != POTOK_MORE)
		return s;
	*text = (struct potok_slice){text->data + r->line, text->len - r->line};
	r->line = 0;
	return s;
}

/* n bytes behind those judged are judged as well. */
static void
take(struct potok_normalize *n, size_t len)
{
	n->judged += len;
	n->region -= len;
	n->safe -= len < n->safe ? len : n->safe;
	if (n->repairing != NULL)
		n->repairing->singly -= len < n->repairing->singly ? len : n->repairing->singly;
}

/* How many of the bytes p[0..n) are lines to be cleaned together, of which the first may change:
 * more where many do. */
static size_t
batch_end(const struct potok_normalize *n, const unsigned char *p, size_t len)
{
	size_t want = n->repairing != NULL ? n->repairing->dense : 0;

	if (!clean_keeps_plain(n))
		want = len;
	const unsigned char *lf = want < len ? memchr(p + want, '\n', len - want) : last_lf(p, len);

	return lf != NULL ? (size_t)(lf - p) + 1 : len;
}

/* Takes one line, of which p[0..len) is there. */
static enum potok_status
take_line(struct cleaning *c, const unsigned char *p, size_t len)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = room(n);
	bool repaired = false;

	if (s < 0)
		return s;
	size_t end = line_end(n, p, len), broken = break_length(n, p + end, len - end);
	bool same = false;
	if (n->safe < end && (n->repair & POTOK_REPAIR_ENTITIES) == 0) {
		struct cleaning look = *c; /* what is plain here does not follow on what was */
		same = changes_at(&look, p, end, p + len) == end;
	}
	/* What is clean and stays passes, but for breaks that become LF. */
	if (same && !n->repairing->open && broken > 0 && (p[end] == '\n' || broken == 2)) {
		bool deep;
		if ((s = settle_room(n->repairing)) < 0)
			return s;
		if (settle_judge(n->repairing, p, end, &deep) == 0 && !deep) {
			take(n, end + broken);
			return s;
		}
	}
	if (!n->repairing->open)
		hold_lines(n, clean_place(c, p));
	if (!same && n->safe < end && (s = repair_line(n, p, end, &repaired)) < 0)
		return s;
	if (!repaired) {
		take(n, end + broken);
		return s;
	}
	/* What stands before it goes first, its last character with what follows. */
	n->repairing->line = end;
	take(n, end);
	n->judged -= end;
	return s;
}

/* Takes lines to be held together. */
static enum potok_status
take_batch(struct cleaning *c, size_t len)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = room(n);

	if (s < 0)
		return s;
	struct normalize_repair *r = n->repairing;
	hold_lines(n, 0);
	r->batch = true;
	r->dense = 2 * len < DENSE ? 2 * len : DENSE;
	memcpy(r->counts, n->counts, sizeof r->counts);
	r->started = n->started;
	r->open_line = n->open_line;
	r->after_cr = n->after_cr;
	take(n, len);
	return s;
}

/* Judges what stands behind n->judged as far as it goes the same way.  *found false: more bytes are
 * needed. */
static enum potok_status
judge_next(struct cleaning *c, struct potok_slice text, bool ends, bool last, bool *found)
{
	struct potok_normalize *n = c->n;
	const unsigned char *p = text.data + n->judged, *end = text.data + text.len;
	size_t left = text.len - n->judged;

	if (n->region == 0) {
		n->region = whole_lines(p, left, n->unbroken, ends);
		n->safe = 0;
		n->alone = n->within;
		n->within = n->region > 0 ? p[n->region - 1] != '\n' : n->within;
	}
	n->unbroken = n->region == 0 ? left : 0;
	*found = n->region > 0;
	if (n->region == 0)
		return POTOK_MORE;
	if (n->safe == 0)
		n->safe = suspect(c, p, n->region);
	if (is_open(n))
		return take_line(c, p, n->region);
	size_t lines = n->safe < n->region ? line_start(n, p, n->safe, n->region) : n->region;
	if (lines == 0)
		return take_line(c, p, n->region);
	size_t at = changes_at(c, p, lines, end);
	if (at == lines && p[lines - 1] != '\n' && !ends_plainly(c, p, lines) &&
	    !(last && lines == left))
		at = 0;
	size_t same = at < lines ? line_start(n, p, at, lines) : lines;
	if (same > 0) {
		if (same > DENSE && n->repairing != NULL)
			n->repairing->dense = 0;
		take(n, same);
		return POTOK_MORE;
	}
	/* Without LF at its end the region has none. */
	bool singly = n->explain || (n->repairing != NULL && n->repairing->singly > 0);
	if (singly || p[n->region - 1] != '\n')
		return take_line(c, p, n->region);
	size_t batch = batch_end(n, p, lines);
	return p[batch - 1] == '\n' ? take_batch(c, batch) : take_line(c, p, n->region);
}

enum potok_status
repair_text(struct cleaning *c, struct potok_slice *text, bool ends, bool last)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = POTOK_MORE;
	bool found = true;

	if ((n->repair & LINES) == 0)
		return clean_text(c, text, last);
	while (found) {
		bool repaired = n->repairing != NULL && n->repairing->line > 0;
		if (n->judged > 0 && (s = clean_judged(c, text, last)) != POTOK_MORE)
			return s;
		if (repaired) {
			if (n->judged > 0)
				s = clean_before(c, text);
			if (s == POTOK_MORE)
				s = clean_repaired(c, text);
			if (s == POTOK_MORE)
				s = settle_held(c, false);
			if (s != POTOK_MORE)
				return s;
		}
		found = text->len > n->judged;
		if (found && (s = judge_next(c, *text, ends, last, &found)) < 0)
			return s;
	}
	return s;
}

enum potok_status
repair_hold(struct cleaning *c, struct potok_slice *text)
{
	struct cleaning to = is_open(c->n) ? holding(c) : *c;

	return clean_hold(&to, text);
}

enum potok_status
repair_flush(struct cleaning *c)
{
	if (!is_open(c->n))
		return clean_flush(c);
	struct cleaning to = holding(c);
	enum potok_status s = clean_flush(&to);
	return s >= 0 ? settle_held(c, true) : s;
}

enum potok_status
repair_finish(struct cleaning *c, uint64_t offset)
{
	enum potok_status s = repair_flush(c);

	return s >= 0 ? clean_finish(c, offset) : s;
}
