/* Writes Latin text in Cyrillic letters. */
#include <string.h>

#include "convert.h"
#include "convert_work.h"
#include "table.h"
#include "tokens.h"

/* Is p[0..n) a Roman numeral of at least two letters? */
static bool
is_numeral(const unsigned char *p, size_t n)
{
	static const char *const digits[3][9] = {
	    {"C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM"},
	    {"X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"},
	    {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}};
	size_t i = 0;

	while (i < n && i < 3 && p[i] == 'M')
		i++;
	for (int k = 0; k < 3; k++) {
		size_t best = 0;
		for (int d = 0; d < 9; d++) {
			size_t len = strlen(digits[k][d]);
			if (len > best && n - i >= len && memcmp(p + i, digits[k][d], len) == 0)
				best = len;
		}
		i += best;
	}
	return i == n && n >= 2;
}

/* Does p[0..n), a word, pass on the way back? */
static bool
passes_back(const struct work *w, const unsigned char *p, size_t n, bool foreign)
{
	const struct table_back *back = w->table->back;

	return foreign ||
	       (n >= 2 && p[0] < 0x80 && (back[p[0]].kind & BACK_DIGIT) && is_numeral(p, n));
}

/* Finds the end of the word at p.  *foreign becomes true when it has a Latin letter that is in no
 * key. */
static const unsigned char *
word_end(const struct work *w, const unsigned char *p, const unsigned char *end, bool *foreign)
{
	const struct table_back *back = w->table->back;

	*foreign = false;
	while (p < end) {
		if (p[0] < 0x80 && (end - p == 1 || (p[1] & 0xFE) != 0xCC)) {
			unsigned kind = back[*p].kind;
			if (kind & BACK_END)
				break;
			*foreign |= (kind & BACK_FOREIGN) != 0;
			p++;
			continue;
		}
		struct letter l = convert_letter(p, end);
		convert_compose(&l, end);
		bool known = table_known(w->table, (size_t)l.slot);
		if (l.kind == KIND_NONE && (!known || token_ends(l.c)))
			break;
		*foreign |= l.kind >= KIND_LOWER && !known &&
			    table_properties[l.slot].script == SCRIPT_LATIN;
		p = l.behind;
	}
	return p;
}

/* Where take_words() is. */
struct words {
	const unsigned char *p;
	unsigned char *out;
	uint64_t n;      /* letters of the scheme */
	uint32_t sets;   /* of the character before */
	unsigned before; /* its kind */
};

/* Writes the key of ASCII at s->p, with a rule of its chain.  Answers false when there is none, or
 * the case of the neighbours decides. */
static bool
take_key(const struct translit_table *t, struct words *s, const unsigned char *end)
{
	unsigned first = *s->p, i = t->back[first].chain;
	bool capital = table_properties[first].kind == KIND_UPPER;

	for (; i != 0; i = t->rules[i].next) {
		const struct table_rule *r = &t->rules[i];
		int k = 1;
		if (((r->flags & RULE_CAPITAL) && !capital) ||
		    (r->left != 0 && (r->left & s->sets) == 0) || end - s->p < r->nkey)
			continue;
		while (
		    k < r->nkey && s->p[k] < 0x80 && table_properties[s->p[k]].lower == r->key[k])
			k++;
		if (k < r->nkey)
			continue;
		bool caseless = r->flags & RULE_CASELESS;
		if (caseless && (s->before & BACK_CAPITAL))
			return false;
		int form = capital && !caseless;
		memcpy(s->out, r->text[form], SCHEME_TEXT);
		s->out += r->len[form];
		s->n += t->back[first].kind & BACK_LETTER;
		s->p += r->nkey;
		s->sets = t->sets[r->key[r->nkey - 1]];
		s->before = t->back[first].kind | BACK_KEYED | (caseless ? BACK_CAPITAL : 0);
		return true;
	}
	return false;
}

/* Writes the words at p, with what is between them, that have plain characters and keys of ASCII
 * only and are no numerals.  Answers what follows: the beginning of another word, or `end`. */
static const unsigned char *
take_words(struct work *w, const unsigned char *p, const unsigned char *end)
{
	const struct table_back *back = w->table->back;
	bool capital = table_properties[w->cased].kind == KIND_UPPER;
	struct words s = {.p = p,
	    .out = w->out,
	    .sets = w->table->sets[w->prev],
	    .before = BACK_ANY | (capital ? BACK_CAPITAL : 0)};
	struct words done = s;

	/* The place of the first letter is not kept here. */
	if (w->t->counts[LETTERS].n == 0 || table_properties[w->prev].script == SCRIPT_CYRILLIC)
		return p;
	while (s.p < end) {
		unsigned slot = *s.p, len = 1;
		if (slot >= 0x80) {
			if (slot >= 0xCC || end - s.p < 2 || !two_bytes(s.p))
				break;
			slot = (slot & 0x1F) << 6 | (s.p[1] & 0x3Fu);
			len = 2;
		}
		const struct table_back *b = &back[slot];
		if (s.before & BACK_END)
			done = s;
		unsigned conflict = b->not_behind & s.before;
		if (conflict != 0) {
			/* A word that begins with two digits may be a numeral. */
			if ((conflict & BACK_DIGIT) && s.p - done.p == 1)
				break;
			if (b->chain != 0 && slot < 0x80 && take_key(w->table, &s, end))
				continue;
			if (conflict != BACK_DIGIT)
				break;
		}
		uint64_t text = b->text[(s.sets & b->left) != 0];
		memcpy(s.out, &text, sizeof text);
		s.out += text >> 56;
		s.n += b->kind & BACK_LETTER;
		s.p += len;
		s.before = b->kind;
		s.sets = b->sets;
	}
	/* A mark makes another character of the one before. */
	bool marked = s.p < w->end && (*s.p & 0xFE) == 0xCC;
	if (!marked && ((s.p == end && !(s.before & BACK_KEYED)) || (s.before & BACK_END)))
		done = s;
	if (done.p > p) {
		const unsigned char *last = done.p - 1;
		count_letters(w, done.n, p);
		w->out = done.out;
		w->prev = w->cased =
		    *last < 0x80 ? *last : (last[-1] & 0x1Fu) << 6 | (*last & 0x3Fu);
	}
	return done.p;
}

const unsigned char *
convert_back(struct work *w, const unsigned char *p, const unsigned char *end)
{
	while (p < end && !w->t->stopped) {
		bool foreign;
		p = take_words(w, p, end);
		if (p == end)
			break;
		const unsigned char *behind = p;
		/* Marks that begin a token are not of its word, as behind what ends one. */
		while (behind < end && (*behind & 0xFE) == 0xCC)
			behind = convert_letter(behind, end).behind;
		if (behind > p) {
			p = convert_by_rules(w, p, behind);
			continue;
		}
		behind = word_end(w, p, end, &foreign);
		if (passes_back(w, p, (size_t)(behind - p), foreign)) {
			memcpy(w->out, p, (size_t)(behind - p));
			w->out += behind - p;
			w->prev = w->cased = SCHEME_OTHER;
			p = behind;
		} else {
			/* With the character that ends it, and marks. */
			do
				behind = behind < end ? convert_letter(behind, end).behind : end;
			while (behind < end && (*behind & 0xFE) == 0xCC);
			p = convert_by_rules(w, p, behind);
		}
	}
	return p;
}
