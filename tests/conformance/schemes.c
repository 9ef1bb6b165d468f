/*
 * conformance-schemes FILE...: the tables of the schemes, read here a second time, against what the
 * library does: every rule can be reached, capitals are capitals, letters that only one key is
 * written by come back, in every spelling that is canonically equivalent, two marks behind a letter
 * may be in NFC or NFD, claims of one-to-one hold, and the letters that ICU's locale data has for a
 * language are there.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <potok/translit.h>
#include <potok/utf8.h>
#include <unicode/uchar.h>
#include <unicode/ulocdata.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>

enum { RULES = 1200, FIELD = 256, SETS = 64, LINE = 2048 };

struct rule {
	char key[FIELD], result[FIELD], context[FIELD];
	bool back;
};

struct table {
	char name[FIELD], languages[FIELD], base[FIELD];
	bool both, reversible;
	struct rule rules[RULES];
	size_t nrules;
	char sets[SETS][2][FIELD];
	size_t nsets;
};

static int bad, letters_seen;

static void
fail(const struct table *t, const char *what, const char *a, const char *b)
{
	fprintf(stderr, "%s: %s: '%s' '%s'\n", t->name, what, a, b);
	bad = 1;
}

static void
read_table(const char *file, struct table *t)
{
	char line[LINE];
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	FILE *f = fopen(file, "r");

	memset(t, 0, sizeof *t);
	snprintf(t->name, sizeof t->name, "%.*s", (int)(strlen(base) - 4), base);
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		char *col[5] = {line, "", "", "", ""};
		line[strcspn(line, "\n")] = '\0';
		for (int i = 1; i < 5; i++) {
			char *tab = strchr(col[i - 1], '\t');
			if (tab == NULL)
				break;
			*tab = '\0';
			col[i] = tab + 1;
		}
		bool back = strcmp(col[0], "back") == 0;
		if (strcmp(col[0], "languages") == 0)
			snprintf(t->languages, FIELD, "%s", col[1]);
		else if (strcmp(col[0], "base") == 0)
			snprintf(t->base, FIELD, "%s", col[1]);
		else if (strcmp(col[0], "directions") == 0)
			t->both = strcmp(col[1], "both") == 0;
		else if (strcmp(col[0], "reversible") == 0)
			t->reversible = strcmp(col[1], "yes") == 0;
		else if (strcmp(col[0], "set") == 0) {
			snprintf(t->sets[t->nsets][0], FIELD, "%s", col[1]);
			snprintf(t->sets[t->nsets++][1], FIELD, "%s", col[2]);
		} else if (back || (unsigned char)line[0] >= 0x80 || line[0] == '\'') {
			struct rule *r = &t->rules[t->nrules++];
			snprintf(r->key, FIELD, "%s", col[back]);
			snprintf(r->result, FIELD, "%s", col[1 + back]);
			snprintf(r->context, FIELD, "%s", col[2 + back]);
			if (strcmp(r->result, "(nothing)") == 0)
				r->result[0] = '\0';
			r->back = back;
		}
	}
	if (f == NULL)
		fail(t, "cannot be read", file, "");
	else
		fclose(f);
}

/* Runs the stage over text.  Answers what it wrote, which the caller frees; NULL: it stopped. */
static char *
convert(const char *scheme, bool reverse, enum potok_translit_unknown unknown, const char *text)
{
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
	struct potok_translit t;
	struct potok_buf out = {.limit = SIZE_MAX};
	struct potok_slice in = {(const unsigned char *)text, strlen(text)};

	options.scheme = scheme;
	options.reverse = reverse;
	options.unknown = unknown;
	options.keep = 0;
	bool done = potok_translit_init(&t, &options) == POTOK_MORE &&
		    potok_process(&t.stage, &in, &out, true) == POTOK_DONE &&
		    potok_buf_own(&out) >= 0 && potok_buf_add(&out, "", 1) >= 0;
	potok_close(&t.stage);
	if (!done)
		potok_buf_free(&out);
	return (char *)out.data;
}

/* The length of the character at s. */
static size_t
character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Does the set have this character?  "" is the boundary of a word. */
static bool
has(const struct table *t, const char *set, const char *c)
{
	const char *members = set;

	for (size_t i = 0; i < t->nsets; i++) {
		if (strcmp(t->sets[i][0], set) == 0)
			members = t->sets[i][1];
	}
	return strstr(members, c[0] == '\0' ? "^" : c) != NULL;
}

