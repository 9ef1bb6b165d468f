/*
 * Writes models.h: what each pair of letters costs in each language, and each character of Chinese,
 * Japanese and Korean.  Run as `gen-models data/letters.tsv > models.h`.
 */
#include <iconv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <unicode/uversion.h>

#include "models_format.h"

enum { LETTERS = 0x1200, LINE = 256 };

/* Bits. */
static const double NEVER = 18, RARE_CHARACTER = 17;

/* The least share of the letters of a language that makes a letter one of its alphabet. */
static const double ALPHABET = 2e-5;

struct language {
	char name[8];
	int ideographic;
	double *pairs;   /* [LETTERS][LETTERS], or ... */
	double *singles; /* ... [0x10000] */
	UChar32 letters[256];
	int nletters;
};

static struct language languages[MODELS_MAX];
static int nlanguages;
static int used[LETTERS];

static struct language *
language(const char *name)
{
	if (nlanguages > 0 && strcmp(languages[nlanguages - 1].name, name) == 0)
		return &languages[nlanguages - 1];
	if (nlanguages == MODELS_MAX || strlen(name) >= sizeof languages->name)
		return NULL;
	struct language *l = &languages[nlanguages++];
	strcpy(l->name, name);
	l->ideographic =
	    strncmp(name, "zh", 2) == 0 || strcmp(name, "ja") == 0 || strcmp(name, "ko") == 0;
	if (l->ideographic)
		l->singles = calloc(0x10000, sizeof *l->singles);
	else
		l->pairs = calloc(LETTERS * LETTERS, sizeof *l->pairs);
	return l->singles != NULL || l->pairs != NULL ? l : NULL;
}

static int
read_counts(FILE *f)
{
	char line[LINE];

	while (fgets(line, sizeof line, f) != NULL) {
		char *tab = strchr(line, '\t');
		if (line[0] == '#')
			continue;
		char *tab2 = tab != NULL ? strchr(tab + 1, '\t') : NULL;
		if (tab2 == NULL)
			return 0;
		*tab = *tab2 = '\0';
		const uint8_t *text = (const uint8_t *)tab + 1;
		int32_t i = 0, n = (int32_t)(tab2 - tab - 1);
		UChar32 a, b = 0;
		U8_NEXT(text, i, n, a);
		if (i < n)
			U8_NEXT(text, i, n, b);
		struct language *l = language(line);
		double count = atof(tab2 + 1);
		if (l == NULL || i != n || a < 0 || b < 0)
			return 0;
		if (l->ideographic && a < 0x10000 && b == 0)
			l->singles[a] = count;
		else if (!l->ideographic && a < LETTERS && b > 0 && b < LETTERS)
			l->pairs[a * LETTERS + b] = count;
		else
			return 0;
	}
	return 1;
}

/* Is the language written in Latin letters? */
static int
is_latin(const struct language *l)
{
	return l->nletters > 0 && l->letters[0] < 0x80;
}

/* The class of a symbol in a language; 0 to SPECIALS - 1 for those that are no letters of it. */
static int
class_of(const struct language *l, int latin, UChar32 c)
{
	static const char specials[] = " 0.";

	for (int i = 0; i < 3; i++) {
		if (c == specials[i])
			return CLASS_SPACE + i;
	}
	if (c == 0xAB || c == 0xBB)
		return c == 0xAB ? CLASS_OPEN : CLASS_CLOSE;
	if (c == '-' || c == '_' || c == '#')
		return c == '-' ? CLASS_DASH : c == '_' ? CLASS_NBSP : CLASS_SIGN;
	if (!latin && c < 0x80)
		return CLASS_LATIN;
	for (int i = 0; i < l->nletters; i++) {
		if (l->letters[i] == c)
			return CLASS_LETTER + i;
	}
	return CLASS_OTHER;
}

/* The letters that are frequent enough to be of the language. */
static void
find_letters(struct language *l)
{
	double total = 0;
	static double share[LETTERS];

	memset(share, 0, sizeof share);
	for (UChar32 a = 0; a < LETTERS; a++) {
		for (UChar32 b = 0; b < LETTERS; b++) {
			double n = l->pairs[a * LETTERS + b];
			if (b >= 'a' && b != 0xAB && b != 0xBB) {
				share[b] += n;
				total += n;
			}
		}
	}
	double ascii = 0;
	for (UChar32 c = 'a'; c <= 'z'; c++)
		ascii += share[c];
	for (UChar32 c = 'a'; c < LETTERS; c++) {
		int is_ascii = c < 0x80;
		if (share[c] < ALPHABET * total || l->nletters == 256)
			continue;
		if (is_ascii && ascii < total / 2)
			continue;
		l->letters[l->nletters++] = c;
		used[c] = 1;
	}
}

