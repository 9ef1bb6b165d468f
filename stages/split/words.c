/* The word lists, and telling languages by their common words. */
#include "words.h"

#include <string.h>

#include "tables.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const unsigned char role_from[] = {NEVER, STARTER, LEAD, COMMON};

static const char *const kind_names[] = {"unknown", "never", "number", "unit", "last", "end",
    "plain", "starter", "ordinal", "inner", "lead", "common"};

enum kind
words_kind(const char *name, size_t length)
{
	for (size_t i = NEVER; i <= PLAIN; i++)
		if (strlen(kind_names[i]) == length && memcmp(kind_names[i], name, length) == 0)
			return (enum kind)i;
	return UNKNOWN;
}

const char *
words_kind_name(enum kind kind)
{
	return kind_names[kind];
}

const char *
words_tag(uint64_t set)
{
	return ~set == 0 || set == 0 ? "mul" : languages[__builtin_ctzll(set)].tag;
}

bool
word_key(const unsigned char *p, size_t from, size_t to, struct key *key)
{
	memset(key, 0, sizeof *key);
	if (to <= from || to - from > WORD_MAX)
		return false;
	key->capital = look(p, from, to).class == UPPER;
	for (struct character c; from < to; from += c.len) {
		c = look(p, from, to);
		if (c.class == EDGE || key->length > WORD_MAX - 4)
			return false;
		if (c.cp < 0x80 && c.len == 1) {
			bool upper = c.cp >= 'A' && c.cp <= 'Z';
			key->text[key->length++] = (unsigned char)(upper ? c.cp + 32 : c.cp);
			continue;
		}
		uint32_t lower = char_lower(c.cp);
		int len = c.class == OTHER ? 0 : potok_utf8_encode(lower, key->text + key->length);
		if (len == 0)
			return false;
		key->length += (size_t)len;
	}
	return true;
}

const struct entry *
word_find(const struct key *key)
{
	for (size_t s = word_hash(key->text, key->length);; s++) {
		uint16_t i = slots[s & (COUNT(slots) - 1)];
		if (i == 0)
			return NULL;
		if (entries[i].length == key->length &&
		    memcmp(pool + entries[i].text, key->text, key->length) == 0)
			return &entries[i];
	}
}

static bool
has_role(const struct row *row, enum role role)
{
	return row->kind >= role_from[role] && row->kind < role_from[role + 1];
}

static int
count(uint64_t set)
{
	return __builtin_popcountll(set);
}

enum kind
word_kind(const struct entry *e, const struct key *key, enum role role, uint64_t among,
    uint64_t *language)
{
	enum kind kind = UNKNOWN;

	for (size_t i = 0; e != NULL && i < e->rows; i++) {
		const struct row *row = &rows[e->row + i];
		uint64_t said = row->languages & among;
		if (!has_role(row, role) || said == 0 || (row->capital && !key->capital))
			continue;
		/* Where languages are equally likely, all must say that a word is an ordinary one,
		 * and half of them that it begins sentences; else the most cautious counts. */
		if ((row->kind == PLAIN && said != among) ||
		    (row->kind == STARTER && 2 * count(said) < count(among)) ||
		    (kind != UNKNOWN && row->kind > kind))
			continue;
		kind = (enum kind)row->kind;
		if (language != NULL)
			*language = ~row->languages == 0 ? row->languages : said;
		if (said == among)
			break;
	}
	return kind;
}

bool
word_has(const struct entry *e, enum role role)
{
	for (size_t i = 0; e != NULL && i < e->rows; i++)
		if (has_role(&rows[e->row + i], role))
			return true;
	return false;
}

bool
word_differs(const struct entry *e, enum role role)
{
	for (size_t i = 0; e != NULL && i < e->rows; i++)
		if (has_role(&rows[e->row + i], role) && ~rows[e->row + i].languages != 0)
			return true;
	return false;
}

uint64_t
languages_with(enum language_rule rule)
{
	return rule_languages[rule];
}

const struct language *
language_at(size_t i)
{
	return i < COUNT(languages) ? &languages[i] : NULL;
}

int
language_number(const char *tag)
{
	static const char *const same[][2] = {{"no", "nb"}, {"bs", "hr"}, {"sh", "sr"},
	    {"cnr", "sr"}, {"mo", "ro"}, {"iw", "he"}, {"in", "id"}, {"ms", "id"}, {"ku", "kmr"},
	    {"prs", "fa"}, {"pes", "fa"}, {"arb", "ar"}, {"cmn", "zh"}, {"gl", "pt"},
	    {"dsb", "hsb"}};
	size_t length = strcspn(tag, "-_");

	for (size_t i = 0; i < COUNT(same); i++)
		if (strlen(same[i][0]) == length && strncmp(same[i][0], tag, length) == 0)
			return language_number(same[i][1]);
	for (size_t i = 0; i < COUNT(languages); i++)
		if (strlen(languages[i].tag) == length &&
		    strncmp(languages[i].tag, tag, length) == 0)
			return (int)i;
	return NO_LANGUAGE;
}

/* --- which language? ---------------------------------------------------------------------- */

/* Points of each language; the scale is such that a lead of CLEAR is hardly ever wrong. */
struct score {
	int points[64];
	int best;
	int asked; /* is_clear() when that was the best */
	int words;
};