/* Reads what the rule's context says of one side: the set, and whether it must not be in it.
 * Answers whether it says anything. */
static bool
side(const struct rule *r, const char *word, char set[FIELD], bool *negative)
{
	const char *at = strstr(r->context, word);

	if (at == NULL)
		return false;
	*negative = at - r->context >= 4 && strncmp(at - 4, "not ", 4) == 0;
	snprintf(set, FIELD, "%.*s", (int)strcspn(at + strlen(word), " "), at + strlen(word));
	return true;
}

/* Does the rule hold beside this character, "" being the boundary of a word? */
static bool
holds(const struct table *t, const struct rule *r, const char *word, const char *c)
{
	char set[FIELD];
	bool negative;

	return !side(r, word, set, &negative) || has(t, set, c) != negative;
}

/* Is the result of the rule seen in some text in which it must hold? */
static bool
seen_beside(const struct table *t, const struct rule *r, const char *left, const char *alphabet)
{
	char text[2 * FIELD], c[8] = "";

	for (const char *a = alphabet;; a += character(a)) {
		if (holds(t, r, "before ", c)) {
			snprintf(text, sizeof text, "%s%s%s", left, r->key, c);
			char *out = convert(t->name, r->back, POTOK_UNKNOWN_ISO9, text);
			bool found = out != NULL && strstr(out, r->result) != NULL;
			free(out);
			if (found)
				return true;
		}
		if (*a == '\0')
			return false;
		snprintf(c, sizeof c, "%.*s", (int)character(a), a);
	}
}

static void
check_reachable(const struct table *t, const struct rule *r)
{
	static const char *const alphabets[2] = {
	    "абвгґдеёєжзиіїйклмнопрстуўфхцчшщъыьэюяјљњћђџәөүңқғҳҷҙѵѳ'’",
	    "abcdefghijklmnopqrstuvwxyzäöüëïčšžŝğŭǒȳē0123456789'"};
	char c[8] = "";

	for (const char *a = alphabets[r->back];; a += character(a)) {
		if (holds(t, r, "after ", c) && seen_beside(t, r, c, alphabets[r->back]))
			return;
		if (*a == '\0')
			break;
		snprintf(c, sizeof c, "%.*s", (int)character(a), a);
	}
	fail(t, "the rule is not reached", r->key, r->context);
}

/* A letter's capital begins with a capital. */
static void
check_capital(const struct table *t, const struct rule *r)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar key[FIELD], caps[FIELD];
	char capital[FIELD];

	u_strFromUTF8(key, FIELD, NULL, r->key, -1, &err);
	u_strToUpper(caps, FIELD, key, -1, "", &err);
	if (U_FAILURE(err) || u_strcmp(key, caps) == 0 || u_strlen(key) != 1 || r->back)
		return;
	u_strToUTF8(capital, FIELD, NULL, caps, -1, &err);
	char *out = convert(t->name, false, POTOK_UNKNOWN_ISO9, capital);
	u_strFromUTF8(key, FIELD, NULL, out != NULL ? out : "", -1, &err);
	for (int i = 0; key[i] != 0; i++) {
		if (!u_isalpha(key[i]) || u_charType(key[i]) == U_MODIFIER_LETTER)
			continue;
		if (u_islower(key[i]) && u_toupper(key[i]) != key[i])
			fail(t, "the capital has a small letter first", capital, out);
		break;
	}
	free(out);
}

/* A result that is written for one key alone comes back to it. */
static void
check_back(const struct table *t, const struct rule *r)
{
	if (!t->both || t->base[0] != '\0' || r->back || r->context[0] != '\0' ||
	    r->result[0] == '\0')
		return;
	for (size_t i = 0; i < t->nrules; i++) {
		const struct rule *o = &t->rules[i];
		const char *made = o->back ? o->key : o->result;
		if (o != r && strcmp(made, r->result) == 0)
			return;
	}
	char *out = convert(t->name, true, POTOK_UNKNOWN_ISO9, r->result);
	/* A sign has no case, and a capital in the table may share its Latin. */
	if (out == NULL || strcmp(out, r->key) != 0)
		fail(t, "does not come back", r->key, out != NULL ? out : "");
	free(out);
}

enum { SPELLED = 64 * RULES };

