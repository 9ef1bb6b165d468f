/* Text that comes back: see reversible.h. */
#include "reversible.h"

#include <string.h>

#include <potok/utf8.h>

#include "convert.h"
#include "table.h"
#include "tokens.h"

static enum potok_status
add_mark(const char *mark, struct potok_buf *out)
{
	return potok_buf_add(out, mark, REVERSIBLE_MARK);
}

static bool
is_mark(const unsigned char *p, size_t n, const char *mark)
{
	return n >= REVERSIBLE_MARK && memcmp(p, mark, REVERSIBLE_MARK) == 0;
}

/* Does p[0..n) hold a mark that begins or ends text that passes? */
static bool
has_verbatim(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_mark(p + i, n - i, REVERSIBLE_VERBATIM))
			return true;
	}
	return false;
}

/* Opens or closes text that passes. */
static enum potok_status
turn(struct potok_translit *t, bool open, struct potok_buf *out)
{
	if (t->open == open)
		return POTOK_MORE;
	t->open = open;
	return add_mark(REVERSIBLE_VERBATIM, out);
}

/* Is back what comes of p[0..n) on the way back?  *same is the answer. */
static enum potok_status
comes_back(struct potok_translit *t, const unsigned char *p, size_t n, const unsigned char *back,
    size_t nback, bool *same)
{
	struct potok_slice in = {p, n};
	enum potok_status s;

	potok_buf_clear(&t->tried);
	t->tried.limit = SIZE_MAX;
	t->back->stage.offset = 0;
	t->back->verbatim = false;
	convert_word_start(t->back);
	s = potok_process(&t->back->stage, &in, &t->tried, true);
	if (s < 0)
		return s;
	struct potok_slice made = potok_buf_bytes(&t->tried);
	*same = made.len == nback && (nback == 0 || memcmp(made.data, back, nback) == 0);
	return POTOK_MORE;
}

/* Writes p[0..n) as a word of its own to t->made, and tells whether it comes back. */
static enum potok_status
try_word(struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset, bool *same)
{
	size_t taken;
	enum potok_status s;

	potok_buf_clear(&t->made);
	convert_word_start(t);
	s = convert_tokens(t, p, n, true, offset, &t->made, &taken);
	if (s < 0)
		return s;
	*same = false;
	return t->stopped ? POTOK_MORE : comes_back(t, t->made.data, t->made.len, p, n, same);
}

/* What is gone back to when a try is given up. */
struct state {
	struct potok_count counts[POTOK_TRANSLIT_COUNTS];
	uint64_t mixed_place;
	bool stopped;
};

static void
get_state(const struct potok_translit *t, struct state *state)
{
	memcpy(state->counts, t->counts, sizeof t->counts);
	state->mixed_place = t->mixed_place;
	state->stopped = t->stopped;
}

static void
set_state(struct potok_translit *t, const struct state *state)
{
	memcpy(t->counts, state->counts, sizeof t->counts);
	t->mixed_place = state->mixed_place;
	t->stopped = state->stopped;
}

/* Bytes at the front of p[0..n) that are one character with the combining ones behind it. */
static size_t
one_letter(const unsigned char *p, size_t n)
{
	uint32_t c;
	int len = potok_utf8_decode(p, n, &c);
	size_t i = len > 0 ? (size_t)len : 1;

	while (n - i >= 2 && table_mark_begins(p + i))
		i += 2;
	return i < n ? i : n;
}

/* The longest word at the front of p[0..n) that comes back, written to t->made; 0: there is none.
 */
static enum potok_status
longest_word(
    struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset, size_t *len)
{
	struct state old;
	size_t best = 0;
	bool same = false;
	enum potok_status s = POTOK_MORE;

	get_state(t, &old);
	for (size_t end = 0; end < n && s >= 0;) {
		end += one_letter(p + end, n - end);
		s = try_word(t, p, end, offset, &same);
		set_state(t, &old);
		if (same)
			best = end;
		else if (best > 0 || end > 16)
			break;
	}
	*len = best;
	if (s >= 0 && best > 0)
		s = try_word(t, p, best, offset, &same);
	return s;
}

