/* Rows that tell what is changed: place, kind, before, after, with tabs between. */
#include "explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <potok/utf8.h>

void
explain_text(struct potok_normalize *n, const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\n') {
			n->line++;
			n->column = 0;
		} else {
			n->column += (p[i] & 0xC0) != 0x80;
		}
	}
}

static enum potok_status
add(const struct cleaning *c, const char *text)
{
	return potok_buf_add(c->out, (const unsigned char *)text, strlen(text));
}

/* Place, offset and kind. */
static enum potok_status
add_place(const struct cleaning *c, const char *kind, uint64_t offset, uint64_t columns)
{
	char place[128];

	snprintf(place, sizeof place, "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t", c->n->line + 1,
	    c->n->column + columns + 1, offset, kind);
	return add(c, place);
}

static enum potok_status
add_characters(const struct cleaning *c, struct potok_slice s)
{
	enum potok_status status = POTOK_MORE;

	for (size_t i = 0; i < s.len && status >= 0;) {
		char shown[16];
		uint32_t cp;
		int len = potok_utf8_decode(s.data + i, s.len - i, &cp);
		if (len > 0)
			snprintf(shown, sizeof shown, "%sU+%04" PRIX32, i > 0 ? " " : "", cp);
		else
			snprintf(shown, sizeof shown, "%s\\x%02X", i > 0 ? " " : "", s.data[i]);
		status = add(c, shown);
		i += len > 0 ? (size_t)len : 1;
	}
	return status;
}

static enum potok_status
add_row(const struct cleaning *c, const char *kind, uint64_t offset, uint64_t columns,
    struct potok_slice before, struct potok_slice after)
{
	enum potok_status s = add_place(c, kind, offset, columns);

	if (s >= 0)
		s = add_characters(c, before);
	if (s >= 0)
		s = add(c, "\t");
	if (s >= 0)
		s = add_characters(c, after);
	return s >= 0 ? add(c, "\n") : s;
}

enum potok_status
explain_change(const struct cleaning *c, const char *kind, uint64_t offset,
    struct potok_slice before, struct potok_slice after)
{
	return c->n->explain ? add_row(c, kind, offset, 0, before, after) : POTOK_MORE;
}

enum potok_status
explain_line(const struct cleaning *c, const char *kind, uint64_t offset, struct potok_slice before,
    struct potok_slice after)
{
	size_t same = 0, end = 0, columns = 0;
	size_t least = before.len < after.len ? before.len : after.len;

	if (!c->n->explain)
		return POTOK_MORE;
	while (same < least && before.data[same] == after.data[same])
		same++;
	while (same > 0 && same < before.len && (before.data[same] & 0xC0) == 0x80)
		same--;
	while (end < least - same &&
	       before.data[before.len - 1 - end] == after.data[after.len - 1 - end])
		end++;
	while (end > 0 && ((before.data[before.len - end] & 0xC0) == 0x80 ||
			      (after.data[after.len - end] & 0xC0) == 0x80))
		end--;
	for (size_t i = 0; i < same; i++)
		columns += (before.data[i] & 0xC0) != 0x80;
	return add_row(c, kind, offset, columns,
	    (struct potok_slice){before.data + same, before.len - same - end},
	    (struct potok_slice){after.data + same, after.len - same - end});
}

enum potok_status
explain_encoding(const struct cleaning *c, uint64_t offset, const char *name)
{
	if (!c->n->explain)
		return POTOK_MORE;
	enum potok_status s = add_place(c, "encoding", offset, 0);
	if (s >= 0)
		s = add(c, "\t");
	if (s >= 0)
		s = add(c, name);
	return s >= 0 ? add(c, "\n") : s;
}
