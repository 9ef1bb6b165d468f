/* Writes tokens in the letters of a scheme. */
#include "convert.h"

#include <string.h>

#include "convert_simd.h"
#include "convert_work.h"
#include "table.h"
#include "tokens.h"

void
convert_word_start(struct potok_translit *t)
{
	t->prev = t->cased = BOUNDARY;
}

/* Is there code for runs of plain characters at p[0..n)?  Its tables are made when so much text has
 * come that they are worth it. */
static bool
has_blocks(const struct work *w, const unsigned char *p, size_t n)
{
	struct potok_translit *t = w->t;
	uint64_t come = w->offset + (uint64_t)(p - w->token) + n;

	if (t->reverse)
		return false;
	if (!w->table->fast.paired && come >= POTOK_PAIR_TEXT && t->simd != POTOK_SIMD_AVX512) {
#if POTOK_SIMD_X86
		if (t->simd == POTOK_SIMD_AVX2) {
			table_codes(t->table);
			convert_pair_avx2(&t->table->fast);
		} else
#endif
			table_pair(t->table);
	}
	return w->table->fast.paired || t->simd == POTOK_SIMD_AVX512;
}

/* The first letter of U+0400 to U+04FF behind p; there is one. */
static const unsigned char *
first_letter(const unsigned char *p)
{
	while ((*p & 0xFC) != 0xD0)
		p++;
	return p;
}

/* Writes what is plain of p[0..end).  Answers what follows. */
static const unsigned char *
take_blocks(struct work *w, const unsigned char *p, const unsigned char *end)
{
	const struct table_fast *f = &w->table->fast;
	unsigned slot = w->prev;

	if (slot >= 0x80 && table_properties[slot].kind == KIND_NONE &&
	    w->table->entries[slot]->chain == 0)
		slot = BOUNDARY;
	bool cyrillic = slot >= 0x400 &&
			slot < 0x400 + (w->t->simd == POTOK_SIMD_AVX2 ? FAST_ALL : FAST_LETTERS);
	if (end - p < PLAIN_BLOCK || w->prev != w->cased ||
	    (slot != BOUNDARY && slot < 0x80 && f->ascii[slot]) || (slot >= 0x80 && !cyrillic))
		return p;
	struct plain_state state = {
	    .out = w->out, .before = plain_before_is(f, cyrillic, cyrillic ? slot - 0x400 : slot)};
	size_t (*write)(const struct table_fast *, const unsigned char *, size_t, size_t,
	    struct plain_state *) = convert_plain_scalar;
#if POTOK_SIMD_X86
	if (w->t->simd != POTOK_SIMD_SCALAR)
		write = w->t->simd == POTOK_SIMD_AVX2 ? convert_plain_avx2 : convert_plain_avx512;
#endif
	size_t n = write(f, p, (size_t)(end - p), (size_t)(w->end - p), &state);
	if (n == 0)
		return p;
	bool first = state.letters > 0 && w->t->counts[LETTERS].n == 0;
	count_letters(w, state.letters, first ? first_letter(p) : p);
	w->out = state.out;
	p += n;
	if (p[-1] < 0x80)
		slot = p[-1];
	else if ((p[-2] & 0xFC) == 0xD0)
		slot = (p[-2] & 0x1Fu) << 6 | (p[-1] & 0x3Fu);
	else
		slot = BOUNDARY; /* punctuation */
	w->prev = w->cased = slot;
	return p;
}

/* What take_plain() keeps in registers. */
struct plain {
	unsigned char *out;
	unsigned prev;              /* slot of the character before */
	uint64_t n;                 /* letters of the scheme */
	const unsigned char *first; /* the first one */
};

/* Writes the plain letters of U+0400 to U+047F at p.  Answers what follows. */
static inline const unsigned char *
cyrillic_run(const struct translit_table *t, struct plain *s, const unsigned char *p,
    const unsigned char *end)
{
	const unsigned both = ENTRY_PLAIN | ENTRY_LETTER;
	const unsigned char *start = p;
	unsigned char *out = s->out;
	unsigned prev = s->prev;

	while (end - p > 2) {
		unsigned lead = p[0] - 0xD0u, tail = p[1] ^ 0x80u;
		unsigned slot = 0x400 + lead * 64 + tail;
		if (lead > 1 || tail > 0x3F || table_mark_begins(p + 2))
			break;
		const struct table_entry *e = t->entries[slot];
		if ((e->flags & both) != both)
			break;
		e += (t->sets[prev] & t->left[slot]) != 0;
		memcpy(out, e, sizeof *e);
		out += e->len;
		prev = slot;
		p += 2;
	}
	s->out = out;
	s->prev = prev;
	s->n += (uint64_t)(p - start) / 2;
	return p;
}

