/* Writes Latin text in Cyrillic letters. */
#include <string.h>

#include "convert.h"
#include "convert_work.h"
#include "table.h"
#include "tokens.h"

/* Bytes of text from which table_back_pair() is worth while. */
enum { PAIR_SEEN = 512 };

/* Is p[0..n) a Roman numeral? */
static bool
is_numeral(const uint8_t *kind, const unsigned char *p, size_t n)
{
	static const char *const digits[3][9] = {
	    {"C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM"},
	    {"X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"},
	    {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}};
	size_t i = 0;

	for (size_t k = 0; k < n; k++) {
		if (p[k] >= 0x80 || !(kind[p[k]] & BACK_DIGIT))
			return false;
	}
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
	return i == n;
}

/* Does p[0..n), a word, pass on the way back? */
static bool
passes_back(const struct work *w, const unsigned char *p, size_t n, bool foreign)
{
	return foreign || (n >= 2 && is_numeral(w->table->back.kind, p, n));
}

/* Finds the end of the word at p.  *foreign becomes true when it has a Latin letter that is in no
 * key. */
static const unsigned char *
word_end(const struct work *w, const unsigned char *p, const unsigned char *end, bool *foreign)
{
	*foreign = false;
	while (p < end) {
		if (p[0] < 0x80 && (end - p == 1 || !table_mark_begins(p + 1))) {
			unsigned kind = w->table->back.kind[*p];
			if (kind & BACK_END)
				break;
			*foreign |= (kind & BACK_FOREIGN) != 0;
			p++;
			continue;
		}
		struct letter l = convert_letter(p, end);
		convert_compose(&l, end);
		convert_compose_apart(&l, end);
		bool known = table_known(w->table, (size_t)l.slot);
		if (l.kind == KIND_NONE && (!known || token_ends(l.c)))
			break;
		*foreign |= l.kind >= KIND_LOWER && !known &&
			    table_properties[l.slot].script == SCRIPT_LATIN;
		p = l.behind;
	}
	return p;
}

/* Text that is taken by pairs of bytes. */
struct run {
	const struct translit_table *t;
	const unsigned char *start, *end;
	bool whole; /* nothing follows */
	unsigned char *out;
	uint64_t sum; /* of what was written: letters, and from bit SUM_LENGTH on bytes */
	/* Where what is before is this: at the start, and behind a key. */
	const unsigned char *known;
	unsigned kind;
	uint32_t sets;
	/* The end of the last key of letters, and its first one. */
	const unsigned char *key;
	unsigned first;
};

enum {
	SUM_LENGTH = BACK_LENGTH - 16,
	STEP = 4, /* bytes that are taken at once */
};

_Static_assert(
    POTOK_TRANSLIT_TOKEN < 1 << (SUM_LENGTH - 1), "the letters of tokens can be counted");

/* What take_key() and take_plain_key() answer. */
enum taken {
	TAKEN,
	TAKEN_NONE, /* no key of several letters is there */
	TAKEN_STOP, /* that cannot be told */
};

/* The slot of the character at p, of one byte or two; -1: it is another. */
static int
slot_at(const unsigned char *p, const unsigned char *end)
{
	if (p < end && *p < 0x80)
		return *p;
	return end - p >= 2 && two_bytes(p) ? (p[0] & 0x1F) << 6 | (p[1] & 0x3F) : -1;
}

/* The same of the character that ends at p. */
static int
slot_before(const unsigned char *p, const unsigned char *start)
{
	if (p[-1] < 0x80)
		return p[-1];
	return p - start >= 2 && p[-2] >= 0xC0 ? slot_at(p - 2, p) : -1;
}

/* Finds the kind and the sets of what is before p. */
static bool
find_before(const struct run *r, const unsigned char *p, unsigned *kind, uint32_t *sets)
{
	*kind = r->kind;
	*sets = r->sets;
	if (p == r->known)
		return true;
	int slot = slot_before(p, r->start);
	if (slot < 0 || slot >= BACK_SLOTS)
		return false;
	*kind = r->t->back.kind[slot];
	*sets = r->t->sets[slot];
	return true;
}

/* Does the character that ends at p end a word? */
static bool
ends_word(const struct run *r, const unsigned char *p)
{
	const uint8_t *kind = r->t->back.kind;
	int slot = slot_before(p, r->start);

	/* What else has been taken is punctuation: its last byte is not the first one of a
	 * character, nor is the one before. */
	if (slot < 0)
		return p - r->start >= 2 && p[-1] < 0xC0 && p[-2] < 0xC0;
	return slot < BACK_SLOTS && (kind[slot] & BACK_END);
}