/* Writes the token to t->whole in pieces: words that come back, and text that passes. */
static enum potok_status
write_pieces(struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset)
{
	struct potok_buf *out = &t->whole;
	bool word = false; /* the piece before was a word */
	enum potok_status s = POTOK_MORE;

	potok_buf_clear(out);
	for (size_t i = 0, len; i < n && s >= 0; i += len) {
		s = longest_word(t, p + i, n - i, offset + i, &len);
		if (s < 0)
			return s;
		if (len > 0) {
			s = t->open ? turn(t, false, out)
			    : word  ? add_mark(REVERSIBLE_BREAK, out)
				    : POTOK_MORE;
			if (s >= 0)
				s = potok_buf_add(out, t->made.data, t->made.len);
			word = true;
			continue;
		}
		len = one_letter(p + i, n - i);
		s = turn(t, true, out);
		if (s >= 0)
			s = potok_buf_add(out, p + i, len);
		word = false;
	}
	return s < 0 ? s : turn(t, false, out);
}

/* Appends p[0..n) as it is, as text that passes. */
static enum potok_status
pass(struct potok_translit *t, const unsigned char *p, size_t n, struct potok_buf *out)
{
	enum potok_status s = POTOK_MORE;

	for (size_t i = 0, from = 0; i <= n && s >= 0; i++) {
		bool mark = is_mark(p + i, n - i, REVERSIBLE_VERBATIM);
		if (i < n && !mark)
			continue;
		if (i > from) {
			s = turn(t, true, out);
			if (s >= 0)
				s = potok_buf_add(out, p + from, i - from);
		}
		if (mark && s >= 0 && (s = turn(t, false, out)) >= 0 &&
		    (s = add_mark(REVERSIBLE_VERBATIM, out)) >= 0)
			s = add_mark(REVERSIBLE_VERBATIM, out);
		from = i + (mark ? REVERSIBLE_MARK : 0);
		i += mark ? REVERSIBLE_MARK - 1 : 0;
	}
	return s;
}

/* Appends the token, which does not come back without marks. */
static enum potok_status
mark_token(struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset,
    struct potok_buf *out)
{
	struct state old;
	bool same = false, open = t->open;
	enum potok_status s = POTOK_MORE;

	get_state(t, &old);
	if (token_cyrillic(p, n) && !has_verbatim(p, n)) {
		t->open = false;
		s = write_pieces(t, p, n, offset);
		if (s >= 0)
			s = comes_back(t, t->whole.data, t->whole.len, p, n, &same);
		t->open = open;
	}
	if (s < 0)
		return s;
	if (!same)
		set_state(t, &old);
	potok_count_at(&t->counts[MARKED_TOKENS], offset);
	if (!same)
		return pass(t, p, n, out);
	s = turn(t, false, out);
	return s < 0 ? s : potok_buf_add(out, t->whole.data, t->whole.len);
}

/* Has the letter, of ASCII, a Cyrillic one wherever it stands? */
static bool
always_changes(const struct translit_table *back, unsigned char c)
{
	const struct table_rule *r = &back->rules[back->entries[c]->chain];

	while (r->nkey > 1)
		r = &back->rules[r->next];
	return r->nkey == 1 && r->left == 0 && r->right == 0 && table_is_letter(c);
}

/* Has p[0..n), without links, addresses and code, a word that the way back changes?  False when
 * that is not plain to see. */
static bool
has_latin_word(const struct potok_translit *t, const unsigned char *p, size_t n)
{
	const struct translit_table *back = t->back->table;
	bool foreign = false, changes = false;

	for (size_t i = 0; i <= n; i++) {
		unsigned kind = i == n        ? BACK_END
				: p[i] < 0x80 ? back->back.kind[p[i]]
					      : BACK_FOREIGN;
		if ((kind & BACK_END) && changes && !foreign)
			return true;
		if (kind & BACK_END) {
			foreign = changes = false;
			continue;
		}
		foreign |= (kind & BACK_FOREIGN) != 0;
		/* Roman numerals stay. */
		changes |= !(kind & BACK_DIGIT) && p[i] < 0x80 && always_changes(back, p[i]);
	}
	return false;
}

