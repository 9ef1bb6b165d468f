/* Does a sentence end at this mark?  Each rule is a short function, named for what it looks at. */
#include "rules.h"

#include <string.h>

#include <potok/utf8.h>

enum class {
	OTHER, /* symbols, controls, ill-formed bytes */
	SPACE,
	UPPER,
	LOWER,
	LETTER, /* of a script without case */
	MARK,
	DIGIT,
	DASH,
	OPEN,
	CLOSE,
	QUOTE, /* opens or closes, by where it stands */
	PUNCT,
	EDGE, /* the end of the line, or of what may be looked at */
};

enum kind { UNKNOWN, NEVER, NUMBER, END, UNIT, STARTER, ORDINAL };

struct word {
	const char *text;
	enum kind kind;
	bool capital; /* only when it begins with a capital letter */
};

#include "tables.h"

/* A character and where it stands. */
struct character {
	uint32_t cp;
	enum class class;
	size_t len; /* bytes; 0 for EDGE */
};

static enum class class_of(uint32_t cp) {
	if (cp > 0xFFFF) return cp >= 0x1F000 ? OTHER : LETTER;
	return (enum class)class_in_block[class_block[cp / 128]][cp % 128];
}

static struct character
look(const unsigned char *p, size_t at, size_t end)
{
	struct character c = {.class = EDGE};

	if (at >= end || p[at] == '\n')
		return c;
	if (p[at] < 0x80)
		return (struct character){p[at], (enum class)class_in_block[0][p[at]], 1};
	if (p[at] >= 0xC2 && p[at] < 0xE0 && end - at > 1 && (p[at + 1] & 0xC0) == 0x80) {
		c.cp = (p[at] & 0x1Fu) << 6 | (p[at + 1] & 0x3Fu);
		c.class = class_of(c.cp);
		c.len = 2;
		return c;
	}
	int len = potok_utf8_decode(p + at, end - at, &c.cp);
	c.class = len > 0 ? class_of(c.cp) : OTHER;
	c.len = len > 0 ? (size_t)len : len < 0 ? (size_t)-len : end - at;
	return c;
}

/* The character that ends at `at`; EDGE when that is `start`. */
static struct character
look_back(const unsigned char *p, size_t start, size_t at)
{
	size_t from = at;

	if (at > start && p[at - 1] < 0x80)
		return look(p, at - 1, at);
	while (from > start && at - from < 4) {
		from--;
		if ((p[from] & 0xC0) != 0x80)
			break;
	}
	struct character c = look(p, from, at);
	if (c.len != at - from)
		c = (struct character){.class = OTHER, .len = 1};
	return c;
}

int
white_space(const unsigned char *p, size_t n)
{
	uint32_t cp;

	if (p[0] < 0x80)
		return p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r' && p[0] != '\n');
	if (p[0] != 0xC2 && (p[0] < 0xE1 || p[0] > 0xE3))
		return 0;
	int len = potok_utf8_decode(p, n, &cp);
	if (len == 0)
		return -1;
	return len > 0 && class_of(cp) == SPACE ? len : 0;
}

size_t
trim(const unsigned char *p, size_t start, size_t end)
{
	while (end > start && (p[end - 1] <= ' ' || p[end - 1] >= 0x80)) {
		struct character c = look_back(p, start, end);
		if (c.class != SPACE)
			break;
		end -= c.len;
	}
	return end;
}

/* --- marks ------------------------------------------------------------------------------- */

enum mark {
	NO_MARK,
	STOP,     /* . */
	STRONG,   /* ! ? */
	ELLIPSIS, /* … */
	WIDE,     /* of Chinese and Japanese: no space follows */
	FULL,     /* of other scripts: ends a sentence, with or without a space */
	COLON,    /* : where Armenian writes it for its full stop */
	GREEK,    /* ; where Greek writes it for ? */
};

