/* Makes a scheme ready for the way back. */
#include <string.h>

#include <potok/utf8.h>

#include "table.h"
#include "tokens.h"

static unsigned
slot_of(unsigned lead, unsigned tail)
{
	return (lead & 0x1F) << 6 | (tail & 0x3F);
}

/* What passes: a character, or a byte of one. */
static uint32_t
passing(const unsigned char *text, size_t n)
{
	unsigned char bytes[2] = {0};
	uint16_t two;

	memcpy(bytes, text, n);
	memcpy(&two, bytes, sizeof two);
	return two | (uint32_t)n << BACK_LENGTH;
}

static uint32_t
passing_byte(unsigned c)
{
	unsigned char byte = (unsigned char)c;

	return passing(&byte, 1);
}

static uint32_t
passing_character(const struct translit_table *t, unsigned slot)
{
	unsigned char text[4];
	int n = potok_utf8_encode(slot, text);
	bool passes =
	    table_properties[slot].kind != KIND_MARK && !(t->back.kind[slot] & BACK_FOREIGN);

	return passes ? passing(text, (size_t)n) : BACK_LOOK;
}

uint32_t
table_back_text(const struct translit_table *t, unsigned slot, unsigned before, uint32_t sets)
{
	const struct table_entry *e = t->entries[slot];
	bool capital = table_properties[slot].kind == KIND_UPPER;
	unsigned i = e->chain;

	if (e->flags & ENTRY_STRESSED)
		return BACK_LOOK;
	for (; i != 0; i = t->rules[i].next) {
		const struct table_rule *r = &t->rules[i];
		if (r->nkey == 1 && (capital || !(r->flags & RULE_CAPITAL)) &&
		    (r->left == 0 || (r->left & sets) != 0))
			break;
	}
	/* What no rule takes and is no letter would be the boundary of a word. */
	if (i == 0)
		return e->chain == 0 || table_is_letter(slot) ? passing_character(t, slot)
							      : BACK_LOOK;
	const struct table_rule *r = &t->rules[i];
	bool caseless = r->flags & RULE_CASELESS;
	bool caps = capital && !caseless && strcmp(r->text[1], r->text[2]) != 0;
	int form = capital && !caseless;
	if (r->right != 0 || caps || (caseless && (before & BACK_CAPITAL)) || r->len[form] > 2)
		return BACK_LOOK;
	return passing((const unsigned char *)r->text[form], r->len[form]) |
	       (table_is_letter(slot) ? BACK_LETTER : 0);
}

/* Finds out whether what is written for the character by itself depends on the sets of the one
 * before, and on its kind. */
static void
find_needs(const struct translit_table *t, unsigned slot, bool *sets, bool *kind)
{
	*sets = *kind = false;
	for (unsigned i = table_back_rule(t, slot); i != 0; i = t->rules[i].next) {
		const struct table_rule *r = &t->rules[i];
		*sets |= r->nkey == 1 && r->left != 0;
		*kind |= r->nkey == 1 && (r->flags & RULE_CASELESS);
	}
}

/* May the character of which c is the last byte be BACK_CAPITAL? */
static bool
may_be_capital(const struct translit_table *t, unsigned c)
{
	bool may = c < 0x80 && (t->back.kind[c] & BACK_CAPITAL);

	for (unsigned lead = BACK_TWO; c >= 0x80 && lead < BACK_MARKS; lead++) {
		unsigned slot = slot_of(lead, c);
		may |= (t->back.kind[slot] & BACK_CAPITAL) &&
		       !(table_back_text(t, slot, 0, t->sets[' ']) & BACK_LOOK);
	}
	return may;
}

/* Is U+2000 and this punctuation that ends words and passes? */
static bool
is_punctuation(const struct translit_table *t, unsigned c)
{
	int slot = scheme_slot(0x2000 + c);

	if (!token_ends(0x2000 + c))
		return false;
	return slot < 0 || (table_properties[slot].kind == KIND_NONE &&
			       t->entries[slot]->chain == 0 && !table_known(t, (size_t)slot));
}

static void
set_pair(struct translit_table *t, unsigned a, unsigned b, uint32_t text)
{
	const unsigned char two[2] = {(unsigned char)a, (unsigned char)b};

	t->back.pair[table_back_index(two)] = text;
}

/* Sets what is written for a byte of ASCII behind each other one, and behind what is not ASCII. */
static void
pair_ascii(struct translit_table *t, unsigned b)
{
	const uint32_t alone = table_back_text(t, b, 0, t->sets[' ']);
	bool sets, kind;

	find_needs(t, b, &sets, &kind);
	for (unsigned a = 0; a < 0xC0; a++) {
		uint32_t text = alone;
		if (a < 0x80 && (t->back.kind[a] & t->back.kind[b] & BACK_DIGIT))
			text = BACK_LOOK;
		else if (a < 0x80 && (sets || kind))
			text = table_back_text(t, b, t->back.kind[a], t->sets[a]);
		else if (sets || kind)
			text = BACK_LOOK;
		set_pair(t, a, b, text);
	}
}