static int
eighths(double bits)
{
	return (int)lround(8 * (bits < 0 ? 0 : bits > 31 ? 31 : bits));
}

/* What it costs to name one member of a class, in bits. */
static double
members(int class)
{
	static const double bits[CLASS_LETTER] = {[CLASS_OPEN] = 2,
	    [CLASS_CLOSE] = 1,
	    [CLASS_DASH] = 0.5,
	    [CLASS_SIGN] = 3,
	    [CLASS_OTHER] = 6,
	    [CLASS_FOREIGN] = 9,
	    [CLASS_LATIN] = 4.5};

	return class < CLASS_LETTER ? bits[class] : 0;
}

static void
print_pairs(const struct language *l)
{
	static double sum[256][256];
	double row[256] = {0}, column[256] = {0}, total = 0;
	int latin = is_latin(l), n = CLASS_LETTER + l->nletters;

	memset(sum, 0, sizeof sum);
	for (UChar32 a = 0; a < LETTERS; a++) {
		int ca = -1;
		for (UChar32 b = 0; b < LETTERS; b++) {
			double count = l->pairs[a * LETTERS + b];
			if (count == 0)
				continue;
			ca = ca < 0 ? class_of(l, latin, a) : ca;
			int cb = class_of(l, latin, b);
			sum[ca][cb] += count;
			row[ca] += count;
			column[cb] += count;
			total += count;
		}
	}
	for (int a = 0; a < n; a++) {
		printf("\n\t");
		for (int b = 0; b < n; b++) {
			/* Never seen: by how frequent each is; at least as a rare thing. */
			double pb = column[b] / total > 1e-5 ? column[b] / total : 1e-5;
			double k = 8, p = (sum[a][b] + k * pb) / (row[a] + k);
			double bits = -log2(p) + members(b);
			double most = NEVER + members(b);
			printf("%d,", eighths(bits < most ? bits : most));
		}
	}
}

static double
total_of(const struct language *l)
{
	double total = 0;

	for (int c = 0; c < 0x10000; c++)
		total += l->singles[c];
	return total;
}

static int
character_cost(double count, double total)
{
	double bits = -log2(count / total);

	return eighths(bits < RARE_CHARACTER ? bits : RARE_CHARACTER);
}

static void
print_characters(const struct language *l, int costs)
{
	double total = total_of(l);
	int n = 0;

	for (int c = 0; c < 0x10000; c++) {
		if (l->singles[c] == 0)
			continue;
		printf("%s", n++ % 20 ? "" : "\n\t");
		if (costs)
			printf("%d,", character_cost(l->singles[c], total));
		else
			printf("0x%04X,", (unsigned)c);
	}
}

/* The encodings of ideographs, in the order of fit_multibytes; names of iconv. */
static const struct {
	const char *name, *language;
} wides[] = {
    {"GB18030", "zh-CN"},
    {"BIG5", "zh-TW"},
    {"CP932", "ja"},
    {"EUC-JP", "ja"},
    {"CP949", "ko"},
    {"EUC-TW", "zh-TW"},
    {"JOHAB", "ko"},
};

static struct wide {
	int cost;
	unsigned bytes;
} found[0x10000];

