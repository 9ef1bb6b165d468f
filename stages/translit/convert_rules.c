/* Writes characters by the rules of a scheme, with the marks behind them. */
#include <string.h>

#include <potok/utf8.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "convert_work.h"
#include "tokens.h"

enum {
	INNER_MARKS = 8, /* marks inside of a key of several letters */
	GRAVE = 0x300,
	ACUTE = 0x301,
	CLUSTER = POTOK_TRANSLIT_TOKEN + 32, /* UTF-16 units of a letter and the marks behind it */
};

/* Takes the stress mark from a letter that has no rule of its own. */
static void
take_stress(const struct work *w, struct letter *l)
{
	const struct table_entry *e = w->table->entries[l->slot];

	if (!(e->flags & ENTRY_STRESSED))
		return;
	l->slot = e->chain;
	l->c = (uint32_t)l->slot;
	l->stress = GRAVE + (unsigned char)e->text[0];
}

/* The next character that is no mark, without stress; at the end the boundary. */
static struct letter
next_letter(const struct work *w, const unsigned char *p)
{
	struct letter l = {.slot = BOUNDARY, .kind = KIND_NONE, .behind = p};

	while (p < w->end) {
		l = convert_letter(p, w->end);
		if (l.kind != KIND_MARK)
			break;
		p = l.behind;
		l = (struct letter){.slot = BOUNDARY, .kind = KIND_NONE, .behind = p};
	}
	convert_compose(&l, w->end);
	convert_compose_apart(&l, w->end);
	take_stress(w, &l);
	return l;
}

/* Are all letters that stand for a capital to be capitals, when p follows it? */
static bool
in_capitals(const struct work *w, const unsigned char *p)
{
	struct letter next = next_letter(w, p);

	/* An apostrophe does not part a word. */
	if (next.kind == KIND_NONE && w->table->entries[next.slot]->chain != 0 &&
	    !token_ends(next.c))
		next = next_letter(w, next.behind);
	return next.kind == KIND_UPPER ||
	       (next.kind == KIND_NONE && table_properties[w->cased].kind == KIND_UPPER);
}

/* Counts the word around p once, which has Cyrillic and Latin letters beside each other. */
static void
count_mixed(struct work *w, const unsigned char *p)
{
	const unsigned char *start = p;
	uint64_t offset = w->offset + (uint64_t)(p - w->token) + 1;
	uint64_t last = w->t->mixed_place;

	w->t->mixed_place = offset;
	while (start > w->token) {
		const unsigned char *before = start - 1;
		while (before > w->token && (*before & 0xC0) == 0x80)
			before--;
		if (convert_letter(before, w->end).kind == KIND_NONE)
			break;
		start = before;
		/* Back at the place before, the word has been counted. */
		if (w->offset + (uint64_t)(start - w->token) + 1 == last)
			return;
	}
	count(w, MIXED_WORDS, start);
}

/* What a rule's key has matched. */
struct match {
	const unsigned char *behind; /* the key */
	unsigned nletters;           /* of the key, so far */
	struct inner {
		uint32_t mark;
		unsigned place; /* how many letters of the key are before it */
	} marks[INNER_MARKS];   /* that stood inside of it */
	int nmarks;
	uint32_t stress;                        /* of its last letter; 0: none */
	const unsigned char *inner, *inner_end; /* as in struct letter, of its last letter */
	const unsigned char *least; /* the end of a letter in it, if some marks make another one */
};

static bool
is_stress(uint32_t c)
{
	return c == GRAVE || c == ACUTE;
}

/* Marks that may stand inside of a key: stress, soft hyphen, joiners. */
static bool
inner_mark(uint32_t c)
{
	return is_stress(c) || c == 0xAD || c == 0x200C || c == 0x200D || c == 0x2060;
}

/* May the inner mark c stand before that mark of a key?  One that does not change places with it
 * must not (Unicode 15.0, D108). */
static bool
before_mark(uint32_t c, unsigned key)
{
	return is_stress(c) && !(key < 0x370 && u_getCombiningClass((UChar32)key) ==
						    u_getCombiningClass((UChar32)c));
}

/* Makes *apart what l composes with marks that are not right behind it, too, without a stress mark.
 * Answers false when nothing but that would change. */
static bool
compose_all(
    const struct work *w, const struct letter *l, const unsigned char *end, struct letter *apart)
{
	if (!convert_two_marks(l, end))
		return false;
	struct letter near = *l;
	*apart = *l;
	if (!convert_compose_apart(apart, end))
		return false;
	take_stress(w, &near);
	take_stress(w, apart);
	return apart->slot != near.slot;
}

static bool
is_lower(const struct letter *l, unsigned key)
{
	return table_properties[l->slot].lower == key;
}