/* May a word that is a Roman numeral begin at p? */
static bool
numeral_begins(const struct run *r, const unsigned char *p)
{
	const uint8_t *kind = r->t->back.kind;
	const unsigned char *q = p;

	if (p > r->start && p[-1] < 0x80 && !(kind[p[-1]] & BACK_END))
		return false;
	while (q < r->end && *q < 0x80 && (kind[*q] & BACK_DIGIT))
		q++;
	int slot = slot_at(q, r->end);
	bool other = slot >= 0 && slot < BACK_SLOTS && !(kind[slot] & BACK_END);
	return q - p >= 2 && !other;
}

/* What is written for the byte at p, by the rules; BACK_LOOK: that cannot be told. */
static uint32_t
look(const struct run *r, const unsigned char *p)
{
	bool second = p > r->start && p[-1] >= 0xC0;
	const unsigned char *first = second ? p - 1 : p;
	int slot = slot_at(first, r->end);
	unsigned before;
	uint32_t sets;

	if (*first == 0xE2 && !second)
		return r->t->back.pair[table_back_index((const unsigned char[2]){' ', 0xE2})];
	if (slot < 0 || slot >= BACK_SLOTS || !find_before(r, first, &before, &sets) ||
	    (first > r->start && numeral_begins(r, first - 1)))
		return BACK_LOOK;
	uint32_t text = table_back_text(r->t, (unsigned)slot, before, sets);
	return *p >= 0xC0 && !(text & BACK_LOOK) ? 0 : text;
}

/* The same at the start, or behind a key: mostly what is before does not matter, as where what ends
 * there is not known. */
static inline uint32_t
look_first(const struct run *r, const unsigned char *p)
{
	const unsigned char two[2] = {BACK_TAIL, *p};
	uint32_t text = *p < 0x80 ? r->t->back.pair[table_back_index(two)] : BACK_LOOK;

	return text & BACK_ODD ? look(r, p) : text;
}

/* The end of the rule's key, whose first character ends at p; NULL: it is another. */
static const unsigned char *
key_end(const struct run *r, const struct table_rule *rule, const unsigned char *p)
{
	for (int k = 1; k < rule->nkey; k++) {
		int slot = slot_at(p, r->end);
		if (slot < 0 || table_properties[slot].lower != rule->key[k])
			return NULL;
		/* Another key may be meant, with a stress mark inside of it. */
		if (slot == 0x300 || slot == 0x301 || (r->t->entries[slot]->flags & ENTRY_STRESSED))
			return NULL;
		p += slot < 0x80 ? 1 : 2;
	}
	return p;
}

/* Finds the sets of the character behind a key, at p. */
static bool
find_behind(const struct run *r, const unsigned char *p, uint32_t *sets)
{
	int slot = slot_at(p, r->end);

	*sets = r->t->sets[p < r->end && slot >= 0 ? slot : 0];
	if (p == r->end)
		return r->whole;
	const unsigned char *next = p + (slot < 0x80 ? 1 : 2);
	return slot >= 0 && slot < BACK_SLOTS && table_properties[slot].kind != KIND_MARK &&
	       !(r->t->entries[slot]->flags & ENTRY_STRESSED) && next < r->end &&
	       !table_mark_begins(next);
}

/* Writes the key of the rule up to `end`, whose first character is in that slot. */
static enum taken
write_key(struct run *r, const struct table_rule *rule, unsigned slot, const unsigned char *first,
    const unsigned char *end)
{
	bool letter = table_properties[slot].kind >= KIND_LOWER;
	bool capital = table_properties[slot].kind == KIND_UPPER;
	bool caseless = rule->flags & RULE_CASELESS;
	bool caps = capital && !caseless && strcmp(rule->text[1], rule->text[2]) != 0;
	int form = capital && !caseless;
	unsigned before;
	uint32_t sets;

	if (caps ||
	    (caseless && (!find_before(r, first, &before, &sets) || (before & BACK_CAPITAL))))
		return TAKEN_STOP;
	memcpy(r->out + (r->sum >> SUM_LENGTH), rule->text[form], SCHEME_TEXT);
	r->sum += ((uint64_t)rule->len[form] << SUM_LENGTH) + letter;
	if (letter) {
		r->key = end;
		r->first = slot;
	}
	r->known = end;
	r->kind = capital || caseless || !letter ? BACK_CAPITAL : 0;
	r->sets = r->t->sets[rule->key[rule->nkey - 1]];
	return TAKEN;
}

