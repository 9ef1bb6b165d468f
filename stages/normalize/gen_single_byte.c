/*
 * Writes single_byte.h: the upper halves of the single-byte encodings, from ICU's converters.  Run
 * as `gen-single-byte data/single_byte.tsv > single_byte.h`.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ucnv.h>

enum { NONE = 0xFFFF, LINE = 512 };

/* The character of one byte, or NONE. */
static unsigned
character(UConverter *cnv, unsigned byte)
{
	char b = (char)byte;
	const char *p = &b;
	UErrorCode err = U_ZERO_ERROR;

	ucnv_reset(cnv);
	UChar32 c = ucnv_getNextUChar(cnv, &p, &b + 1, &err);
	return U_FAILURE(err) || c == 0xFFFD || c > 0xFFFF ? NONE : (unsigned)c;
}

/* ICU's tables of IBM's PC encodings turn the bytes 1A, 1C, 7F round; ours are ASCII below 80. */
static int
is_ascii_below(UConverter *cnv)
{
	for (unsigned b = 0; b < 0x80; b++) {
		unsigned c = character(cnv, b);
		if (c != b && b != 0x1A && b != 0x1C && b != 0x7F)
			return 0;
	}
	return 1;
}

/* Reads the fourth column, such as "AE=045E AA=-", into upper.  Answers 0 when it is none, or says
 * what the table says anyway. */
static int
change(char *changes, unsigned upper[128])
{
	for (char *c = changes == NULL ? NULL : strtok(changes, " "); c != NULL;
	     c = strtok(NULL, " ")) {
		unsigned b, u = NONE;
		int none = strlen(c) == 4 && c[3] == '-';
		if (sscanf(c, "%2X=", &b) != 1 || b < 0x80 || c[2] != '=' ||
		    (!none && sscanf(c + 3, "%4X", &u) != 1) || upper[b - 0x80] == u)
			return 0;
		upper[b - 0x80] = u;
	}
	return 1;
}

static int
entry(char *line)
{
	char *name = strtok(line, "\t\n"), *table = strtok(NULL, "\t\n"),
	     *aliases = strtok(NULL, "\t\n"), *changes = strtok(NULL, "\t\n");
	unsigned upper[128];
	UErrorCode err = U_ZERO_ERROR;

	if (name == NULL || table == NULL || aliases == NULL) {
		fprintf(stderr, "gen-single-byte: a line without three columns\n");
		return 0;
	}
	UConverter *cnv = ucnv_open(table, &err);
	if (U_FAILURE(err) || strcmp(ucnv_getName(cnv, &err), table) != 0 || !is_ascii_below(cnv)) {
		fprintf(stderr, "gen-single-byte: %s: not the table of a single-byte encoding\n",
		    table);
		return 0;
	}
	ucnv_setToUCallBack(cnv, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &err);
	for (unsigned b = 0; b < 0x80; b++)
		upper[b] = character(cnv, 0x80 + b);
	ucnv_close(cnv);
	if (!change(changes, upper)) {
		fprintf(stderr, "gen-single-byte: %s: no changes\n", name);
		return 0;
	}
	printf("\t{\"%s\", \"%s\",\n\t \"", name, table);
	for (char *p = aliases; *p != '\0'; p++)
		fputs(*p == ' ' ? "\\0\" \"" : (char[]){*p, '\0'}, stdout);
	printf("\\0\",\n\t {");
	for (unsigned b = 0; b < 0x80; b++)
		printf("%s0x%04X%s", b % 16 ? " " : "\n\t\t", upper[b], b < 0x7F ? "," : "");
	printf("}},\n");
	return 1;
}

int
main(int argc, char **argv)
{
	char line[LINE];
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (f == NULL) {
		fprintf(stderr, "usage: gen-single-byte single_byte.tsv\n");
		return 1;
	}
	printf(
	    "/* Single-byte encodings: the characters of the bytes 80 to FF, 0xFFFF where none "
	    "is.\n"
	    " * From data/single_byte.tsv and ICU %s by gen_single_byte.c; generated, do not "
	    "edit.\n"
	    " */\n"
	    "#include <stdint.h>\n\n"
	    "struct single_byte {\n"
	    "\tconst char *name;    /* ours */\n"
	    "\tconst char *table;   /* ICU's name of the table */\n"
	    "\tconst char *aliases; /* each ends with a NUL, after the last comes another one */\n"
	    "\tuint16_t upper[128];\n"
	    "};\n\n"
	    "static const struct single_byte single_bytes[] = {\n",
	    U_ICU_VERSION);
	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] != '#' && !entry(line))
			return 1;
	}
	printf("};\n");
	return 0;
}