/* Unicode's Sentence_Terminal (PropList.txt), as far as these scripts use it today. */
static enum mark
mark_of(uint32_t cp)
{
	switch (cp) {
	case '.':
		return STOP;
	case '!':
	case '?':
	case 0x203C: /* ‼ */
	case 0x2047: /* ⁇ */
	case 0x2048: /* ⁈ */
	case 0x2049: /* ⁉ */
	case 0x037E: /* Greek question mark */
		return STRONG;
	case 0x2026: /* … */
		return ELLIPSIS;
	case 0x3002: /* 。 */
	case 0xFF01: /* ！ */
	case 0xFF0E: /* ． */
	case 0xFF1F: /* ？ */
	case 0xFF61: /* ｡ */
		return WIDE;
	case 0x0589: /* Armenian full stop */
	case 0x061F: /* Arabic question mark */
	case 0x06D4: /* Arabic full stop */
	case 0x0964: /* Devanagari danda */
	case 0x0965: /* double danda */
	case 0x104A: /* Myanmar */
	case 0x104B:
	case 0x1362: /* Ethiopic full stop */
	case 0x1367: /* Ethiopic question mark */
	case 0x1368:
	case 0x17D4: /* Khmer */
	case 0x17D5:
		return FULL;
	case ':':
		return COLON;
	case ';':
		return GREEK;
	default:
		return NO_MARK;
	}
}

/* Marks and closers in a row: "?!", "...", ".»", "?»." */
struct run {
	enum mark mark; /* what decides */
	bool closed;    /* quotes or brackets close behind a mark */
	size_t end;
};

/* "[12]" behind a mark is a reference that belongs to the sentence. */
static size_t
reference(const unsigned char *p, size_t at, size_t end)
{
	size_t i = at + 1;

	if (at >= end || p[at] != '[')
		return 0;
	while (i < end && p[i] >= '0' && p[i] <= '9')
		i++;
	return i > at + 1 && i < end && p[i] == ']' ? i + 1 - at : 0;
}

static bool
closes(struct character c, enum mark mark)
{
	if (c.class == CLOSE || c.cp == '*' || c.cp == '_' || c.class == MARK)
		return true;
	/* Chinese text has no space between a mark and the quotation that it begins. */
	bool opens = c.cp == 0x201C || c.cp == 0x2018 || c.cp == 0xAB;
	return c.class == QUOTE && !(opens && mark == WIDE);
}

static struct run
run_at(const struct place *w)
{
	struct run r = {.end = w->mark};
	size_t stops = 0;

	for (;;) {
		struct character c = look(w->p, r.end, w->end);
		enum mark m = c.class == EDGE ? NO_MARK : mark_of(c.cp);
		size_t len = c.len;
		if (m == COLON || m == GREEK)
			m = r.end == w->mark ? m : NO_MARK;
		if (m != NO_MARK) {
			stops += m == STOP;
			if (r.mark == NO_MARK || r.mark == STOP || m == WIDE || m == FULL)
				r.mark = m == STOP && r.mark != NO_MARK ? r.mark : m;
		} else if (r.mark != NO_MARK && c.class != EDGE && closes(c, r.mark)) {
			r.closed = true;
		} else if (r.mark != NO_MARK && (len = reference(w->p, r.end, w->end)) > 0) {
			r.closed = true;
		} else {
			break;
		}
		r.end += len;
	}
	if (r.mark == STOP && stops > 1 && !r.closed)
		r.mark = ELLIPSIS;
	return r;
}

/* --- the word before --------------------------------------------------------------------- */

enum { FOLDED_MAX = 48 };

/* The word that ends where the mark begins. */
struct token {
	size_t from, to;
	size_t nchars, nletters, nlower, nupper, ndots, longest; /* longest: letters between dots */
	bool digits; /* only digits (and . , between them) */
	bool first;  /* nothing stands before it in its line */
	bool vowel;
	bool cyrillic, latin, armenian, greek;
	struct character last; /* before the mark */
};

static bool
is_vowel(uint32_t cp)
{
	static const char vowels[] = "aeiouyAEIOUYаеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄ";
	unsigned char one[5] = {0};

	if (cp > 0xFF && cp < 0x400)
		return true; /* letters with marks: most are, and the rule is for plain ones */
	if (cp >= 0xC0 && cp < 0x100)
		return true;
	return potok_utf8_encode(cp, one) > 0 && strstr(vowels, (const char *)one) != NULL;
}

static void
take_character(struct token *t, struct character c)
{
	static const uint32_t cyrillic_from = 0x400, cyrillic_to = 0x52F;
	bool letter = c.class == UPPER || c.class == LOWER || c.class == LETTER;

	t->nchars++;
	t->nletters += letter;
	t->nlower += c.class == LOWER;
	t->nupper += c.class == UPPER;
	t->ndots += c.cp == '.';
	t->digits = t->digits && (c.class == DIGIT || c.cp == '.' || c.cp == ',');
	t->vowel = t->vowel || (letter && is_vowel(c.cp));
	t->cyrillic = t->cyrillic || (letter && c.cp >= cyrillic_from && c.cp <= cyrillic_to);
	t->latin = t->latin || (letter && c.cp < 0x250);
	t->armenian = t->armenian || (c.cp >= 0x531 && c.cp <= 0x587);
	t->greek =
	    t->greek || (c.cp >= 0x370 && c.cp <= 0x3FF) || (c.cp >= 0x1F00 && c.cp <= 0x1FFF);
}

