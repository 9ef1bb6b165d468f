/*
 * gen_split classes: writes classes.h, ICU's character properties as split needs them.
 * gen_split words FILE...: writes tables.h from the word lists data/TAG.txt.  Refuses a word that
 * stands twice in one role of one language, words not in NFC or with capitals inside, unknown kinds
 * and rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "keys.h"

enum { LANGUAGES_MAX = 64, WORDS_MAX = 60000, BLOCK = 128, BLOCKS = 0x10000 / BLOCK };

/* In the order of enum kind of words.h, which is that of precedence. */
static const char *const kinds[] = {"never", "number", "unit", "last", "end", "plain", "starter",
    "ordinal", "inner", "lead", "common"};
static const char *const kind_names[] = {"NEVER", "NUMBER", "UNIT", "LAST", "END", "PLAIN",
    "STARTER", "ORDINAL", "INNER", "LEAD", "COMMON"};
enum { STARTER = 6, COMMON = 10, NKINDS = sizeof kinds / sizeof kinds[0] };
/* A word stands once in each of these roles, and `common` has no starters. */
static const int roles[NKINDS] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3};

/* In the order of enum language_rule of words.h. */
static const char *const rules[] = {"ordinals", "list-items", "questions"};
enum { NRULES = sizeof rules / sizeof rules[0] };

/* A word of one kind, in the languages of a set. */
struct row {
	char text[WORD_ROOM];
	uint64_t languages;
	size_t kind;
	int capital; /* an abbreviation only when it begins with a capital letter */
};

struct language {
	char tag[16], name[48];
	size_t words;
	unsigned scripts; /* in which its words are written, a bit each */
};

static struct row words[WORDS_MAX];
static size_t nwords;
static struct language languages[LANGUAGES_MAX];
static size_t nlanguages;
static uint64_t rule_languages[NRULES];
static uint64_t letter_languages[TELLING];

static void
die(const char *file, const char *what, const char *word)
{
	fprintf(stderr, "gen_split: %s: %s: %s\n", file, what, word);
	exit(1);
}

static size_t
find(const char *const names[], size_t n, const char *name)
{
	size_t i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

/* Writes the word in lower case to folded; answers whether at most its first letter was not. */
static int
fold(const char *word, char *folded)
{
	UErrorCode e = U_ZERO_ERROR;
	UChar text[WORD_ROOM], lower[WORD_ROOM];
	int32_t n;

	u_strFromUTF8(text, WORD_ROOM, &n, word, -1, &e);
	if (U_FAILURE(e) || n == 0)
		return 0;
	for (int32_t i = 0; i < n; i++)
		lower[i] = (UChar)u_tolower(text[i]);
	u_strToUTF8(folded, WORD_ROOM, NULL, lower, n, &e);
	return U_SUCCESS(e) && u_memcmp(text + 1, lower + 1, n - 1) == 0 &&
	       unorm2_isNormalized(unorm2_getNFCInstance(&e), text, n, &e) && U_SUCCESS(e);
}

static void
add_word(const char *file, const char *word, size_t kind, uint64_t language)
{
	struct row *new = &words[nwords];

	if (nwords == WORDS_MAX)
		die(file, "too many words", word);
	memset(new, 0, sizeof *new);
	if (strlen(word) > WORD_MAX || !fold(word, new->text))
		die(file, "a capital inside, not NFC, or too long", word);
	new->kind = kind;
	new->capital = strcmp(new->text, word) != 0;
	new->languages = language;
	for (size_t i = 0; i < nwords; i++)
		if (strcmp(words[i].text, new->text) == 0 && words[i].languages == language &&
		    (roles[words[i].kind] == roles[kind] ||
			(kind == COMMON && words[i].kind == STARTER)))
			die(file, "stands twice", word);
	nwords++;
}

/* The character at text[*at], 0 at the end; *at goes behind it. */
static UChar32
next_character(const char *text, int32_t *at)
{
	UErrorCode e = U_ZERO_ERROR;
	UChar units[2 * WORD_ROOM];
	int32_t n;
	UChar32 c;

	u_strFromUTF8(units, 2 * WORD_ROOM, &n, text + *at, -1, &e);
	if (U_FAILURE(e) || n == 0)
		return 0;
	c = U16_IS_SINGLE(units[0]) ? units[0] : U16_GET_SUPPLEMENTARY(units[0], units[1]);
	*at += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	return c;
}

static void
add_letter(const char *file, const char *letter, uint64_t language)
{
	int32_t length = 0;
	UChar32 c = next_character(letter, &length);

	if (c <= 0 || letter[length] != '\0' || telling((uint32_t)c) == TELLING ||
	    u_tolower(c) != c)
		die(file, "no small letter that can tell a language", letter);
	letter_languages[telling((uint32_t)c)] |= language;
}

static enum script
script_of(const char *word)
{
	UChar32 c;
	int32_t at = 0;

	do
		c = next_character(word, &at);
	while (c != 0 && !u_isalpha(c));
	return char_script((uint32_t)c);
}

/* data/TAG.txt; the words of mul.txt are of all languages. */
static void
read_list(const char *file)
{
	char line[4096];
	struct language *l = &languages[nlanguages];
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	FILE *f = fopen(file, "r");

	if (f == NULL || nlanguages == LANGUAGES_MAX)
		die(file, "cannot open, or too many languages", "");
	snprintf(l->tag, sizeof l->tag, "%.*s", (int)strcspn(base, "."), base);
	uint64_t bit = strcmp(l->tag, "mul") == 0 ? ~UINT64_C(0) : UINT64_C(1) << nlanguages;
	while (fgets(line, sizeof line, f) != NULL) {
		char *key = strtok(line, ":\n");
		if (key == NULL || key[0] == '#')
			continue;
		if (strcmp(key, "name") == 0) {
			char *name = strtok(NULL, "\n");
			snprintf(l->name, sizeof l->name, "%s", name ? name + 1 : "");
			continue;
		}
		size_t k = find(kinds, NKINDS, key);
		int letters = strcmp(key, "letters") == 0;
		if (k == NKINDS && !letters && strcmp(key, "rules") != 0)
			die(file, "unknown kind", key);
		for (char *w = strtok(NULL, " \n"); w != NULL; w = strtok(NULL, " \n")) {
			if (k < NKINDS) {
				add_word(file, w, k, bit);
				l->words++;
				l->scripts |= 1u << script_of(w);
				continue;
			}
			if (letters) {
				add_letter(file, w, bit);
				continue;
			}
			size_t r = find(rules, NRULES, w);
			if (r == NRULES)
				die(file, "unknown rule", w);
			rule_languages[r] |= bit;
		}
	}
	fclose(f);
	if (bit != ~UINT64_C(0)) {
		if (l->name[0] == '\0')
			die(file, "has no name", l->tag);
		nlanguages++;
	}
}

/* By word, then what is of some languages before what is of all, then by precedence. */
static int
by_text(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->text, y->text);
	int all_x = x->languages == ~UINT64_C(0), all_y = y->languages == ~UINT64_C(0);

	if (order != 0)
		return order;
	if (all_x != all_y)
		return all_x - all_y;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->capital != y->capital
		   ? x->capital - y->capital
		   : (x->languages > y->languages) - (x->languages < y->languages);
}

