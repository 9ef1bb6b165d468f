/*
 * Unicode's NormalizationTest.txt on standard input, through the stage normalize: each line in the
 * four forms, and that characters which part 1 does not list stay as they are in all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <potok/normalize.h>
#include <potok/utf8.h>

static unsigned char listed[0x110000];

/* Normalizes a string; the final LF stays off. */
static void
normalize(enum potok_form form, const struct potok_buf *text, struct potok_buf *out)
{
	const struct potok_normalize_options options = {
	    .from = "utf-8", .bad = POTOK_BAD_STOP, .form = form};
	struct potok_normalize n;
	struct potok_slice in = {text->data, text->len};

	out->limit = (size_t)-1;
	if (potok_normalize_init(&n, &options) < 0 ||
	    potok_process(&n.stage, &in, out, true) != POTOK_DONE || potok_buf_own(out) < 0)
		exit(2);
	if (out->len > 0)
		out->len--;
	potok_close(&n.stage);
}

static void
append(struct potok_buf *b, unsigned long cp)
{
	unsigned char utf8[4];

	if (potok_buf_add(b, utf8, (size_t)potok_utf8_encode((uint32_t)cp, utf8)) < 0)
		exit(2);
}

/* Reads one column of code points; moves *line behind its semicolon. */
static struct potok_buf
column(char **line, unsigned long *only)
{
	struct potok_buf b = {0};
	char *p = *line;
	int n = 0;

	while (*p != ';' && *p != '\0') {
		*only = strtoul(p, &p, 16);
		append(&b, *only);
		n++;
	}
	if (n != 1)
		*only = 0;
	*line = *p == ';' ? p + 1 : p;
	return b;
}

static int
is_equal(const struct potok_buf *a, const struct potok_buf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/* The columns, from 0, that the forms of columns 1 to 3 and of 4 and 5 are: the head of the file.
 */
static const int columns[4][2] = {
    [POTOK_NFC] = {1, 3}, [POTOK_NFD] = {2, 4}, [POTOK_NFKC] = {3, 3}, [POTOK_NFKD] = {4, 4}};

static int
check_line(char *line, int part1)
{
	struct potok_buf c[5];
	unsigned long only, source = 0;
	int wrong = 0;
	char *p = line;

	for (int i = 0; i < 5; i++) {
		c[i] = column(&p, &only);
		if (i == 0)
			source = only;
	}
	if (part1)
		listed[source] = 1;
	for (int form = 0; form < 4; form++) {
		for (int i = 0; i < 5; i++) {
			struct potok_buf out = {0};
			normalize((enum potok_form)form, &c[i], &out);
			wrong += !is_equal(&out, &c[columns[form][i >= 3]]);
			potok_buf_free(&out);
		}
	}
	if (wrong)
		printf("wrong: %s", line);
	for (int i = 0; i < 5; i++)
		potok_buf_free(&c[i]);
	return wrong;
}

/* All other characters, but for line breaks and U+FEFF at the start. */
static int
check_others(void)
{
	int wrong = 0;

	for (unsigned long cp = 1; cp <= 0x10FFFF; cp++) {
		struct potok_buf in = {0};
		if (listed[cp] || (cp >= 0xD800 && cp < 0xE000) || (cp >= 0x0A && cp <= 0x0D) ||
		    cp == 0x85 || cp == 0x2028 || cp == 0x2029 || cp == 0xFEFF)
			continue;
		append(&in, cp);
		for (int form = 0; form < 4; form++) {
			struct potok_buf out = {0};
			normalize((enum potok_form)form, &in, &out);
			if (!is_equal(&in, &out)) {
				printf("wrong: U+%04lX changed\n", cp);
				wrong++;
			}
			potok_buf_free(&out);
		}
		potok_buf_free(&in);
	}
	return wrong;
}

int
main(void)
{
	char line[4096];
	int part1 = 0, lines = 0, wrong = 0;

	while (fgets(line, sizeof line, stdin) != NULL) {
		if (line[0] == '@')
			part1 = strncmp(line, "@Part1", 6) == 0;
		if (line[0] == '#' || line[0] == '@' || strchr(line, ';') == NULL)
			continue;
		lines++;
		wrong += check_line(line, part1);
	}
	wrong += check_others();
	printf("%d lines, %d wrong\n", lines, wrong);
	return lines < 18000 || wrong > 0;
}