/* Do the sets of the neighbours of a key allow the rule?  False when that cannot be told. */
static bool
find_context(const struct run *r, const struct table_rule *rule, const unsigned char *first,
    const unsigned char *end, bool *allowed)
{
	unsigned before;
	uint32_t sets;

	*allowed = true;
	if (rule->left != 0) {
		if (!find_before(r, first, &before, &sets))
			return false;
		*allowed = (rule->left & sets) != 0;
	}
	if (*allowed && rule->right != 0) {
		if (!find_behind(r, end, &sets))
			return false;
		*allowed = (rule->right & sets) != 0;
	}
	return true;
}

static inline uint64_t
write_text(uint32_t text, unsigned char *out, uint64_t sum)
{
	uint16_t two = (uint16_t)text;

	memcpy(out + (sum >> SUM_LENGTH), &two, sizeof two);
	return sum + (text >> 16);
}

/* Writes the key of several characters whose first one has its last byte at *p, by the rules. */
static enum taken
take_key(struct run *r, const unsigned char **p)
{
	const unsigned char *first = **p < 0x80 || *p == r->start ? *p : *p - 1;
	int slot = slot_at(first, r->end);
	bool allowed;

	if (slot < 0 || slot >= BACK_SLOTS)
		return TAKEN_NONE;
	if (numeral_begins(r, first))
		return TAKEN_STOP;
	unsigned i = table_back_rule(r->t, (unsigned)slot);
	for (; i != 0; i = r->t->rules[i].next) {
		const struct table_rule *rule = &r->t->rules[i];
		const unsigned char *end = key_end(r, rule, *p + 1);
		if (end == NULL ||
		    ((rule->flags & RULE_CAPITAL) && table_properties[slot].kind != KIND_UPPER))
			continue;
		if (rule->nkey == 1 && rule->left == 0)
			break;
		if (!find_context(r, rule, first, end, &allowed))
			return TAKEN_STOP;
		if (!allowed)
			continue;
		if (rule->nkey == 1)
			break;
		enum taken taken = write_key(r, rule, (unsigned)slot, first, end);
		*p = taken == TAKEN ? end : *p;
		return taken;
	}
	return TAKEN_NONE;
}

/* The same for a letter of ASCII, from rule i on, where that needs no look at the neighbours. */
static inline enum taken
take_plain_key(struct run *r, const unsigned char **p, unsigned i)
{
	const struct table_back *back = &r->t->back;
	const struct table_key *key = &back->key[i];
	bool capital = **p < 'a';
	uint64_t behind;

	if (i == 0 || r->end - *p <= 1 + (ptrdiff_t)sizeof behind)
		return TAKEN_STOP;
	memcpy(&behind, *p + 1, sizeof behind);
	while ((behind & key->mask) != key->bytes || key->text[capital] == BACK_KEY) {
		if (key->next == 0)
			return TAKEN_NONE;
		key = &back->key[key->next];
	}
	if (key->length == 0)
		return TAKEN_STOP;
	r->sum = write_text(key->text[capital], r->out, r->sum);
	r->first = **p;
	r->known = r->key = *p += 1 + key->length;
	r->kind = capital ? BACK_CAPITAL : 0;
	r->sets = key->sets;
	return TAKEN;
}

/* Writes what is at p, before the last byte of the text, as far as the pairs tell: *text is that of
 * the first byte and becomes that of the last, *next what the pair behind has.  Answers where the
 * last is. */
static inline const unsigned char *
write_pairs(struct run *r, const unsigned char *p, uint32_t *text, uint32_t *next)
{
	const uint32_t *pair = r->t->back.pair;
	const unsigned char *last = r->end - 1;
	unsigned char *out = r->out;
	uint64_t sum = r->sum;
	uint32_t first = *text;

	for (; last - p >= STEP; p += STEP) {
		uint32_t a = pair[table_back_index(p)], b = pair[table_back_index(p + 1)],
			 c = pair[table_back_index(p + 2)], d = pair[table_back_index(p + 3)];
		if ((a | b | c | d) & BACK_ODD)
			break;
		sum = write_text(first, out, sum);
		sum = write_text(a, out, sum);
		sum = write_text(b, out, sum);
		sum = write_text(c, out, sum);
		first = d;
	}
	for (; p < last; p++, first = *next) {
		*next = pair[table_back_index(p)];
		if (*next & BACK_ODD)
			break;
		sum = write_text(first, out, sum);
	}
	r->sum = sum;
	*text = first;
	return p;
}

