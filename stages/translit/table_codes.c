/* Makes a scheme ready for AVX2: gives codes of one byte to what is written. */
#include "table_fast.h"

#include <string.h>

/* The rows of the set of codes for which table[code] has a bit of the mask. */
static void
fast_rows(uint8_t rows[2][FAST_ROWS], const uint8_t table[FAST_CODES], unsigned mask)
{
	for (unsigned i = 0; i < FAST_CODES; i++) {
		if (table[i] & mask)
			rows[i / 128][i % FAST_ROWS] |= (uint8_t)(1u << i % 128 / FAST_ROWS);
	}
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

/* Is the letter, small, frequent in some language? */
static bool
is_frequent(unsigned small)
{
	static const uint16_t letters[] = {0x463, 0x473, 0x475, 0x491, 0x493, 0x497, 0x499, 0x49B,
	    0x4A1, 0x4A3, 0x4AB, 0x4AF, 0x4B1, 0x4B3, 0x4B7, 0x4BB, 0x4D9, 0x4E3, 0x4E9, 0x4EF};

	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
		if (letters[i] == small)
			return true;
	}
	return false;
}

/* Gives codes to letters from U+0460 on: first to the small ones that are frequent, then to their
 * capitals, then to others. */
static void
code_far(struct table_fast *f)
{
	enum { SMALL, FREQUENT, ALL };
	unsigned code = FAST_FAR;

	for (int which = SMALL; which <= ALL; which++) {
		for (unsigned i = FAST_FAR - FAST_LETTERS; i < FAST_ALL && code < FAST_CODES; i++) {
			const struct translit_property *p = &table_properties[0x400 + i];
			bool wanted =
			    which == ALL ||
			    (is_frequent(p->lower) && (which == FREQUENT || p->kind == KIND_LOWER));
			if (wanted && f->far[i] == 0 && code_letter(f, code, i))
				f->far[i] = (uint8_t)code++;
		}
	}
}

/* The codes that characters have. */
static void
code_characters(struct table_fast *f)
{
	for (unsigned i = 0; i < FAST_LETTERS; i++) {
		bool capital = table_properties[i].kind == KIND_UPPER;
		if (!is_control(i) && !f->ascii[i])
			f->kind[i] = !table_is_letter(i) ? FAST_NONE
				     : capital           ? FAST_CAPITAL
							 : FAST_SMALL;
		f->written[0][i] = table_number((unsigned char[8]){(unsigned char)i, [7] = 1});
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
			    table_number(what & FAST_C2 ? two : three);
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
			f->any_left |= f->left[letter] != 0;
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

/* The first rule of the chain, from rule i on, that does not look behind the letter. */
static unsigned
rule_alone(const struct translit_table *t, unsigned i, bool capital)
{
	for (i = table_next_rule(t, i, capital); i != 0;
	     i = table_next_rule(t, t->rules[i].next, capital)) {
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
	uint64_t number = table_number(bytes);
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
	uint8_t bit = table_set_bit(known, right);

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
	unsigned chain = t->entries[0x400 + a]->chain, i = table_rule_before(t, chain, a, b);
	unsigned alone = rule_alone(t, chain, capital);
	const struct table_rule *r = &t->rules[i];
	int form = !capital ? 0 : small ? 1 : 2;

	if (i == alone) {
		bool same = r->left == 0 ||
			    table_rule_before(t, r->next, a, b) == rule_alone(t, r->next, capital);
		return same ? BEFORE_ANY : BEFORE_RULES;
	}
	/* Behind two letters of one key the case of the first one counts. */
	if (i == 0 || r->left != 0 || r->nkey > 2 || (r->nkey == 2 && capital == small) ||
	    (r->flags & RULE_CASELESS) || r->len[form] > FAST_TEXT)
		return BEFORE_RULES;
	*join = (struct fast_join){0};
	if (r->nkey == 2 && r->right != 0) {
		join->right = right_bit(t, f, known, r->right);
		if (join->right == 0 || table_rule_before(t, r->next, a, b) != alone)
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
		bool latin = i < FAST_LETTERS && table_is_letter(i);
		in[i] = latin || (flags & FAST_TITLE) ? LOOK : 0;
		in[i] |= flags & FAST_PAIR ? PAIR : 0;
		in[i] |= flags & FAST_SECOND ? SECOND : 0;
		in[i] = f->kind[i] != 0 ? in[i] : ODD | SECOND;
		f->pairs |= (in[i] & PAIR) != 0;
	}
	fast_rows(f->odd_rows, in, ODD);
	fast_rows(f->look_rows, in, LOOK);
	fast_rows(f->pair_rows, in, PAIR);
	fast_rows(f->second_rows, in, SECOND);
}

void
table_codes(struct translit_table *t)
{
	struct table_fast *f = &t->fast;

	code_characters(f);
	code_rows(f);
	code_letters(f);
	code_pairs(t);
	code_members(f);
}