/* Passes the plain ASCII at p.  Answers what follows. */
static inline const unsigned char *
ascii_run(const struct translit_table *t, struct plain *s, const unsigned char *p,
    const unsigned char *end)
{
	unsigned char *out = s->out;

	while (end - p > 2 && p[0] < 0x80 && !table_mark_begins(p + 1) &&
	       (t->entries[p[0]]->flags & ENTRY_PLAIN))
		*out++ = *p++;
	s->out = out;
	s->prev = p[-1];
	return p;
}

/* Writes the characters at p whose entries are plain and that have no mark behind them.  Answers
 * what follows. */
static const unsigned char *
take_plain(struct work *w, const unsigned char *p, const unsigned char *end)
{
	const struct translit_table *t = w->table;
	const unsigned char *start = p;
	const bool back = w->t->reverse;
	struct plain s = {.out = w->out, .prev = w->prev};

	while (end - p > 2) {
		unsigned slot = p[0], len = 1;
		if (slot >= 0x80) {
			if (!two_bytes(p))
				break;
			slot = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
			len = 2;
		}
		const struct table_entry *e = t->entries[slot];
		if (!(e->flags & ENTRY_PLAIN) || table_mark_begins(p + len))
			break;
		if (slot >> 7 != s.prev >> 7 && scripts_meet(s.prev, slot))
			break;
		bool letter = e->flags & ENTRY_LETTER;
		e += (t->sets[s.prev] & t->left[slot]) != 0;
		memcpy(s.out, e, sizeof *e);
		s.out += e->len;
		s.first = s.n == 0 && letter ? p : s.first;
		s.n += letter;
		s.prev = slot;
		p += len;
		if (slot >= 0x400 && letter)
			p = cyrillic_run(t, &s, p, end);
		else if (slot < 0x80 && !back)
			p = ascii_run(t, &s, p, end);
	}
	if (p == start)
		return p;
	count_letters(w, s.n, s.first);
	w->out = s.out;
	w->prev = w->cased = s.prev;
	return p;
}

const unsigned char *
convert_by_rules(struct work *w, const unsigned char *p, const unsigned char *end)
{
	bool blocks = has_blocks(w, p, (size_t)(end - p));

	while (p < end && !w->t->stopped) {
		const unsigned char *start = p;
		p = blocks ? take_blocks(w, p, end) : p;
		/* Where that has stopped, a few characters are taken one by one. */
		bool more = blocks && end - p > PLAIN_BLOCK;
		p = take_plain(w, p, more ? p + 6 : end);
		if (p == start)
			p = convert_one(w, p, end);
		else if (p < end)
			p = convert_marks(w, p, end);
	}
	return p;
}

/* Bytes that n bytes of text can become: a character of two bytes becomes SCHEME_TEXT at most,
 * where whole entries are stored; a caseless key of one byte as many. */
static size_t
room(size_t n)
{
	return (n + 2) * SCHEME_TEXT + 128;
}

enum potok_status
convert_tokens(struct potok_translit *t, const unsigned char *p, size_t n, bool special,
    uint64_t offset, struct potok_buf *out, size_t *taken)
{
	enum potok_status s = potok_buf_room(out, room(n));
	struct span span;
	size_t at = 0;

	*taken = 0;
	if (s < 0)
		return s;
	unsigned char *to = out->data + out->len;
	const unsigned char *(*write)(struct work *, const unsigned char *, const unsigned char *) =
	    t->reverse ? convert_back : convert_by_rules;
	struct work w = {t, t->table, p, p + n, offset, to, to, t->prev, t->cased};
	while (special && token_protected(p, n, at, t->keep, &span)) {
		at = (size_t)(write(&w, p + at, p + span.start) - p);
		if (t->stopped)
			break;
		if (token_cyrillic(p + span.start, span.end - span.start))
			count(&w, PROTECTED_TOKENS, p + span.start);
		memcpy(w.out, p + span.start, span.end - span.start);
		w.out += span.end - span.start;
		w.prev = w.cased = BOUNDARY;
		w.first = w.out;
		at = span.end;
	}
	if (!t->stopped)
		at = (size_t)(write(&w, p + at, p + n) - p);
	*taken = at;
	t->prev = (uint16_t)w.prev;
	t->cased = (uint16_t)w.cased;
	out->len = (size_t)(w.out - out->data);
	return POTOK_MORE;
}
