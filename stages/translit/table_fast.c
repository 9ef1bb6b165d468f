/* Makes a scheme ready for the code that writes runs of plain characters. */
#include "table_fast.h"

#include <string.h>

uint8_t
table_set_bit(uint32_t known[8], uint32_t sets)
{
	for (int i = 0; i < 8; i++) {
		if (known[i] == 0)
			known[i] = sets;
		if (known[i] == sets)
			return (uint8_t)(1 << i);
	}
	return 0;
}

/* The text of a rule as four bytes for the vector code.  Answers whether it fits. */
static bool
fast_text(struct table_fast *f, int which, unsigned letter, const struct table_rule *r, int form)
{
	if (r->len[form] > FAST_TEXT)
		return false;
	for (int i = 0; i < FAST_TEXT; i++)
		f->text[which][i][letter] = (uint8_t)r->text[form][i];
	return true;
}

/* The next rule of the chain, from rule i on, that does not look at the letter behind; what the
 * others look for is marked.  0: there is none, or one looks for the end of the word. */
static unsigned
skip_pairs(struct translit_table *t, unsigned i, bool capital, bool *pair)
{
	for (i = table_next_rule(t, i, capital); i != 0;
	     i = table_next_rule(t, t->rules[i].next, capital)) {
		const struct table_rule *r = &t->rules[i];
		if (r->nkey == 1 && r->right == 0)
			break;
		if (r->nkey == 1 && (r->right & t->sets[0]) != 0)
			return 0;
		*pair = true;
		for (unsigned k = 0; k < FAST_ALL; k++) {
			const struct table_entry *e = t->entries[0x400 + k];
			unsigned slot = e->flags & ENTRY_STRESSED ? e->chain : 0x400 + k;
			bool second = r->nkey > 1 ? table_properties[slot].lower == r->key[1]
						  : (r->right & t->sets[slot]) != 0;
			t->fast.flags[k] |= second ? FAST_SECOND : 0;
		}
	}
	return i;
}

static void
fast_letter(struct translit_table *t, unsigned letter, uint32_t known[8])
{
	struct table_fast *f = &t->fast;
	unsigned slot = 0x400 + letter;
	const struct table_entry *e = t->entries[slot];
	bool capital = table_properties[slot].kind == KIND_UPPER;
	bool pair = false;
	unsigned i = skip_pairs(t, e->chain, capital, &pair);
	const struct table_rule *first = &t->rules[i], *r = first;

	if (!(e->flags & ENTRY_LETTER) || i == 0 || (first->flags & RULE_CASELESS))
		return;
	if (first->left != 0) {
		i = skip_pairs(t, first->next, capital, &pair);
		r = &t->rules[i];
		if (i == 0 || r->left != 0 || (r->flags & RULE_CASELESS))
			return;
		f->left[letter] = table_set_bit(known, first->left);
		if (f->left[letter] == 0)
			return;
	}
	int caps = capital ? 2 : 0;
	if (!fast_text(f, 0, letter, r, capital) || !fast_text(f, 1, letter, first, capital) ||
	    !fast_text(f, 2, letter, r, caps) || !fast_text(f, 3, letter, first, caps))
		return;
	f->flags[letter] |= FAST_USABLE | (pair ? FAST_PAIR : 0);
	f->flags[letter] |= capital ? FAST_CAPITAL : FAST_SMALL;
	if (capital && (!table_same_case(r, true) || !table_same_case(first, true)))
		f->flags[letter] |= FAST_TITLE;
}

static uint8_t
fast_sets(const uint32_t known[8], uint32_t sets)
{
	uint8_t bits = 0;

	for (int i = 0; i < 8; i++)
		bits |= (uint8_t)((sets & known[i]) != 0 ? 1 << i : 0);
	return bits;
}

/* The control character that is the code of punctuation i: not TAB, LF and CR. */
static unsigned
punctuation_code(size_t i)
{
	return (unsigned)(i < 8 ? 1 + i : 14 + i - 8);
}

/* Punctuation that is frequent in Cyrillic text: no-break space, quotation marks, dashes, ellipsis.
 */