/* Makes the letter, which key[i] stands for, the last one of the match. */
static bool
match_letter(struct match *m, const struct letter *l)
{
	m->behind = l->behind;
	m->nletters += l->kind != KIND_MARK;
	m->stress = l->stress;
	m->inner = l->inner;
	m->inner_end = l->inner_end;
	return true;
}

/* Adds a mark that stands inside of the key.  Answers false when there is no room. */
static bool
add_inner(struct match *m, uint32_t mark)
{
	if (m->nmarks == INNER_MARKS)
		return false;
	m->marks[m->nmarks++] = (struct inner){mark, m->nletters};
	return true;
}

/* Matches key[i] at m->behind. */
static bool
match_one(const struct work *w, unsigned key, struct match *m, const unsigned char *end)
{
	if (m->inner != NULL || (m->stress != 0 && !add_inner(m, m->stress)))
		return false;
	while (m->behind < end) {
		struct letter l = convert_letter(m->behind, end), apart;
		convert_compose(&l, end);
		bool other = compose_all(w, &l, end, &apart);
		if (is_lower(&l, key)) {
			m->least = other ? apart.behind : m->least;
			return match_letter(m, &l);
		}
		if (other && is_lower(&apart, key))
			return match_letter(m, &apart);
		take_stress(w, &l);
		if (is_lower(&l, key))
			return match_letter(m, &l);
		if (!inner_mark(l.c) ||
		    (table_properties[key].kind == KIND_MARK && !before_mark(l.c, key)) ||
		    !add_inner(m, l.c))
			return false;
		m->behind = l.behind;
	}
	return false;
}

/* The character behind a letter, for passing over rules whose keys go on in another way. */
struct second {
	unsigned base, whole; /* slots of small letters: without and with the mark behind it */
	bool any;             /* it may stand inside of a key */
};

static struct second
read_second(const struct work *w, const struct letter *l)
{
	if (l->behind >= w->end)
		return (struct second){SCHEME_SLOTS, SCHEME_SLOTS, false};
	struct letter base = convert_letter(l->behind, w->end), whole = base;
	convert_compose(&whole, w->end);
	struct second next = {
	    table_properties[base.slot].lower, table_properties[whole.slot].lower, true};
	if (!inner_mark(base.c) && !(w->table->entries[whole.slot]->flags & ENTRY_STRESSED))
		next.any = convert_compose_apart(&whole, w->end);
	return next;
}

/* Does the rule hold for the letter l?  Then *m tells what of the text its key takes. */
static bool
match_rule(
    const struct work *w, const struct table_rule *r, const struct letter *l, struct match *m)
{
	if ((r->flags & RULE_CAPITAL) && l->kind != KIND_UPPER)
		return false;
	if (r->left != 0 && !(r->left & w->table->sets[w->prev]))
		return false;
	m->nletters = 0;
	m->nmarks = 0;
	m->least = NULL;
	match_letter(m, l);
	for (int i = 1; i < r->nkey; i++) {
		if (!match_one(w, r->key[i], m, w->end))
			return false;
	}
	if (m->least != NULL && m->behind < m->least)
		return false;
	return r->right == 0 || (r->right & w->table->sets[next_letter(w, m->behind).slot]) != 0;
}

/* Which of the rule's texts: small, with one capital, in capitals. */
static int
form(const struct work *w, const struct table_rule *r, const struct letter *l)
{
	if (r->flags & RULE_CASELESS) {
		struct letter next = next_letter(w, l->behind);
		bool small = next.kind == KIND_LOWER && !token_ends(l->c);
		return table_properties[w->cased].kind == KIND_UPPER && !small ? 2 : 0;
	}
	if (l->kind != KIND_UPPER)
		return 0;
	return strcmp(r->text[1], r->text[2]) != 0 && in_capitals(w, l->behind) ? 2 : 1;
}

static void
write_character(struct work *w, uint32_t c)
{
	w->out += potok_utf8_encode(c, w->out);
}

/* The length of the character at the end of what was written. */
static size_t
last_length(const struct work *w)
{
	const unsigned char *last = w->out - 1;

	while (last > w->first && (*last & 0xC0) == 0x80)
		last--;
	return (size_t)(w->out - last);
}

/* Adds a stress mark to what was just written, joined where Unicode has a composition.  Answers
 * false when it stands behind another mark, so that what is joined is still to be found out. */
static bool
write_stress(struct work *w, uint32_t mark)
{
	size_t n = last_length(w);
	uint32_t c = 0;

	potok_utf8_decode(w->out - n, n, &c);
	uint32_t joined = table_compose(c, mark);
	w->out -= joined != 0 ? n : 0;
	write_character(w, joined != 0 ? joined : mark);
	return joined != 0 || c < 0x300 || c >= 0x370;
}