/* Writes what is at p as far as it can be told.  Answers what follows. */
static const unsigned char *
write_run(struct run *r, const unsigned char *p)
{
	const unsigned char *last = r->end - 1;
	uint32_t text = look_first(r, p), next = 0;

	while (!(text & BACK_LOOK)) {
		enum taken taken = TAKEN_NONE;
		p = write_pairs(r, p, &text, &next);
		if (p < last && (next & BACK_KEY)) {
			taken = take_plain_key(r, &p, next & 0xFFFF);
			taken = taken == TAKEN_STOP ? take_key(r, &p) : taken;
		}
		if (taken == TAKEN_STOP)
			break;
		if (taken == TAKEN) {
			if (p == r->end)
				break;
			text = look_first(r, p);
			continue;
		}
		r->sum = write_text(text, r->out, r->sum);
		if (p++ == last)
			break;
		/* A letter that begins no key has what it has behind others. */
		if ((next & BACK_KEY) && (next & 0xFFFF) != 0)
			text = look_first(r, p);
		else
			text = next & BACK_ODD ? look(r, p) : next;
	}
	return p;
}

/* The slot of the letter for capitals before p, where w->prev and w->cased are those of the start:
 * characters that are no letters, but have a rule, are passed over. */
static unsigned
find_cased(const struct work *w, const struct run *r, const unsigned char *p)
{
	while (p > r->start) {
		int slot = slot_before(p, r->start);
		if (p == r->key)
			return r->first;
		if (slot < 0)
			return 0;
		if (table_properties[slot].kind != KIND_NONE ||
		    table_back_rule(r->t, (unsigned)slot) == 0)
			return (unsigned)slot;
		p -= slot < 0x80 ? 1 : 2;
	}
	return w->cased;
}

/* Takes back what was written for the bytes from `stop` to p, and finds out whether it can. */
static bool
take_back(struct run *r, const unsigned char *p, const unsigned char *stop)
{
	if (r->known > stop)
		return false;
	while (p > stop) {
		uint32_t text;
		if (--p == r->known) {
			text = look_first(r, p);
		} else {
			text = r->t->back.pair[table_back_index(p - 1)];
			text = text & BACK_ODD ? look(r, p) : text;
		}
		r->sum -= text >> 16;
	}
	return true;
}

/* Writes the words at p, with what is between them, as far as the table of pairs tells.  Answers
 * what follows: the beginning of another word, or `end`. */
static const unsigned char *
take_words(struct work *w, const unsigned char *p, const unsigned char *end)
{
	/* The place of the first letter is not kept here; other scripts are not for this. */
	if (!w->table->back.paired || w->t->counts[LETTERS].n == 0 ||
	    table_properties[w->prev].script == SCRIPT_CYRILLIC || (*p >= BACK_MARKS && *p != 0xE2))
		return p;
	bool capital = table_properties[w->cased].kind == KIND_UPPER;
	struct run r = {.t = w->table,
	    .start = p,
	    .end = end,
	    .whole = end == w->end,
	    .out = w->out,
	    .known = p,
	    .kind = capital ? BACK_CAPITAL : 0,
	    .sets = w->table->sets[w->prev]};
	const struct run start = r;
	const unsigned char *to = write_run(&r, p), *stop = to;
	/* A mark makes another character of the one before, what follows another key. */
	bool marked = to > p && to < w->end && table_mark_begins(to);
	if (marked) {
		do
			stop--;
		while (stop > p && (*stop & 0xC0) == 0x80);
	}
	bool other = to < end || (to[-1] >= BACK_TWO && to[-1] < BACK_MARKS) || r.known == to;
	if (marked || other || !r.whole) {
		while (stop > p && !ends_word(&r, stop))
			stop--;
	}
	if (stop == p)
		return p;
	if (stop < to && !take_back(&r, to, stop)) {
		r = start;
		r.end = stop;
		if (write_run(&r, p) != stop)
			return p;
	}
	int slot = slot_before(stop, p);
	w->t->counts[LETTERS].n += r.sum & ((1U << SUM_LENGTH) - 1);
	w->out += r.sum >> SUM_LENGTH;
	w->cased = find_cased(w, &r, stop);
	w->prev = slot >= 0 ? (unsigned)slot : 0;
	return stop;
}

const unsigned char *
convert_back(struct work *w, const unsigned char *p, const unsigned char *end)
{
	struct table_back *back = &w->t->table->back;

	back->seen += (size_t)(end - p);
	if (!back->paired && back->seen >= PAIR_SEEN)
		table_back_pair(w->t->table);
	while (p < end && !w->t->stopped) {
		bool foreign;
		p = take_words(w, p, end);
		if (p == end)
			break;
		const unsigned char *behind = p;
		/* Marks that begin a token are not of its word, as behind what ends one. */
		while (behind < end && table_mark_begins(behind))
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
			while (behind < end && table_mark_begins(behind));
			p = convert_by_rules(w, p, behind);
		}
	}
	return p;
}
