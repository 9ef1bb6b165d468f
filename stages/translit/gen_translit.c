/*
 * Writes schemes.h: the tables of all schemes.  Run as `gen-translit data/A.tsv data/B.tsv... >
 * schemes.h`; data/iso9-1995.tsv tells what a file looks like.
 *
 * Capitals are made here.  The capital of a key is its simple upper-case mapping.  A result becomes
 * a capital one by the full upper-case mapping of its first character (Shch), and all capitals by
 * that of the whole (SHCH); both are Unicode's, without a language.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "scheme.h"

enum { LINE = 1024, RULES = 400, OTHERS = 256, SETS = 8, FACTS = 8192, WORDS = 32 };

struct rule {
	UChar32 letter, mark; /* mark: 0 for a key of one character */
	UChar result[WORDS];
	int set; /* of the context; -1: none */
	int line;
};

struct table {
	char name[64];
	char facts[FACTS];
	int reversible;
	char set_name[SETS][32];
	UChar set[SETS][2 * WORDS];
	int nsets;
	struct rule rules[RULES];
	int nrules;

	/* What is written. */
	struct translit_letter letters[SCHEME_LETTERS];
	struct translit_letter others[OTHERS];
	int nothers;
	struct translit_pair pairs[RULES];
	int npairs;
};

static const UNormalizer2 *nfc;
static const char *file;
static int line_number;
static unsigned char last_of_result[0x3000]; /* characters that end a result */

static void
die(const char *what)
{
	fprintf(stderr, "gen-translit: %s: line %d: %s\n", file, line_number, what);
	exit(1);
}

static void
to_utf16(const char *s, UChar *out, int cap)
{
	UErrorCode err = U_ZERO_ERROR;

	u_strFromUTF8(out, cap, NULL, s, -1, &err);
	if (U_FAILURE(err) || err == U_STRING_NOT_TERMINATED_WARNING)
		die("not UTF-8, or too long");
	if (!unorm2_isNormalized(nfc, out, -1, &err))
		die("not in Normalization Form C");
	if (u_countChar32(out, -1) != u_strlen(out))
		die("a character outside of the BMP");
}

/* Text as bytes of a table entry. */
static void
to_entry(const UChar *s, struct translit_letter *e)
{
	UErrorCode err = U_ZERO_ERROR;
	char text[4 * WORDS];
	int32_t len;

	u_strToUTF8(text, sizeof text, &len, s, -1, &err);
	if (U_FAILURE(err) || len > SCHEME_TEXT)
		die("the result is too long");
	memcpy(e->text, text, (size_t)len);
	e->len = (uint8_t)len;
}

static int
in_block(UChar32 c)
{
	return c >= SCHEME_FIRST && c < SCHEME_FIRST + SCHEME_LETTERS;
}

static unsigned
properties(UChar32 c)
{
	unsigned p = 0;

	if (c >= 0x530)
		return 0;
	if (u_getCombiningClass(c) != 0 || u_charType(c) == U_ENCLOSING_MARK)
		return CYRILLIC_MARK;
	if (u_isalpha(c))
		p |= CYRILLIC_LETTER;
	if (u_isupper(c))
		p |= CYRILLIC_UPPER;
	return p;
}

/* Checks the last column: the code points of the result. */
static void
check_points(const char *points, const UChar *result)
{
	char want[LINE] = "", one[16];
	int32_t i = 0, n = u_strlen(result);

	while (i < n) {
		UChar32 c = result[i++];
		snprintf(one, sizeof one, "%sU+%04X", want[0] ? " " : "", (unsigned)c);
		strcat(want, one);
	}
	if (strcmp(want, points) != 0)
		die("the code points are not those of the result");
}

static int
find_set(const struct table *t, const char *context)
{
	if (context[0] == '\0')
		return -1;
	for (int i = 0; i < t->nsets; i++) {
		if (strncmp(context, "after ", 6) == 0 && strcmp(context + 6, t->set_name[i]) == 0)
			return i;
	}
	die("unknown context");
	return -1;
}