static int
cheaper_first(const void *a, const void *b)
{
	const struct wide *x = a, *y = b;

	return x->cost != y->cost ? x->cost - y->cost
				  : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int
bytes_first(const void *a, const void *b)
{
	const struct wide *x = a, *y = b;

	return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* The two bytes of a character, the second 0 when there is one, or 0: more, or none. */
static unsigned
bytes_of(iconv_t to, uint16_t c)
{
	char utf16[2] = {(char)(c & 0xFF), (char)(c >> 8)}, out[8] = {0};
	char *from = utf16, *at = out;
	size_t n = sizeof utf16, room = sizeof out;

	if (iconv(to, &from, &n, &at, &room) != 0 || at - out > 2)
		return 0;
	return (unsigned)(unsigned char)out[0] << 8 | (unsigned char)out[1];
}

/* Finds the characters of a language in an encoding, the cheapest first.  Those of more bytes count
 * as others do.  Answers 0 when the system lacks the encoding. */
static int
find_frequent(const struct language *l, const char *encoding)
{
	iconv_t to = iconv_open(encoding, "UTF-16LE");
	double total = total_of(l);
	size_t n = 0;

	if (to == (iconv_t)-1)
		return 0;
	for (unsigned c = 0x80; c < 0x10000; c++) {
		unsigned bytes = l->singles[c] > 0 ? bytes_of(to, (uint16_t)c) : 0;
		if (bytes != 0)
			found[n++] = (struct wide){character_cost(l->singles[c], total), bytes};
	}
	iconv_close(to);
	qsort(found, n, sizeof found[0], cheaper_first);
	return n > FREQUENT;
}

static int
print_frequents(void)
{
	printf("\nstatic const struct frequent frequents[] = {");
	for (size_t w = 0; w < sizeof wides / sizeof wides[0]; w++) {
		struct language *l = languages;
		while (strcmp(l->name, wides[w].language) != 0)
			l++;
		if (!find_frequent(l, wides[w].name)) {
			fprintf(stderr, "gen-models: no %s\n", wides[w].name);
			return 0;
		}
		int others = found[FREQUENT].cost;
		qsort(found, FREQUENT, sizeof found[0], bytes_first);
		printf("\n\t/* %s, %s */\n\t{{", wides[w].name, wides[w].language);
		for (int i = 0; i < FREQUENT; i++)
			printf("%s0x%04X,", i % 16 ? "" : "\n\t\t", found[i].bytes);
		printf("},\n\t {");
		for (int i = 0; i < FREQUENT; i++)
			printf("%s%d,", i % 32 ? "" : "\n\t\t", found[i].cost);
		printf("},\n\t %d},", others);
	}
	printf("\n};\n");
	return 1;
}

static int
count_characters(const struct language *l)
{
	int n = 0;

	for (int c = 0; c < 0x10000; c++)
		n += l->singles[c] > 0;
	return n;
}

/* The class of a character that is no letter of any alphabet. */
static unsigned
kind(UChar32 c)
{
	switch (c) {
	/* U+201A is none of them: in other encodings its byte is В or é, which are likelier. */
	case 0xAB:
	case 0x201C:
	case 0x201E:
	case 0x2018:
		return CLASS_OPEN;
	case 0xBB:
	case 0x201D:
	case 0x2019:
		return CLASS_CLOSE;
	case 0x2013:
	case 0x2014:
		return CLASS_DASH;
	case 0xA0:
		return CLASS_NBSP;
	case 0x2116:
	case 0x2026:
	case 0xA9:
	case 0xB0:
	case 0xA7:
	case 0xB7:
	case 0xA3:
	case 0x20AC:
	case 0xB1:
	case 0xD7:
	case 0x2022:
		return CLASS_SIGN;
	default:
		break;
	}
	if (c >= 0x80)
		return CLASS_FOREIGN;
	return c >= '0' && c <= '9' ? CLASS_DIGIT : c <= ' ' ? CLASS_SPACE : CLASS_PUNCTUATION;
}

/* 1 + the place of a character's small letter among those that are used, or 0. */
static unsigned
letter_of(UChar32 c)
{
	UChar32 small = u_tolower(c);
	unsigned place = 1;

	/* Romanian letters with comma are those with cedilla of the models. */
	small = small == 0x219 ? 0x15F : small == 0x21B ? 0x163 : small;
	if (small >= LETTERS || !used[small])
		return 0;
	for (UChar32 i = 0; i < small; i++)
		place += used[i] != 0;
	return place;
}

static unsigned
symbol(UChar32 c)
{
	unsigned class = kind(c), s;

	if (class != CLASS_FOREIGN && !u_isalpha(c))
		return class << SYMBOL_CLASS;
	s = letter_of(c);
	if (!u_isalpha(c))
		return s | CLASS_FOREIGN << SYMBOL_CLASS;
	s |= CLASS_OTHER << SYMBOL_CLASS;
	if (u_tolower(c) != c)
		return s | SYMBOL_CAPITAL;
	return u_toupper(c) != c ? s | SYMBOL_SMALL : s;
}

/* Blocks that are the same are written once. */
static void
print_symbols(void)
{
	enum { BLOCKS = SYMBOLS_END / SYMBOLS_BLOCK };
	static unsigned blocks[BLOCKS][SYMBOLS_BLOCK];
	int place[BLOCKS], n = 0;

	printf("\n/* What characters are, by model_blocks. */\nstatic const uint16_t "
	       "model_symbols[] = {");
	for (int b = 0; b < BLOCKS; b++) {
		for (int i = 0; i < SYMBOLS_BLOCK; i++)
			blocks[n][i] = symbol(b * SYMBOLS_BLOCK + i);
		place[b] = 0;
		while (memcmp(blocks[place[b]], blocks[n], sizeof blocks[n]) != 0)
			place[b]++;
		for (int i = 0; place[b] == n && i < SYMBOLS_BLOCK; i++)
			printf("%s0x%04X,", i % 16 ? " " : "\n\t", blocks[n][i]);
		n += place[b] == n;
	}
	printf("\n};\n\nstatic const uint8_t model_blocks[] = {");
	for (int b = 0; b < BLOCKS; b++)
		printf("%s%d,", b % 24 ? " " : "\n\t", place[b]);
	printf("\n};\n");
}

int
main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
	int nused = 0;

	if (f == NULL || !read_counts(f)) {
		fprintf(stderr, "usage: gen-models letters.tsv\n");
		return 1;
	}
	for (int i = 0; i < nlanguages; i++) {
		if (!languages[i].ideographic)
			find_letters(&languages[i]);
	}
	printf(
	    "/* What letters cost behind each other in each language, in eighths of a bit, from\n"
	    " * data/letters.tsv.  Letters by ICU %s.  Made by gen_models.c; generated, do not\n"
	    " * edit. */\n"
	    "#include \"models_format.h\"\n",
	    U_ICU_VERSION);
	for (int c = 0; c < LETTERS; c++)
		nused += used[c];
	for (UChar32 c = SYMBOLS_END; c < 0x110000; c++) {
		if (letter_of(c) != 0 || nused > SYMBOL_LETTER) {
			fprintf(stderr, "gen-models: no room for a letter\n");
			return 1;
		}
	}
	print_symbols();
	printf("\nenum { MODEL_LETTERS = %d, MODEL_LANGUAGES = %d };\n", nused, nlanguages);
	for (int i = 0; i < nlanguages; i++) {
		const struct language *l = &languages[i];
		if (l->ideographic) {
			printf("\n/* %s */\nstatic const uint16_t model_%d_characters[] = {",
			    l->name, i);
			print_characters(l, 0);
			printf("\n};\n\nstatic const uint8_t model_%d_costs[] = {", i);
			print_characters(l, 1);
			printf("\n};\n");
			continue;
		}
		printf("\n/* %s */\nstatic const uint8_t model_%d_costs[] = {", l->name, i);
		print_pairs(l);
		printf("\n};\n");
	}
	printf("\nstatic const struct model models[MODEL_LANGUAGES] = {");
	for (int i = 0; i < nlanguages; i++) {
		const struct language *l = &languages[i];
		if (l->ideographic)
			printf("\n\t{\"%s\", 0, %d, model_%d_costs, model_%d_characters},", l->name,
			    count_characters(l), i, i);
		else
			printf("\n\t{\"%s\", %d, %d, model_%d_costs, NULL},", l->name, is_latin(l),
			    CLASS_LETTER + l->nletters, i);
	}
	printf("\n};\n\n/* The class of each small letter of all alphabets in each language; 0: "
	       "none of its own. */\n"
	       "static const uint8_t model_classes[MODEL_LANGUAGES][MODEL_LETTERS] = {");
	for (int i = 0; i < nlanguages; i++) {
		const struct language *l = &languages[i];
		int n = 0;
		printf("\n\t{");
		for (UChar32 c = 0; c < LETTERS; c++) {
			int class = 0;
			if (!used[c])
				continue;
			for (int k = 0; k < l->nletters; k++) {
				if (l->letters[k] == c)
					class = CLASS_LETTER + k;
			}
			printf("%s%d,", n++ % 40 ? "" : "\n\t ", class);
		}
		printf("},");
	}
	printf("\n};\n");
	return print_frequents() ? 0 : 1;
}
