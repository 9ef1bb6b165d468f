/*
 * Repairs text that was read in the wrong encoding: what was read is made bytes again, and these
 * are read as UTF-8, or as another Cyrillic encoding.  That is done where it makes the words so
 * much likelier in some language that chance is ruled out.
 */
#include "mojibake.h"

#include <string.h>

#include <unicode/uchar.h>

#include <potok/utf8.h>

#include "decode.h"
#include "mojibake_bytes.h"
#include "mojibake_suspect.h"

/* Costs in eighths of a bit, as in models.h. */
enum {
	GAIN_UTF8 = 14 * 8,   /* what is to be gained in a line, when UTF-8 comes out ... */
	GAIN_SINGLE = 26 * 8, /* ... and when it is another encoding of single bytes */
	COST_LETTER = 48,     /* what that costs at most, by the letter, ... */
	COST_WORDS = 10 * 8,  /* ... and in all */
	COST_MARKS = 16 * 8,  /* a letter and two marks that often stand behind it */
	COST_LONE = 12 * 8,   /* a letter of another script alone in a word */
	COST_RARE = 8 * 8,    /* a character of a script that no model has */
	COST_LEAST = 14,      /* what a letter costs at least */
	COST_USUAL = 38,      /* what one costs in ordinary text */
	LOSS = 10 * 8,        /* what a word may lose beside others that gain */
	LETTERS = 5,          /* in a word of other encodings of single bytes, at least, ... */
	DIFFERENT = 4,        /* ... and so many of them different */
	SAMPLE = 120,         /* symbols by which a language is found */
	SHORT = 48,           /* bytes of a line in which one place is enough */
	REPEATED = 8,         /* words that are looked at for one that comes again */
	SOURCES = MOJIBAKE_SOURCES,
	UNKNOWN = MODELS_MAX,
};

/* What was read as something else, when it was not UTF-8. */
static const char *const sources[SOURCES] = {
    "windows-1251", "KOI8-U", "IBM866", "ISO-8859-5", "x-mac-cyrillic"};
/* The kind that stands for the same encoding. */
static const enum mojibake_kind same_kind[SOURCES] = {MOJIBAKE_WINDOWS_1251, MOJIBAKE_KOI8,
    MOJIBAKE_IBM866, MOJIBAKE_ISO_8859_5, MOJIBAKE_MAC_CYRILLIC};

/* A way to undo. */
struct attempt {
	enum mojibake_kind kind;
	const struct symbol *upper; /* of the encoding that it was; NULL: UTF-8 */
	int64_t gain;
};

/* The line as it is being judged. */
struct line {
	struct mojibake_work *w;
	size_t n; /* symbols */
	size_t nmade;
	size_t nwords;
	size_t language;          /* of its words, or UNKNOWN */
	size_t first;             /* of the words as they stand */
	size_t found[2];          /* last: as they stand, and as they are made */
	struct mojibake_word odd; /* the one that costs most */
};

static uint64_t
bytes_of(uint32_t c)
{
	return c < 0x80 || c >= MOJIBAKE_BLOCKS * 64
		   ? 0
		   : mojibake_rows[mojibake_block[c / 64]][c % 64];
}

static unsigned
byte_at(const struct line *l, size_t i, enum mojibake_kind kind)
{
	return (unsigned)(l->w->bytes[i] >> (8 * kind)) & 0xFF;
}

static void
read_line(struct line *l, const unsigned char *p, size_t n)
{
	l->n = 0;
	for (size_t i = 0; i < n;) {
		uint32_t c;
		int len = potok_utf8_decode(p + i, n - i, &c);
		l->w->line[l->n] = language_symbol(c);
		l->w->bytes[l->n++] = bytes_of(c);
		i += (size_t)(len > 0 ? len : 1);
	}
}

static bool
is_text(uint32_t c)
{
	int8_t type = u_charType((UChar32)c);

	return type != U_UNASSIGNED && type != U_PRIVATE_USE_CHAR;
}

