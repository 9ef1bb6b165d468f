/* Does a sentence end at this mark?  Each rule is a short function, named for what it looks at. */
#include "rules.h"

#include <string.h>

#include <potok/utf8.h>

#include "judge.h"
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
    [RULE_FACE] = "face",
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

bool
rules_can_go(uint64_t without)
{
	static const unsigned char can[] = {RULE_GLUED, RULE_WIDE, RULE_LOWER_PLAIN,
	    RULE_LOWER_QUESTION, RULE_WORD, RULE_STARTER, RULE_INITIAL, RULE_DOTTED,
	    RULE_CONSONANTS, RULE_ORDINAL, RULE_LIST_NUMBER, RULE_BRACKETED, RULE_BULLET, RULE_DOTS,
	    RULE_FACE};

	for (size_t i = 0; i < sizeof can; i++)
		without &= ~(UINT64_C(1) << can[i]);
	return without == 0;
}

static struct decision
say(struct judge *j, enum verdict verdict, enum rule rule)
{
	j->d.verdict = j->undecided ? UNDECIDED : verdict;
	j->d.rule = rule;
	j->d.next = j->end;
	return j->d;
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
	static const char vowels[] = "aeiouyAEIOUYаеёиоуыэюяіїєәөүұАЕЁИОУЫЭЮЯІЇЄӘӨҮҰ";
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
		bool inside = i > t->from && i + c.len < t->to;
		if (is_vowel(c.cp) || (inside && (c.cp == 'r' || c.cp == 'l')))
			return false; /* "trh", "vlk" are words */
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

	return j->t.to - j->t.from == 4 &&
	       ((p[0] == '1' && p[1] >= '7') || (p[0] == '2' && p[1] == '0'));
}

/* Does the rule hold in the languages of what follows? */
static bool
holds(struct judge *j, enum language_rule rule)
{
	enum script s = is_letter(j->c.class) ? char_script(j->c.cp) : j->t.script;

	return s != OTHER_SCRIPT && (judge_languages(j, s) & ~languages_with(rule)) == 0;
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
	if (j->w->split->options.no_break_before_lower || !is_on(j->w, RULE_LOWER_PLAIN) ||
	    j->closed || !t->whole || (!bracket && !(is_plain(t, 4) && t->nlower >= 3)))
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
	bool ends =
	    j->closed && !(j->bracket && j->kind != UNKNOWN && j->kind != PLAIN && j->kind != LAST);
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
		    !j->w->split->options.no_break_before_lower &&
		    is_on(j->w, RULE_LOWER_QUESTION) && holds(j, QUESTIONS_BEFORE_LOWER) &&
		    follower(j) != INNER)
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
	unsigned char last = j->w->p[j->end - 1];

	return j->bracket && (last == ')' || last == ']') && j->w->mark > j->w->start &&
	       look_back(j->w->p, j->w->start, j->w->mark).class == OPEN;
}

static bool
is_armenian(uint32_t cp)
{
	return cp >= 0x531 && cp <= 0x58A;
}

/* ":" and ";" end sentences in Armenian and in Greek, before a capital letter of the script; the
 * Armenian one also before a number. */
static struct decision
at_colon(struct judge *j)
{
	uint32_t cp = j->c.cp;
	bool greek = (cp >= 0x386 && cp <= 0x3AB) || (cp >= 0x1F00 && cp <= 0x1FFF);
	bool ends = j->gap && j->c.class == UPPER && (j->mark == COLON ? is_armenian(cp) : greek);

	if (j->mark == COLON && j->gap && j->c.class == DIGIT)
		ends = is_armenian(look_back(j->w->p, j->w->start, j->w->mark).cp);
	return say(j, ends ? ENDS : GOES_ON, RULE_SCRIPT);
}

struct decision
decide(const struct place *w)
{
	struct judge j = {.w = w, .end = w->mark + 1};

	if (!may_end(w->p + w->start, w->mark - w->start, w->n - w->start))
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
	return j.mark == STOP ? at_stop(&j) : at_strong(&j);
}