static void
fast_punctuation(struct translit_table *t)
{
	static const uint16_t all[] = {
	    0xA0, 0xAB, 0xBB, 0x2013, 0x2014, 0x201C, 0x201D, 0x201E, 0x2026};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		uint8_t *to = &t->fast.punctuation[all[i] & 0x3F];
		if (!(t->entries[table_slot(all[i])]->flags & ENTRY_KEY))
			*to = (uint8_t)((all[i] < 0x100 ? FAST_C2 : FAST_E2_80) |
					punctuation_code(i) << FAST_CODE);
	}
}

/* Is the ASCII character for the vector code, which takes all that are no letters for one?  used:
 * the sets that rules look at. */
static bool
fast_ascii(const struct translit_table *t, unsigned c, uint32_t used)
{
	return c != 0 && (t->entries[c]->flags & (ENTRY_PLAIN | ENTRY_KEY)) == ENTRY_PLAIN &&
	       (table_is_letter(c) || ((t->sets[c] ^ t->sets[' ']) & used) == 0);
}

uint64_t
table_number(const unsigned char text[8])
{
	uint64_t number = 0;

	for (int i = 7; i >= 0; i--)
		number = number << 8 | text[i];
	return number;
}

uint64_t
table_letter(const struct table_fast *f, unsigned form, size_t letter)
{
	unsigned char text[8] = {0};

	for (unsigned k = 0; k < FAST_TEXT && f->text[form][k][letter] != 0; k++) {
		text[k] = f->text[form][k][letter];
		text[7] = (unsigned char)(k + 1);
	}
	return table_number(text);
}

unsigned
table_rule_before(const struct translit_table *t, unsigned i, unsigned a, unsigned b)
{
	bool capital = t->fast.flags[a] & FAST_CAPITAL;

	for (i = table_next_rule(t, i, capital); i != 0;
	     i = table_next_rule(t, t->rules[i].next, capital)) {
		const struct table_rule *r = &t->rules[i];
		bool other = r->nkey > 1 ? r->key[1] != table_properties[0x400 + b].lower
					 : r->right != 0 && !(r->right & t->sets[0x400 + b]);
		if (!other)
			break;
	}
	return i;
}

/* What the code without vectors wants to know of single characters. */
static void
fast_odd(struct table_fast *f)
{
	f->pass_all = true;
	for (unsigned i = 0; i < FAST_LETTERS; i++) {
		unsigned flags = f->flags[i];
		f->pass[i] = !is_control(i) && !f->ascii[i];
		f->pass_all &= f->pass[i] || i < ' ';
		if (!(flags & FAST_USABLE))
			f->odd[i] = FAST_ODD;
		else
			f->odd[i] = (uint8_t)((flags & FAST_TITLE ? FAST_TITLED : 0) |
					      (flags & FAST_PAIR ? FAST_PAIRED : 0));
	}
}

/* The bits of TWO_LEFT and TWO_BESIDE. */
struct two_bits {
	unsigned pair, title; /* not before FAST_SECOND; before small letters only */
	unsigned set[8];      /* that stand for the sets of letters; 0: none is left */
};

static struct two_bits
make_two_bits(const struct table_fast *f)
{
	struct two_bits bits = {0};
	unsigned odd = 0, left = 0, bit = 1 << 6;

	for (unsigned i = 0; i < FAST_LETTERS; i++) {
		odd |= f->odd[i];
		left |= f->left[i];
	}
	if (odd & FAST_PAIRED) {
		bits.pair = bit;
		bit >>= 1;
	}
	if (odd & FAST_TITLED) {
		bits.title = bit;
		bit >>= 1;
	}
	for (int k = 0; k < 8; k++) {
		if (left >> k & 1) {
			bits.set[k] = bit;
			bit >>= 1;
		}
	}
	return bits;
}

/* The bits of these sets; *all becomes false when one has none. */
static unsigned
two_sets(const struct two_bits *bits, unsigned sets, bool *all)
{
	unsigned to = 0;

	*all = true;
	for (int k = 0; k < 8; k++) {
		if (sets >> k & 1) {
			to |= bits->set[k];
			*all &= bits->set[k] != 0;
		}
	}
	return to;
}

/* Sets what is written for the letter a before b, when the rules of a, FAST_PAIR, tell that by b
 * alone. */