/* The text with each pair of marks behind a letter the other way round, where that is the same. */
static void
swap_marks(UChar *s)
{
	for (int i = 0; s[i] != 0 && s[i + 1] != 0; i++) {
		UChar a = s[i], b = s[i + 1];
		if (u_getCombiningClass(a) != 0 && u_getCombiningClass(b) != 0 &&
		    u_getCombiningClass(a) != u_getCombiningClass(b)) {
			s[i] = b;
			s[++i] = a;
		}
	}
}

/* The text with ties as halves, the right one behind the second letter at once. */
static void
halve_ties(UChar *s)
{
	UChar out[SPELLED];
	int n = 0;

	for (int i = 0; s[i] != 0; i++) {
		out[n++] = s[i] == 0x361 ? 0xFE20 : s[i];
		if (i > 0 && s[i - 1] == 0x361)
			out[n++] = 0xFE21;
	}
	out[n] = 0;
	u_strcpy(s, out);
}

/* What the stage writes for the text, which the caller frees; NULL: it stopped. */
static char *
convert_text(const struct table *t, bool reverse, const UChar *text)
{
	static char from[4 * SPELLED];
	UErrorCode err = U_ZERO_ERROR;

	u_strToUTF8(from, sizeof from, NULL, text, -1, &err);
	return U_FAILURE(err) ? NULL : convert(t->name, reverse, POTOK_UNKNOWN_ISO9, from);
}

/* Fails where the lines of x and y differ; frees both. */
static void
compare_lines(const struct table *t, const char *what, char *x, char *y)
{
	char *p = x != NULL ? x : "", *q = y != NULL ? y : "";

	while (*p != '\0' && *q != '\0') {
		size_t n = strcspn(p, "\n"), m = strcspn(q, "\n");
		p[n] = q[m] = '\0';
		if (strcmp(p, q) != 0)
			fail(t, what, p, q);
		p += n + 1;
		q += m + 1;
	}
	if (x == NULL || y == NULL || *p != *q)
		fail(t, what, "", "");
	free(x);
	free(y);
}

/* Fails unless text, another spelling of `same`, comes back as that does. */
static void
compare_back(const struct table *t, const char *what, const UChar *same, const UChar *text)
{
	compare_lines(t, what, convert_text(t, true, same), convert_text(t, true, text));
}

/* What is canonically equivalent comes back as the same, and ties as halves do. */
static void
check_spellings(const struct table *t)
{
	static UChar nfc[SPELLED], nfd[SPELLED], text[SPELLED];
	static char all[4 * SPELLED];
	UErrorCode err = U_ZERO_ERROR;
	const UNormalizer2 *decompose = unorm2_getNFDInstance(&err);
	size_t len = 0;

	for (size_t i = 0; t->both && i < t->nrules; i++) {
		const struct rule *r = &t->rules[i];
		len += (size_t)snprintf(
		    all + len, sizeof all - len, "%s\n", r->back ? r->key : r->result);
	}
	if (len == 0)
		return;
	for (int upper = 0; upper < 2; upper++) {
		u_strFromUTF8(text, SPELLED, NULL, all, -1, &err);
		if (upper)
			u_strToUpper(nfd, SPELLED, text, -1, "", &err);
		else
			u_strcpy(nfd, text);
		unorm2_normalize(unorm2_getNFCInstance(&err), nfd, -1, nfc, SPELLED, &err);
		unorm2_normalize(decompose, nfc, -1, nfd, SPELLED, &err);
		compare_back(t, "does not come back decomposed", nfc, nfd);
		u_strcpy(text, nfd);
		swap_marks(text);
		compare_back(t, "does not come back with its marks in another order", nfc, text);
		u_strcpy(text, nfc);
		halve_ties(text);
		compare_back(t, "does not come back with halves of ties", nfc, text);
		halve_ties(nfd);
		compare_back(t, "does not come back decomposed with halves of ties", nfc, nfd);
	}
	if (U_FAILURE(err))
		fail(t, "not normalized", u_errorName(err), "");
}