/* Normalizes what was written from `from` on: a letter with marks. */
static void
normalize(struct work *w, unsigned char *from)
{
	UErrorCode err = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&err);
	UChar text[CLUSTER], done[CLUSTER];
	int32_t n, len;

	u_strFromUTF8(text, CLUSTER, &n, (const char *)from, (int32_t)(w->out - from), &err);
	n = unorm2_normalize(nfc, text, n, done, CLUSTER, &err);
	/* A mark can become two (U+0344); there is room for six. */
	u_strToUTF8((char *)from, 2 * (int32_t)(w->out - from), &len, done, n, &err);
	if (U_SUCCESS(err))
		w->out = from + len;
}

/* Is the letter of that slot a vowel of a Cyrillic alphabet, which may bear a stress mark? */
static bool
is_vowel(unsigned slot)
{
	static const uint16_t vowels[] = {0x430, 0x435, 0x438, 0x43E, 0x443, 0x44B, 0x44D, 0x44E,
	    0x44F, 0x450, 0x451, 0x454, 0x456, 0x457, 0x45D, 0x45E, 0x461, 0x463, 0x465, 0x467,
	    0x469, 0x46B, 0x46D, 0x475, 0x477, 0x479, 0x47B, 0x47D, 0x47F, 0x4AF, 0x4B1, 0x4D1,
	    0x4D3, 0x4D5, 0x4D7, 0x4D9, 0x4DB, 0x4E3, 0x4E5, 0x4E7, 0x4E9, 0x4EB, 0x4ED, 0x4EF,
	    0x4F1, 0x4F3, 0x4F9, 0x519, 0x1C82, 0x1C87, 0x1C88, 0xA647, 0xA64B, 0xA64D, 0xA651,
	    0xA653, 0xA655, 0xA657, 0xA659, 0xA65B, 0xA65D};

	for (size_t i = 0; i < sizeof vowels / sizeof vowels[0]; i++) {
		if (scheme_slot(vowels[i]) == table_properties[slot].lower)
			return true;
	}
	return false;
}

/* The start of the letter with marks that was written last; w->out: it is something else. */
static unsigned char *
last_letter(const struct work *w)
{
	unsigned char *start = w->out;

	while (start > w->first) {
		do
			start--;
		while (start > w->first && (*start & 0xC0) == 0x80);
		enum scheme_kind kind = convert_letter(start, w->out).kind;
		if (kind != KIND_MARK)
			return kind >= KIND_LOWER ? start : w->out;
	}
	return w->out;
}

/* Marks behind a letter on the way. */
struct marks {
	unsigned char *from; /* the letter that they are written behind */
	bool apart;          /* some were not joined: they may be out of order */
};

/* Writes a mark, at p, behind the letter w->prev that a rule has taken. */
static void
write_mark(struct work *w, struct marks *m, uint32_t mark, const unsigned char *p)
{
	bool stress = is_stress(mark);
	unsigned letter = w->prev;

	m->from = m->from == NULL ? last_letter(w) : m->from;
	if (w->t->reverse && w->out > m->from)
		letter = (unsigned)convert_letter(m->from, w->out).slot;
	if (stress && w->t->drop_stress && is_vowel(letter)) {
		count(w, STRESS_DROPPED, p);
	} else if (stress && !m->apart && w->out > m->from) {
		m->apart = !write_stress(w, mark);
	} else {
		m->apart = true;
		write_character(w, mark);
	}
}

/* Reads the mark at p when it belongs to the letter before, as all but joiners do. */
static bool
read_own_mark(const unsigned char *p, const unsigned char *end, struct letter *mark)
{
	if (p == end || *p < 0xCC)
		return false;
	*mark = convert_letter(p, end);
	return mark->kind == KIND_MARK && mark->c != 0x200C && mark->c != 0x200D &&
	       mark->c != 0x2060;
}

/* Writes the marks at p.  Answers what follows. */
static const unsigned char *
take_marks(struct work *w, struct marks *m, const unsigned char *p, const unsigned char *end)
{
	struct letter mark;

	for (; read_own_mark(p, end, &mark); p = mark.behind)
		write_mark(w, m, mark.c, p);
	return p;
}

/* Puts the marks in order. */
static void
order_marks(struct work *w, const struct marks *m)
{
	if (m->apart && w->out - m->from < CLUSTER)
		normalize(w, m->from);
}

const unsigned char *
convert_marks(struct work *w, const unsigned char *p, const unsigned char *end)
{
	struct marks m = {.from = NULL};

	if (*p < 0xCC || w->table->entries[w->prev]->chain == 0)
		return p;
	p = take_marks(w, &m, p, end);
	order_marks(w, &m);
	return p;
}