/*
 * The length in symbols of what stands for one character of UTF-8 at i; 0 when nothing does.  A
 * no-break space has often become a space, in a with grave and in the Cyrillic capital Er.
 */
static size_t
sequence(const struct line *l, size_t i, enum mojibake_kind kind, uint32_t *c)
{
	unsigned char utf8[4];
	unsigned lead = byte_at(l, i, kind);

	if (lead < 0xC2 || lead > 0xF4)
		return 0;
	size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	if (l->n - i < len)
		return 0;
	for (size_t k = 0; k < len; k++)
		utf8[k] = (unsigned char)byte_at(l, i + k, kind);
	if (kind == MOJIBAKE_WINDOWS_1252 && (lead == 0xC3 || lead == 0xD0) &&
	    l->w->line[i + 1].c == ' ')
		utf8[1] = 0xA0;
	return potok_utf8_decode(utf8, len, c) == (int)len && is_text(*c) ? len : 0;
}

/* Is it of a script, or a part of one, that no language of the models has? */
static bool
is_rare(uint32_t c)
{
	struct symbol s = language_symbol(c);

	return s.letter == 0 && (s.class == CLASS_OTHER || s.class == CLASS_FOREIGN);
}

static void
make(struct line *l, uint32_t c)
{
	l->w->made[l->nmade++] = language_symbol(c);
}

/* The end of the word at i, of n symbols. */
static size_t
word_end(const struct symbol *s, size_t i, size_t n)
{
	while (i < n && language_in_word(s[i].c))
		i++;
	return i;
}

static bool
is_box(uint32_t c)
{
	return c >= 0x2500 && c < 0x2600;
}

/* Quotation marks and what else stands behind words. */
static bool
is_mark(const struct symbol *s)
{
	return s->class >= CLASS_OPEN && s->class <= CLASS_SIGN;
}

/* What speaks against a sequence of len symbols at i that became c. */
static uint32_t
rareness(const struct line *l, size_t i, size_t len, uint32_t c)
{
	const struct symbol *s = l->w->line + i;

	if (len == 2)
		return is_rare(c) ? COST_RARE : 0;
	return len == 3 && s[0].letter != 0 && is_mark(&s[1]) && is_mark(&s[2]) ? COST_MARKS : 0;
}

/* Makes the word from i to end of UTF-8 that was read as kind; answers where it ends, which may be
 * a symbol later. */
static size_t
make_utf8_word(struct line *l, enum mojibake_kind kind, size_t i, size_t end)
{
	const struct symbol *s = l->w->line;
	struct mojibake_word w = {.from = (uint32_t)i, .made_from = (uint32_t)l->nmade};
	size_t covered = 0, uncovered = 0, lone = 0, same = 0;
	bool signs = true;

	while (i < end) {
		uint32_t c = s[i].c;
		size_t len = sequence(l, i, kind, &c);
		if (len > 0)
			w.rare += rareness(l, i, len, c);
		else if (c < 0x80)
			signs = false;
		else
			uncovered += byte_at(l, i, kind) != 0 && !is_mark(&s[i]);
		if ((c >= 0x370 && c < 0x2000) || c >= 0x2E80)
			*(len > 0 ? &lone : &same) += 1;
		for (size_t k = 0; k < len; k++)
			signs &= is_box(s[i + k].c);
		covered += len;
		make(l, c);
		i += len > 0 ? len : 1;
		if (i > end && c >= 0x400)
			end = word_end(s, i, l->n);
	}
	/* The space that was a no-break space; before a letter it is needed as well. */
	if (i > end && i < l->n && language_in_word(s[i].c))
		make(l, ' ');
	w.to = (uint32_t)i;
	w.made_to = (uint32_t)l->nmade;
	/* A frame of a table proves nothing, a lone letter of another script little. */
	w.doubt = signs ? UINT32_MAX : lone == 1 && same == 0 ? COST_LONE : 0;
	if (covered > 0 && covered >= uncovered)
		l->w->words[l->nwords++] = w;
	else
		l->nmade = w.made_from;
	return i;
}

