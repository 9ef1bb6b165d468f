/* Writes tokens in the letters of a scheme. */
#include "convert.h"

#include <string.h>

#include <potok/utf8.h>

#include "schemes.h"
#include "tokens.h"

/* What a character is for the letters beside it. */
enum kind {
	KIND_NONE,  /* no letter: the word ends, or has not begun */
	KIND_MARK,  /* combining or invisible: as if it were not there */
	KIND_LOWER, /* a letter, not known to be a capital */
	KIND_UPPER,
};

/* A token, or several of them, on the way. */
struct work {
	struct potok_translit *t;
	const unsigned char *token, *end; /* all of it: letters see each other over spans */
	uint64_t offset;                  /* of its first byte in the input */
	unsigned char *out;
};

const struct translit_scheme *
convert_scheme(size_t i)
{
	return i < sizeof schemes / sizeof schemes[0] ? &schemes[i] : NULL;
}

void
convert_word_start(struct potok_translit *t)
{
	t->sets = t->scheme->start;
	t->before = KIND_NONE;
}

static bool
between(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

/* Combining and invisible characters that stand inside of words. */
static bool
is_mark(uint32_t c)
{
	return between(c, 0x300, 0x36F) || c == 0xAD || c == 0x200C || c == 0x200D || c == 0x2060 ||
	       between(c, 0x1AB0, 0x1AFF) || between(c, 0x1DC0, 0x1DFF) ||
	       between(c, 0x20D0, 0x20FF) || between(c, 0x2DE0, 0x2DFF) ||
	       between(c, 0xA66F, 0xA67D) || between(c, 0xFE00, 0xFE0F) ||
	       between(c, 0xFE20, 0xFE2F);
}

/* The kind of a character that has no lead byte D0 to D4: letters of scripts with capitals. */
static enum kind
other_kind(uint32_t c)
{
	if (c < 0x80)
		return between(c, 'a', 'z')   ? KIND_LOWER
		       : between(c, 'A', 'Z') ? KIND_UPPER
					      : KIND_NONE;
	if (is_mark(c))
		return KIND_MARK;
	if (between(c, 0xC0, 0xDE) && c != 0xD7)
		return KIND_UPPER;
	return between(c, 0xDF, 0x2C1) || between(c, 0x370, 0x3FF) || between(c, 0x1C80, 0x1CBF) ||
		       between(c, 0x1E00, 0x1FFF) || between(c, 0xA640, 0xA69D) || c == 0xAA ||
		       c == 0xB5 || c == 0xBA
		   ? KIND_LOWER
		   : KIND_NONE;
}

static enum kind
cyrillic_kind(unsigned i)
{
	if (cyrillic[i] & CYRILLIC_MARK)
		return KIND_MARK;
	return !(cyrillic[i] & CYRILLIC_LETTER) ? KIND_NONE
	       : cyrillic[i] & CYRILLIC_UPPER   ? KIND_UPPER
						: KIND_LOWER;
}

/* Is p the beginning of a character with a lead byte D0 to D4? */
static bool
in_table(const unsigned char *p, const unsigned char *end)
{
	return (unsigned)p[0] - 0xD0 < SCHEME_LETTERS / 64 && end - p > 1 && (p[1] & 0xC0) == 0x80;
}

static unsigned
table_index(const unsigned char *p)
{
	return ((unsigned)p[0] - 0xD0) * 64 + (p[1] & 0x3Fu);
}

/* The kind of the next character that is no mark. */
static enum kind
next_kind(const unsigned char *p, const unsigned char *end)
{
	while (p < end) {
		uint32_t c;
		int len = potok_utf8_decode(p, (size_t)(end - p), &c);
		if (len <= 0)
			return KIND_NONE;
		enum kind k = in_table(p, end) ? cyrillic_kind(table_index(p)) : other_kind(c);
		if (k != KIND_MARK)
			return k;
		p += len;
	}
	return KIND_NONE;
}

/* What the pair makes, or 0. */
static unsigned
find_pair(const struct translit_pair *pairs, size_t n, uint32_t letter, uint32_t mark)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct translit_pair *p = &pairs[mid];
		if (p->letter < letter || (p->letter == letter && p->mark < mark))
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && pairs[low].letter == letter && pairs[low].mark == mark ? pairs[low].to
										 : 0;
}