/* The same for the last byte of a character of several. */
static void
pair_tail(struct translit_table *t, unsigned b)
{
	bool sets, kind;

	for (unsigned lead = BACK_TWO; lead < BACK_MARKS; lead++) {
		unsigned slot = slot_of(lead, b);
		find_needs(t, slot, &sets, &kind);
		if (!sets)
			set_pair(t, lead, b, table_back_text(t, slot, 0, t->sets[' ']));
	}
	/* U+2000 to U+203F; where the byte before the two is another, this one is ill-formed. */
	if (b == 0x80)
		set_pair(t, 0xE2, b, passing_byte(b));
	if (is_punctuation(t, b & 0x3F))
		set_pair(t, 0x80, b, passing_byte(b));
}

/* Does a character that begins with this byte want to know whether a capital is before it? */
static bool
wants_capital(const struct translit_table *t, unsigned lead)
{
	bool sets, kind, any = false;

	for (unsigned tail = 0x80; tail < 0xC0; tail++) {
		find_needs(t, slot_of(lead, tail), &sets, &kind);
		any |= kind;
	}
	return any;
}

/* Characters that have the same small letter, below U+0800. */
struct cases {
	uint16_t first[SCHEME_SLOTS]; /* by the small letter; 0: there is none */
	uint16_t next[0x800];         /* the next one of them */
};

static void
find_cases(struct cases *c)
{
	*c = (struct cases){.first = {0}};
	for (unsigned slot = 0x7FF; slot > 0; slot--) {
		uint16_t *first = &c->first[table_properties[slot].lower];
		c->next[slot] = *first;
		*first = (uint16_t)slot;
	}
}

/* Sets the bytes of a letter and the mask of the bits that it has whatever its case.  Answers how
 * many bytes; 0: that depends on the case, or the letter is none below U+0800. */
static size_t
letter_bytes(const struct cases *c, unsigned lower, unsigned char *bytes, unsigned char *mask)
{
	unsigned slot = c->first[lower];
	size_t n = slot != 0 ? (size_t)potok_utf8_encode(slot, bytes) : 0;

	memset(mask, 0xFF, n);
	for (; slot != 0; slot = c->next[slot]) {
		unsigned char text[4];
		if ((size_t)potok_utf8_encode(slot, text) != n)
			return 0;
		for (size_t k = 0; k < n; k++)
			mask[k] &= (unsigned char)~(text[k] ^ bytes[k]);
	}
	return n;
}

/* A key without a mask that is none. */
enum { KEY_NEVER = 1 };

static bool
is_power(unsigned x)
{
	return (x & (x - 1)) == 0;
}

/* What is written for the rule, when that fits. */
static uint32_t
rule_text(const struct table_rule *r, int form)
{
	uint32_t letter = table_is_letter(r->key[0]) ? BACK_LETTER : 0;

	return r->len[form] <= 2
		   ? passing((const unsigned char *)r->text[form], r->len[form]) | letter
		   : BACK_LOOK;
}

/* Fills the key of the rule, as far as its letters have a length of their own. */
static void
make_key(const struct translit_table *t, struct table_key *key, const struct table_rule *r,
    const struct cases *c)
{
	unsigned char bytes[8 + 4] = {0}, mask[8 + 4] = {0};
	bool plain = r->nkey > 1 && r->left == 0 && r->right == 0 &&
		     (r->flags & ~RULE_CAPITAL) == 0 && strcmp(r->text[1], r->text[2]) == 0 &&
		     table_is_letter(r->key[0]);
	size_t at = 0, n = 1;
	int k = 1;

	for (; k < r->nkey && n > 0 && at + 2 <= 8; k++) {
		n = letter_bytes(c, r->key[k], bytes + at, mask + at);
		/* Where both cases differ in one bit, no other character is between them. */
		unsigned differ = 0xFFu & ~(unsigned)mask[at + (n > 0 ? n - 1 : 0)];
		plain = plain && n > 0 && is_power(differ) && (n < 2 || mask[at] == 0xFF) &&
			r->key[k] != 0x300 && r->key[k] != 0x301 &&
			!(t->entries[r->key[k]]->flags & ENTRY_STRESSED);
		at += n;
	}
	memset(mask + at, 0, sizeof mask - at);
	memcpy(&key->bytes, bytes, sizeof key->bytes);
	memcpy(&key->mask, mask, sizeof key->mask);
	key->bytes &= key->mask;
	/* No letter below U+0800 would do. */
	for (int i = 1; i < r->nkey; i++) {
		if (c->first[r->key[i]] == 0) {
			key->mask = 0;
			key->bytes = KEY_NEVER;
		}
	}
	key->text[0] = r->flags & RULE_CAPITAL ? BACK_KEY : rule_text(r, 0);
	key->text[1] = rule_text(r, 1);
	key->sets = t->sets[r->key[r->nkey - 1]];
	if (plain && k == r->nkey && !((key->text[0] | key->text[1]) & BACK_LOOK))
		key->length = (uint8_t)at;
}

