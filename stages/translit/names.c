/* The names of schemes, and what people are told of them. */
#include "names.h"

#include <stdio.h>
#include <string.h>

#include <potok/translit.h>
#include <potok/utf8.h>

#include "table.h"

/* Languages by their codes of ISO 639-3, where BCP 47 has a shorter one. */
static const char codes[][2][4] = {{"abk", "ab"}, {"ava", "av"}, {"aze", "az"}, {"bak", "ba"},
    {"bel", "be"}, {"bos", "bs"}, {"bul", "bg"}, {"che", "ce"}, {"chu", "cu"}, {"chv", "cv"},
    {"kaz", "kk"}, {"kir", "ky"}, {"kom", "kv"}, {"kpv", "kv"}, {"kur", "ku"}, {"lit", "lt"},
    {"mkd", "mk"}, {"mol", "mo"}, {"mon", "mn"}, {"oss", "os"}, {"ron", "ro"}, {"rus", "ru"},
    {"sme", "se"}, {"srp", "sr"}, {"tat", "tt"}, {"tgk", "tg"}, {"tuk", "tk"}, {"uig", "ug"},
    {"ukr", "uk"}, {"uzb", "uz"}};

/* Is `word` one of the words of `list`? */
static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; n > 0 && (at = strstr(at, word)) != NULL; at += n) {
		bool start = at == list || at[-1] == ' ';
		if (start && (at[n] == ' ' || at[n] == '\0'))
			return true;
	}
	return false;
}

/* The year at the end of a scheme's name, 0 where there is none. */
static unsigned
year(const char *name)
{
	const char *dash = strrchr(name, '-');
	unsigned y = 0;

	if (dash == NULL || strlen(dash + 1) != 4 || strspn(dash + 1, "0123456789") != 4)
		return 0;
	for (const char *d = dash + 1; *d != '\0'; d++)
		y = 10 * y + (unsigned)(*d - '0');
	return y;
}

/* The year in the name, of n bytes, of a scheme of this authority, 1 where there is none; 0 when it
 * is not one of the authority. */
static unsigned
authority_year(const char *name, size_t n, const char *authority)
{
	size_t len = strlen(authority);
	char copy[64];

	if (len == 0 || n >= sizeof copy || n < len || strncmp(name, authority, len) != 0 ||
	    (n > len && name[len] != '-' && strncmp(name + len, "pcgn-", 5) != 0))
		return 0;
	memcpy(copy, name, n);
	copy[n] = '\0';
	return 1 + year(copy);
}

/* The same over all names of the scheme: the newest year. */
static unsigned
newest_year(const struct translit_scheme *s, const char *authority)
{
	unsigned newest = authority_year(s->name, strlen(s->name), authority);

	for (const char *a = s->aliases; *a != '\0'; a += strcspn(a, " "), a += *a == ' ') {
		unsigned y = authority_year(a, strcspn(a, " "), authority);
		newest = y > newest ? y : newest;
	}
	return newest;
}

/* The language of a tag of BCP 47 (RFC 5646, section 2.1), in its shortest code; `to` is for it. */
static const char *
language_code(const char *tag, char to[4])
{
	size_t n = strcspn(tag, "-_");

	if (n > 3)
		return tag;
	for (size_t i = 0; i < n; i++)
		to[i] = (char)(tag[i] >= 'A' && tag[i] <= 'Z' ? tag[i] - 'A' + 'a' : tag[i]);
	to[n] = '\0';
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		if (strcmp(codes[i][0], to) == 0)
			return codes[i][1];
	}
	return to;
}

static const struct translit_scheme *
of_language(const char *authority, const char *language)
{
	const struct translit_scheme *best = NULL, *s;
	unsigned newest = 0;

	for (size_t i = 0; (s = table_scheme(i)) != NULL; i++) {
		unsigned y = newest_year(s, authority);
		/* A table for the language alone goes before one for all, whatever the years. */
		if (y > 0 && has_word(s->languages, language))
			y += 10000;
		else if (strcmp(s->languages, "und-Cyrl") != 0)
			y = 0;
		if (y > newest) {
			newest = y;
			best = s;
		}
	}
	return best;
}

/* Other spellings of authorities. */
static const char *
usual_name(const char *name)
{
	static const char *const spellings[][2] = {{"ala-lc", "alalc"}, {"bgn-pcgn", "bgn"}};

	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
		if (strcmp(name, spellings[i][0]) == 0)
			return spellings[i][1];
	}
	return name;
}

