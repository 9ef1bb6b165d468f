/* Writes pairs.h: what each pair of characters costs, from the counts.  Run as
 * `gen-detect data/pairs.tsv > pairs.h`. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <unicode/uversion.h>

enum { LETTERS = 0x500, MAX_LANGUAGES = 40, MAX_CLASSES = 255 };

/* Cost in eighths of a bit: of what was never seen, and at most. */
#define NEVER_BITS 20.0

struct language {
	char name[16];
	double total, weight;
	int cyrillic;
};

static struct language languages[MAX_LANGUAGES];
static int nlanguages;
static double sum[LETTERS][LETTERS];
static int used[LETTERS];

static struct language *
language(const char *name)
{
	static const char *const cyrillic[] = {"ru", "uk", "bg", "sr", "be", "mk"};
	static const double weights[] = {2, 1.5, 1, 1, 0.7, 0.3};

	for (int i = 0; i < nlanguages; i++) {
		if (strcmp(languages[i].name, name) == 0)
			return &languages[i];
	}
	if (nlanguages == MAX_LANGUAGES || strlen(name) >= sizeof languages->name)
		return NULL;
	struct language *l = &languages[nlanguages++];
	strcpy(l->name, name);
	l->weight = 1;
	for (size_t i = 0; i < sizeof cyrillic / sizeof cyrillic[0]; i++) {
		if (strcmp(name, cyrillic[i]) == 0) {
			l->cyrillic = 1;
			l->weight = weights[i];
		}
	}
	return l;
}

/* Reads the file once: with `totals`, counts per language; else adds shares to sum. */
static int
read_counts(FILE *f, int totals)
{
	char line[2048];

	while (fgets(line, sizeof line, f) != NULL) {
		char *tab = strchr(line, '\t');
		if (line[0] == '#')
			continue;
		char *tab2 = tab != NULL ? strchr(tab + 1, '\t') : NULL;
		if (tab2 == NULL)
			return 0;
		*tab = *tab2 = '\0';
		const uint8_t *pair = (const uint8_t *)tab + 1;
		int32_t i = 0, n = (int32_t)(tab2 - tab - 1);
		UChar32 a, b;
		U8_NEXT(pair, i, n, a);
		if (i >= n)
			return 0;
		U8_NEXT(pair, i, n, b);
		struct language *l = language(line);
		double count = atof(tab2 + 1);
		if (l == NULL || i != n || a < 0 || b < 0 || a >= LETTERS || b >= LETTERS)
			return 0;
		used[a] = used[b] = 1;
		if (totals)
			l->total += count;
		else
			sum[a][b] += l->weight * count / l->total;
	}
	return 1;
}

/* A language's share: Cyrillic and Latin ones have half each. */
static void
scale_weights(void)
{
	double total[2] = {0, 0};

	for (int i = 0; i < nlanguages; i++)
		total[languages[i].cyrillic] += languages[i].weight;
	for (int i = 0; i < nlanguages; i++)
		languages[i].weight /= 2 * total[languages[i].cyrillic];
}

static int
cost(double p)
{
	double bits = p > 0 ? -log2(p) : NEVER_BITS;

	return (int)lround(8 * (bits < NEVER_BITS ? bits : NEVER_BITS));
}

int
main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	int classes[LETTERS], nclasses = 0;

	if (f == NULL || !read_counts(f, 1)) {
		fprintf(stderr, "usage: gen-detect pairs.tsv\n");
		return 1;
	}
	rewind(f);
	scale_weights();
	read_counts(f, 0);
	for (int c = 0; c < LETTERS; c++) {
		if (used[c])
			classes[nclasses++] = c;
	}
	if (nclasses > MAX_CLASSES) {
		fprintf(stderr, "gen-detect: too many symbols\n");
		return 1;
	}
	printf("/* What pairs of characters cost, in eighths of a bit: -log2 of their share, case\n"
	       " * folded, among the pairs outside ASCII of data/pairs.tsv; Cyrillic and Latin "
	       "languages\n"
	       " * have half each.  Letters by ICU %s.  Made by gen_detect.c; generated, do not "
	       "edit.\n"
	       " */\n"
	       "#include <stdint.h>\n\n"
	       "enum { PAIR_CLASSES = %d, PAIR_NEVER = %d };\n\n"
	       "/* Symbols of the classes: letters, others by kind. */\n"
	       "static const uint16_t pair_symbols[PAIR_CLASSES] = {",
	    U_ICU_VERSION, nclasses, cost(0));
	for (int i = 0; i < nclasses; i++)
		printf("%s0x%04X,", i % 12 ? " " : "\n\t", (unsigned)classes[i]);
	printf("\n};\n\n/* The capital letters of the classes, 0 for none. */\n"
	       "static const uint16_t pair_capitals[PAIR_CLASSES] = {");
	for (int i = 0; i < nclasses; i++) {
		UChar32 upper = u_toupper(classes[i]);
		printf("%s0x%04X,", i % 12 ? " " : "\n\t",
		    upper != classes[i] && upper < LETTERS ? (unsigned)upper : 0);
	}
	printf("\n};\n\nstatic const uint8_t pair_costs[PAIR_CLASSES][PAIR_CLASSES] = {");
	for (int i = 0; i < nclasses; i++) {
		printf("\n\t{");
		for (int j = 0; j < nclasses; j++)
			printf("%s%d",
			    j == 0   ? ""
			    : j % 40 ? ","
				     : ",\n\t ",
			    cost(sum[classes[i]][classes[j]]));
		printf("},");
	}
	printf("\n};\n");
	return 0;
}