enum { CLEAR = 10, PRIOR = 8, ENOUGH = 60 /* words */ };

/* Does the best language lead clearly? */
static bool
is_clear(const struct score *score)
{
	size_t near = 0;

	for (size_t i = 0; i < COUNT(languages); i++)
		near += score->points[i] > score->best - CLEAR;
	return near == 1;
}

static void
add_points(struct score *score, uint64_t set, int points)
{
	for (; set != 0; set &= set - 1) {
		int *p = &score->points[__builtin_ctzll(set)];
		*p += points;
		if (*p > score->best)
			score->best = *p;
	}
}

/* The word tells by the lists in which it stands, and by the rarest of its letters. */
static void
count_word(struct score *score, const struct key *key, uint32_t letter)
{
	const struct entry *e = word_find(key);

	uint64_t set = 0;
	int n = 0;

	for (size_t i = 0; e != NULL && i < e->rows; i++) {
		const struct row *row = &rows[e->row + i];
		if (row->kind == COMMON || row->kind == STARTER) {
			set |= row->languages;
			n += row->n;
		}
	}
	if (n < 8)
		add_points(score, set, n == 1 ? 4 : n <= 4 ? 2 : 1);
	/* What is written with a letter is in none of the languages without it. */
	if (letter != TELLING && letter_counts[letter] < 8)
		add_points(score, letter_languages[letter], 4);
}

/* Takes the word of the script at p[at]: its end is answered, *key is the word in lower case,
 * *letter the number of the rarest of its letters, or TELLING.  No word: `at`. */
static size_t
take_word(const unsigned char *p, size_t at, size_t n, enum script script, struct key *key,
    uint32_t *letter)
{
	int least = 64;

	memset(key, 0, sizeof *key);
	*letter = TELLING;
	while (at < n) {
		uint32_t cp, number;
		if (p[at] < 0x80) {
			unsigned char small = p[at] | 0x20;
			if (small < 'a' || small > 'z' || script != LATIN)
				break;
			at++;
			if (key->length <= WORD_MAX - 4)
				key->text[key->length++] = small;
			continue;
		}
		if ((p[at] == 0xD0 || p[at] == 0xD1) && n - at > 1 && p[at + 1] >= 0x80 &&
		    p[at + 1] < 0xC0) {
			if (script != CYRILLIC)
				break;
			cp = (p[at] & 0x1Fu) << 6 | (p[at + 1] & 0x3Fu);
			cp += cp < 0x410 ? 80 : cp < 0x430 ? 32 : 0;
			at += 2;
		} else {
			struct character c = look(p, at, n);
			if ((!is_letter(c.class) && c.class != MARK) || char_script(c.cp) != script)
				break;
			cp = char_lower(c.cp);
			at += c.len;
		}
		number = telling(cp);
		if (number < TELLING && letter_counts[number] > 0 &&
		    letter_counts[number] < least) {
			*letter = number;
			least = letter_counts[number];
		}
		if (key->length <= WORD_MAX - 4 && cp < 0x800) {
			key->text[key->length++] = (unsigned char)(0xC0 | cp >> 6);
			key->text[key->length++] = (unsigned char)(0x80 | (cp & 0x3F));
		} else if (key->length <= WORD_MAX - 4) {
			key->length += (size_t)potok_utf8_encode(cp, key->text + key->length);
		}
	}
	return at;
}

/* Counts the words of the script in p[0..n), until one language leads clearly. */
static bool
count_words(struct score *score, const unsigned char *p, size_t n, enum script script)
{
	struct key key;
	uint32_t letter;

	for (size_t at = 0; at < n;) {
		unsigned char small = p[at] | 0x20;
		if (p[at] < 0x80 && (script != LATIN || small < 'a' || small > 'z')) {
			at++;
			continue;
		}
		size_t end = take_word(p, at, n, script, &key, &letter);
		if (end == at) {
			struct character c = look(p, at, n);
			at += c.len ? c.len : 1;
			continue;
		}
		count_word(score, &key, letter);
		if (++score->words == ENOUGH)
			return true;
		if (score->best >= CLEAR && score->best >= score->asked + 4) {
			score->asked = score->best;
			if (is_clear(score))
				return true;
		}
		at = end;
	}
	return false;
}

uint64_t
languages_of(const unsigned char *head, size_t nhead, const unsigned char *rest, size_t nrest,
    enum script script, int named)
{
	static const char *const most_written[] = {"en", "ru", "ar", "hi", ""};
	struct score score = {0};
	uint64_t likely = 0;

	if (!count_words(&score, head, nhead, script))
		count_words(&score, rest, nrest, script);
	if (named != NO_LANGUAGE && (languages[named].scripts >> script & 1) != 0 &&
	    score.points[named] * 3 / 2 + PRIOR >= score.best)
		return UINT64_C(1) << named;
	for (size_t i = 0; i < COUNT(languages); i++) {
		if (score.points[i] != score.best || (languages[i].scripts >> script & 1) == 0)
			continue;
		if (score.best > 0 && strcmp(languages[i].tag, most_written[script]) == 0)
			return UINT64_C(1) << i;
		likely |= UINT64_C(1) << i;
	}
	return likely ? likely : ~UINT64_C(0);
}