/* Makes the words of UTF-8 that was read as kind. */
static void
make_utf8(struct line *l, enum mojibake_kind kind)
{
	l->nmade = l->nwords = 0;
	for (size_t i = 0; i < l->n;) {
		size_t end = word_end(l->w->line, i, l->n);
		i = end > i ? make_utf8_word(l, kind, i, end) : i + 1;
	}
}

/* Makes the word from i to end of another encoding that was read as kind. */
static void
make_single_word(
    struct line *l, enum mojibake_kind kind, const struct symbol *upper, size_t i, size_t end)
{
	const struct symbol *s = l->w->line;
	struct mojibake_word w = {
	    .from = (uint32_t)i, .to = (uint32_t)end, .made_from = (uint32_t)l->nmade};
	bool high = false, good = true;

	for (; i < end; i++) {
		unsigned byte = byte_at(l, i, kind);
		high |= s[i].c >= 0x80;
		good &= s[i].c < 0x80 || byte != 0;
		l->w->made[l->nmade++] = byte == 0 ? s[i] : upper[byte - 0x80];
		const struct symbol *made = l->w->made + l->nmade - 1;
		size_t n = l->nmade - w.made_from;
		/* No word has a capital behind a small letter, nor, but for tables of signs, a
		 * letter three times. */
		good &= made[0].c != 0xFFFF && (n < 2 || !made[0].capital || !made[-1].small) &&
			(n < 3 || made[0].c != made[-1].c || made[0].c != made[-2].c);
	}
	w.made_to = (uint32_t)l->nmade;
	if (!high || !good)
		l->nmade = w.made_to = w.made_from;
	if (high)
		l->w->words[l->nwords++] = w;
}

/* Makes the words of another encoding that was read as kind: nothing of those that it has not. */
static void
make_single(struct line *l, enum mojibake_kind kind, const struct symbol *upper)
{
	l->nmade = l->nwords = 0;
	for (size_t i = 0; i < l->n;) {
		size_t end = word_end(l->w->line, i, l->n);
		if (end > i)
			make_single_word(l, kind, upper, i, end);
		i = end > i ? end : i + 1;
	}
}

/* What the words cost in a language: as they stand, or as they are made. */
static uint64_t
word_cost(const struct line *l, size_t language, const struct mojibake_word *w, bool made)
{
	if (!made)
		return language_cost(language, l->w->line + w->from, w->to - w->from, true);
	return w->rare +
	       language_cost(language, l->w->made + w->made_from, w->made_to - w->made_from, true);
}

/* What the words cost in a language, all or those chosen, as they stand or as they are made: the
 * first ones, and no more of them than are needed to be above `most`. */
static uint64_t
sample_cost(const struct line *l, size_t language, bool made, bool chosen, uint64_t most)
{
	uint64_t cost = 0;
	size_t seen = 0;

	for (size_t i = 0; i < l->nwords && seen < SAMPLE && cost <= most; i++) {
		struct mojibake_word w = l->w->words[i];
		if ((made && w.made_to == w.made_from) || (chosen && !w.chosen))
			continue;
		if (w.to - w.from > SAMPLE)
			w.to = w.from + SAMPLE;
		if (w.made_to - w.made_from > SAMPLE)
			w.made_to = w.made_from + SAMPLE;
		seen += w.to - w.from;
		cost += word_cost(l, language, &w, made);
	}
	return cost;
}

/* The language in which the words cost least, the first of equal ones.  The one that was found last
 * rules out most others soon. */
static size_t
find_language(struct line *l, bool made, bool chosen, uint64_t languages)
{
	size_t best = l->found[made];
	uint64_t least = UINT64_MAX;

	if (languages >> best & 1)
		least = sample_cost(l, best, made, chosen, least);
	for (size_t language = 0; language_model(language) != NULL; language++) {
		if ((languages >> language & 1) == 0)
			continue;
		uint64_t cost = sample_cost(l, language, made, chosen, least);
		if (cost < least || (cost == least && language < best)) {
			least = cost;
			best = language;
		}
	}
	return l->found[made] = best;
}