/* Finds the rule to try after rule i, when the byte behind the first letter is as in that. */
static unsigned
next_key(const struct translit_table *t, unsigned i)
{
	const struct table_key *key = &t->back.key[i], *other;
	unsigned char a[2], b[2];

	memcpy(&a[0], &key->bytes, 1);
	memcpy(&a[1], &key->mask, 1);
	for (i = t->rules[i].next; i != 0; i = t->rules[i].next) {
		const struct table_rule *r = &t->rules[i];
		/* Where the letter stands alone, and does not look behind, nothing is tried more.
		 */
		if (r->nkey == 1 && r->left == 0 && !(r->flags & RULE_CAPITAL))
			return 0;
		other = &t->back.key[i];
		if (other->bytes == KEY_NEVER && other->mask == 0)
			continue;
		memcpy(&b[0], &other->bytes, 1);
		memcpy(&b[1], &other->mask, 1);
		if (((a[0] ^ b[0]) & a[1] & b[1]) == 0)
			break;
	}
	return i;
}

/* Marks the two bytes where a key of the character may begin, the last one of its first letter and
 * the first one of its second. */
static void
mark_keys(struct translit_table *t, unsigned slot, const struct cases *c)
{
	unsigned char first[4], text[4];
	int n = potok_utf8_encode(slot, first);

	for (unsigned i = table_back_rule(t, slot); i != 0; i = t->rules[i].next) {
		const struct table_rule *r = &t->rules[i];
		unsigned second = r->nkey > 1 ? c->first[r->key[1]] : 0;
		for (; second != 0; second = c->next[second]) {
			potok_utf8_encode(second, text);
			const unsigned char two[2] = {first[n - 1], text[0]};
			uint32_t *pair = &t->back.pair[table_back_index(two)];
			/* Letters of two bytes may have the last one in common; what may be a Roman
			 * numeral is looked at. */
			bool digits = n == 1 && second < 0x80 &&
				      (t->back.kind[slot] & t->back.kind[second] & BACK_DIGIT);
			if (!(*pair & BACK_KEY))
				*pair = BACK_KEY | (n == 1 && !digits ? i : 0);
		}
	}
}

static void
pair_keys(struct translit_table *t)
{
	struct cases cases;

	find_cases(&cases);
	for (unsigned i = 1; i <= t->nrules; i++)
		make_key(t, &t->back.key[i], &t->rules[i], &cases);
	for (unsigned i = 1; i <= t->nrules; i++)
		t->back.key[i].next = (uint16_t)next_key(t, i);
	for (unsigned slot = 0; slot < BACK_SLOTS; slot++)
		mark_keys(t, slot, &cases);
}

/* The same for the first byte of a character of two. */
static void
pair_lead(struct translit_table *t, unsigned lead, const bool capital[256])
{
	bool wants = wants_capital(t, lead);

	for (unsigned a = 0; a < 0xC0; a++)
		set_pair(t, a, lead, wants && capital[a] ? BACK_LOOK : 0);
}

void
table_back_pair(struct translit_table *t)
{
	bool capital[256] = {false};

	t->back.paired = true;
	for (size_t i = 0; i < sizeof t->back.pair / sizeof t->back.pair[0]; i++)
		t->back.pair[i] = BACK_LOOK;
	for (unsigned a = 0; a < 0xC0; a++)
		capital[a] = may_be_capital(t, a);
	for (unsigned b = 0; b < 0x80; b++)
		pair_ascii(t, b);
	for (unsigned lead = BACK_TWO; lead < BACK_MARKS; lead++)
		pair_lead(t, lead, capital);
	for (unsigned b = 0x80; b < 0xC0; b++)
		pair_tail(t, b);
	for (unsigned a = 0; a < 0xC0; a++)
		set_pair(t, a, 0xE2, passing_byte(0xE2));
	pair_keys(t);
}

void
table_back(struct translit_table *t)
{
	static const char digits[] = "CDILMVX";

	for (unsigned slot = 0; slot < BACK_SLOTS; slot++) {
		bool known = table_known(t, slot), kind, sets;
		uint8_t *to = &t->back.kind[slot];
		find_needs(t, slot, &sets, &kind);
		bool none = table_properties[slot].kind == KIND_NONE;
		/* The letter before what has no case or is no letter may be a capital. */
		if (kind || table_properties[slot].kind == KIND_UPPER ||
		    (none && table_back_rule(t, slot) != 0))
			*to |= BACK_CAPITAL;
		if (none && (!known || token_ends(slot)))
			*to |= BACK_END;
		if (!known && table_is_letter(slot) &&
		    table_properties[slot].script == SCRIPT_LATIN)
			*to |= BACK_FOREIGN;
		if (slot != 0 && slot < 0x80 && strchr(digits, (int)slot) != NULL)
			*to |= BACK_DIGIT;
	}
}
