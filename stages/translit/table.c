/* Makes a scheme ready for use. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "names.h"
#include "schemes.h"
#include "tokens.h"

enum { NSCHEMES = sizeof schemes / sizeof schemes[0] };

const struct translit_property *const table_properties = properties;

const struct translit_scheme *
table_scheme(size_t i)
{
	return i < NSCHEMES ? &schemes[i] : NULL;
}

uint32_t
table_compose(uint32_t letter, uint32_t mark)
{
	size_t low = 0, n = sizeof compositions / sizeof compositions[0], high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct translit_pair *p = &compositions[mid];
		if (p->letter < letter || (p->letter == letter && p->mark < mark))
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && compositions[low].letter == letter && compositions[low].mark == mark
		   ? compositions[low].composed
		   : 0;
}

/* The slot of a character of a table, which has one. */
static size_t
slot_of(uint32_t c)
{
	int slot = scheme_slot(c);

	return slot >= 0 ? (size_t)slot : SCHEME_OTHER;
}

static uint32_t
slot_lower(uint32_t c)
{
	return properties[slot_of(c)].lower;
}

uint32_t
table_upper(uint32_t c)
{
	for (uint32_t u = 0; u < 0x10000; u++) {
		int slot = scheme_slot(u);
		if (slot >= 0 && u != c && properties[slot].kind == KIND_UPPER &&
		    properties[slot].lower == slot_lower(c))
			return u;
	}
	return c;
}

/* What --signs=ascii makes of a sign: ' or ", 0 for other characters. */
static char
ascii_sign(uint32_t c)
{
	switch (c) {
	case '\'':
	case '`':
	case 0xB4:
	case 0x2B9:
	case 0x2BB:
	case 0x2BC:
	case 0x2018:
	case 0x2019:
	case 0x2032:
		return '\'';
	case '"':
	case 0x2BA:
	case 0x201C:
	case 0x201D:
	case 0x2033:
		return '"';
	default:
		return 0;
	}
}

/* Copies a result as the signs are wanted.  Answers its length. */
static uint8_t
copy_text(char *to, const char *from, enum potok_translit_signs signs)
{
	size_t n = strlen(from), len = 0;

	for (size_t i = 0; i < n;) {
		uint32_t c;
		int step = potok_utf8_decode((const unsigned char *)from + i, n - i, &c);
		char sign = ascii_sign(c);
		if (signs == POTOK_SIGNS_STANDARD || sign == 0) {
			memcpy(to + len, from + i, (size_t)step);
			len += (size_t)step;
		} else if (signs == POTOK_SIGNS_ASCII) {
			to[len++] = sign;
		}
		i += (size_t)step;
	}
	memset(to + len, 0, SCHEME_TEXT + 1 - len);
	return (uint8_t)len;
}

/* Rules with the opposite of a set use its bit 16 places higher. */
static uint32_t
wanted(uint16_t sets, bool opposite)
{
	return opposite ? (uint32_t)sets << 16 : sets;
}

/* Puts a rule into the chain of its first letter, behind those whose keys are as long. */
static void
add_rule(
    struct translit_table *t, const struct translit_rule *from, enum potok_translit_signs signs)
{
	struct table_rule *r = &t->rules[++t->nrules];

	*r = (struct table_rule){.flags = from->flags,
	    .left = wanted(from->left, from->flags & RULE_NOT_AFTER),
	    .right = wanted(from->right, from->flags & RULE_NOT_BEFORE)};
	for (; from->key[r->nkey] != 0; r->nkey++) {
		r->key[r->nkey] = (uint16_t)slot_lower(from->key[r->nkey]);
		t->entries[slot_of(from->key[r->nkey])]->flags |= ENTRY_KEY;
	}
	for (int i = 0; i < 3; i++)
		r->len[i] = copy_text(r->text[i], from->text[i], signs);
	uint16_t *link = &t->entries[r->key[0]][0].chain;
	while (*link != 0 && t->rules[*link].nkey >= r->nkey)
		link = &t->rules[*link].next;
	r->next = *link;
	*link = (uint16_t)t->nrules;
}

static void
set_text(struct table_entry *e, const struct table_rule *r, bool capital)
{
	memcpy(e->text, r->text[capital], SCHEME_TEXT);
	e->len = r->len[capital];
}

