/* Does a sentence end at this mark?  Each rule is a short function, named for what it looks at. */
#include "rules.h"

#include <string.h>

#include <potok/utf8.h>

#include "blocks.h"
#include "scan.h"

static const char *const rule_names[RULES] = {
    [RULE_NONE] = "none",
    [RULE_LINK] = "link",
    [RULE_NO_SPACE] = "no-space",
    [RULE_GLUED] = "glued",
    [RULE_WIDE] = "wide",
    [RULE_SCRIPT] = "script",
    [RULE_NOTHING_BEFORE] = "nothing-before",
    [RULE_PUNCTUATION] = "punctuation",
    [RULE_DASH_SPEECH] = "dash-speech",
    [RULE_LOWER] = "lower",
    [RULE_LOWER_PLAIN] = "lower-plain",
    [RULE_LOWER_QUESTION] = "lower-question",
    [RULE_WORD] = "word",
    [RULE_USER_WORD] = "user-word",
    [RULE_STARTER] = "starter",
    [RULE_INITIAL] = "initial",
    [RULE_DOTTED] = "dotted",
    [RULE_CONSONANTS] = "consonants",
    [RULE_ORDINAL] = "ordinal",
    [RULE_LIST_NUMBER] = "list-number",
    [RULE_LIST_ITEM] = "list-item",
    [RULE_BRACKETED] = "bracketed",
    [RULE_CLOSED] = "closed",
    [RULE_DIGIT] = "digit",
    [RULE_SYMBOL] = "symbol",
    [RULE_BULLET] = "bullet",
    [RULE_DOTS] = "dots",
    [RULE_EMOJI] = "emoji",
    [RULE_QUOTE] = "quote",
    [RULE_CODE] = "code",
    [RULE_STRONG] = "strong",
    [RULE_STOP] = "stop",
};