static void
read_rule(struct table *t, char *col[4])
{
	struct rule *r = &t->rules[t->nrules++];
	UChar key[8];

	if (t->nrules == RULES)
		die("too many rules");
	to_utf16(col[0], key, 8);
	r->letter = key[0];
	r->mark = key[1];
	if (u_strlen(key) > 2 || !in_block(r->letter) ||
	    !(properties(r->letter) & CYRILLIC_LETTER) || u_tolower(r->letter) != r->letter ||
	    (r->mark != 0 && u_getCombiningClass(r->mark) == 0))
		die("the key is not a small Cyrillic letter, with one combining mark at most");
	to_utf16(strcmp(col[1], "(nothing)") == 0 ? "" : col[1], r->result, WORDS);
	if (col[1][0] == '\0')
		die("no result");
	r->set = find_set(t, col[2]);
	r->line = line_number;
	if (col[3][0] != '\0')
		check_points(col[3], r->result);

	/* The rules for one letter stand together, the one without context last. */
	int open = 0, seen = 0;
	for (int k = 0; k < t->nrules - 1; k++) {
		const struct rule *o = &t->rules[k];
		if (o->letter != r->letter || o->mark != r->mark)
			continue;
		seen = 1;
		open = k == t->nrules - 2 && o->set >= 0;
		if (o->set == r->set)
			die("the same key and context twice");
	}
	if (seen && !open)
		die("a rule behind the one without context, or away from the others of its letter");
}

static void
read_line(struct table *t, char *line)
{
	static char empty[] = "";
	char *col[4] = {line, empty, empty, empty};

	for (int i = 1; i < 4; i++) {
		char *tab = strchr(col[i - 1], '\t');
		if (tab == NULL)
			break;
		*tab = '\0';
		col[i] = tab + 1;
	}
	if ((unsigned char)line[0] >= 0x80) {
		read_rule(t, col);
	} else if (strcmp(col[0], "set") == 0) {
		if (t->nsets == SETS)
			die("too many sets");
		snprintf(t->set_name[t->nsets], sizeof t->set_name[0], "%s", col[1]);
		to_utf16(col[2], t->set[t->nsets++], 2 * WORDS);
	} else {
		if (strcmp(col[0], "reversible") == 0)
			t->reversible = strcmp(col[1], "yes") == 0;
		size_t n = strlen(t->facts);
		if (col[1][0] == '\0' || n + LINE > FACTS)
			die("a fact without text, or too many");
		snprintf(t->facts + n, FACTS - n, "%-10s  %s\n", col[0], col[1]);
	}
}

static void
read_table(struct table *t)
{
	static const char *const needed[] = {"standard", "edition", "issuer", "source", "status",
	    "languages", "directions", "reversible", "licence"};
	char line[LINE];
	FILE *f = fopen(file, "r");

	if (f == NULL)
		die("cannot be opened");
	while (fgets(line, sizeof line, f) != NULL) {
		line_number++;
		size_t n = strcspn(line, "\n");
		if (line[n] == '\0')
			die("the line is too long, or the last one has no end");
		line[n] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			read_line(t, line);
	}
	fclose(f);
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	snprintf(t->name, sizeof t->name, "%.*s", (int)strcspn(base, "."), base);
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		char start[32];
		snprintf(start, sizeof start, "%-10s  ", needed[i]);
		if (strstr(t->facts, start) == NULL)
			die("a fact is missing at the top: standard, edition, issuer, source, "
			    "status, "
			    "languages, directions, reversible or licence");
	}
	for (int k = 0; k < t->nrules; k++) {
		const struct rule *r = &t->rules[k];
		line_number = r->line;
		if (r->set >= 0 && (k + 1 == t->nrules || t->rules[k + 1].letter != r->letter))
			die("no rule without context behind this one");
	}
}

/* A scheme that is called reversible writes no two letters alike. */
static void
check_reversible(const struct table *t)
{
	for (int i = 0; t->reversible && i < t->nrules; i++) {
		for (int k = 0; k < i; k++) {
			line_number = t->rules[i].line;
			if (u_strcmp(t->rules[i].result, t->rules[k].result) == 0)
				die("called reversible, but another letter has the same result");
		}
	}
}

/* Unicode's full upper-case mapping of the first n units of s; the rest stays. */
static void
upper(const UChar *s, int32_t n, UChar *out)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar whole[2 * WORDS];
	int32_t len = u_strToUpper(whole, 2 * WORDS, s, n, "", &err);

	whole[len] = 0;
	u_strcat(whole, s + n);
	unorm2_normalize(nfc, whole, -1, out, 2 * WORDS, &err);
	if (U_FAILURE(err))
		die("no capital form");
}

static void
remember_last(const UChar *s)
{
	int32_t n = u_strlen(s);
	UChar c = n > 0 ? s[n - 1] : 0;

	if (c < sizeof last_of_result)
		last_of_result[c] = 1;
}