/* The text in NFC, which the caller frees. */
static char *
compose(char *text)
{
	static UChar from[SPELLED], nfc[SPELLED];
	UErrorCode err = U_ZERO_ERROR;
	char *to = malloc(4 * SPELLED);

	u_strFromUTF8(from, SPELLED, NULL, text != NULL ? text : "", -1, &err);
	unorm2_normalize(unorm2_getNFCInstance(&err), from, -1, nfc, SPELLED, &err);
	u_strToUTF8(to, 4 * SPELLED, NULL, nfc, -1, &err);
	free(text);
	if (U_SUCCESS(err))
		return to;
	free(to);
	return NULL;
}

/* Letters with two marks, of which the second one may compose with the letter, become the same in
 * NFC and in NFD. */
static void
check_marks(const struct table *t, bool reverse)
{
	static const UChar inner[] = {0x323, 0x327, 0x331},
			   outer[] = {0x300, 0x301, 0x304, 0x306, 0x308, 0x30C};
	static UChar text[SPELLED], nfc[SPELLED], nfd[SPELLED];
	UErrorCode err = U_ZERO_ERROR;
	int n = 0;

	for (UChar c = reverse ? 'A' : 0x400; c < (reverse ? 0x180 : 0x530); c++) {
		for (int i = 0; i < 3 && u_isalpha(c); i++) {
			for (int k = 0; k < 6; k++) {
				text[n++] = c;
				text[n++] = inner[i];
				text[n++] = outer[k];
				text[n++] = '\n';
			}
		}
	}
	text[n] = 0;
	unorm2_normalize(unorm2_getNFCInstance(&err), text, -1, nfc, SPELLED, &err);
	unorm2_normalize(unorm2_getNFDInstance(&err), text, -1, nfd, SPELLED, &err);
	if (U_FAILURE(err) || u_strcmp(nfc, nfd) == 0)
		fail(t, "not normalized", u_errorName(err), "");
	compare_lines(t, "two marks: another result in NFD", compose(convert_text(t, reverse, nfc)),
	    compose(convert_text(t, reverse, nfd)));
}

static void
check_one_to_one(const struct table *t)
{
	for (size_t i = 0; t->reversible && i < t->nrules; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct rule *a = &t->rules[i], *b = &t->rules[k];
			if (!a->back && !b->back && strcmp(a->result, b->result) == 0)
				fail(t, "not one-to-one", a->key, b->key);
		}
	}
}

/* The small Cyrillic letters that ICU's locale data has for a language are in the scheme. */
static void
check_language(const struct table *t, const char *language)
{
	UErrorCode err = U_ZERO_ERROR;
	char locale[FIELD];

	snprintf(locale, sizeof locale, "%s_Cyrl", language);
	ULocaleData *data = ulocdata_open(locale, &err);
	if (U_FAILURE(err) || err == U_USING_DEFAULT_WARNING) {
		ulocdata_close(data);
		err = U_ZERO_ERROR;
		data = ulocdata_open(language, &err);
	}
	USet *set = ulocdata_getExemplarSet(data, NULL, 0, ULOCDATA_ES_STANDARD, &err);
	bool known = U_SUCCESS(err) && err != U_USING_DEFAULT_WARNING;
	for (UChar32 c = 0x430; known && c < 0x530; c++) {
		char letter[8] = "";
		potok_utf8_encode((uint32_t)c, (unsigned char *)letter);
		letters_seen += uset_contains(set, c);
		if (!uset_contains(set, c))
			continue;
		char *out = convert(t->name, false, POTOK_UNKNOWN_STOP, letter);
		if (out == NULL)
			fail(t, "has not the letter of", language, letter);
		free(out);
	}
	uset_close(set);
	ulocdata_close(data);
}

static void
check_languages(const struct table *t)
{
	char words[FIELD];
	char *save = NULL;

	snprintf(words, sizeof words, "%s", t->languages);
	for (char *w = strtok_r(words, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
		if (strcmp(w, "und-Cyrl") != 0)
			check_language(t, w);
	}
}

int
main(int argc, char **argv)
{
	static struct table t;

	for (int i = 1; i < argc; i++) {
		read_table(argv[i], &t);
		for (size_t k = 0; k < t.nrules; k++) {
			check_reachable(&t, &t.rules[k]);
			check_capital(&t, &t.rules[k]);
			check_back(&t, &t.rules[k]);
		}
		check_spellings(&t);
		check_marks(&t, false);
		if (t.both)
			check_marks(&t, true);
		check_one_to_one(&t);
		check_languages(&t);
	}
	printf("%d tables, %d letters of languages\n", argc - 1, letters_seen);
	return bad;
}