const char *
rule_name(size_t rule)
{
	return rule < RULES ? rule_names[rule] : NULL;
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
	case 0x061F: /* Arabic question mark */
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

/* What is known of a mark and its surroundings, found out step by step. */
struct judge {
	const struct place *w;
	struct decision d;
	bool undecided; /* the languages of the paragraph cannot be known yet */

	/* Marks and closers in a row: "?!", "...", ".»", "?»." */
	enum mark mark;  /* what decides */
	size_t end;      /* of the row */
	bool closed;     /* quotes or brackets close behind a mark */
	bool bracket;    /* the first of them is a bracket */

	/* The word before the mark. */
	struct token {
		size_t from, to;
		size_t nchars, nletters, nlower, nupper, ndots;
		size_t longest; /* most letters between dots */
		bool digits;    /* only digits (and . , between them) */
		bool whole;     /* it begins where white space ends */
		enum script script;
		struct character last; /* before the mark */
	} t;
	enum kind kind; /* by the lists */

	/* What follows. */
	bool gap;    /* there is white space */
	bool opener; /* quotes or brackets open before the word */
	bool dash;   /* a dash stands before the word, with space behind it */
	struct character c; /* of the word */
	size_t at;   /* the first character behind white space */
	size_t word; /* where the word stands */
};

static inline struct character
see(const struct place *w, size_t at)
{
	if (w->wrapped && at < w->end && w->p[at] == '\n')
		return (struct character){'\n', SPACE, 1};
	return look(w->p, at, w->end);
}

static size_t
skip_space(const struct place *w, size_t at)
{
	struct character c;

	while ((c = see(w, at)).class == SPACE)
		at += c.len;
	return at;
}

static bool
is_on(const struct place *w, enum rule rule)
{
	return (w->split->options.without >> rule & 1) == 0;
}

static struct decision
say(struct judge *j, enum verdict verdict, enum rule rule)
{
	j->d.verdict = j->undecided ? UNDECIDED : verdict;
	j->d.rule = rule;
	j->d.next = j->end;
	return j->d;
}

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

static void
take_run(struct judge *j)
{
	const struct place *w = j->w;
	size_t stops = 0;

	j->end = w->mark;
	for (;;) {
		struct character c = look(w->p, j->end, w->end);
		enum mark m = c.class == EDGE ? NO_MARK : mark_of(c.cp);
		size_t len = c.len;
		if (m == COLON || m == GREEK)
			m = j->end == w->mark ? m : NO_MARK;
		if (m != NO_MARK) {
			stops += m == STOP;
			if (j->mark == NO_MARK || j->mark == STOP || m == WIDE || m == FULL)
				j->mark = m == STOP && j->mark != NO_MARK ? j->mark : m;
		} else if (j->mark != NO_MARK && c.class != EDGE && closes(c, j->mark)) {
			j->bracket = j->bracket || (!j->closed && c.class == CLOSE);
			j->closed = true;
		} else if (j->mark != NO_MARK && (len = reference(w->p, j->end, w->end)) > 0) {
			j->closed = true;
		} else {
			break;
		}
		j->end += len;
	}
	if (j->mark == STOP && stops > 1 && !j->closed)
		j->mark = ELLIPSIS;
}

/* --- the word before --------------------------------------------------------------------- */

static void
take_character(struct token *t, struct character c)
{
	bool letter = is_letter(c.class);

	t->nchars += c.class != MARK;
	t->nletters += letter;
	t->nlower += c.class == LOWER;
	t->nupper += c.class == UPPER;
	t->ndots += c.cp == '.';
	t->digits = t->digits && (c.class == DIGIT || c.cp == '.' || c.cp == ',');
	if (letter)
		t->script = char_script(c.cp);
}

static bool
is_opener(struct character c)
{
	return c.class == OPEN || c.class == QUOTE || c.class == DASH || c.cp == '*' || c.cp == '_' ||
	       c.cp == 0xBF || c.cp == 0xA1;
}

static void
take_token(struct judge *j)
{
	const struct place *w = j->w;
	struct token *t = &j->t;
	size_t back = w->mark - w->token > POTOK_SPLIT_CONTEXT ? w->mark - POTOK_SPLIT_CONTEXT
							     : w->token;
	size_t part = 0;
	struct character c;

	t->to = w->mark;
	t->whole = back == w->token;
	t->digits = true;
	t->script = OTHER_SCRIPT;
	for (t->from = back; t->from < t->to; t->from += c.len) {
		c = look(w->p, t->from, t->to);
		if (!is_opener(c))
			break;
	}
	for (size_t i = t->from; i < t->to;) {
		c = look(w->p, i, t->to);
		take_character(t, c);
		part = c.cp == '.' ? 0 : part + (c.class != MARK);
		t->longest = part > t->longest ? part : t->longest;
		i += c.len ? c.len : 1;
	}
	t->last = look_back(w->p, t->from, t->to);
	t->digits = t->digits && t->nchars > 0;
}

static bool
is_bullet(uint32_t cp)
{
	return cp == 0x2022 || cp == 0x2043 || cp == 0xB7 || cp == 0x25AA || cp == 0x25CF;
}

/* Does the sentence begin with the word, but for openers and a bullet? */
static bool
is_first(const struct judge *j)
{
	const struct place *w = j->w;

	if (!j->t.whole || w->token == w->start)
		return j->t.whole;
	struct character c = look(w->p, w->start, w->token);
	return is_bullet(c.cp) && trim(w->p, w->start, w->token) == w->start + c.len;
}

/* The last character before the word, white space apart; EDGE when there is none. */
static struct character
before_token(const struct judge *j)
{
	size_t to = trim(j->w->p, j->w->start, j->w->token);

	return look_back(j->w->p, j->w->start, to);
}

/* --- what the lists say ------------------------------------------------------------------ */

/* The languages of this paragraph that its words in the script are written in. */
static uint64_t
languages(struct judge *j, enum script script)
{
	const struct place *w = j->w;
	struct potok_split *s = w->split;

	if (script == OTHER_SCRIPT)
		return ~UINT64_C(0);
	if (s->languages[script] == 0) {
		size_t want = POTOK_SPLIT_HEAD - s->nhead;
		bool all = w->n - w->start >= want;
		size_t to = all ? w->start + want : w->n;
		size_t end = paragraph_end(w->p, w->start, to, w->last, s->options.input);
		if (end == SIZE_MAX && !all) {
			j->undecided = true;
			return 0;
		}
		s->languages[script] = languages_of(s->head, s->nhead, w->p + w->start,
		    (end < to ? end : to) - w->start, script, s->language);
	}
	return s->languages[script];
}

static enum kind
user_kind(const struct potok_split_user *user, const struct key *key)
{
	size_t low = 0, high = user ? user->n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct user_word *word = &user->words[middle];
		int order = memcmp(word->key.text, key->text, sizeof key->text);
		if (order == 0)
			return word->key.capital && !key->capital ? UNKNOWN : word->kind;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return UNKNOWN;
}

static enum kind
kind_of_key(struct judge *j, const struct key *key, enum role role, enum script script)
{
	const struct entry *e = word_find(key);
	uint64_t among = word_differs(e, role) ? languages(j, script) : ~UINT64_C(0);

	return word_kind(e, key, role, among, &j->d.languages);
}

/* What the lists say of the word p[from..to). */
static enum kind
kind_of(struct judge *j, size_t from, size_t to, enum role role, enum script script)
{
	struct key key;

	if (!word_key(j->w->p, from, to, &key))
		return UNKNOWN;
	if (role == BEFORE_STOP && j->w->split->user != NULL) {
		enum kind k = user_kind(j->w->split->user, &key);
		if (k != UNKNOWN) {
			j->d.languages = 0;
			return k;
		}
	}
	return kind_of_key(j, &key, role, script);
}

/* "т. п", "z. B": the short words before that end in a full stop, and the token, without spaces. */
static enum kind
compound_kind(struct judge *j)
{
	const struct place *w = j->w;
	unsigned char text[WORD_MAX];
	size_t from = j->t.from, starts[3], n = 0;

	if (j->t.nletters > 3 || j->t.nletters != j->t.nchars || w->token == w->start)
		return UNKNOWN;
	while (n < 2) {
		size_t to = trim(w->p, w->start, from), begin = to;
		if (to == from || to < w->start + 2 || w->p[to - 1] != '.')
			break;
		for (struct character c; begin > w->start; begin -= c.len) {
			c = look_back(w->p, w->start, begin);
			if (c.class == SPACE || c.class == EDGE || c.class == OPEN ||
			    c.class == QUOTE)
				break;
		}
		if (to - begin > 9)
			break;
		starts[n++] = from = begin;
	}
	while (n > 0) {
		size_t length = 0;
		for (size_t i = starts[--n]; i < j->t.to && length < WORD_MAX;) {
			struct character c = see(w, i);
			for (size_t k = 0; k < c.len && length < WORD_MAX; k++)
				if (c.class != SPACE)
					text[length++] = w->p[i + k];
			i += c.len ? c.len : 1;
		}
		struct key key;
		if (!word_key(text, 0, length, &key))
			continue;
		enum kind k = kind_of_key(j, &key, BEFORE_STOP, j->t.script);
		if (k != UNKNOWN)
			return k;
	}
	return UNKNOWN;
}

/* "l'art", "Tal-Str": where the part behind the last apostrophe or hyphen begins. */
static size_t
tail_of(const struct judge *j)
{
	size_t at = j->t.to;

	while (at > j->t.from) {
		struct character c = look_back(j->w->p, j->t.from, at);
		if (!is_letter(c.class) && c.class != MARK)
			return at;
		at -= c.len;
	}
	return j->t.to;
}

static void
find_kind(struct judge *j)
{
	struct token *t = &j->t;

	if (t->nletters == 0 || !t->whole || (t->nchars == 1 && t->nupper == 1))
		return; /* a capital alone is an initial, not a unit */
	j->d.word = t->from;
	j->d.word_end = t->to;
	j->kind = compound_kind(j);
	if (j->kind == UNKNOWN)
		j->kind = kind_of(j, t->from, t->to, BEFORE_STOP, t->script);
	if (j->kind == UNKNOWN && t->nletters < t->nchars && t->ndots == 0) {
		size_t tail = tail_of(j);
		if (tail > t->from && tail < t->to) {
			j->kind = kind_of(j, tail, t->to, BEFORE_STOP, t->script);
			j->d.word = tail;
		}
	}
	j->d.kind = j->kind;
}

/* The end of the letters at `at`. */
static size_t
word_end(const struct place *w, size_t at)
{
	struct character c;

	while (is_letter((c = look(w->p, at, w->end)).class) || c.class == MARK)
		at += c.len;
	return at;
}

/* Does a word stand there that begins sentences (or never does), and is it no initial? */
static enum kind
follower(struct judge *j)
{
	const struct place *w = j->w;
	size_t to = word_end(w, j->word);

	if (to < w->end && w->p[to] == '.' && to - j->word <= 2)
		return UNKNOWN;
	uint64_t said = j->d.languages;
	enum kind k = kind_of(j, j->word, to, BEHIND_STOP, char_script(j->c.cp));
	j->d.languages = said;
	return k;
}

/* --- what follows ------------------------------------------------------------------------ */

/* Does a link begin there?  Its letters are small, but it may begin a sentence. */
static bool
is_link(const struct place *w, size_t at)
{
	size_t left = w->end - at;

	return (left > 8 && memcmp(w->p + at, "https://", 8) == 0) ||
	       (left > 7 && memcmp(w->p + at, "http://", 7) == 0);
}

static bool
is_emoji(uint32_t cp)
{
	return (cp >= 0x1F300 && cp <= 0x1FAFF) || cp == 0xFE0F || cp == 0x200D;
}

/* ":-)", ";)", ":D", "))": the end of a face of signs at `at`, or `at`. */
static size_t
face_end(const struct place *w, size_t at)
{
	size_t i = at;

	if (i < w->end && (w->p[i] == ':' || w->p[i] == ';' || w->p[i] == '=')) {
		i++;
		if (i < w->end && w->p[i] == '-')
			i++;
		size_t mouth = i;
		while (i < w->end && strchr(")(DPp|/", w->p[i]) != NULL && w->p[i] != '\0')
			i++;
		return i > mouth ? i : at;
	}
	while (i < w->end && w->p[i] == ')')
		i++;
	return i;
}

/* Emoji and faces behind a mark belong to what they comment on: the row goes over them. */
static void
take_emoji(struct judge *j)
{
	const struct place *w = j->w;
	size_t at = j->end;

	for (;;) {
		size_t next = skip_space(w, at), from = next;
		struct character c;
		while ((c = see(w, next)).len > 0 && is_emoji(c.cp))
			next += c.len;
		if (next == from)
			next = face_end(w, from);
		c = see(w, next);
		if (next == from || (c.class != SPACE && c.class != EDGE))
			break;
		at = next;
	}
	if (at > j->end) {
		j->end = at;
		j->closed = true;
	}
}

static void
take_next(struct judge *j)
{
	const struct place *w = j->w;
	size_t at = j->end + 1;
	struct character c;

	if (at < w->end && w->p[at - 1] == ' ' && is_letter((c = look(w->p, at, w->end)).class)) {
		j->gap = true;
		j->at = j->word = at;
		j->c = c;
		return;
	}
	if (is_on(w, RULE_EMOJI) && j->mark != COLON && j->mark != GREEK)
		take_emoji(j);
	at = skip_space(w, j->end);
	j->gap = at > j->end;
	j->at = at;
	while ((c = see(w, at)).class == DASH) {
		while ((c = see(w, at)).class == DASH)
			at += c.len;
		at = skip_space(w, at);
		j->dash = true;
	}
	while ((c = see(w, at)).class == OPEN || c.class == QUOTE || c.cp == 0xBF || c.cp == 0xA1 ||
	       ((c.cp == '*' || c.cp == '_') && see(w, at + 1).class != SPACE)) {
		j->opener = true;
		at += c.len;
	}
	if (j->opener && c.class == SPACE) {
		at = skip_space(w, at); /* French sets a space behind its opening quotes */
		c = see(w, at);
	}
	j->c = c;
	j->word = at;
}

/* --- rules ------------------------------------------------------------------------------- */

/* A word of letters alone, long enough to be no abbreviation. */
static bool
is_plain(const struct token *t, size_t least)
{
	return t->nletters == t->nchars && t->nletters >= least;
}

/* "U.S", "и.о", "B.Sc.Ed" */
static bool
is_dotted(const struct token *t)
{
	return t->ndots > 0 && t->nletters > 0 && t->longest <= (t->ndots > 1 ? 3 : 2);
}

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

/* "mld", "vgl": short words without a vowel are abbreviations. */
static bool
lacks_vowel(const struct judge *j)
{
	const struct token *t = &j->t;

	if (!is_plain(t, 2) || t->nletters > 4 || t->nupper > 1 || t->script > CYRILLIC)
		return false;
	for (size_t i = t->from; i < t->to;) {
		struct character c = look(j->w->p, i, t->to);
		if (is_vowel(c.cp))
			return false;
		i += c.len ? c.len : 1;
	}
	return true;
}

/* Of an abbreviation that may end a sentence: the next word decides. */
static struct decision
by_follower(struct judge *j, enum rule rule)
{
	if (is_on(j->w, RULE_STARTER) && follower(j) == STARTER)
		return say(j, ENDS, RULE_STARTER);
	return say(j, GOES_ON, rule);
}

/* A single letter with a full stop. */
static struct decision
at_letter(struct judge *j)
{
	const struct token *t = &j->t;
	struct character before = before_token(j);

	if (is_first(j))
		return say(j, GOES_ON, RULE_LIST_NUMBER);
	if (before.class == DIGIT || before.cp == 0xB0)
		return say(j, ENDS, RULE_STOP); /* a unit */
	if (t->nlower == 1 && before.cp != '.' && t->script != LATIN)
		return by_follower(j, RULE_INITIAL);
	return by_follower(j, RULE_INITIAL);
}

static bool
is_roman(const struct judge *j)
{
	const struct token *t = &j->t;

	if (t->nchars < 2 || t->nupper != t->nchars || t->to - t->from != t->nchars)
		return false;
	for (size_t i = t->from; i < t->to; i++)
		if (strchr("IVXLC", j->w->p[i]) == NULL)
			return false;
	return true;
}

static bool
is_year(const struct judge *j)
{
	const unsigned char *p = j->w->p + j->t.from;

	return j->t.to - j->t.from == 4 && ((p[0] == '1' && p[1] >= '7') || (p[0] == '2' && p[1] == '0'));
}

/* Does the rule hold in the languages of what follows? */
static bool
holds(struct judge *j, enum language_rule rule)
{
	enum script s = is_letter(j->c.class) ? char_script(j->c.cp) : j->t.script;

	return s != OTHER_SCRIPT && (languages(j, s) & ~languages_with(rule)) == 0;
}

/* A number with a full stop, and a word behind it. */
static struct decision
at_number(struct judge *j)
{
	const struct place *w = j->w;
	const struct token *t = &j->t;

	if (is_first(j) && !is_year(j) && is_on(w, RULE_LIST_NUMBER)) {
		bool ends = w->split->options.list_items == POTOK_SPLIT_LIST_ITEMS_BREAK;
		if (w->split->options.list_items == POTOK_SPLIT_LIST_ITEMS_AUTO)
			ends = holds(j, LIST_ITEMS_BREAK);
		return say(j, ends ? ENDS : GOES_ON, RULE_LIST_NUMBER);
	}
	if (!is_on(w, RULE_ORDINAL) || t->nchars > 3 || t->ndots > 0)
		return say(j, ENDS, RULE_STOP);
	if (follower(j) == ORDINAL)
		return say(j, GOES_ON, RULE_ORDINAL);
	size_t to = trim(w->p, w->start, w->token), from = to;
	while (from > w->start && is_letter(look_back(w->p, w->start, from).class))
		from -= look_back(w->p, w->start, from).len;
	enum script script = from < to ? char_script(look(w->p, from, to).cp) : OTHER_SCRIPT;
	if (kind_of(j, from, to, BEFORE_NUMBER, script) == LEAD)
		return say(j, GOES_ON, RULE_ORDINAL);
	if (holds(j, ALL_ORDINALS))
		return say(j, GOES_ON, RULE_ORDINAL);
	return say(j, ENDS, RULE_STOP);
}

/* A full stop and white space; a capital letter follows, or one of a script without case. */
static struct decision
before_capital(struct judge *j)
{
	const struct token *t = &j->t;

	switch (j->kind) {
	case NEVER:
		return say(j, GOES_ON, RULE_WORD);
	case LAST:
		return say(j, ENDS, RULE_WORD);
	case UNIT:
		if (before_token(j).class != DIGIT)
			return by_follower(j, RULE_WORD);
		return say(j, follower(j) == ORDINAL ? GOES_ON : ENDS, RULE_WORD);
	case END:
		return by_follower(j, RULE_WORD);
	case PLAIN:
		return say(j, ENDS, RULE_WORD);
	default:
		break;
	}
	if (t->nchars == 0)
		return say(j, ENDS, RULE_STOP); /* a space stands before the full stop */
	if (t->last.class == CLOSE || t->last.class == QUOTE)
		return say(j, ENDS, RULE_CLOSED);
	if (t->nletters == 1 && t->nchars == 1 && is_on(j->w, RULE_INITIAL) &&
	    (t->last.class != MARK || t->script <= CYRILLIC))
		return at_letter(j);
	if (t->digits || is_roman(j))
		return at_number(j);
	if (is_dotted(t) && is_on(j->w, RULE_DOTTED))
		return by_follower(j, RULE_DOTTED);
	if (lacks_vowel(j) && is_on(j->w, RULE_CONSONANTS))
		return by_follower(j, RULE_CONSONANTS);
	return say(j, ENDS, RULE_STOP);
}

static struct decision
before_digit(struct judge *j)
{
	const struct token *t = &j->t;

	if (j->kind == LAST || j->kind == PLAIN)
		return say(j, ENDS, RULE_WORD);
	if (j->kind != UNKNOWN)
		return say(j, GOES_ON, RULE_WORD);
	if (t->last.class == CLOSE || t->last.class == QUOTE)
		return say(j, ENDS, RULE_CLOSED);
	if (t->digits)
		return say(j, !is_first(j) && t->nchars > 2 ? ENDS : GOES_ON, RULE_DIGIT);
	if (is_dotted(t) || lacks_vowel(j))
		return say(j, GOES_ON, RULE_DOTTED);
	return say(j, is_plain(t, 3) || t->nchars > 3 ? ENDS : GOES_ON, RULE_DIGIT);
}

/* A small letter follows: the sentence goes on, unless a plain word stands before the full stop. */
static struct decision
before_lower(struct judge *j)
{
	const struct token *t = &j->t;
	bool bracket = t->last.class == CLOSE && t->nchars > 3;

	if (is_link(j->w, j->word))
		return say(j, ENDS, RULE_LINK);
	if (j->w->split->options.no_break_before_lower || !is_on(j->w, RULE_LOWER_PLAIN) || j->closed ||
	    !t->whole || (!bracket && !(is_plain(t, 4) && t->nlower >= 3)))
		return say(j, GOES_ON, RULE_LOWER);
	find_kind(j);
	if ((j->kind != UNKNOWN && j->kind != PLAIN) || follower(j) == INNER)
		return say(j, GOES_ON, RULE_LOWER);
	return say(j, ENDS, RULE_LOWER_PLAIN);
}

/* A full stop alone, a space behind it. */
static struct decision
at_stop(struct judge *j)
{
	take_token(j);
	if (j->t.script == OTHER_SCRIPT && j->t.last.cp >= 0x531 && j->t.last.cp <= 0x587)
		return say(j, GOES_ON, RULE_SCRIPT); /* Armenian: a comma-like mark (mijaket) */
	if (j->c.class == LOWER)
		return before_lower(j);
	find_kind(j);
	/* "(ed.) Smith": a bracket that closes behind an abbreviation ends nothing. */
	bool ends = j->closed && !(j->bracket && j->kind != UNKNOWN && j->kind != PLAIN && j->kind != LAST);
	if (j->closed && j->bracket && is_first(j) && (j->t.digits || j->t.nletters == 1))
		return say(j, GOES_ON, RULE_LIST_NUMBER);
	switch (j->c.class) {
	case DIGIT:
		return ends ? say(j, ENDS, RULE_CLOSED) : before_digit(j);
	case UPPER:
	case LETTER:
		return ends ? say(j, ENDS, RULE_CLOSED) : before_capital(j);
	case OTHER:
		ends = ends || (j->kind == UNKNOWN && !j->t.digits);
		return say(j, ends ? ENDS : GOES_ON, RULE_SYMBOL);
	default:
		ends = (j->c.cp == '#' || j->c.cp == '@') && (ends || j->kind == UNKNOWN);
		return say(j, ends ? ENDS : GOES_ON, ends ? RULE_SYMBOL : RULE_PUNCTUATION);
	}
}

/* Behind ! ? … with a space. */
static struct decision
at_strong(struct judge *j)
{
	switch (j->c.class) {
	case LOWER:
		if (is_link(j->w, j->word))
			return say(j, ENDS, RULE_LINK);
		if (j->mark == STRONG && !j->closed && !j->dash && !j->opener &&
		    !j->w->split->options.no_break_before_lower && is_on(j->w, RULE_LOWER_QUESTION) &&
		    holds(j, QUESTIONS_BEFORE_LOWER) && follower(j) != INNER)
			return say(j, ENDS, RULE_LOWER_QUESTION);
		return say(j, GOES_ON, RULE_LOWER);
	case PUNCT:
		if (j->c.cp != '#' && j->c.cp != '@')
			return say(j, GOES_ON, RULE_PUNCTUATION);
		return say(j, ENDS, RULE_SYMBOL);
	case UPPER:
	case LETTER:
	case DIGIT:
	case OTHER:
		return say(j, ENDS, RULE_STRONG);
	default:
		return say(j, GOES_ON, RULE_PUNCTUATION);
	}
}

/* Han, Hiragana, Katakana and full-width forms. */
static bool
is_wide(uint32_t cp)
{
	return (cp >= 0x3040 && cp <= 0x9FFF) || (cp >= 0xFF00 && cp <= 0xFF9F);
}

static bool
is_kana(uint32_t cp)
{
	return cp >= 0x3040 && cp <= 0x30FF;
}

/* No space behind the mark: only "слово.Слово", "what?Yes" and Japanese, never inside a link. */
static struct decision
at_glued(struct judge *j)
{
	uint32_t before = look_back(j->w->p, j->w->start, j->w->mark).cp;
	if (is_kana(before) && is_wide(j->c.cp) && j->mark != STOP && !j->dash &&
	    is_on(j->w, RULE_WIDE)) {
		bool particle = j->closed && is_kana(j->c.cp);
		return say(j, particle ? GOES_ON : ENDS, RULE_WIDE);
	}
	if (j->c.class != UPPER || j->opener || j->dash || j->mark == ELLIPSIS ||
	    !is_on(j->w, RULE_GLUED))
		return say(j, GOES_ON, RULE_NO_SPACE);
	take_token(j);
	bool lower_next = look(j->w->p, j->word + j->c.len, j->w->end).class == LOWER;
	if (!j->t.whole || !is_plain(&j->t, 2) || j->t.last.class != LOWER ||
	    (!lower_next && j->mark != STRONG) || (j->t.script != CYRILLIC && j->mark != STRONG))
		return say(j, GOES_ON, RULE_NO_SPACE);
	find_kind(j);
	bool ends = j->kind == UNKNOWN || j->kind == PLAIN || j->kind == LAST;
	ends = ends && !(j->mark == STOP && lacks_vowel(j));
	return say(j, ends ? ENDS : GOES_ON, ends ? RULE_GLUED : RULE_NO_SPACE);
}

/* Chinese and Japanese: always, but for a comma or a particle that goes on behind a quotation. */
static struct decision
at_wide(struct judge *j)
{
	size_t at = skip_space(j->w, j->end);
	struct character c = see(j->w, at);

	if (at > j->end && (c.class == CLOSE || c.cp == 0x201D)) {
		j->end = at + c.len; /* 。 ” */
		j->closed = true;
		c = see(j->w, skip_space(j->w, j->end));
	}
	if (c.class == EDGE || (c.class == PUNCT && c.cp != '#' && c.cp != '@'))
		return say(j, GOES_ON, RULE_PUNCTUATION);
	bool particle = j->closed && c.cp >= 0x3041 && c.cp <= 0x309F;
	return say(j, particle ? GOES_ON : ENDS, RULE_WIDE);
}

/* ". ..." and ". •": dots, bullets and stars begin something new. */
static enum rule
begins_with_sign(const struct judge *j)
{
	const struct place *w = j->w;
	struct character c = see(w, j->at);

	if (c.cp == '.' && see(w, j->at + 1).cp == '.' && is_on(w, RULE_DOTS)) {
		return RULE_DOTS;
	}
	size_t at = j->at + c.len;
	while (c.cp == '*' && see(w, at).cp == '*')
		at++;
	if ((c.cp == '*' || is_bullet(c.cp)) && see(w, at).class == SPACE && is_on(w, RULE_BULLET))
		return RULE_BULLET;
	return RULE_NONE;
}

/* "(!)", "[...]": the brackets hold nothing but marks. */
static bool
is_bracketed(const struct judge *j)
{
	return j->closed && j->bracket && j->w->mark > j->w->start &&
	       look_back(j->w->p, j->w->start, j->w->mark).class == OPEN;
}

/* ":" and ";" end sentences in Armenian and in Greek, before a capital letter of the script. */
static struct decision
at_colon(struct judge *j)
{
	uint32_t cp = j->c.cp;
	bool greek = (cp >= 0x386 && cp <= 0x3AB) || (cp >= 0x1F00 && cp <= 0x1FFF);
	bool armenian = cp >= 0x531 && cp <= 0x556;
	bool ends = j->gap && j->c.class == UPPER && (j->mark == COLON ? armenian : greek);

	return say(j, ends ? ENDS : GOES_ON, RULE_SCRIPT);
}

struct decision
decide(const struct place *w)
{
	struct judge j = {.w = w, .end = w->mark + 1};

	if (!may_end(w->p, w->mark, w->end))
		return say(&j, GOES_ON, RULE_NONE);
	take_run(&j);
	if (j.mark == NO_MARK) {
		j.end = w->mark + 1;
		return say(&j, GOES_ON, RULE_NONE);
	}
	if (j.mark == WIDE)
		return at_wide(&j);
	if (w->mark == w->start)
		return say(&j, GOES_ON, RULE_NOTHING_BEFORE);
	if (is_bracketed(&j) && is_on(w, RULE_BRACKETED))
		return say(&j, GOES_ON, RULE_BRACKETED);
	take_next(&j);
	if (j.c.class == EDGE)
		return say(&j, GOES_ON, RULE_NONE);
	if (j.mark == COLON || j.mark == GREEK)
		return at_colon(&j);
	if (j.mark == FULL) {
		bool ends = j.c.class != PUNCT || j.gap;
		return say(&j, ends ? ENDS : GOES_ON, RULE_SCRIPT);
	}
	if (!j.gap)
		return at_glued(&j);
	enum rule sign = is_letter(j.c.class) && j.word == j.at ? RULE_NONE : begins_with_sign(&j);
	if (sign != RULE_NONE && (j.mark == STRONG || j.mark == STOP)) {
		take_token(&j);
		if (j.mark == STRONG || j.closed || is_plain(&j.t, 4))
			return say(&j, ENDS, sign);
		return say(&j, GOES_ON, sign);
	}
	/* Behind a dash only a new utterance or a list item begins a sentence. */
	if (j.dash && j.c.class != UPPER && j.c.class != DIGIT && is_on(w, RULE_DASH_SPEECH))
		return say(&j, GOES_ON, RULE_DASH_SPEECH);
	return j.mark == STOP ? at_stop(&j) : at_strong(&j);
}