/* A new entry for others[]; its index. */
static int
add_other(struct table *t, struct translit_letter e)
{
	if (t->nothers == 0)
		t->nothers = 1;
	if (t->nothers == OTHERS)
		die("too many rules");
	t->others[t->nothers] = e;
	return t->nothers++;
}

static uint8_t
sets_of(const struct table *t, UChar32 letter)
{
	uint8_t sets = 0;

	for (int i = 0; i < t->nsets; i++) {
		if (u_strchr32(t->set[i], letter) != NULL)
			sets |= (uint8_t)(1 << i);
	}
	return sets;
}

/* The entry of a rule for the small letter, or for the capital one. */
static struct translit_letter
make_entry(struct table *t, const struct rule *r, int capital)
{
	struct translit_letter e = {.left = (uint8_t)(r->set < 0 ? 0 : 1 << r->set),
	    .sets = sets_of(t, r->letter),
	    .known = (uint8_t)(capital ? CYRILLIC_LETTER | CYRILLIC_UPPER : CYRILLIC_LETTER)};
	struct translit_letter all = e;
	UChar title[2 * WORDS], caps[2 * WORDS];

	remember_last(r->result);
	if (!capital) {
		to_entry(r->result, &e);
		return e;
	}
	upper(r->result, r->result[0] != 0, title);
	upper(r->result, u_strlen(r->result), caps);
	remember_last(title);
	remember_last(caps);
	to_entry(title, &e);
	if (u_strcmp(title, caps) != 0) {
		to_entry(caps, &all);
		e.caps = (uint8_t)add_other(t, all);
	}
	return e;
}

static void
compile(struct table *t, int capital)
{
	for (int k = t->nrules - 1; k >= 0; k--) {
		const struct rule *r = &t->rules[k];
		UChar32 letter = capital ? u_toupper(r->letter) : r->letter;
		line_number = r->line;
		if (capital && letter == r->letter)
			continue;
		if (!in_block(letter))
			die("the capital of the letter is outside of the table");
		struct translit_letter e = make_entry(t, r, capital);
		if (r->mark != 0) {
			if (e.left != 0)
				die("a context with a combining mark is not supported");
			t->pairs[t->npairs++] = (struct translit_pair){
			    (uint16_t)letter, (uint16_t)r->mark, (uint16_t)add_other(t, e)};
			continue;
		}
		/* From the last rule to the first: each knows the one behind it. */
		struct translit_letter *place = &t->letters[letter - SCHEME_FIRST];
		if (place->known)
			e.next = (uint8_t)add_other(t, *place);
		*place = e;
	}
}

static int
by_letter(const void *a, const void *b)
{
	const struct translit_pair *x = a, *y = b;

	return x->letter != y->letter ? x->letter - y->letter : x->mark - y->mark;
}

static void
print_entry(int index, const struct translit_letter *e)
{
	printf("\t[0x%02X] = {\"%.*s\", %d, %d, %d, %d, %d, %d},\n", (unsigned)index, e->len,
	    e->text, e->len, e->left, e->next, e->caps, e->sets, e->known);
}

static void
print_pairs(const char *name, const struct translit_pair *pairs, int n)
{
	printf("static const struct translit_pair %s[] = {\n", name);
	for (int i = 0; i < n; i++)
		printf(
		    "\t{0x%04X, 0x%04X, 0x%04X},\n", pairs[i].letter, pairs[i].mark, pairs[i].to);
	printf("\t{0, 0, 0},\n};\n\n");
}

/* s as the inside of string constants, one for each line. */
static void
print_text(const char *s)
{
	while (*s != '\0') {
		printf("\t\"");
		for (; *s != '\n' && *s != '\0'; s++)
			printf("%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
		printf("%s\"\n", *s == '\n' ? "\\n" : "");
		s += *s == '\n';
	}
}

static const char *
utf8(const UChar *s, char buf[4 * WORDS])
{
	UErrorCode err = U_ZERO_ERROR;

	return u_strToUTF8(buf, 4 * WORDS, NULL, s, -1, &err);
}

/* The text of --describe. */
static void
print_about(const struct table *t)
{
	char text[LINE], result[4 * WORDS], set[8 * WORDS];

	print_text(t->name);
	printf("\t\"\\n\"\n");
	print_text(t->facts);
	printf("\t\"\\n\"\n");
	for (int k = 0; k < t->nrules; k++) {
		const struct rule *r = &t->rules[k];
		UChar key[3] = {(UChar)r->letter, (UChar)r->mark, 0};
		char letter[4 * WORDS];
		utf8(r->result, result);
		const char *shown = result[0] ? result : "(nothing)";
		int n = snprintf(text, sizeof text, "%s\t%s", utf8(key, letter), shown);
		if (r->set >= 0) {
			const UChar *members = t->set[r->set];
			int start = members[0] == '^';
			UErrorCode err = U_ZERO_ERROR;
			u_strToUTF8(set, sizeof set, NULL, members + start, -1, &err);
			n += snprintf(text + n, sizeof text - (size_t)n, "\t%safter %s",
			    start ? "at the start of a word, " : "", set);
		}
		snprintf(text + n, sizeof text - (size_t)n, "\n");
		print_text(text);
	}
}

/* The scheme's name as a C name. */
static const char *
c_name(const char *name, char buf[64])
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		buf[i] = (char)(name[i] == '-' ? '_' : name[i]);
	buf[i] = '\0';
	return buf;
}