/* The letter of the key that has `place` letters up to its end. */
static unsigned
key_letter(const struct table_rule *r, unsigned place)
{
	int i = 0;

	for (unsigned n = 1; n < place && i + 1 < r->nkey;
	     n += table_properties[r->key[i]].kind != KIND_MARK)
		i++;
	return r->key[i];
}

/* Writes the text of a rule, whose key is at p.  The marks inside of the key stand behind as many
 * characters as it has letters before them, or behind all. */
static void
write_text(struct work *w, const struct table_rule *r, int which, const struct match *m,
    const unsigned char *p)
{
	const unsigned char *text = (const unsigned char *)r->text[which];
	const unsigned char *end = text + r->len[which];
	unsigned letter = 0, n = 0;

	for (int i = 0; i < m->nmarks; i++) {
		const struct inner *inner = &m->marks[i];
		while (text < end && (n < inner->place || (*text & 0xC0) == 0x80)) {
			struct letter l = convert_letter(text, end);
			n += l.kind != KIND_MARK;
			letter = (unsigned)l.slot;
			memcpy(w->out, text, (size_t)(l.behind - text));
			w->out += l.behind - text;
			text = l.behind;
		}
		if (!w->t->reverse)
			letter = key_letter(r, inner->place);
		if (!is_stress(inner->mark))
			write_character(w, inner->mark);
		else if (w->t->drop_stress && is_vowel(letter))
			count(w, STRESS_DROPPED, p);
		else if (r->len[which] > 0)
			write_stress(w, inner->mark);
	}
	memcpy(w->out, text, (size_t)(end - text));
	w->out += end - text;
}

/* Passes a character that no rule takes, or drops it with its marks. */
static const unsigned char *
pass_character(
    struct work *w, const struct letter *l, const unsigned char *p, const unsigned char *end)
{
	bool unknown =
	    scheme_slot(l->c) >= 0 && (w->table->entries[l->slot]->flags & ENTRY_UNKNOWN);
	const unsigned char *behind = l->behind;
	struct letter mark;

	if (unknown) {
		count(w, UNKNOWN_LETTERS, p);
		w->t->stopped = w->t->unknown == POTOK_UNKNOWN_STOP;
		if (w->t->stopped)
			return p;
	}
	if (l->kind == KIND_NONE)
		w->prev = w->cased = BOUNDARY;
	else if (l->kind != KIND_MARK)
		w->prev = w->cased = (unsigned)l->slot;
	if (unknown && w->t->unknown == POTOK_UNKNOWN_DROP) {
		for (; read_own_mark(behind, end, &mark); behind = mark.behind)
			;
		return behind;
	}
	memcpy(w->out, p, (size_t)(behind - p));
	w->out += behind - p;
	return behind;
}

/* The first rule that holds for the letter, 0: none does. */
static unsigned
find_rule(const struct work *w, const struct letter *l, struct match *m)
{
	unsigned i = w->table->entries[l->slot]->chain;
	struct second next = read_second(w, l);

	for (; i != 0; i = w->table->rules[i].next) {
		const struct table_rule *r = &w->table->rules[i];
		bool other = r->key[1] != next.base && r->key[1] != next.whole && !next.any;
		if (!(r->nkey > 1 && other) && match_rule(w, r, l, m))
			break;
	}
	return i;
}

const unsigned char *
convert_one(struct work *w, const unsigned char *p, const unsigned char *end)
{
	struct letter l = convert_letter(p, end), apart;
	struct match m;

	convert_compose(&l, end);
	bool other = compose_all(w, &l, end, &apart);
	if (l.kind >= KIND_LOWER && scripts_meet(w->prev, (unsigned)l.slot))
		count_mixed(w, p);
	take_stress(w, &l);
	unsigned i = find_rule(w, &l, &m);
	/* A key may have the marks one by one. */
	if (other && (i == 0 || m.behind < apart.behind)) {
		l = apart;
		i = find_rule(w, &l, &m);
	}
	if (i == 0)
		return pass_character(w, &l, p, end);
	const struct table_rule *r = &w->table->rules[i];
	write_text(w, r, form(w, r, &l), &m, p);
	if (w->table->entries[l.slot]->flags & ENTRY_UNKNOWN)
		count(w, UNKNOWN_LETTERS, p);
	else if (l.kind >= KIND_LOWER)
		count(w, LETTERS, p);
	w->prev = r->key[r->nkey - 1];
	if (l.kind >= KIND_LOWER)
		w->cased = (unsigned)l.slot;
	struct marks marks = {.from = NULL};
	if (m.stress != 0)
		write_mark(w, &marks, m.stress, p);
	if (m.inner != NULL)
		take_marks(w, &marks, m.inner, m.inner_end);
	p = take_marks(w, &marks, m.behind, end);
	order_marks(w, &marks);
	return p;
}