/* One row for what several languages have alike. */
static void
merge(void)
{
	size_t n = 0;

	qsort(words, nwords, sizeof words[0], by_text);
	for (size_t i = 0; i < nwords; i++) {
		struct row *last = n ? &words[n - 1] : NULL;
		if (last && strcmp(last->text, words[i].text) == 0 && last->kind == words[i].kind &&
		    last->capital == words[i].capital && last->languages != ~UINT64_C(0) &&
		    words[i].languages != ~UINT64_C(0))
			last->languages |= words[i].languages;
		else
			words[n++] = words[i];
	}
	nwords = n;
}

static void
write_words(void)
{
	static unsigned slots[1 << 16];
	size_t nentries = 0, bits = 8, pool = 0;

	merge();
	printf("static const struct row rows[] = {\n");
	for (size_t i = 0; i < nwords; i++)
		printf("{0x%llx, %d, %s, %d},%s", (unsigned long long)words[i].languages,
		    __builtin_popcountll(words[i].languages), kind_names[words[i].kind],
		    words[i].capital, i % 4 == 3 ? "\n" : " ");
	printf("\n};\n\nstatic const struct entry entries[] = {\n{0, 0, 0, 0},\n");
	for (size_t i = 0, n; i < nwords; i += n) {
		for (n = 1; i + n < nwords && strcmp(words[i].text, words[i + n].text) == 0;)
			n++;
		printf("{%zu, %zu, %zu, %zu},%s", pool, i, n, strlen(words[i].text),
		    nentries % 8 == 7 ? "\n" : " ");
		pool += strlen(words[i].text);
		nentries++;
	}
	printf("\n};\n\nstatic const unsigned char pool[%zu] = {", pool);
	for (size_t i = 0, at = 0; i < nwords; i++) {
		if (i > 0 && strcmp(words[i - 1].text, words[i].text) == 0)
			continue;
		for (const char *c = words[i].text; *c != '\0'; c++)
			printf("%s%d,", at++ % 32 ? "" : "\n", (unsigned char)*c);
	}
	while ((size_t)1 << bits < nentries * 5 / 2)
		bits++;
	size_t mask = ((size_t)1 << bits) - 1, entry = 0;
	for (size_t i = 0; i < nwords; i++) {
		if (i > 0 && strcmp(words[i - 1].text, words[i].text) == 0)
			continue;
		size_t s = word_hash((const unsigned char *)words[i].text, strlen(words[i].text));
		while (slots[s & mask] != 0)
			s++;
		slots[s & mask] = (unsigned)++entry;
	}
	printf("\n};\n\n/* Numbers of entries, by hash; 0 where none is. */\n");
	printf("static const uint16_t slots[%zu] = {", mask + 1);
	for (size_t i = 0; i <= mask; i++)
		printf("%s%u,", i % 20 ? "" : "\n", slots[i]);
	printf("\n};\n\nstatic const struct language languages[] = {\n");
	for (size_t i = 0; i < nlanguages; i++)
		printf("{\"%s\", \"%s\", %zu, %u},\n", languages[i].tag, languages[i].name,
		    languages[i].words, languages[i].scripts);
	printf("};\n\nstatic const uint64_t rule_languages[] = {\n");
	for (size_t r = 0; r < NRULES; r++)
		printf("0x%llx, /* %s */\n", (unsigned long long)rule_languages[r], rules[r]);
	printf("};\n\nstatic const uint64_t letter_languages[] = {");
	for (size_t i = 0; i < TELLING; i++)
		printf("%s0x%llx,", i % 8 ? "" : "\n", (unsigned long long)letter_languages[i]);
	printf("\n};\n\nstatic const unsigned char letter_counts[] = {");
	for (size_t i = 0; i < TELLING; i++)
		printf("%s%d,", i % 24 ? "" : "\n", __builtin_popcountll(letter_languages[i]));
	printf("\n};\n");
}

