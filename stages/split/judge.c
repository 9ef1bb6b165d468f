/* What the rules look at: a mark, the word before it, what follows, and what the lists say of them.
 */
#include "judge.h"

#include <string.h>

#include <potok/utf8.h>

#include "blocks.h"

/* --- marks ------------------------------------------------------------------------------- */

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

void
take_run(struct judge *j)
{
	const struct place *w = j->w;
	size_t stops = 0;

	j->end = w->mark;
	if (w->p[j->end] == '.' && j->end + 1 < w->end && w->p[j->end + 1] == ' ') {
		j->mark = STOP;
		j->end++;
		return;
	}
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
	return c.class == OPEN || c.class == QUOTE || c.class == DASH || c.cp == '*' ||
	       c.cp == '_' || c.cp == 0xBF || c.cp == 0xA1;
}

void
take_token(struct judge *j)
{
	const struct place *w = j->w;
	struct token *t = &j->t;
	size_t back =
	    w->mark - w->token > POTOK_SPLIT_CONTEXT ? w->mark - POTOK_SPLIT_CONTEXT : w->token;
	size_t part = 0;
	struct character c;

	t->to = w->mark;
	t->whole = back == w->token;
	t->digits = true;
	t->script = OTHER_SCRIPT;
	for (t->from = back; t->from < t->to; t->from += c.len) {
		if ((w->p[t->from] | 0x20) >= 'a' && (w->p[t->from] | 0x20) <= 'z')
			break;
		c = look(w->p, t->from, t->to);
		if (!is_opener(c))
			break;
	}
	for (size_t i = t->from; i < t->to;) {
		if ((w->p[i] | 0x20) >= 'a' && (w->p[i] | 0x20) <= 'z') {
			t->nchars++;
			t->nletters++;
			t->nlower += w->p[i] >= 'a';
			t->nupper += w->p[i] < 'a';
			t->digits = false;
			t->script = LATIN;
			t->longest = ++part > t->longest ? part : t->longest;
			i++;
			continue;
		}
		c = look(w->p, i, t->to);
		take_character(t, c);
		part = c.cp == '.' ? 0 : part + (c.class != MARK);
		t->longest = part > t->longest ? part : t->longest;
		i += c.len ? c.len : 1;
	}
	t->last = look_back(w->p, t->from, t->to);
	t->digits = t->digits && t->nchars > 0;
}

bool
is_bullet(uint32_t cp)
{
	return cp == 0x2022 || cp == 0x2043 || cp == 0xB7 || cp == 0x25AA || cp == 0x25CF;
}

/* Does the sentence begin with the word, but for openers and a bullet? */
bool
is_first(const struct judge *j)
{
	const struct place *w = j->w;

	if (!j->t.whole || w->token == w->start)
		return j->t.whole;
	struct character c = look(w->p, w->start, w->token);
	return is_bullet(c.cp) && trim(w->p, w->start, w->token) == w->start + c.len;
}

/* The last character before the word, white space apart; EDGE when there is none. */
struct character
before_token(const struct judge *j)
{
	const struct place *w = j->w;
	size_t to = w->token;

	if (to - w->start > 1 && w->p[to - 1] == ' ' && w->p[to - 2] > ' ' && w->p[to - 2] < 0x80)
		return look(w->p, to - 2, to); /* as nearly always */
	return look_back(w->p, w->start, trim(w->p, w->start, to));
}

/* --- what the lists say ------------------------------------------------------------------ */

/* The languages of this paragraph that its words in the script are written in. */
uint64_t
judge_languages(struct judge *j, enum script script)
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
	uint64_t among = word_differs(e, role) ? judge_languages(j, script) : ~UINT64_C(0);

	return word_kind(e, key, role, among, &j->d.languages);
}

/* What the lists say of the word p[from..to). */
enum kind
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

void
find_kind(struct judge *j)
{
	struct token *t = &j->t;

	if (!is_on(j->w, RULE_WORD) || t->nletters == 0 || !t->whole ||
	    (t->nchars == 1 && t->nupper == 1))
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
enum kind
follower(struct judge *j)
{
	const struct place *w = j->w;
	size_t to = word_end(w, j->word);

	if (to < w->end && w->p[to] == '.' && to - j->word <= 2)
		return UNKNOWN;
	if (to - j->word == j->c.len && look(w->p, to, w->end).class == EDGE)
		return UNKNOWN; /* a letter alone is a name more likely */
	uint64_t said = j->d.languages;
	enum kind k = kind_of(j, j->word, to, BEHIND_STOP, char_script(j->c.cp));
	j->d.languages = said;
	return k;
}

/* --- what follows ------------------------------------------------------------------------ */

/* Does a link begin there?  Its letters are small, but it may begin a sentence. */
bool
is_link(const struct place *w, size_t at)
{
	size_t left = w->end - at;

	return (left > 8 && memcmp(w->p + at, "https://", 8) == 0) ||
	       (left > 7 && memcmp(w->p + at, "http://", 7) == 0);
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

/* Faces behind a mark belong to what they comment on: the row goes over them. */
static void
take_faces(struct judge *j)
{
	const struct place *w = j->w;

	for (;;) {
		size_t from = skip_space(w, j->end), end = face_end(w, from);
		enum class next = see(w, end).class;
		if (end == from || (next != SPACE && next != EDGE))
			break;
		j->end = end;
		j->closed = true;
	}
}

void
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
	if (is_on(w, RULE_FACE) && j->mark != COLON && j->mark != GREEK)
		take_faces(j);
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