static bool
text_before(const struct translit_table *t, unsigned a, unsigned b, uint64_t *text)
{
	bool capital = t->fast.flags[a] & FAST_CAPITAL;
	unsigned char bytes[8] = {0};
	unsigned i = table_rule_before(t, t->entries[0x400 + a]->chain, a, b);
	const struct table_rule *r = &t->rules[i];
	bool title = capital && strcmp(r->text[1], r->text[2]) != 0;
	if (i == 0 || r->nkey > 1 || r->left != 0 || (r->flags & RULE_CASELESS) ||
	    r->len[capital] > FAST_TEXT || (title && !(t->fast.flags[b] & FAST_SMALL)))
		return false;
	memcpy(bytes, r->text[capital], r->len[capital]);
	bytes[7] = r->len[capital];
	*text = table_number(bytes);
	return true;
}

/* What is written for two letters when nothing before them matters. */
static uint64_t
two_letters(const struct translit_table *t, const struct two_bits *bits, unsigned a, unsigned b)
{
	const struct table_fast *f = &t->fast;
	uint64_t first = table_letter(f, 0, a), second = f->behind[FAST_ROW * b + 1 + a];
	bool paired = (f->odd[a] & FAST_PAIRED) && (f->flags[b] & FAST_SECOND);
	bool all, told = !paired || text_before(t, a, b, &first);
	bool small = f->flags[a] & FAST_SMALL;
	unsigned n = (unsigned)(first >> 56), both = n + (unsigned)(second >> 56), always = 1 << 7;
	unsigned left = two_sets(bits, f->left[a], &all);

	left |= f->flags[a] & FAST_SECOND ? bits->pair : 0;
	left |= small ? 0 : bits->title;
	if (!all || both > TWO_TEXT || ((f->odd[a] | f->odd[b]) & FAST_ODD) || !told ||
	    ((f->odd[a] & FAST_TITLED) && !(f->flags[b] & FAST_SMALL)))
		left = always;
	uint64_t text = left == always ? 0 : (first & ~(uint64_t)0 >> 8) | second << 8 * n;
	text &= ((uint64_t)1 << 8 * TWO_TEXT) - 1;
	return text | (uint64_t)left << TWO_LEFT | (uint64_t)f->beside[1 + b] << TWO_BESIDE |
	       (uint64_t)both << TWO_LENGTH;
}

/* Fills `beside` and `two`. */
static void
pair_letters(struct translit_table *t)
{
	struct table_fast *f = &t->fast;
	const struct two_bits bits = make_two_bits(f);
	bool all;

	f->beside[0] = (uint8_t)(1 << 7 | two_sets(&bits, f->space, &all));
	for (unsigned i = 0; i < FAST_LETTERS; i++) {
		unsigned beside = 1 << 7 | two_sets(&bits, f->sets[i], &all);
		beside |= f->odd[i] & FAST_PAIRED ? bits.pair : 0;
		beside |= f->odd[i] & FAST_TITLED ? bits.title : 0;
		f->beside[1 + i] = (uint8_t)beside;
	}
	for (unsigned b = 0; b < FAST_LETTERS; b++) {
		for (unsigned a = 0; a < FAST_LETTERS; a++)
			f->two[FAST_LETTERS * b + a] = two_letters(t, &bits, a, b);
	}
}

void
table_pair(struct translit_table *t)
{
	struct table_fast *f = &t->fast;

	f->paired = true;
	for (unsigned i = 0; i < FAST_LETTERS; i++) {
		for (unsigned k = 0; k <= FAST_LETTERS; k++) {
			unsigned sets = k > 0 ? f->sets[k - 1] : f->space;
			f->behind[FAST_ROW * i + k] = table_letter(f, (sets & f->left[i]) != 0, i);
		}
	}
	pair_letters(t);
}

void
table_fast(struct translit_table *t)
{
	struct table_fast *f = &t->fast;
	uint32_t known[8] = {0}, used = 0;

	fast_punctuation(t);
	for (size_t i = 1; i <= t->nrules; i++)
		used |= t->rules[i].left | t->rules[i].right;
	for (unsigned i = 0; i < FAST_ALL; i++)
		fast_letter(t, i, known);
	for (unsigned i = 0; i < FAST_ALL; i++)
		f->sets[i] = fast_sets(known, t->sets[0x400 + i]);
	for (unsigned i = 0; i < FAST_LETTERS; i++)
		f->ascii[i] = !fast_ascii(t, i, used);
	f->space = fast_sets(known, t->sets[' ']);
	fast_odd(f);
}