const struct translit_scheme *
scheme_find(const char *name, const char *language)
{
	const struct translit_scheme *s;
	char code[4];

	name = usual_name(name);
	if (language != NULL)
		language = language_code(language, code);
	if (language != NULL && (s = of_language(name, language)) != NULL)
		return s;
	for (size_t i = 0; (s = table_scheme(i)) != NULL; i++) {
		if (strcmp(s->name, name) == 0 || (language == NULL && has_word(s->aliases, name)))
			return language == NULL || has_word(s->languages, language) ? s : NULL;
	}
	/* An authority by itself: its table for Russian. */
	return language == NULL ? of_language(name, "ru") : NULL;
}

const char *
potok_translit_find(const char *name, const char *language)
{
	const struct translit_scheme *s = name != NULL ? scheme_find(name, language) : NULL;

	return s != NULL ? s->name : NULL;
}

bool
potok_translit_scheme(size_t i, struct potok_translit_scheme *to)
{
	const struct translit_scheme *s = table_scheme(i);

	if (s == NULL)
		return false;
	*to = (struct potok_translit_scheme){.name = s->name,
	    .aliases = s->aliases,
	    .languages = s->languages,
	    .standard = s->standard,
	    .status = s->status,
	    .back = s->back != NULL,
	    .reversible = s->reversible};
	return true;
}

static enum potok_status
add_text(struct potok_buf *out, const char *text)
{
	return potok_buf_add(out, text, strlen(text));
}

static enum potok_status
add_character(struct potok_buf *out, uint32_t c)
{
	unsigned char utf8[4];

	return potok_buf_add(out, utf8, (size_t)potok_utf8_encode(c, utf8));
}

/* Appends " after а е ё" or the like. */
static enum potok_status
add_context(
    struct potok_buf *out, const struct translit_scheme *s, uint16_t sets, const char *words)
{
	enum potok_status st = POTOK_MORE;
	bool first = true;

	if (sets == 0)
		return POTOK_MORE;
	st = add_text(out, words);
	for (size_t i = 0; st >= 0 && i < s->nmembers; i++) {
		if (!(s->members[i].sets & sets))
			continue;
		st = add_text(out, first ? " " : " ");
		first = false;
		if (st >= 0)
			st = s->members[i].letter == 0 ? add_text(out, "(no letter)")
						       : add_character(out, s->members[i].letter);
	}
	return st;
}

static enum potok_status
add_rule(struct potok_buf *out, const struct translit_scheme *s, const struct translit_rule *r)
{
	const char *text = r->text[r->flags & RULE_CAPITAL ? 1 : 0];
	enum potok_status st = POTOK_MORE;

	for (size_t i = 0; st >= 0 && r->key[i] != 0; i++) {
		uint32_t c = r->key[i];
		if (i == 0 && (r->flags & RULE_CAPITAL))
			c = table_upper(c);
		st = add_character(out, c);
	}
	if (st >= 0)
		st = add_text(out, "\t");
	if (st >= 0)
		st = add_text(out, text[0] != '\0' ? text : "(nothing)");
	if (st >= 0 && (r->left != 0 || r->right != 0))
		st = add_text(out, "\t");
	if (st >= 0)
		st =
		    add_context(out, s, r->left, r->flags & RULE_NOT_AFTER ? "not after" : "after");
	if (st >= 0 && r->left != 0 && r->right != 0)
		st = add_text(out, ", ");
	if (st >= 0)
		st = add_context(
		    out, s, r->right, r->flags & RULE_NOT_BEFORE ? "not before" : "before");
	return st < 0 ? st : add_text(out, "\n");
}

enum potok_status
potok_translit_describe(const char *scheme, struct potok_buf *out)
{
	const struct translit_scheme *s = scheme != NULL ? scheme_find(scheme, NULL) : NULL;

	if (s == NULL)
		return POTOK_EUSAGE;
	enum potok_status st = add_text(out, s->name);
	if (st >= 0)
		st = add_text(out, "\n\n");
	if (st >= 0)
		st = add_text(out, s->facts);
	if (st >= 0)
		st = add_text(out, "\n");
	for (size_t i = 0; st >= 0 && i < s->nrules; i++)
		st = add_rule(out, s, &s->rules[i]);
	if (st >= 0 && s->back != NULL)
		st = add_text(out, "\nBack to Cyrillic:\n");
	for (size_t i = 0; st >= 0 && i < s->nback; i++)
		st = add_rule(out, s, &s->back[i]);
	return st;
}
