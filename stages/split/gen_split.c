/*
 * gen_split FILE...: writes tables.h from the word lists of data/ and ICU's character properties.
 * Refuses a word that stands twice in one role for one script, words not in lower case or NFC,
 * unknown kinds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

enum { WORDS_MAX = 4000, WORD_MAX = 64, BLOCK = 128, BLOCKS = 0x10000 / BLOCK };

enum { NKINDS = 6, STARTER = 4, ORDINAL = 5, NSCRIPTS = 2 };
static const char *const kinds[NKINDS] = {"never", "number", "end", "unit", "starter", "ordinal"};
static const char *const kind_names[NKINDS] = {
    "NEVER", "NUMBER", "END", "UNIT", "STARTER", "ORDINAL"};
static const char *const scripts[NSCRIPTS] = {"latin", "cyrillic"};

struct word {
	char text[WORD_MAX];
	size_t kind;
	int capital; /* an abbreviation only when it begins with a capital letter */
};

/* For each script the abbreviations, then what is known of words behind a full stop. */
static struct word words[2 * NSCRIPTS][WORDS_MAX];
static size_t nwords[2 * NSCRIPTS];

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
	UChar text[WORD_MAX], lower[WORD_MAX];
	int32_t n, nlower;

	u_strFromUTF8(text, WORD_MAX, &n, word, -1, &e);
	nlower = u_strToLower(lower, WORD_MAX, text, n, "", &e);
	u_strToUTF8(folded, WORD_MAX, NULL, lower, nlower, &e);
	return U_SUCCESS(e) && n == nlower && u_memcmp(text + 1, lower + 1, n - 1) == 0 &&
	       unorm2_isNormalized(unorm2_getNFCInstance(&e), text, n, &e) && U_SUCCESS(e);
}

static void
read_list(const char *file)
{
	char line[4096];
	FILE *f = fopen(file, "r");

	if (f == NULL)
		die(file, "cannot open", "");
	while (fgets(line, sizeof line, f) != NULL) {
		char *script = strtok(line, " \n");
		if (script == NULL || script[0] == '#')
			continue;
		size_t s = find(scripts, NSCRIPTS, script);
		char *kind = strtok(NULL, ": \n");
		size_t k = kind ? find(kinds, NKINDS, kind) : NKINDS;
		if (s == NSCRIPTS || k == NKINDS)
			die(file, "unknown script or kind", kind ? kind : script);
		s = 2 * s + (k == STARTER || k == ORDINAL);
		for (char *w = strtok(NULL, " \n"); w != NULL; w = strtok(NULL, " \n")) {
			struct word *new = &words[s][nwords[s]];
			if (nwords[s] == WORDS_MAX)
				die(file, "too many words", w);
			if (strlen(w) >= WORD_MAX || !fold(w, new->text))
				die(file, "not in lower case, not NFC, or too long", w);
			for (size_t i = 0; i < nwords[s]; i++)
				if (strcmp(words[s][i].text, new->text) == 0)
					die(file, "stands twice", w);
			new->kind = k;
			new->capital = strcmp(new->text, w) != 0;
			nwords[s]++;
		}
	}
	fclose(f);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
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
	printf("\nstatic const unsigned char class_block[%d] = {", BLOCKS);
	for (int b = 0; b < BLOCKS; b++)
		printf("%s%d,", b % 32 ? "" : "\n", same_as[b]);
	printf("\n};\n\nstatic const unsigned char class_in_block[%d][%d] = {\n", nblocks, BLOCK);
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
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		read_list(argv[i]);
	printf("/* Words and character classes for potok-split, made by gen_split.c from the lists "
	       "in\n"
	       " * data/ and ICU %s (Unicode %s): generated, do not edit. */\n",
	    U_ICU_VERSION, U_UNICODE_VERSION);
	for (size_t s = 0; s < 2 * NSCRIPTS; s++) {
		qsort(words[s], nwords[s], sizeof words[s][0], by_text);
		printf("\nstatic const struct word %s_%s[] = {\n", scripts[s / 2],
		    s % 2 ? "followers" : "abbreviations");
		for (size_t i = 0; i < nwords[s]; i++)
			printf("{\"%s\", %s, %s},\n", words[s][i].text,
			    kind_names[words[s][i].kind], words[s][i].capital ? "true" : "false");
		printf("};\n");
	}
	write_classes();
	return ferror(stdout) != 0;
}