/* Have two words the same symbols? */
static bool
is_same(const struct line *l, const struct mojibake_word *a, const struct mojibake_word *b)
{
	if (a->to - a->from != b->to - b->from)
		return false;
	for (size_t i = 0; i < a->to - a->from; i++) {
		if (l->w->line[a->from + i].c != l->w->line[b->from + i].c)
			return false;
	}
	return true;
}

/* Has the word been among the last ones that were chosen?  Then it proves nothing more. */
static bool
is_repeated(const struct line *l, size_t i)
{
	for (size_t k = i, seen = 0; k-- > 0 && seen < REPEATED;) {
		if (!l->w->words[k].chosen)
			continue;
		seen++;
		if (is_same(l, &l->w->words[k], &l->w->words[i]))
			return true;
	}
	return false;
}

/* Has it a control above 7F, which text has not? */
static bool
has_control(const struct line *l, const struct mojibake_word *w)
{
	for (size_t i = w->from; i < w->to; i++) {
		if (l->w->line[i].class == CLASS_CONTROL)
			return true;
	}
	return false;
}

/* Chooses the words that gain, and those that have controls before and behind the repair, as a
 * letter alone has that was read twice in a wrong encoding. */
static void
choose_gaining(struct line *l)
{
	for (size_t i = 0; i < l->nwords; i++) {
		struct mojibake_word *w = &l->w->words[i];
		w->chosen = w->gain > 0 || (w->gain > -LOSS && has_control(l, w));
	}
}

/* Does word i lose little beside its neighbour, in the same field of a table? */
static bool
goes_along(const struct line *l, size_t i, size_t neighbour)
{
	const struct mojibake_word *w = &l->w->words[i],
				   *first = i < neighbour ? w : &l->w->words[neighbour],
				   *last = i < neighbour ? &l->w->words[neighbour] : w;

	for (size_t k = first->to; k < last->from; k++) {
		if (l->w->line[k].c == '\t')
			return false;
	}
	return w->made_to > w->made_from && w->gain > -LOSS;
}

/* Chooses the run of words that gains most. */
static void
choose_run(struct line *l)
{
	int64_t best = 0, sum = 0;
	size_t from = 0, to = 0, start = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		struct mojibake_word *w = &l->w->words[i];
		w->chosen = false;
		if (w->made_to == w->made_from) {
			sum = 0;
			continue;
		}
		if (sum <= 0) {
			sum = 0;
			start = i;
		}
		sum += w->gain;
		if (sum > best) {
			best = sum;
			from = start;
			to = i + 1;
		}
	}
	/* Short words next to it tell little: they go with it. */
	while (from > 0 && from < to && goes_along(l, from - 1, from))
		from--;
	while (to > from && to < l->nwords && goes_along(l, to, to - 1))
		to++;
	for (size_t i = from; i < to; i++)
		l->w->words[i].chosen = true;
}

/* Are the chosen words Cyrillic, and no worse than ordinary text? */
static bool
is_ordinary(const struct line *l, size_t language)
{
	size_t letters = 0, others = 0, different = 0, longest = 0;
	uint64_t cost = 0, seen = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		const struct mojibake_word *w = &l->w->words[i];
		if (!w->chosen)
			continue;
		cost += word_cost(l, language, w, true);
		if (w->made_to - w->made_from > longest)
			longest = w->made_to - w->made_from;
		for (size_t k = w->made_from; k < w->made_to; k++) {
			uint32_t c = l->w->made[k].c;
			if (c < 0x400 || c >= 0x500) {
				others++;
				continue;
			}
			letters++;
			different += (seen >> (c & 31) & 1) == 0;
			seen |= UINT64_C(1) << (c & 31);
		}
	}
	return longest >= LETTERS && different >= DIFFERENT && others * 4 <= letters &&
	       cost <= letters * COST_LETTER + COST_WORDS;
}