enum potok_status
reversible_token(struct potok_translit *t, const unsigned char *p, size_t n, bool special,
    bool parted, uint64_t offset, struct potok_buf *out)
{
	struct state old;
	bool same = false, latin = !special && !token_cyrillic(p, n) && has_latin_word(t, p, n);
	enum potok_status s = POTOK_MORE;

	get_state(t, &old);
	if (!latin)
		s = try_word(t, p, n, offset, &same);
	if (s < 0 || t->stopped)
		return s;
	if (has_verbatim(p, n))
		same = false;
	if (same && !parted && t->made.len == n && memcmp(t->made.data, p, n) == 0) {
		s = potok_buf_add(out, p, n); /* also inside of text that passes */
	} else if (same) {
		s = turn(t, false, out);
		if (s >= 0)
			s = potok_buf_add(out, t->made.data, t->made.len);
	} else {
		set_state(t, &old);
		s = mark_token(t, p, n, offset, out);
	}
	if (s >= 0 && parted && (s = turn(t, false, out)) >= 0)
		s = add_mark(REVERSIBLE_BREAK, out);
	return s;
}

/* Is the character at p, of n bytes, a mark, or one that the way back knows? */
static bool
has_meaning(const struct potok_translit *t, const unsigned char *p, size_t n)
{
	uint32_t c;

	potok_utf8_decode(p, n, &c);
	int slot = scheme_slot(c);
	return is_mark(p, n, REVERSIBLE_VERBATIM) || is_mark(p, n, REVERSIBLE_BREAK) ||
	       (slot >= 0 && (t->back->table->entries[slot]->flags & ENTRY_KEY));
}

/* Bytes at the front of p[0..n) that are whole tokens, without Latin letters, links, addresses and
 * code, and spaces and line ends behind them; what ends tokens in it means nothing on the way back.
 */
static size_t
plain_stretch(const struct potok_translit *t, const unsigned char *p, size_t n)
{
	const struct translit_table *back = t->back->table;
	size_t end = 0, len;

	n = n < REVERSIBLE_TOKEN ? n : REVERSIBLE_TOKEN;
	for (size_t i = 0; i < n; i += len) {
		unsigned char c = p[i];
		len = 2;
		if ((c == 0xD0 || c == 0xD1) && n - i > 1 && (p[i + 1] & 0xC0) == 0x80)
			continue;
		len = 1;
		if (c >= 0x80) {
			uint32_t character;
			int known = potok_utf8_decode(p + i, n - i, &character);
			if (known <= 0 || has_meaning(t, p + i, (size_t)known))
				break;
			len = (size_t)known;
		} else if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '@' || c == '/' ||
			   c == '`' || c == ']') {
			break;
		} else if ((back->entries[c]->flags & ENTRY_KEY) && token_between(p + i, 1) > 0) {
			break;
		} else if (c == ' ' || c == '\n') {
			end = i + 1;
		}
	}
	return end;
}

enum potok_status
reversible_stretch(struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset,
    struct potok_buf *out, size_t *taken)
{
	struct state old;
	bool same = false;

	*taken = 0;
	if (t->open || t->apart > 0)
		return POTOK_MORE;
	n = plain_stretch(t, p, n);
	if (n == 0)
		return POTOK_MORE;
	get_state(t, &old);
	enum potok_status s = try_word(t, p, n, offset, &same);
	if (s < 0)
		return s;
	if (same) {
		*taken = n;
		return potok_buf_add(out, t->made.data, t->made.len);
	}
	set_state(t, &old);
	t->apart = n;
	return POTOK_MORE;
}

enum potok_status
reversible_between(struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset,
    struct potok_buf *out)
{
	enum potok_status s = POTOK_MORE;

	for (size_t i = 0, len; i < n && s >= 0; i += len) {
		uint32_t c;
		int known = potok_utf8_decode(p + i, n - i, &c);
		len = known > 0 ? (size_t)known : 1;
		if (has_meaning(t, p + i, len)) {
			potok_count_at(&t->counts[MARKED_TOKENS], offset + i);
			s = pass(t, p + i, len, out);
			continue;
		}
		if (p[i] == '\n')
			s = turn(t, false, out);
		if (s >= 0)
			s = potok_buf_add(out, p + i, len);
	}
	return s;
}

enum potok_status
reversible_end(struct potok_translit *t, struct potok_buf *out)
{
	return turn(t, false, out);
}