/* Is the text of the rule the same whatever the neighbours' case? */
static bool
same_case(const struct table_rule *r, bool capital)
{
	return r->nkey == 1 && r->right == 0 && !(r->flags & RULE_CASELESS) &&
	       (!capital || strcmp(r->text[1], r->text[2]) == 0);
}

/* The next rule of the chain, from rule i on, that can hold for the letter when no mark follows. */
static unsigned
skip_capital(const struct translit_table *t, unsigned i, bool capital)
{
	for (; i != 0; i = t->rules[i].next) {
		const struct table_rule *r = &t->rules[i];
		bool mark = r->nkey > 1 && r->key[1] >= 0x300 && r->key[1] < 0x370;
		if (!mark && (capital || !(r->flags & RULE_CAPITAL)))
			break;
	}
	return i;
}

/* Makes the entry plain when it has one rule at most with a context, of the letter before. */
static void
make_plain(struct translit_table *t, size_t slot)
{
	struct table_entry *e = t->entries[slot];
	bool capital = properties[slot].kind == KIND_UPPER;
	unsigned i = e->flags & ENTRY_STRESSED ? 0 : skip_capital(t, e->chain, capital);
	const struct table_rule *first = &t->rules[i], *r = first;

	if (i == 0 || !same_case(first, capital))
		return;
	if (first->left != 0) {
		i = skip_capital(t, first->next, capital);
		r = &t->rules[i];
		if (i == 0 || r->left != 0 || !same_case(r, capital))
			return;
	}
	set_text(&e[0], r, capital);
	set_text(&e[1], first, capital);
	t->left[slot] = first->left;
	e[0].flags |= ENTRY_PLAIN;
}

static void
pass_through(struct table_entry *e, uint32_t c)
{
	e->len = (uint8_t)potok_utf8_encode(c, (unsigned char *)e->text);
}

/* The entries of all characters below U+0800 that no rule begins with, but for marks. */
static void
add_passing(struct translit_table *t, bool back)
{
	for (uint32_t c = 0; c < 0x800; c++) {
		struct table_entry *e = t->entries[c];
		bool other_latin = c >= 0x80 && properties[c].script == SCRIPT_LATIN;
		if (e->chain != 0 || (e->flags & ENTRY_STRESSED))
			continue;
		/* Latin letters beside Cyrillic are counted. */
		pass_through(e, c);
		if (properties[c].kind != KIND_MARK && !(e->flags & ENTRY_UNKNOWN) &&
		    (back || !other_latin))
			e->flags |= ENTRY_PLAIN;
	}
}

static bool
is_letter(size_t slot)
{
	return properties[slot].kind >= KIND_LOWER;
}

/* Letters with a stress mark that have no rule of their own, while the letters without it have. */
static void
add_stressed(struct translit_table *t)
{
	for (size_t i = 0; i < sizeof compositions / sizeof compositions[0]; i++) {
		const struct translit_pair *p = &compositions[i];
		struct table_entry *e = t->entries[slot_of(p->composed)];
		size_t letter = slot_of(p->letter);
		bool stress = p->mark == 0x300 ||
			      (p->mark == 0x301 && properties[letter].script == SCRIPT_LATIN);
		if (!stress || t->entries[slot_lower(p->composed)]->chain != 0 ||
		    t->entries[slot_lower(p->letter)]->chain == 0)
			continue;
		e->flags = (uint8_t)((e->flags & ENTRY_KEY) | ENTRY_STRESSED);
		e->chain = (uint16_t)letter;
		e->text[0] = (char)(p->mark - 0x300);
	}
}

/* Letters that the scheme does not have. */
static void
add_unknown(struct translit_table *t, const struct potok_translit_options *o)
{
	const struct translit_scheme *other = scheme_find("iso9-extended", NULL);

	for (size_t slot = 0; slot < SCHEME_SLOTS; slot++) {
		struct table_entry *e = t->entries[slot];
		if (properties[slot].script == SCRIPT_CYRILLIC && is_letter(slot) &&
		    t->entries[properties[slot].lower]->chain == 0 && !(e->flags & ENTRY_STRESSED))
			e->flags |= ENTRY_UNKNOWN;
	}
	for (; o->unknown == POTOK_UNKNOWN_ISO9 && other != NULL;
	     other = scheme_find(other->base, NULL)) {
		for (size_t i = 0; i < other->nrules; i++) {
			const struct translit_rule *r = &other->rules[i];
			struct table_entry *e = t->entries[slot_lower(r->key[0])];
			if (r->key[1] == 0 && (e->flags & ENTRY_UNKNOWN) && e->chain == 0)
				add_rule(t, r, o->signs);
		}
	}
}