static const char *
class_of(UChar32 c)
{
	if (u_isUWhiteSpace(c))
		return "SPACE";
	switch (u_charType(c)) {
	case U_UPPERCASE_LETTER:
	case U_TITLECASE_LETTER:
		return "UPPER";
	case U_LOWERCASE_LETTER:
		return "LOWER";
	case U_MODIFIER_LETTER:
	case U_OTHER_LETTER:
		return "LETTER";
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK:
	case U_COMBINING_SPACING_MARK:
	case U_FORMAT_CHAR:
		return "MARK";
	case U_DECIMAL_DIGIT_NUMBER:
	case U_LETTER_NUMBER:
	case U_OTHER_NUMBER:
		return "DIGIT";
	case U_DASH_PUNCTUATION:
		return "DASH";
	case U_START_PUNCTUATION:
		return "OPEN";
	case U_END_PUNCTUATION:
		return "CLOSE";
	case U_INITIAL_PUNCTUATION:
	case U_FINAL_PUNCTUATION:
		return "QUOTE";
	case U_OTHER_PUNCTUATION:
		return c == '"' || c == '\'' ? "QUOTE" : "PUNCT";
	default:
		return "OTHER";
	}
}

static void
write_lower(const char *name, UChar32 from, UChar32 to)
{
	printf("\nstatic const uint16_t %s[%d] = {", name, to - from);
	for (UChar32 c = from; c < to; c++)
		printf("%s0x%x,", (c - from) % 12 ? "" : "\n", u_tolower(c));
	printf("\n};\n");
}

static void
write_classes(void)
{
	static const char *grid[BLOCKS][BLOCK];
	static int same_as[BLOCKS];
	int nblocks = 0;

	for (int b = 0; b < BLOCKS; b++) {
		for (int i = 0; i < BLOCK; i++)
			grid[b][i] = class_of(b * BLOCK + i);
		same_as[b] = -1;
		for (int a = 0; a < b && same_as[b] < 0; a++)
			if (memcmp(grid[a], grid[b], sizeof grid[a]) == 0)
				same_as[b] = same_as[a];
		if (same_as[b] < 0)
			same_as[b] = nblocks++;
	}
	printf("\nconst unsigned char char_block[%d] = {", BLOCKS);
	for (int b = 0; b < BLOCKS; b++)
		printf("%s%d,", b % 32 ? "" : "\n", same_as[b]);
	printf("\n};\n\nconst unsigned char char_classes[%d][%d] = {\n", nblocks, BLOCK);
	for (int b = 0, next = 0; b < BLOCKS; b++) {
		if (same_as[b] != next)
			continue;
		next++;
		printf("{");
		for (int i = 0; i < BLOCK; i++)
			printf("%s%s,", i % 16 ? "" : "\n", grid[b][i]);
		printf("},\n");
	}
	printf("};\n");
	write_lower("lower_low", 0, 0x590);
	write_lower("lower_high", 0x1E00, 0x2000);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "classes") == 0) {
		printf(
		    "/* Character properties for split, made by gen_split.c from ICU %s (Unicode "
		    "%s):\n * generated, do not edit. */\n",
		    U_ICU_VERSION, U_UNICODE_VERSION);
		write_classes();
	} else if (argc > 2 && strcmp(argv[1], "words") == 0) {
		printf("/* The word lists of data/, made by gen_split.c: generated, do not edit. "
		       "*/\n");
		for (int i = 2; i < argc; i++)
			read_list(argv[i]);
		write_words();
	} else {
		die("usage", "gen_split classes | words FILE...", "");
	}
	return ferror(stdout) != 0;
}
