/* Lines and paragraphs: where a paragraph ends, and the blocks of Markdown. */
#include "blocks.h"

#include <string.h>

static bool
is_white(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static bool
is_white_or_end(const unsigned char *p, size_t at, size_t end)
{
	return at >= end || is_white(p[at]) || p[at] == '\n';
}

/* The number of bytes c at p[at..end). */
static size_t
count(const unsigned char *p, size_t at, size_t end, unsigned char c)
{
	size_t from = at;

	while (at < end && p[at] == c)
		at++;
	return at - from;
}

/* "---", "* * *", "===": the same sign three times or more, and white space. */
static bool
is_rule(const unsigned char *p, size_t at, size_t end)
{
	unsigned char c = p[at];
	size_t n = 0;

	if (c != '-' && c != '*' && c != '_' && c != '=')
		return false;
	for (; at < end && p[at] != '\n'; at++) {
		if (p[at] != c && !is_white(p[at]))
			return false;
		n += p[at] == c;
	}
	return n >= 3;
}

static enum block
markdown_at(const unsigned char *p, size_t at, size_t end)
{
	size_t n;

	switch (p[at]) {
	case '#':
		n = count(p, at, end, '#');
		return n <= 6 && is_white_or_end(p, at + n, end) ? BLOCK_LINE : BLOCK_TEXT;
	case '>':
		return BLOCK_LINE;
	case '|':
		return BLOCK_WHOLE;
	case '`':
	case '~':
		return count(p, at, end, p[at]) >= 3 ? BLOCK_FENCE : BLOCK_TEXT;
	case '[':
		for (n = at; n + 1 < end && p[n] != ']' && p[n] != '\n';)
			n++;
		return n + 1 < end && p[n] == ']' && p[n + 1] == ':' ? BLOCK_WHOLE : BLOCK_TEXT;
	case '-':
	case '*':
	case '_':
	case '=':
	case '+':
		if (is_rule(p, at, end))
			return BLOCK_WHOLE;
		return p[at] != '_' && p[at] != '=' && is_white_or_end(p, at + 1, end) ? BLOCK_ITEM
										       : BLOCK_TEXT;
	default:
		for (n = at; n < end && n - at < 9 && p[n] >= '0' && p[n] <= '9';)
			n++;
		if (n > at && n < end && (p[n] == '.' || p[n] == ')') &&
		    is_white_or_end(p, n + 1, end))
			return BLOCK_ITEM;
		return BLOCK_TEXT;
	}
}

enum block
block_at(const unsigned char *p, size_t at, size_t n, bool last, enum potok_split_input input)
{
	size_t from = at;

	while (at < n && at - from < POTOK_SPLIT_CONTEXT && is_white(p[at]))
		at++;
	if (at == n)
		return last ? BLOCK_BLANK : BLOCK_UNKNOWN;
	if (p[at] == '\n' || at - from == POTOK_SPLIT_CONTEXT)
		return BLOCK_BLANK;
	if (input != POTOK_SPLIT_MARKDOWN)
		return BLOCK_TEXT;
	size_t end = n - at > BLOCK_CONTEXT ? at + BLOCK_CONTEXT : n;
	if (end == n && !last && memchr(p + at, '\n', end - at) == NULL && n - at < BLOCK_CONTEXT)
		return BLOCK_UNKNOWN;
	return markdown_at(p, at, end);
}

int
ends_paragraph(const unsigned char *p, size_t lf, size_t n, bool last, enum potok_split_input input)
{
	if (input == POTOK_SPLIT_LINES)
		return 1;
	enum block block = block_at(p, lf + 1, n, last, input);
	return block == BLOCK_UNKNOWN ? -1 : block != BLOCK_TEXT;
}

size_t
paragraph_end(
    const unsigned char *p, size_t from, size_t n, bool last, enum potok_split_input input)
{
	while (from < n) {
		const unsigned char *lf = memchr(p + from, '\n', n - from);
		if (lf == NULL)
			break;
		size_t at = (size_t)(lf - p);
		int ends = ends_paragraph(p, at, n, last, input);
		if (ends != 0)
			return ends > 0 ? at : SIZE_MAX;
		from = at + 1;
	}
	return last ? n : SIZE_MAX;
}

struct item
item_at(const unsigned char *p, size_t at, size_t end)
{
	struct item item = {0};
	size_t i = at;
	uint32_t before = 0, kind = 0;

	if (i + 3 < end && p[i] == 0xE2 && p[i + 1] == 0x80 &&
	    (p[i + 2] == 0xA2 || p[i + 2] == 0x83) && p[i + 3] == ' ')
		return (struct item){3, p[i + 2], 0};
	if (i < end && p[i] == '(')
		before = p[i++];
	if (i < end && p[i] >= '0' && p[i] <= '9') {
		kind = '0';
		for (; i < end && p[i] >= '0' && p[i] <= '9' && item.number < 100; i++)
			item.number = item.number * 10 + (p[i] - '0');
	} else if (i < end && p[i] >= 'a' && p[i] <= 'z') {
		kind = 'a';
		item.number = p[i++] - (uint32_t)'a' + 1;
	}
	size_t signs = i;
	while (i < end && i - signs < 2 && (p[i] == '.' || p[i] == ')'))
		i++;
	if (kind == 0 || i == signs || i >= end || p[i] != ' ' || (before && p[i - 1] != ')'))
		return (struct item){0};
	item.style = before << 24 | kind << 16 | (uint32_t)p[signs] << 8 | p[i - 1];
	item.length = i - at;
	return item;
}