static void
add_sets(struct translit_table *t, const struct translit_scheme *s)
{
	uint16_t sets[SCHEME_SLOTS] = {0}, boundary = s->nmembers > 0 ? s->members[0].sets : 0;

	for (size_t i = 1; i < s->nmembers; i++)
		sets[slot_of(s->members[i].letter)] = s->members[i].sets;
	for (size_t slot = 0; slot < SCHEME_SLOTS; slot++) {
		uint16_t own = sets[properties[slot].lower];
		/* What no rule begins with and is no letter ends the word. */
		if (properties[slot].kind == KIND_NONE && t->entries[slot]->chain == 0)
			own |= boundary;
		t->sets[slot] = own | (uint32_t)(uint16_t)~own << 16;
	}
	t->sets[SCHEME_OTHER] = 0xFFFF0000u;
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

/* The bit, of eight, that the vector code has for these sets; 0: there is none left. */
static uint8_t
fast_set(uint32_t known[8], uint32_t sets)
{
	for (int i = 0; i < 8; i++) {
		if (known[i] == 0)
			known[i] = sets;
		if (known[i] == sets)
			return (uint8_t)(1 << i);
	}
	return 0;
}

/* The next rule of the chain, from rule i on, that does not look at the letter behind; what the
 * others look for is marked.  0: there is none, or one looks for the end of the word. */
static unsigned
skip_pairs(struct translit_table *t, unsigned i, bool capital, bool *pair)
{
	for (i = skip_capital(t, i, capital); i != 0;
	     i = skip_capital(t, t->rules[i].next, capital)) {
		const struct table_rule *r = &t->rules[i];
		if (r->nkey == 1 && r->right == 0)
			break;
		if (r->nkey == 1 && (r->right & t->sets[0]) != 0)
			return 0;
		*pair = true;
		for (unsigned k = 0; k < FAST_ALL; k++) {
			bool second = r->nkey > 1 ? properties[0x400 + k].lower == r->key[1]
						  : (r->right & t->sets[0x400 + k]) != 0;
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
	bool capital = properties[slot].kind == KIND_UPPER;
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
		f->left[letter] = fast_set(known, first->left);
		if (f->left[letter] == 0)
			return;
	}
	int caps = capital ? 2 : 0;
	if (!fast_text(f, 0, letter, r, capital) || !fast_text(f, 1, letter, first, capital) ||
	    !fast_text(f, 2, letter, r, caps) || !fast_text(f, 3, letter, first, caps))
		return;
	f->flags[letter] |= FAST_USABLE | (pair ? FAST_PAIR : 0);
	f->flags[letter] |= capital ? FAST_CAPITAL : FAST_SMALL;
	if (capital && (!same_case(r, true) || !same_case(first, true)))
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
		if (!(t->entries[slot_of(all[i])]->flags & ENTRY_KEY))
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
	       (is_letter(c) || ((t->sets[c] ^ t->sets[' ']) & used) == 0);
}

/* The rows of the set of codes for which table[code] has a bit of the mask. */
static void
fast_rows(uint8_t rows[2][FAST_ROWS], const uint8_t table[FAST_CODES], unsigned mask)
{
	for (unsigned i = 0; i < FAST_CODES; i++) {
		if (table[i] & mask)
			rows[i / 128][i % FAST_ROWS] |= (uint8_t)(1u << i % 128 / FAST_ROWS);
	}
}

/* The text as a number whose lowest byte is the first one. */
static uint64_t
text_number(const unsigned char text[8])
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
	return text_number(text);
}

static bool
is_control(unsigned c)
{
	return c < ' ' && c != '\t' && c != '\n' && c != '\r';
}

/* Lets the character of the code be that letter, when it is for the vector code. */
static bool
code_letter(struct table_fast *f, unsigned code, unsigned letter)
{
	f->letter[code] = (uint8_t)letter;
	if (f->flags[letter] & FAST_USABLE)
		f->kind[code] = f->flags[letter] & (FAST_SMALL | FAST_CAPITAL);
	return f->kind[code] != 0;
}

/* Gives codes to letters from U+0460 on: first the small ones that are frequent in some language,
 * then their capitals, then others. */
static void
code_far(struct table_fast *f)
{
	static const uint16_t frequent[] = {0x491, 0x493, 0x497, 0x499, 0x49B, 0x4A1, 0x4A3, 0x4AB,
	    0x4AF, 0x4B1, 0x4B3, 0x4B7, 0x4BB, 0x4D9, 0x4E3, 0x4E9, 0x4EF, 0x463, 0x473, 0x475};
	enum { FREQUENT = sizeof frequent / sizeof frequent[0] };
	unsigned code = FAST_FAR;

	for (unsigned i = 0; i < 2 * FREQUENT + FAST_ALL && code < FAST_CODES; i++) {
		unsigned letter = i < FREQUENT       ? frequent[i] - 0x400u
				  : i < 2 * FREQUENT ? table_upper(frequent[i - FREQUENT]) - 0x400u
						     : i - 2 * FREQUENT;
		if (letter < FAST_FAR - FAST_LETTERS || f->far[letter] != 0 ||
		    !code_letter(f, code, letter))
			continue;
		f->far[letter] = (uint8_t)code++;
	}
}

/* The codes that characters have. */
static void
code_characters(struct table_fast *f)
{
	for (unsigned i = 0; i < FAST_LETTERS; i++) {
		bool capital = properties[i].kind == KIND_UPPER;
		if (!is_control(i) && !f->ascii[i])
			f->kind[i] = !is_letter(i) ? FAST_NONE
				     : capital     ? FAST_CAPITAL
						   : FAST_SMALL;
		f->written[0][i] = text_number((unsigned char[8]){(unsigned char)i, [7] = 1});
		if (FAST_LETTERS + i < FAST_FAR)
			code_letter(f, FAST_LETTERS + i, i);
	}
	code_far(f);
	for (unsigned i = 0; i < sizeof f->punctuation; i++) {
		unsigned what = f->punctuation[i];
		unsigned char tail = (unsigned char)(0x80 | i);
		unsigned char two[8] = {0xC2, tail, [7] = 2},
			      three[8] = {0xE2, 0x80, tail, [7] = 3};
		if (what != 0) {
			f->kind[what >> FAST_CODE] = FAST_NONE;
			f->written[0][what >> FAST_CODE] =
			    text_number(what & FAST_C2 ? two : three);
		}
	}
}

/* Puts what the letters are into the tables for AVX2, which do not part capitals from small
 * letters; a capital that is not like its small letter is not for that. */
static void
code_rows(struct table_fast *f)
{
	/* Rows of small letters and of their capitals; 0: none of their own. */
	static const uint8_t small[FAST_TABLES] = {0xC0, 0xB0, 0xD0, 0xE0, 0xF0},
			     capital[FAST_TABLES] = {0xA0, 0x90, 0x80};

	memset(f->other_sets, f->space, FAST_LETTERS / FAST_ROWS);
	for (unsigned k = 0; k < FAST_TABLES; k++) {
		for (unsigned i = 0; i < FAST_ROWS; i++) {
			unsigned code = small[k] + i, upper = capital[k] + i;
			unsigned letter = f->letter[code];
			f->set_rows[k][i] = f->sets[letter];
			f->left_rows[k][i] = f->left[letter];
			f->any_left |= f->kind[code] != 0 && f->left[letter] != 0;
			f->far_rows |= code >= FAST_FAR && f->kind[code] != 0;
			if (capital[k] != 0 && f->left[f->letter[upper]] != f->left[letter])
				f->kind[upper] = 0;
		}
	}
}

/* Makes the code stand for a letter, in capitals or not. */
static void
set_code(struct table_fast *f, unsigned code, unsigned letter, bool caps)
{
	unsigned form = caps ? 2 : 0;

	f->capital[code] = (f->flags[letter] & FAST_CAPITAL) != 0;
	f->code_sets[code] = f->sets[letter];
	f->code_left[code] = f->left[letter];
	f->written[0][code] = table_letter(f, form, letter);
	f->written[1][code] = table_letter(f, form + 1, letter);
}

/* A code that no character for the vector code has; 0: there is none left. */
static unsigned
free_code(struct table_fast *f)
{
	unsigned code = FAST_CODES - 1;

	while (code >= FAST_LETTERS && (f->kind[code] != 0 || f->live[code]))
		code--;
	if (code < FAST_LETTERS)
		return 0;
	f->live[code] = true;
	return code;
}

/* What the codes stand for; a FAST_TITLE for which there is no second code loses its own. */
static void
code_letters(struct table_fast *f)
{
	for (unsigned i = 0; i < FAST_CODES; i++) {
		f->code_sets[i] = i < FAST_LETTERS ? f->space : 0;
		f->written[1][i] = f->written[0][i];
		f->live[i] = f->kind[i] != 0;
		if (f->kind[i] != 0 && i >= FAST_LETTERS)
			set_code(f, i, f->letter[i], false);
	}
	for (unsigned i = FAST_LETTERS; i < FAST_CODES; i++) {
		if (f->kind[i] == 0 || !(f->flags[f->letter[i]] & FAST_TITLE))
			continue;
		unsigned caps = free_code(f);
		f->caps[i] = (uint8_t)caps;
		if (caps == 0)
			f->kind[i] = 0;
		else
			set_code(f, caps, f->letter[i], true);
	}
}

/* The first rule of the chain, from rule i on, that letter a before letter b may have; 0: none. */
static unsigned
rule_before(const struct translit_table *t, unsigned i, unsigned a, unsigned b)
{
	bool capital = t->fast.flags[a] & FAST_CAPITAL;

	for (i = skip_capital(t, i, capital); i != 0;
	     i = skip_capital(t, t->rules[i].next, capital)) {
		const struct table_rule *r = &t->rules[i];
		bool other = r->nkey > 1 ? r->key[1] != properties[0x400 + b].lower
					 : r->right != 0 && !(r->right & t->sets[0x400 + b]);
		if (!other)
			break;
	}
	return i;
}

/* The first rule of the chain, from rule i on, that does not look behind the letter. */
static unsigned
rule_alone(const struct translit_table *t, unsigned i, bool capital)
{
	for (i = skip_capital(t, i, capital); i != 0;
	     i = skip_capital(t, t->rules[i].next, capital)) {
		if (t->rules[i].nkey == 1 && t->rules[i].right == 0)
			break;
	}
	return i;
}

/* A code that stands for this text, and in all else for the letter; 0: there is none left. */
static unsigned
code_text(struct table_fast *f, unsigned letter, const char *text, size_t n)
{
	unsigned char bytes[8] = {[7] = (unsigned char)n};
	bool capital = f->flags[letter] & FAST_CAPITAL;

	memcpy(bytes, text, n);
	uint64_t number = text_number(bytes);
	for (unsigned i = FAST_LETTERS; i < FAST_CODES; i++) {
		bool same = f->written[0][i] == number && f->written[1][i] == number &&
			    f->capital[i] == capital && f->code_sets[i] == f->sets[letter] &&
			    f->code_left[i] == f->left[letter];
		if (same && f->live[i] && f->kind[i] == 0)
			return i;
	}
	unsigned code = free_code(f);
	if (code != 0) {
		set_code(f, code, letter, false);
		f->written[0][code] = f->written[1][code] = number;
	}
	return code;
}

enum { ANY_JOIN = 1 };

/* The bit of code_right for the sets; 0: there is none left. */
static uint8_t
right_bit(const struct translit_table *t, struct table_fast *f, uint32_t known[8], uint32_t right)
{
	uint8_t bit = fast_set(known, right);

	for (unsigned i = 0; i < FAST_CODES; i++) {
		uint32_t slot = i >= FAST_LETTERS         ? 0x400u + f->letter[i]
				: f->kind[i] == FAST_NONE ? ' '
							  : i;
		f->code_right[i] |= (t->sets[slot] & right) != 0 ? bit : 0;
	}
	return bit;
}

/* Answers what table_fast.before says of two letters; for ANY_JOIN *join becomes that. */
static unsigned
join_letters(
    struct translit_table *t, unsigned a, unsigned b, uint32_t known[8], struct fast_join *join)
{
	struct table_fast *f = &t->fast;
	bool capital = f->flags[a] & FAST_CAPITAL, small = f->flags[b] & FAST_SMALL;
	unsigned chain = t->entries[0x400 + a]->chain, i = rule_before(t, chain, a, b);
	unsigned alone = rule_alone(t, chain, capital);
	const struct table_rule *r = &t->rules[i];
	int form = !capital ? 0 : small ? 1 : 2;

	if (i == alone) {
		bool same = r->left == 0 ||
			    rule_before(t, r->next, a, b) == rule_alone(t, r->next, capital);
		return same ? BEFORE_ANY : BEFORE_RULES;
	}
	if (i == 0 || r->left != 0 || r->nkey > 2 || (r->flags & RULE_CASELESS) ||
	    r->len[form] > FAST_TEXT)
		return BEFORE_RULES;
	*join = (struct fast_join){0};
	if (r->nkey == 2 && r->right != 0) {
		join->right = right_bit(t, f, known, r->right);
		if (join->right == 0 || rule_before(t, r->next, a, b) != alone)
			return BEFORE_RULES;
	}
	join->code = (uint8_t)code_text(f, a, r->text[form], r->len[form]);
	join->second = r->nkey == 2 ? (uint8_t)code_text(f, b, "", 0) : 0;
	return join->code == 0 || (r->nkey == 2 && join->second == 0) ? BEFORE_RULES : ANY_JOIN;
}

/* The place of the join, which becomes the last one of n where it is not among them; BEFORE_RULES:
 * there is no room. */
static unsigned
place_join(struct table_fast *f, struct fast_join join, unsigned *n)
{
	for (unsigned i = 1; i < *n; i++) {
		if (memcmp(&f->joins[i], &join, sizeof join) == 0)
			return i;
	}
	if (*n == FAST_JOINS)
		return BEFORE_RULES;
	f->joins[*n] = join;
	return (*n)++;
}

/* What becomes of FAST_PAIRs. */
static void
code_pairs(struct translit_table *t)
{
	struct table_fast *f = &t->fast;
	uint32_t known[8] = {0};
	unsigned n = 1;

	for (unsigned a = FAST_LETTERS; a < FAST_CODES; a++) {
		if (f->kind[a] == 0 || !(f->flags[f->letter[a]] & FAST_PAIR))
			continue;
		for (unsigned b = FAST_LETTERS; b < FAST_CODES; b++) {
			struct fast_join join;
			unsigned what = BEFORE_ANY;
			if (f->kind[b] != 0)
				what = join_letters(t, f->letter[a], f->letter[b], known, &join);
			if (what == ANY_JOIN)
				what = place_join(f, join, &n);
			f->before[a - FAST_LETTERS][b - FAST_LETTERS] = (uint8_t)what;
		}
	}
}

/* The sets of codes. */
static void
code_members(struct table_fast *f)
{
	enum { LOOK = 1, PAIR = 2, SECOND = 4, ODD = 8 };
	uint8_t in[FAST_CODES] = {0};

	for (unsigned i = 0; i < FAST_CODES; i++) {
		unsigned flags = i >= FAST_LETTERS ? f->flags[f->letter[i]] : 0;
		bool latin = i < FAST_LETTERS && is_letter(i);
		in[i] = latin || (flags & FAST_TITLE) ? LOOK : 0;
		in[i] |= flags & FAST_PAIR ? PAIR : 0;
		in[i] |= flags & FAST_SECOND ? SECOND : 0;
		in[i] = f->kind[i] != 0 ? in[i] : ODD | SECOND;
	}
	fast_rows(f->odd_rows, in, ODD);
	fast_rows(f->look_rows, in, LOOK);
	fast_rows(f->pair_rows, in, PAIR);
	fast_rows(f->second_rows, in, SECOND);
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
	unsigned i = rule_before(t, t->entries[0x400 + a]->chain, a, b);
	const struct table_rule *r = &t->rules[i];
	bool title = capital && strcmp(r->text[1], r->text[2]) != 0;
	if (i == 0 || r->nkey > 1 || r->left != 0 || (r->flags & RULE_CASELESS) ||
	    r->len[capital] > FAST_TEXT || (title && !(t->fast.flags[b] & FAST_SMALL)))
		return false;
	memcpy(bytes, r->text[capital], r->len[capital]);
	bytes[7] = r->len[capital];
	*text = text_number(bytes);
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

static void
make_fast(struct translit_table *t)
{
	struct table_fast *f = &t->fast;
	uint32_t known[8] = {0}, used = 0;

	fast_punctuation(t);
	for (size_t i = 1; i <= t->nrules; i++)
		used |= t->rules[i].left | t->rules[i].right;
	for (unsigned i = 0; i < FAST_ALL; i++)
		fast_letter(t, i, known);
	for (unsigned i = 0; i < FAST_ALL; i++) {
		f->sets[i] = fast_sets(known, t->sets[0x400 + i]);
		f->pairs |= (f->flags[i] & FAST_PAIR) != 0;
	}
	for (unsigned i = 0; i < FAST_LETTERS; i++)
		f->ascii[i] = !fast_ascii(t, i, used);
	f->space = fast_sets(known, t->sets[' ']);
	code_characters(f);
	code_rows(f);
	code_letters(f);
	code_pairs(t);
	code_members(f);
	fast_odd(f);
}

bool
table_known(const struct translit_table *t, size_t slot)
{
	return (t->entries[slot]->flags & ENTRY_STRESSED) ||
	       (t->entries[properties[slot].lower]->flags & ENTRY_KEY);
}

static bool
same_key(const struct translit_rule *a, const struct translit_rule *b)
{
	size_t i = 0;

	while (a->key[i] != 0 && a->key[i] == b->key[i])
		i++;
	return a->key[i] == b->key[i];
}

/* Does the scheme state what the rule of its base is for?  Capitals are stated with the small
 * letter. */
static bool
is_stated(const struct translit_rule *rules, size_t n, const struct translit_rule *r)
{
	for (size_t i = 0; i < n; i++) {
		if (same_key(&rules[i], r) &&
		    ((r->flags & RULE_CAPITAL) || !(rules[i].flags & RULE_CAPITAL)))
			return true;
	}
	return false;
}

/* Adds the rules of the scheme and those of its base. */
static void
add_rules(struct translit_table *t, const struct translit_scheme *s,
    const struct potok_translit_options *o)
{
	const struct translit_scheme *base = scheme_find(s->base, NULL);
	const struct translit_rule *own = o->reverse ? s->back : s->rules;
	size_t nown = o->reverse ? s->nback : s->nrules;
	const struct translit_rule *more = base == NULL ? NULL
					   : o->reverse ? base->back
							: base->rules;
	size_t nmore = base == NULL ? 0 : o->reverse ? base->nback : base->nrules;
	enum potok_translit_signs signs = o->reverse ? POTOK_SIGNS_STANDARD : o->signs;

	for (size_t i = 0; i < nown; i++)
		add_rule(t, &own[i], signs);
	for (size_t i = 0; i < nmore; i++) {
		if (!is_stated(own, nown, &more[i]))
			add_rule(t, &more[i], signs);
	}
}

struct translit_table *
table_make(const struct translit_scheme *s, const struct potok_translit_options *o)
{
	enum { RULES = SCHEME_SLOTS + 1 };
	struct translit_table *t = calloc(1, sizeof *t + RULES * sizeof t->rules[0]);

	if (t == NULL)
		return NULL;
	add_rules(t, s, o);
	add_stressed(t);
	if (!o->reverse) {
		add_unknown(t, o);
		add_stressed(t);
	}
	for (size_t slot = 0; slot < SCHEME_SLOTS; slot++) {
		struct table_entry *e = t->entries[slot];
		if (!(e->flags & ENTRY_STRESSED))
			e->chain = t->entries[properties[slot].lower]->chain;
		if (e->chain != 0 && is_letter(slot) && !(e->flags & ENTRY_UNKNOWN))
			e->flags |= ENTRY_LETTER;
		if (slot < 0x800 && !(e->flags & ENTRY_UNKNOWN))
			make_plain(t, slot);
	}
	add_passing(t, o->reverse);
	add_sets(t, s);
	if (o->reverse)
		table_back(t);
	else
		make_fast(t);
	return t;
}