/* The word that ends at `to`, looked at back to `start`. */
static struct token
token_before(const unsigned char *p, size_t start, size_t to)
{
	struct token t = {.to = to, .digits = true};
	size_t from = to, part = 0;

	while (from > start) {
		struct character c = look_back(p, start, from);
		if (c.class == SPACE)
			break;
		from -= c.len;
	}
	t.first = from == start;
	for (struct character c; from < to; from += c.len) {
		c = look(p, from, to);
		if (c.class != OPEN && c.class != QUOTE && c.class != DASH && c.cp != '*' &&
		    c.cp != '_')
			break;
	}
	t.from = from;
	for (size_t i = from; i < to;) {
		struct character c = look(p, i, to);
		take_character(&t, c);
		part = c.cp == '.' ? 0 : part + (c.class != MARK);
		t.longest = part > t.longest ? part : t.longest;
		i += c.len ? c.len : 1;
	}
	t.last = look_back(p, t.from, to);
	t.digits = t.digits && t.nchars > 0;
	return t;
}

/* Lower case of the letters that the word lists have: ASCII, Latin-1, Cyrillic. */
static uint32_t
fold(uint32_t cp)
{
	if ((cp >= 'A' && cp <= 'Z') || (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) ||
	    (cp >= 0x410 && cp <= 0x42F))
		return cp + 32;
	return cp >= 0x400 && cp <= 0x40F ? cp + 80 : cp;
}

static enum kind
find(const struct word *words, size_t n, const char *text, bool capital)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;
		int order = strcmp(words[middle].text, text);
		if (order == 0)
			return words[middle].capital && !capital ? UNKNOWN : words[middle].kind;
		if (order < 0)
			low = middle + 1;
		else
			n = middle;
	}
	return UNKNOWN;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the lists say of the word p[from..to); followers: of what it is behind a full stop. */
static enum kind
kind_of(const unsigned char *p, size_t from, size_t to, bool cyrillic, bool followers)
{
	char folded[FOLDED_MAX + 5];
	size_t n = 0;
	bool capital = look(p, from, to).class == UPPER;

	for (size_t i = from; i < to;) {
		struct character c = look(p, i, to);
		if (n > FOLDED_MAX || c.len == 0)
			return UNKNOWN;
		unsigned char one[4];
		int len = potok_utf8_encode(fold(c.cp), one);
		memcpy(folded + n, one, (size_t)len);
		n += (size_t)len;
		i += c.len;
	}
	folded[n] = '\0';
	if (cyrillic && followers)
		return find(cyrillic_followers, COUNT(cyrillic_followers), folded, capital);
	if (cyrillic)
		return find(cyrillic_abbreviations, COUNT(cyrillic_abbreviations), folded, capital);
	if (followers)
		return find(latin_followers, COUNT(latin_followers), folded, capital);
	return find(latin_abbreviations, COUNT(latin_abbreviations), folded, capital);
}

/* --- what follows ------------------------------------------------------------------------ */

struct next {
	size_t at;          /* the first character behind white space */
	bool gap;           /* there is white space */
	bool opener;        /* quotes or brackets open before the word */
	bool dash;          /* a dash stands before the word, with space behind it */
	struct character c; /* of the word */
	size_t word;        /* where it stands */
};

static size_t
skip_space(const struct place *w, size_t at)
{
	struct character c;

	while ((c = look(w->p, at, w->end)).class == SPACE)
		at += c.len;
	return at;
}

static struct next
next_after(const struct place *w, size_t at)
{
	struct next n = {.at = skip_space(w, at)};
	struct character c;

	n.gap = n.at > at;
	at = n.at;
	while ((c = look(w->p, at, w->end)).class == DASH) {
		n.dash = true;
		at += c.len;
	}
	if (n.dash)
		at = skip_space(w, at);
	while ((c = look(w->p, at, w->end)).class == OPEN || c.class == QUOTE || c.cp == '*' ||
	       c.cp == '_' || c.cp == 0xBF || c.cp == 0xA1) {
		n.opener = true;
		at += c.len;
	}
	if (n.opener && c.class == SPACE) {
		at = skip_space(w, at); /* French sets a space behind its opening quotes */
		c = look(w->p, at, w->end);
	}
	n.c = c;
	n.word = at;
	return n;
}