/* What the chosen words cost less when they are made, as far as that proves something. */
static int64_t
proof(const struct line *l, size_t before, size_t after)
{
	int64_t sum = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		const struct mojibake_word *w = &l->w->words[i];
		if (!w->chosen || is_repeated(l, i))
			continue;
		int64_t gain = (int64_t)word_cost(l, before, w, false) -
			       (int64_t)word_cost(l, after, w, true) - w->doubt;
		sum += w->doubt == 0 || gain > 0 ? gain : 0;
	}
	return sum;
}

/* Lists the words as they stand, those that are not all ASCII. */
static void
list_words(struct line *l)
{
	l->nmade = l->nwords = 0;
	for (size_t i = 0; i < l->n;) {
		size_t end = word_end(l->w->line, i, l->n);
		bool high = false;
		for (size_t k = i; k < end && !high; k++)
			high = l->w->line[k].c >= 0x80;
		if (high)
			l->w->words[l->nwords++] =
			    (struct mojibake_word){.from = (uint32_t)i, .to = (uint32_t)end};
		i = end > i ? end : i + 1;
	}
}

/* Is there a run of words that costs so much more than ordinary text that it may be another
 * encoding of single bytes?  l->odd: the word that does most. */
static bool
has_odd_words(struct line *l)
{
	int64_t excess = 0, largest = 0, most = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		const struct mojibake_word *w = &l->w->words[i];
		int64_t more = (int64_t)word_cost(l, l->first, w, false) -
			       COST_USUAL * (int64_t)(w->to - w->from + 1);
		if (more > most) {
			most = more;
			l->odd = *w;
		}
		excess = excess + more > 0 ? excess + more : 0;
		largest = excess > largest ? excess : largest;
	}
	return largest >= GAIN_SINGLE;
}

/* Does the oddest word become less so as another encoding that was read as kind? */
static bool
mends_odd(struct line *l, enum mojibake_kind kind, const struct symbol *upper)
{
	const struct mojibake_word *w = l->w->words;

	l->nmade = l->nwords = 0;
	make_single_word(l, kind, upper, l->odd.from, l->odd.to);
	if (w->made_to == w->made_from)
		return false;
	uint64_t before = word_cost(l, l->first, w, false);
	for (size_t i = 0; language_model(i) != NULL; i++) {
		if ((l->w->cyrillic >> i & 1) && word_cost(l, i, w, true) < before)
			return true;
	}
	return false;
}

/* Can the words that are made gain enough, whatever they cost? */
static bool
may_gain(const struct line *l)
{
	int64_t most = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		const struct mojibake_word *w = &l->w->words[i];
		int64_t gain = (int64_t)word_cost(l, l->first, w, false) - w->rare -
			       COST_LEAST * (int64_t)(w->made_to - w->made_from);
		most += gain > 0 ? gain : 0;
	}
	return most >= GAIN_UTF8;
}

/* Makes the words of an attempt, chooses those that are to be changed, and finds out what this
 * gains. */
static void
try(struct line *l, struct attempt *a)
{
	int64_t least = a->upper == NULL ? GAIN_UTF8 : GAIN_SINGLE;

	a->gain = 0;
	if (a->upper == NULL)
		make_utf8(l, a->kind);
	else if (mends_odd(l, a->kind, a->upper))
		make_single(l, a->kind, a->upper);
	else
		return;
	if (l->nwords == 0 || (a->upper == NULL && !may_gain(l)))
		return;
	size_t before = a->upper != NULL && l->language != UNKNOWN
			    ? l->language
			    : find_language(l, false, false, UINT64_MAX),
	       after =
		   find_language(l, true, false, a->upper == NULL ? UINT64_MAX : l->w->cyrillic);
	if (a->upper != NULL)
		l->language = before; /* the words are the same for all */
	for (size_t i = 0; i < l->nwords; i++) {
		struct mojibake_word *w = &l->w->words[i];
		w->gain = w->made_to == w->made_from
			      ? 0
			      : (int32_t)((int64_t)word_cost(l, before, w, false) -
					  (int64_t)word_cost(l, after, w, true));
	}
	if (a->upper == NULL)
		choose_gaining(l);
	else
		choose_run(l);
	if (proof(l, before, after) < least || (a->upper != NULL && !is_ordinary(l, after)))
		return;
	/* The words that are chosen may be ordinary ones of another language than all of them. */
	int64_t gain = proof(l, find_language(l, false, true, UINT64_MAX), after);
	a->gain = gain >= least ? gain : 0;
}

