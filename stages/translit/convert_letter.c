/* Reads characters: letters with the marks that they compose with. */
#include <potok/utf8.h>

#include <unicode/uchar.h>

#include "convert_work.h"

static bool
between(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

/* The kind of a character without a slot: letters of scripts with capitals, marks. */
static enum scheme_kind
other_kind(uint32_t c)
{
	if (c == 0x200C || c == 0x200D || c == 0x2060 || between(c, 0x1AB0, 0x1AFF) ||
	    between(c, 0x1DC0, 0x1DFF) || between(c, 0x20D0, 0x20FF) ||
	    between(c, 0xFE00, 0xFE0F) || between(c, 0xFE28, 0xFE2F))
		return KIND_MARK;
	return between(c, 0x1C90, 0x1CBF) || between(c, 0x1D00, 0x1DBF) ||
		       between(c, 0x1F00, 0x1FFF) || between(c, 0x2C00, 0x2DDF) ||
		       between(c, 0xA720, 0xA7FF) || between(c, 0xAB30, 0xABBF)
		   ? KIND_LOWER
		   : KIND_NONE;
}

struct letter
convert_letter(const unsigned char *p, const unsigned char *end)
{
	struct letter l = {.kind = KIND_NONE};
	int len = potok_utf8_decode(p, (size_t)(end - p), &l.c);

	if (len <= 0) {
		l.c = POTOK_REPLACEMENT;
		l.behind = p + 1;
		return l;
	}
	l.behind = p + len;
	l.slot = scheme_slot(l.c);
	if (l.slot >= 0) {
		l.kind = table_properties[l.slot].kind;
	} else {
		l.kind = other_kind(l.c);
		l.slot = l.kind >= KIND_LOWER ? SCHEME_OTHER : BOUNDARY;
	}
	return l;
}

/* Reads the mark of U+0300 to U+036F at p; those compose. */
static bool
read_mark(const unsigned char *p, const unsigned char *end, struct letter *mark)
{
	if (end - p < 2 || !table_mark_begins(p))
		return false;
	*mark = convert_letter(p, end);
	return true;
}

/* Makes l what it composes with the mark. */
static bool
compose(struct letter *l, const struct letter *mark)
{
	uint32_t composed = table_compose(l->c, mark->c);

	if (composed == 0)
		return false;
	l->c = composed;
	l->slot = scheme_slot(composed);
	l->kind = table_properties[l->slot].kind;
	l->behind = mark->behind;
	return true;
}

void
convert_compose(struct letter *l, const unsigned char *end)
{
	struct letter mark;

	while (read_mark(l->behind, end, &mark) && compose(l, &mark))
		;
}

bool
convert_compose_apart(struct letter *l, const unsigned char *end)
{
	const unsigned char *first = l->behind;
	struct letter mark, next;
	uint8_t highest = 0;

	if (!convert_two_marks(l, end) || !read_mark(first, end, &mark))
		return false;
	for (int i = 0; i < CONVERT_APART && read_mark(mark.behind, end, &next); i++) {
		uint8_t class = u_getCombiningClass((UChar32)mark.c);
		const unsigned char *inner_end = mark.behind;
		/* A mark of the same class or a higher one parts them, as one of class 0 does. */
		if (class == 0)
			return false;
		highest = class > highest ? class : highest;
		mark = next;
		if (highest < u_getCombiningClass((UChar32)mark.c) && compose(l, &mark)) {
			l->inner = first;
			l->inner_end = inner_end;
			convert_compose(l, end);
			return true;
		}
	}
	return false;
}