/* The end of the letters at `at`. */
static size_t
word_end(const struct place *w, size_t at)
{
	struct character c;

	while ((c = look(w->p, at, w->end)).class == UPPER || c.class == LOWER || c.class == MARK ||
	       c.class == LETTER)
		at += c.len;
	return at;
}

/* Does a word stand there that seldom goes on a name, and is it no initial? */
static enum kind
follower(const struct place *w, const struct next *n)
{
	size_t to = word_end(w, n->word);

	if (to < w->end && w->p[to] == '.' && to - n->word <= 2)
		return UNKNOWN;
	bool cyrillic = n->c.cp >= 0x400 && n->c.cp <= 0x52F;
	return kind_of(w->p, n->word, to, cyrillic, true);
}

/* Does a link begin there?  Its letters are small, but it may begin a sentence. */
static bool
is_link(const struct place *w, size_t at)
{
	size_t left = w->end - at;

	return (left > 8 && memcmp(w->p + at, "https://", 8) == 0) ||
	       (left > 7 && memcmp(w->p + at, "http://", 7) == 0);
}

/* --- rules ------------------------------------------------------------------------------- */

/* A word of letters alone, long enough to be no abbreviation. */
static bool
is_plain(const struct token *t, size_t least)
{
	return t->nletters == t->nchars && t->nletters >= least;
}

/* "mld", "vgl": short words without a vowel are abbreviations. */
static bool
lacks_vowel(const struct token *t)
{
	return is_plain(t, 2) && t->nletters <= 4 && !t->vowel && t->nupper <= 1 &&
	       (t->latin || t->cyrillic);
}

/* The kind of the word before a full stop, by the lists or by its shape. */
static enum kind
abbreviation(const struct place *w, const struct token *t)
{
	enum kind k = t->nletters ? kind_of(w->p, t->from, t->to, t->cyrillic, false) : UNKNOWN;

	if (t->nletters == 1 && t->nchars == 1 && t->nlower == 1 && t->from > w->start) {
		/* "и т. д.": the second of two short ones may end a sentence. */
		size_t before = trim(w->p, w->start, t->from);
		if (before > w->start && w->p[before - 1] == '.' && k != UNIT)
			return END;
		return k == UNKNOWN ? END : k;
	}
	if (k != UNKNOWN)
		return k;
	if (t->ndots > 0 && !t->digits && t->longest <= 2)
		return END; /* "U.S", "и.о" */
	return lacks_vowel(t) ? END : UNKNOWN;
}

/* Behind a full stop with a space; what follows begins with a capital letter, or has no case. */
static bool
ends_before_capital(const struct place *w, const struct token *t, const struct next *n)
{
	enum kind k = abbreviation(w, t);

	if (t->nchars == 0)
		return true; /* a space stands before the full stop */
	switch (k) {
	case NEVER:
		return false;
	case UNIT:
		if (t->from > w->start) {
			size_t before = trim(w->p, w->start, t->from);
			if (look_back(w->p, w->start, before).class == DIGIT)
				return true;
		}
		return follower(w, n) == STARTER;
	case END:
		return follower(w, n) == STARTER;
	default:
		break;
	}
	if (t->nletters == 1 && t->nchars <= 2 && !t->digits)
		return t->nupper == 1 && follower(w, n) == STARTER; /* an initial */
	if (t->digits)
		return !(t->first && w->first) && follower(w, n) != ORDINAL;
	if (n->c.class == LETTER && !t->latin && !t->cyrillic && t->nletters <= 1)
		return false; /* one letter of a script without case */
	return true;
}

static bool
ends_before_digit(const struct place *w, const struct token *t)
{
	if (abbreviation(w, t) != UNKNOWN)
		return false;
	if (t->digits)
		return !(t->first && w->first) && t->nchars > 2;
	return is_plain(t, 3) || t->nchars > 3;
}

/* A full stop alone, a space behind it. */
static bool
ends_at_stop(const struct place *w, const struct run *r, const struct next *n)
{
	size_t back = w->mark - w->start > 256 ? w->mark - 256 : w->start;
	struct token t = token_before(w->p, back, w->mark);

	t.first = t.first && back == w->start;
	if (t.armenian)
		return false; /* there it is a comma-like mark (mijaket) */
	switch (n->c.class) {
	case LOWER:
		if (is_link(w, n->word))
			return true;
		return !r->closed && !n->opener && !n->dash && is_plain(&t, 4) && t.nupper == 0 &&
		       abbreviation(w, &t) == UNKNOWN;
	case DIGIT:
		return r->closed || ends_before_digit(w, &t);
	case UPPER:
	case LETTER:
		return r->closed || ends_before_capital(w, &t, n);
	case OTHER:
		return r->closed || (abbreviation(w, &t) == UNKNOWN && !t.digits);
	case PUNCT:
		return (n->c.cp == '#' || n->c.cp == '@') &&
		       (r->closed || abbreviation(w, &t) == UNKNOWN);
	default:
		return false;
	}
}