/* How many symbols above 7F stand for UTF-8 that was read as kind. */
static size_t
count_utf8(const struct line *l, enum mojibake_kind kind)
{
	size_t count = 0;
	uint32_t c;

	for (size_t i = 0; i < l->n;) {
		size_t len = sequence(l, i, kind, &c);
		count += len;
		i += len > 0 ? len : 1;
	}
	return count;
}

/* Tries all other encodings of single bytes; `all`: the bytes of all symbols. */
static void
try_singles(struct line *l, uint64_t all, struct attempt *best)
{
	for (size_t k = 0; k < SOURCES; k++) {
		for (unsigned kind = 0; kind <= MOJIBAKE_MAC_CYRILLIC; kind++) {
			struct attempt a = {
			    .kind = (enum mojibake_kind)kind, .upper = l->w->upper[k]};
			if ((all >> (8 * kind) & 0xFF) == 0 || same_kind[k] == kind)
				continue;
			try(l, &a);
			if (a.gain > best->gain)
				*best = a;
		}
	}
}

/* Tries UTF-8 that was read in each kind of a set; answers true when it is sure to be that.  high:
 * symbols above 7F. */
static bool
try_utf8(struct line *l, unsigned kinds, size_t high, struct attempt *best)
{
	size_t most = 0, count[MOJIBAKE_KINDS];
	unsigned first = 0;
	bool alone = true;

	for (unsigned kind = 0; kind < MOJIBAKE_KINDS; kind++) {
		count[kind] = kinds >> kind & 1 ? count_utf8(l, (enum mojibake_kind)kind) : 0;
		alone = alone && count[kind] < most;
		if (count[kind] > most) {
			most = count[kind];
			first = kind;
			alone = true;
		}
	}
	for (unsigned i = 0; i < MOJIBAKE_KINDS; i++) {
		unsigned kind = (first + i) % MOJIBAKE_KINDS;
		struct attempt a = {.kind = (enum mojibake_kind)kind};
		if (count[kind] == 0)
			continue;
		try(l, &a);
		if (a.gain > best->gain)
			*best = a;
		/* Where all of it is UTF-8, and in no other kind, nothing else is. */
		if (i == 0 && a.gain > 0 && alone && count[kind] >= high)
			return true;
	}
	return false;
}

/* Finds the best way to undo a layer; answers false when none is certain.  what: it may be. */
static bool
find_attempt(struct line *l, unsigned what, struct attempt *best)
{
	uint64_t all = 0;
	size_t high = 0, cyrillic = 0;

	*best = (struct attempt){.gain = 0};
	l->language = UNKNOWN;
	for (size_t i = 0; i < l->n; i++) {
		all |= l->w->bytes[i];
		high += l->w->line[i].c >= 0x80;
		cyrillic += l->w->line[i].c >= 0x400 && l->w->line[i].c < 0x500;
	}
	list_words(l);
	l->first =
	    find_language(l, false, false, 2 * cyrillic > high ? l->w->cyrillic : UINT64_MAX);
	bool odd = has_odd_words(l);
	if (!try_utf8(l, what, high, best) && odd)
		try_singles(l, all, best);
	return best->gain > 0;
}

static bool
is_cyrillic_lead(unsigned char b)
{
	return b == 0xD0 || b == 0xD1;
}

/* Are the two characters at p[at - 2] Cyrillic letters, with no letter of ASCII beside them?  UTF-8
 * that was read as windows-1251 has such pairs, and some names. */
static bool
is_cyrillic_pair(const unsigned char *p, size_t at, size_t n)
{
	return at >= 2 && at + 2 <= n && is_cyrillic_lead(p[at - 2]) && is_cyrillic_lead(p[at]) &&
	       (at == 2 || p[at - 3] >= 0x80 || !language_in_word(p[at - 3])) &&
	       (at + 2 == n || p[at + 2] >= 0x80 || !language_in_word(p[at + 2]));
}