static void
print_table(struct table *t)
{
	char name[64], pairs[80];

	c_name(t->name, name);
	printf("/* %s */\n", t->name);
	printf("static const struct translit_letter letters_%s[SCHEME_LETTERS] = {\n", name);
	for (int i = 0; i < SCHEME_LETTERS; i++) {
		if (t->letters[i].known)
			print_entry(i, &t->letters[i]);
	}
	printf("};\n\nstatic const struct translit_letter others_%s[] = {\n", name);
	printf("\t[0x00] = {\"\", 0, 0, 0, 0, 0, 0},\n");
	for (int i = 1; i < t->nothers; i++)
		print_entry(i, &t->others[i]);
	printf("};\n\n");
	qsort(t->pairs, (size_t)t->npairs, sizeof t->pairs[0], by_letter);
	snprintf(pairs, sizeof pairs, "pairs_%s", name);
	print_pairs(pairs, t->pairs, t->npairs);
}

/* The compositions of Unicode that the engine needs: of Cyrillic letters, and of what results end
 * with. */
static void
print_compositions(void)
{
	static struct translit_pair pairs[8192];
	int n = 0;

	for (UChar32 c = 0x41; c < (UChar32)sizeof last_of_result; c++) {
		if (!in_block(c) && !last_of_result[c])
			continue;
		for (UChar32 m = 0x300; m < 0x370; m++) {
			UChar32 to = unorm2_composePair(nfc, c, m);
			if (to > 0)
				pairs[n++] =
				    (struct translit_pair){(uint16_t)c, (uint16_t)m, (uint16_t)to};
		}
	}
	printf("/* A letter and a mark that make one character. */\n");
	print_pairs("compositions", pairs, n);
}

static void
print_properties(void)
{
	printf("/* U+0400 to U+053F: letter 1, capital 2, combining mark 4. */\n");
	printf("static const uint8_t cyrillic[SCHEME_LETTERS] = {");
	for (int i = 0; i < SCHEME_LETTERS; i++)
		printf("%s%u,", i % 32 ? " " : "\n\t", properties(SCHEME_FIRST + i));
	printf("\n};\n\n");
}

int
main(int argc, char **argv)
{
	static struct table tables[512];
	UErrorCode err = U_ZERO_ERROR;
	char name[64];

	nfc = unorm2_getNFCInstance(&err);
	if (U_FAILURE(err) || argc < 2 || argc > 512)
		return 1;
	printf("/*\n * The schemes of potok-translit.  Generated by gen_translit.c from the files "
	       "in data "
	       "with "
	       "ICU %s\n * (Unicode %s); do not edit.\n */\n#include \"scheme.h\"\n\n",
	    U_ICU_VERSION, U_UNICODE_VERSION);
	print_properties();
	for (int i = 1; i < argc; i++) {
		struct table *t = &tables[i - 1];
		file = argv[i];
		line_number = 0;
		read_table(t);
		check_reversible(t);
		compile(t, 0);
		compile(t, 1);
		print_table(t);
	}
	print_compositions();
	printf("static const struct translit_scheme schemes[] = {\n");
	for (int i = 0; i < argc - 1; i++) {
		struct table *t = &tables[i];
		unsigned start = 0;
		for (int k = 0; k < t->nsets; k++)
			start |= t->set[k][0] == '^' ? 1u << k : 0;
		c_name(t->name, name);
		printf("\t{\"%s\",\n", t->name);
		print_about(t);
		printf("\t, letters_%s, others_%s, pairs_%s, %d, %u},\n", name, name, name,
		    t->npairs, start);
	}
	printf("};\n");
	return 0;
}
