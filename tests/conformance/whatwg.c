/*
 * Each label of the Encoding standard of the WHATWG, in upper and in lower case, gives the text of
 * its encoding, as the standard's indexes have it.  Run as `whatwg LABELS TEXTS`, the files
 * whatwg.tsv and whatwg_text.tsv; their headers tell what stands in them.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <potok/normalize.h>
#include <potok/utf8.h>

enum { LINE = 1024, CASES = 256, LENGTH = 128 };

struct text {
	char encoding[32], kind[8];
	unsigned char bytes[LENGTH];
	size_t nbytes;
	char is[LINE]; /* code points */
};

static struct text texts[CASES];
static size_t ntexts;
static int failed;

/* Decodes bytes alone: code points in hexadecimal, - for U+FFFD.  Answers false when the label is
 * no encoding. */
static bool
decode(const char *label, const unsigned char *bytes, size_t n, char *is)
{
	struct potok_normalize_options options = {
	    .from = label, .form = POTOK_FORM_NONE, .keep_breaks = true};
	struct potok_normalize stage;
	struct potok_slice in = {bytes, n};
	struct potok_buf out = {.limit = SIZE_MAX};

	enum potok_status s = potok_normalize_init(&stage, &options);
	if (s >= 0)
		s = potok_process(&stage.stage, &in, &out, true);
	struct potok_slice text = potok_buf_bytes(&out);
	char *end = is;
	/* The LF at the end is the stage's own. */
	for (size_t i = 0; s >= 0 && i + 1 < text.len;) {
		uint32_t cp;
		int len = potok_utf8_decode(text.data + i, text.len - i, &cp);
		if (len <= 0)
			break;
		const char *space = end == is ? "" : " ";
		end += cp == 0xFFFD ? sprintf(end, "%s-", space)
				    : sprintf(end, "%s%04X", space, (unsigned)cp);
		i += (size_t)len;
	}
	*end = '\0';
	potok_close(&stage.stage);
	potok_buf_free(&out);
	return s >= 0;
}

static void
check(const char *label, const unsigned char *bytes, size_t n, const char *want, const char *what)
{
	char is[LINE];

	if (!decode(label, bytes, n, is))
		strcpy(is, "no encoding");
	if (strcmp(is, want) == 0)
		return;
	printf("%s: %s", label, what);
	for (size_t i = 0; i < n; i++)
		printf("%s%02X", i == 0 ? " " : "", bytes[i]);
	printf(": expected %s, got %s\n", want, is);
	failed++;
}

/* Reads "encoding TAB kind TAB ...". */
static bool
read_text(char *line)
{
	struct text *t = &texts[ntexts];
	char *encoding = strtok(line, "\t\n"), *kind = strtok(NULL, "\t\n"),
	     *first = strtok(NULL, "\t\n"), *second = strtok(NULL, "\t\n"),
	     *third = strtok(NULL, "\t\n");

	if (first == NULL || ntexts == CASES || strlen(encoding) >= sizeof t->encoding ||
	    strlen(kind) >= sizeof t->kind)
		return false;
	strcpy(t->encoding, encoding);
	strcpy(t->kind, kind);
	if (strcmp(kind, "upper") == 0) {
		for (; t->nbytes < LENGTH; t->nbytes++)
			t->bytes[t->nbytes] = (unsigned char)(0x80 + t->nbytes);
		strcpy(t->is, first);
	} else {
		bool other = strcmp(kind, "other") == 0;
		unsigned byte;
		if (second == NULL || (other && (third == NULL || strcmp(second, third) == 0)))
			return false;
		for (; t->nbytes < LENGTH && sscanf(first, "%2X", &byte) == 1; first += 2)
			t->bytes[t->nbytes++] = (unsigned char)byte;
		strcpy(t->is, other ? third : second);
	}
	ntexts++;
	return true;
}

/* Checks a label by the texts of that name. */
static size_t
check_texts(const char *label, const char *name)
{
	size_t ncases = 0;

	for (size_t i = 0; i < ntexts; i++) {
		struct text *t = &texts[i];
		if (strcmp(t->encoding, name) != 0)
			continue;
		check(label, t->bytes, t->nbytes, t->is, t->kind);
		ncases++;
	}
	return ncases;
}

/* Reads a line of labels. */
static bool
check_line(char *line)
{
	char *label = strtok(line, "\t\n"), *encoding = strtok(NULL, "\t\n");

	if (encoding == NULL)
		return false;
	char name[64], upper[64];
	snprintf(name, sizeof name, "label:%s", label);
	snprintf(upper, sizeof upper, "%s", label);
	for (char *p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	size_t ncases = check_texts(label, name) + check_texts(upper, name);
	if (ncases == 0)
		ncases = check_texts(label, encoding) + check_texts(upper, encoding);
	if (ncases == 0) {
		printf("%s: no text of %s\n", label, encoding);
		failed++;
	}
	return true;
}

/* Calls `take` for each line that is no comment; answers how many they were, -1 for a bad one. */
static int
each_line(const char *path, bool (*take)(char *))
{
	char line[LINE];
	int n = 0;
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return -1;
	while (n >= 0 && fgets(line, sizeof line, f) != NULL) {
		if (line[0] != '#')
			n = take(line) ? n + 1 : -1;
	}
	fclose(f);
	return n;
}

int
main(int argc, char **argv)
{
	if (argc != 3 || each_line(argv[2], read_text) < 0) {
		fprintf(stderr, "usage: whatwg whatwg.tsv whatwg_text.tsv\n");
		return 2;
	}
	int labels = each_line(argv[1], check_line);
	printf("%d labels, %d failures\n", labels, failed);
	return labels == 228 && failed == 0 ? 0 : 1;
}