static unsigned
compose(uint32_t letter, uint32_t mark)
{
	return find_pair(
	    compositions, sizeof compositions / sizeof compositions[0] - 1, letter, mark);
}

/* The mark at p if it is one of U+0300 to U+036F, which have two bytes; else 0. */
static uint32_t
mark_at(const unsigned char *p, const unsigned char *end)
{
	if (end - p < 2 || (p[0] != 0xCC && p[0] != 0xCD) || (p[1] & 0xC0) != 0x80)
		return 0;
	uint32_t c = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	return c <= 0x36F ? c : 0;
}

/* The rule of l and those behind it that holds after a letter of these sets. */
static inline const struct translit_letter *
rule_after(const struct translit_scheme *s, const struct translit_letter *l, unsigned sets)
{
	while (l->left != 0 && (l->left & sets) == 0)
		l = &s->others[l->next];
	return l;
}

/* Are all letters that stand for a capital to be capitals, when p follows it and a character of the
 * kind `before` stands before it? */
static bool
in_capitals(const unsigned char *p, const unsigned char *end, unsigned before)
{
	enum kind next = next_kind(p, end);

	return next == KIND_UPPER || (next == KIND_NONE && before == KIND_UPPER);
}

static void
count(struct work *w, int which, const unsigned char *p)
{
	potok_count_at(&w->t->counts[which], w->offset + (uint64_t)(p - w->token));
}

/* Joins the mark with the last character written, so that it stays in Normalization Form C.
 * Answers whether there is such a composition. */
static bool
join_mark(struct work *w, uint32_t mark)
{
	unsigned char *last = w->out - 1;
	uint32_t c;

	while ((*last & 0xC0) == 0x80)
		last--;
	potok_utf8_decode(last, (size_t)(w->out - last), &c);
	unsigned joined = compose(c, mark);
	if (joined == 0)
		return false;
	w->out = last + potok_utf8_encode(joined, last);
	return true;
}

/* A letter that the scheme does not have, or no letter: it passes. */
static void
pass_letter(struct work *w, uint32_t c, const unsigned char *at)
{
	enum kind kind = cyrillic_kind(c - SCHEME_FIRST);

	if (kind == KIND_NONE)
		convert_word_start(w->t);
	if (kind == KIND_LOWER || kind == KIND_UPPER) {
		count(w, UNKNOWN_LETTERS, at);
		w->t->sets = 0;
		w->t->before = (uint8_t)kind;
	}
	w->out += potok_utf8_encode(c, w->out);
}

/* Ѐ, Ѝ, ѐ and ѝ are the letters Е, И, е and и with a stress mark; other letters are themselves. */
static uint32_t
without_stress(uint32_t c)
{
	switch (c) {
	case 0x400:
		return 0x415;
	case 0x40D:
		return 0x418;
	case 0x450:
		return 0x435;
	case 0x45D:
		return 0x438;
	default:
		return c;
	}
}

/*
 * Takes the character at p with the marks behind it that change it: и and U+0306 are й.  Answers
 * what follows.
 */
static const unsigned char *
take_letter(struct work *w, const unsigned char *p, const unsigned char *end)
{
	const struct translit_scheme *s = w->t->scheme;
	const unsigned char *start = p;
	uint32_t c = SCHEME_FIRST + table_index(p), mark, stress = 0;
	unsigned to;

	p += 2;
	if ((mark = mark_at(p, end)) != 0 && (to = compose(c, mark)) != 0) {
		c = to;
		p += 2;
	}
	if (!s->letters[c - SCHEME_FIRST].known && without_stress(c) != c) {
		c = without_stress(c);
		stress = 0x300;
	}
	const struct translit_letter *l = &s->letters[c - SCHEME_FIRST];
	if (!l->known) {
		pass_letter(w, c, start);
		return p;
	}
	uint8_t sets = l->sets;
	if (stress == 0 && (mark = mark_at(p, end)) != 0 &&
	    (to = find_pair(s->pairs, s->npairs, c, mark)) != 0) {
		l = &s->others[to];
		p += 2;
	}
	l = rule_after(s, l, w->t->sets);
	if (l->caps != 0 && in_capitals(p, w->end, w->t->before))
		l = &s->others[l->caps];
	memcpy(w->out, l->text, SCHEME_TEXT);
	w->out += l->len;
	count(w, LETTERS, start);
	w->t->sets = sets;
	w->t->before = (uint8_t)cyrillic_kind(c - SCHEME_FIRST);
	if (l->len == 0)
		return p;
	if (stress != 0 && !join_mark(w, stress))
		w->out += potok_utf8_encode(stress, w->out);
	while ((mark = mark_at(p, end)) != 0 && join_mark(w, mark))
		p += 2;
	return p;
}

