/* Repairs of whole lines, before they are cleaned: mojibake and HTML entities. */
#include "repair.h"

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "entities.h"
#include "explain.h"
#include "mojibake.h"

enum {
	LINES = POTOK_REPAIR_MOJIBAKE | POTOK_REPAIR_ENTITIES,
	LINE = POTOK_NORMALIZE_LINE,
	NEAR = 512, /* bytes on each side of a place in a long line that are judged first */
};
_Static_assert((int)LINE <= (int)MOJIBAKE_LINE, "a line can be judged");

struct normalize_repair {
	struct mojibake_work work;
	unsigned char mended[2 * LINE], plain[4 * LINE]; /* the line as it becomes */
	const unsigned char *made; /* what of it is still to be cleaned; NULL: the line stays */
	size_t nmade;
	size_t line;         /* bytes at the front of the text that it was made from; 0: none */
	bool mojibake, left; /* to be counted when the line is taken */
	size_t entities;     /* as well */
	const char *kind;    /* of the repair, until it has been told */
};

void
repair_close(struct potok_normalize *n)
{
	free(n->repairing);
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

/* Where in p[0..n), whole lines, stands something that a line may be repaired for; n: nowhere. */
static size_t
suspect(const struct potok_normalize *n, const unsigned char *p, size_t len)
{
	size_t at = len;

	if (n->repair & POTOK_REPAIR_MOJIBAKE)
		at = mojibake_suspect(p, len, 0);
	const unsigned char *entity = n->repair & POTOK_REPAIR_ENTITIES ? memchr(p, '&', at) : NULL;
	return entity != NULL ? (size_t)(entity - p) : at;
}

/* Repairs a line without its LF: r->made.  Answers false when it stays, and is not counted. */
static bool
repair_line(struct potok_normalize *n, const unsigned char *line, size_t len)
{
	struct normalize_repair *r = n->repairing;
	struct mojibake what = {0};
	const unsigned char *made = line;
	size_t nmade = len;

	r->mojibake = false;
	r->entities = 0;
	if (potok_utf8_valid(line, len) < len)
		return false;
	if ((n->repair & POTOK_REPAIR_MOJIBAKE) && len > 0) {
		size_t repaired = mojibake_repair(&r->work, line, len, r->mended, &what);
		r->mojibake = repaired > 0;
		made = repaired > 0 ? r->mended : line;
		nmade = repaired > 0 ? repaired : len;
	}
	if (n->repair & POTOK_REPAIR_ENTITIES) {
		r->entities = entities_decode(made, nmade, r->plain, &nmade);
		made = r->entities > 0 ? r->plain : made;
	}
	r->made = made != line ? made : NULL;
	r->nmade = nmade;
	r->kind = made == r->mended ? "mojibake" : "entities";
	r->left = what.deep;
	return made != line || what.deep;
}

/* Counts what was done to the line.  Not before: the text before it may hold an error. */
static void
count_repairs(struct cleaning *c, const unsigned char *line)
{
	struct normalize_repair *r = c->n->repairing;
	struct potok_count *counts = c->n->counts;

	if (r->mojibake)
		potok_count_at(&counts[MOJIBAKE], clean_place(c, line));
	if (r->left)
		potok_count_at(&counts[MOJIBAKE_LEFT], clean_place(c, line));
	if (r->entities > 0) {
		potok_count_at(&counts[ENTITIES], clean_place(c, line));
		counts[ENTITIES].n += r->entities - 1;
	}
	r->mojibake = r->left = false;
	r->entities = 0;
}

/* Cleans what has been judged, n->judged bytes. */
static enum potok_status
clean_judged(struct cleaning *c, struct potok_slice *text, bool last)
{
	struct potok_normalize *n = c->n;
	struct potok_slice slice = {text->data, n->judged};
	enum potok_status s = clean_text(c, &slice, last && n->judged == text->len);
	size_t used = n->judged - slice.len;

	*text = (struct potok_slice){text->data + used, text->len - used};
	n->judged -= used;
	return s;
}

/* Takes what clean_judged() has left before the line that was repaired. */
static enum potok_status
clean_before(struct cleaning *c, struct potok_slice *text)
{
	struct potok_normalize *n = c->n;
	struct potok_slice tail = {text->data, n->judged};
	enum potok_status s = clean_hold(c, &tail);

	/* A piece of a long line may end with what is cut: no character, as the line is text. */
	if (s == POTOK_MORE && tail.len > 0)
		s = clean_text(c, &tail, true);
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
	struct cleaning from = *c;
	struct potok_slice made = {r->made, r->nmade};

	count_repairs(c, text->data);
	if (r->made == NULL) {
		n->judged = r->line;
		r->line = 0;
		return POTOK_MORE;
	}
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

/* Is nothing in a long line p[0..n) mojibake around the place `at`?  *end: where what has been
 * looked at ends.  Text of many kilobytes has such places, and is not worth to be judged as a
 * whole. */
static bool
is_harmless(struct potok_normalize *n, const unsigned char *p, size_t len, size_t at, size_t *end)
{
	struct normalize_repair *r = n->repairing;
	struct mojibake what;
	size_t from = at > NEAR ? at - NEAR : 0;

	*end = len - at > NEAR ? at + NEAR : len;
	while (from < at && (p[from] & 0xC0) == 0x80)
		from++;
	while (*end<len && * end> at && (p[*end] & 0xC0) == 0x80)
		--*end;
	return len > 4 * NEAR && (n->repair & POTOK_REPAIR_ENTITIES) == 0 && *end > at &&
	       potok_utf8_valid(p + from, *end - from) == *end - from &&
	       mojibake_repair(&r->work, p + from, *end - from, r->mended, &what) == 0 &&
	       !what.deep;
}

/* Judges the line at text[n->judged], of which the first `at` bytes hold what it is suspected for;
 * len: the whole lines from there on. */
static enum potok_status
judge_suspect(struct cleaning *c, struct potok_slice *text, size_t at, size_t len)
{
	struct potok_normalize *n = c->n;
	const unsigned char *p = text->data + n->judged;
	const unsigned char *before = last_lf(p, at), *lf = memchr(p + at, '\n', len - at);
	size_t start = before != NULL ? (size_t)(before - p) + 1 : 0;
	size_t end = lf != NULL ? (size_t)(lf - p) : len, seen;

	if (n->repairing == NULL && (n->repairing = calloc(1, sizeof *n->repairing)) == NULL)
		return POTOK_ENOMEM;
	n->repairing->line = 0;
	if (is_harmless(n, p + start, end - start, at - start, &seen)) {
		n->judged += start + seen;
		n->region -= start + seen;
		return POTOK_MORE;
	}
	if (!repair_line(n, p + start, end - start)) {
		n->judged += end + (lf != NULL);
		n->region -= end + (lf != NULL);
		return POTOK_MORE;
	}
	/* What stands before it goes first, its last character with what follows. */
	n->judged += start;
	n->region -= end;
	n->repairing->line = end - start;
	return POTOK_MORE;
}

enum potok_status
repair_text(struct cleaning *c, struct potok_slice *text, bool ends, bool last)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = POTOK_MORE;

	if ((n->repair & LINES) == 0)
		return clean_text(c, text, last);
	for (;;) {
		bool pending = n->repairing != NULL && n->repairing->line > 0;
		while (s == POTOK_MORE && !pending && n->judged < text->len) {
			const unsigned char *p = text->data + n->judged;
			if (n->region == 0)
				n->region =
				    whole_lines(p, text->len - n->judged, n->unbroken, ends);
			n->unbroken = n->region == 0 ? text->len - n->judged : 0;
			if (n->region == 0)
				break;
			size_t at = suspect(n, p, n->region);
			if (at < n->region) {
				s = judge_suspect(c, text, at, n->region);
			} else {
				n->judged += n->region;
				n->region = 0;
			}
			pending = n->repairing != NULL && n->repairing->line > 0;
		}
		if (s == POTOK_MORE && n->judged > 0)
			s = clean_judged(c, text, last);
		if (s != POTOK_MORE || !pending)
			return s;
		if (n->judged > 0)
			s = clean_before(c, text);
		if (s == POTOK_MORE)
			s = clean_repaired(c, text);
		if (s != POTOK_MORE)
			return s;
	}
}
