/* Makes a scheme ready for use. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "names.h"
#include "schemes.h"
#include "table_fast.h"

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

static uint32_t
slot_lower(uint32_t c)
{
	return table_properties[table_slot(c)].lower;
}

uint32_t
table_upper(uint32_t c)
{
	for (uint32_t u = 0; u < 0x10000; u++) {
		int slot = scheme_slot(u);
		if (slot >= 0 && u != c && table_properties[slot].kind == KIND_UPPER &&
		    table_properties[slot].lower == slot_lower(c))
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
		t->entries[table_slot(from->key[r->nkey])]->flags |= ENTRY_KEY;
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

bool
table_same_case(const struct table_rule *r, bool capital)
{
	return r->nkey == 1 && r->right == 0 && !(r->flags & RULE_CASELESS) &&
	       (!capital || strcmp(r->text[1], r->text[2]) == 0);
}

unsigned
table_next_rule(const struct translit_table *t, unsigned i, bool capital)
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
	bool capital = table_properties[slot].kind == KIND_UPPER;
	unsigned i = e->flags & ENTRY_STRESSED ? 0 : table_next_rule(t, e->chain, capital);
	const struct table_rule *first = &t->rules[i], *r = first;

	if (i == 0 || !table_same_case(first, capital))
		return;
	if (first->left != 0) {
		i = table_next_rule(t, first->next, capital);
		r = &t->rules[i];
		if (i == 0 || r->left != 0 || !table_same_case(r, capital))
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

/* The entries of all characters below U+07FF that no rule begins with, but for marks. */
static void
add_passing(struct translit_table *t, bool back)
{
	for (uint32_t c = 0; c < SCHEME_OTHER; c++) {
		struct table_entry *e = t->entries[c];
		bool other_latin = c >= 0x80 && table_properties[c].script == SCRIPT_LATIN;
		if (e->chain != 0 || (e->flags & ENTRY_STRESSED))
			continue;
		/* Latin letters beside Cyrillic are counted. */
		pass_through(e, c);
		if (table_properties[c].kind != KIND_MARK && !(e->flags & ENTRY_UNKNOWN) &&
		    (back || !other_latin))
			e->flags |= ENTRY_PLAIN;
	}
}

/* Letters with a stress mark that have no rule of their own, while the letters without it have. */
static void
add_stressed(struct translit_table *t)
{
	for (size_t i = 0; i < sizeof compositions / sizeof compositions[0]; i++) {
		const struct translit_pair *p = &compositions[i];
		struct table_entry *e = t->entries[table_slot(p->composed)];
		size_t letter = table_slot(p->letter);
		bool stress = p->mark == 0x300 ||
			      (p->mark == 0x301 && table_properties[letter].script == SCRIPT_LATIN);
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
		if (table_properties[slot].script == SCRIPT_CYRILLIC && table_is_letter(slot) &&
		    t->entries[table_properties[slot].lower]->chain == 0 &&
		    !(e->flags & ENTRY_STRESSED))
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
		sets[table_slot(s->members[i].letter)] = s->members[i].sets;
	for (size_t slot = 0; slot < SCHEME_SLOTS; slot++) {
		uint16_t own = sets[table_properties[slot].lower];
		/* What no rule begins with and is no letter ends the word. */
		if (table_properties[slot].kind == KIND_NONE && t->entries[slot]->chain == 0)
			own |= boundary;
		t->sets[slot] = own | (uint32_t)(uint16_t)~own << 16;
	}
	t->sets[SCHEME_OTHER] = 0xFFFF0000u;
}

bool
table_known(const struct translit_table *t, size_t slot)
{
	return (t->entries[slot]->flags & ENTRY_STRESSED) ||
	       (t->entries[table_properties[slot].lower]->flags & ENTRY_KEY);
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
			e->chain = t->entries[table_properties[slot].lower]->chain;
		if (e->chain != 0 && table_is_letter(slot) && !(e->flags & ENTRY_UNKNOWN))
			e->flags |= ENTRY_LETTER;
		if (slot < 0x800 && !(e->flags & ENTRY_UNKNOWN))
			make_plain(t, slot);
	}
	add_passing(t, o->reverse);
	add_sets(t, s);
	if (o->reverse)
		table_back(t);
	else
		table_fast(t);
	return t;
}