/* Behind ! ? … with a space. */
static bool
ends_at_strong(const struct place *w, const struct next *n)
{
	switch (n->c.class) {
	case LOWER:
		return is_link(w, n->word);
	case PUNCT:
		return n->c.cp == '#' || n->c.cp == '@';
	case UPPER:
	case LETTER:
	case DIGIT:
	case OTHER:
		return true;
	default:
		return false;
	}
}

/* No space behind the mark: only "слово.Слово" and "what?Yes", never inside a link. */
static bool
ends_without_space(const struct place *w, const struct run *r, const struct next *n)
{
	size_t back = w->mark - w->start > 256 ? w->mark - 256 : w->start;

	if (n->c.class != UPPER || n->opener || n->dash || r->mark == ELLIPSIS)
		return false;
	struct token t = token_before(w->p, back, w->mark);
	bool lower_next = look(w->p, n->word + n->c.len, w->end).class == LOWER;
	if (!is_plain(&t, 2) || t.last.class != LOWER || abbreviation(w, &t) != UNKNOWN)
		return false;
	return (lower_next || r->mark == STRONG) && (t.cyrillic || r->mark == STRONG);
}

/* Chinese and Japanese: always, but for a comma or a particle that goes on behind a quotation. */
static bool
ends_at_wide(struct run *r, const struct place *w)
{
	size_t at = skip_space(w, r->end);
	struct character c = look(w->p, at, w->end);

	if (at > r->end && (c.class == CLOSE || c.cp == 0x201D)) {
		r->end = at + c.len; /* 。 ” */
		r->closed = true;
		c = look(w->p, skip_space(w, r->end), w->end);
	}
	if (c.class == EDGE || (c.class == PUNCT && c.cp != '#' && c.cp != '@'))
		return false;
	return !(r->closed && c.cp >= 0x3041 && c.cp <= 0x309F);
}

/* Most marks are no ends, and are seen not to be by their neighbours: "3.5", "a.b", "x: y". */
static bool
is_hopeless(const struct place *w)
{
	unsigned char mark = w->p[w->mark];
	unsigned char next = w->mark + 1 < w->end ? w->p[w->mark + 1] : '\n';

	if (mark == ':' || mark == ';') {
		/* They are ends in Armenian and Greek only. */
		return w->mark == w->start || w->p[w->mark - 1] < 0x80;
	}
	return mark == '.' && ((next >= 'a' && next <= 'z') || (next >= '0' && next <= '9') ||
				  next == '\n' || next == '/' || next == ',');
}

struct decision
decide(const struct place *w)
{
	if (is_hopeless(w))
		return (struct decision){.next = w->mark + 1};
	struct run r = run_at(w);
	struct decision no = {.next = r.end};

	if (r.mark == NO_MARK) {
		no.next = w->mark + 1;
		return no;
	}
	if (r.mark == WIDE)
		return (struct decision){.ends = ends_at_wide(&r, w), .next = r.end};
	if (w->mark == w->start)
		return no; /* nothing stands before it that could end */
	struct next n = next_after(w, r.end);
	if (n.c.class == EDGE)
		return no;
	if (r.mark == COLON || r.mark == GREEK) {
		size_t back = w->mark - w->start > 256 ? w->mark - 256 : w->start;
		struct token t = token_before(w->p, back, w->mark);
		bool ends = n.gap && n.c.class == UPPER && (r.mark == COLON ? t.armenian : t.greek);
		return (struct decision){.ends = ends, .next = r.end};
	}
	if (r.mark == FULL)
		return (struct decision){.ends = n.c.class != PUNCT || n.gap, .next = r.end};
	/* Behind a dash only a new utterance or a list item begins a sentence. */
	bool ends = n.dash && n.c.class != UPPER && n.c.class != DIGIT ? false
		    : !n.gap         ? ends_without_space(w, &r, &n)
		    : r.mark == STOP ? ends_at_stop(w, &r, &n)
				     : ends_at_strong(w, &n);
	return (struct decision){.ends = ends, .next = r.end};
}