/* Takes a character that has no lead byte D0 to D4, or is ill-formed. */
static const unsigned char *
take_other(struct work *w, const unsigned char *p, const unsigned char *end)
{
	uint32_t c = 0;
	int len = potok_utf8_decode(p, (size_t)(end - p), &c);
	enum kind kind = len > 0 ? other_kind(c) : KIND_NONE;
	size_t n = len > 0 ? (size_t)len : 1;

	if (kind == KIND_NONE)
		convert_word_start(w->t);
	else if (kind != KIND_MARK) {
		w->t->sets = 0;
		w->t->before = (uint8_t)kind;
	}
	if (kind == KIND_LOWER && token_cyrillic(p, n))
		count(w, UNKNOWN_LETTERS, p);
	memcpy(w->out, p, n);
	w->out += n;
	return p + n;
}

/*
 * Writes the ASCII at p and the letters that are in the table, have a rule and no mark behind them.
 * Answers what follows.  The state lives in local variables on the way.
 */
static const unsigned char *
take_plain(struct work *w, const unsigned char *p, const unsigned char *end)
{
	const struct translit_letter *letters = w->t->scheme->letters;
	struct potok_count *c = &w->t->counts[LETTERS];
	const unsigned char *first = p;
	unsigned char *out = w->out;
	uint64_t n = 0;
	unsigned sets = w->t->sets, before = w->t->before;
	const unsigned start = w->t->scheme->start;

	while (p < end) {
		if (*p < 0x80) {
			before = other_kind(*p);
			sets = before == KIND_NONE ? start : 0;
			*out++ = *p++;
			continue;
		}
		if (!in_table(p, end))
			break;
		const struct translit_letter *l = &letters[table_index(p)];
		if (!l->known || (end - p > 2 && (p[2] & 0xFE) == 0xCC))
			break;
		unsigned own = l->sets, kind = l->known & CYRILLIC_UPPER ? KIND_UPPER : KIND_LOWER;
		l = rule_after(w->t->scheme, l, sets);
		if (l->caps != 0 && in_capitals(p + 2, w->end, before))
			l = &w->t->scheme->others[l->caps];
		memcpy(out, l->text, SCHEME_TEXT);
		out += l->len;
		sets = own;
		before = kind;
		first = n++ == 0 ? p : first;
		p += 2;
	}
	if (n > 0 && c->n == 0)
		c->first = w->offset + (uint64_t)(first - w->token);
	c->n += n;
	w->out = out;
	w->t->sets = (uint8_t)sets;
	w->t->before = (uint8_t)before;
	return p;
}

/* Writes p[0..end), which holds no link or address. */
static void
convert_text(struct work *w, const unsigned char *p, const unsigned char *end)
{
	while (p < end) {
		p = take_plain(w, p, end);
		if (p < end)
			p = in_table(p, end) ? take_letter(w, p, end) : take_other(w, p, end);
	}
}

enum potok_status
convert_tokens(struct potok_translit *t, const unsigned char *p, size_t n, bool special,
    uint64_t offset, struct potok_buf *out)
{
	/* Two bytes become SCHEME_TEXT at most, and a stress mark. */
	enum potok_status s = potok_buf_room(out, (n / 2 + 1) * (SCHEME_TEXT + 2));
	struct span span;
	size_t at = 0;

	if (s < 0)
		return s;
	struct work w = {t, p, p + n, offset, out->data + out->len};
	while (special && token_protected(p, n, at, &span)) {
		convert_text(&w, p + at, p + span.start);
		if (token_cyrillic(p + span.start, span.end - span.start))
			count(&w, PROTECTED_TOKENS, p + span.start);
		memcpy(w.out, p + span.start, span.end - span.start);
		w.out += span.end - span.start;
		convert_word_start(t);
		at = span.end;
	}
	convert_text(&w, p + at, p + n);
	out->len = (size_t)(w.out - out->data);
	return POTOK_MORE;
}