/* Has it controls above 7F?  No text has. */
static bool
has_controls(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		if (p[i] == 0xC2 && p[i + 1] < 0xA0)
			return true;
	}
	return false;
}

/* Is the line worth to be judged?  Where single bytes were mixed up, most words look so: one place
 * in a long line is a name or an abbreviation.  *what: all that it is to be judged for. */
static bool
is_suspect(const unsigned char *p, size_t n, unsigned *what)
{
	size_t first = mojibake_suspect(p, n, 0), places = 0;

	*what = 0;
	for (size_t at = first; at < n; at = mojibake_suspect(p, n, at + 1)) {
		*what |= mojibake_fires(p, at, n);
		places++;
	}
	return places > 1 ||
	       (places == 1 && (*what == MOJIBAKE_SINGLE ? n < SHORT || has_controls(p, n)
							 : !is_cyrillic_pair(p, first, n)));
}

/* The languages that are written in the encodings of `sources`: a set of 1 << language. */
static uint64_t
cyrillic_languages(void)
{
	static const char *const names[] = {"ru", "uk", "be", "bg", "sr", "mk"};
	uint64_t languages = 0;

	for (size_t i = 0; language_model(i) != NULL; i++) {
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			languages |= (uint64_t)(strcmp(language_model(i)->name, names[k]) == 0)
				     << i;
	}
	return languages;
}

static void
prepare(struct mojibake_work *w)
{
	for (size_t k = 0; k < SOURCES; k++) {
		const uint16_t *upper = decode_upper_half(sources[k]);
		for (size_t b = 0; b < 128; b++)
			w->upper[k][b] = language_symbol(upper[b]);
	}
	w->cyrillic = cyrillic_languages();
}

/* Writes the line with the words that are chosen; answers its length, 0 when it is above max. */
static size_t
write_line(const struct line *l, unsigned char *out, size_t max)
{
	size_t n = 0, i = 0;

	for (size_t k = 0; k <= l->nwords; k++) {
		const struct mojibake_word *w = &l->w->words[k];
		size_t end = k < l->nwords ? w->from : l->n;
		if (k < l->nwords && !w->chosen)
			continue;
		for (; i < end; i++) {
			if (max - n < 4)
				return 0;
			n += (size_t)potok_utf8_encode(l->w->line[i].c, out + n);
		}
		if (k == l->nwords)
			break;
		for (size_t m = w->made_from; m < w->made_to; m++) {
			if (max - n < 4)
				return 0;
			n += (size_t)potok_utf8_encode(l->w->made[m].c, out + n);
		}
		i = w->to;
	}
	return n;
}

size_t
mojibake_repair(struct mojibake_work *work, const unsigned char *line, size_t n, unsigned char *out,
    struct mojibake *what)
{
	struct line l = {.w = work};
	struct attempt a;
	const unsigned char *text = line;
	size_t len = n;

	*what = (struct mojibake){0};
	if (work->cyrillic == 0)
		prepare(work);
	for (;;) {
		unsigned found;
		if (!is_suspect(text, len, &found))
			break;
		read_line(&l, text, len);
		if (!find_attempt(&l, found, &a))
			break;
		unsigned char *to = work->text[what->layers % 2];
		try(&l, &a);
		size_t made = write_line(&l, to, sizeof work->text[0]);
		if (made == 0 || made > 2 * n || made > MOJIBAKE_LINE ||
		    what->layers == MOJIBAKE_LAYERS) {
			*what = (struct mojibake){.deep = what->layers == MOJIBAKE_LAYERS};
			return 0;
		}
		what->layers++;
		*(a.upper == NULL ? &what->utf8 : &what->single) |= 1u << a.kind;
		text = to;
		len = made;
	}
	if (what->layers == 0)
		return 0;
	memcpy(out, text, len);
	return len;
}
