/*
 * Compares each single-byte encoding with ICU's and iconv's.  Prints the differences, one a line:
 * encoding, the other library, byte, our code point, theirs ("-": no character).
 */
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <unicode/ucnv.h>

#include <potok/normalize.h>
#include <potok/utf8.h>

enum { NONE = -1 };

/* Our character for one byte.  An x stands before it, so that no byte is taken for a mark. */
static long
ours(const char *name, unsigned byte)
{
	struct potok_normalize_options options = {.from = name, .bad = POTOK_BAD_STOP};
	struct potok_normalize n;
	unsigned char bytes[2] = {'x', (unsigned char)byte};
	struct potok_slice in = {bytes, 2};
	struct potok_buf out = {.limit = SIZE_MAX};
	uint32_t cp;
	long c = NONE;

	if (potok_normalize_init(&n, &options) >= 0 &&
	    potok_process(&n.stage, &in, &out, true) == POTOK_DONE) {
		struct potok_slice text = potok_buf_bytes(&out);
		if (potok_utf8_decode(text.data + 1, text.len - 1, &cp) > 0)
			c = (long)cp;
	}
	potok_close(&n.stage);
	potok_buf_free(&out);
	return c;
}

static long
icus(UConverter *cnv, unsigned byte)
{
	char b = (char)byte;
	const char *p = &b;
	UErrorCode err = U_ZERO_ERROR;

	ucnv_reset(cnv);
	UChar32 c = ucnv_getNextUChar(cnv, &p, &b + 1, &err);
	return U_FAILURE(err) ? NONE : (long)c;
}

static long
iconvs(iconv_t cd, unsigned byte)
{
	char b[3] = {(char)byte, ' ', ' '};
	unsigned char u[16] = {0};
	char *from = b, *to = (char *)u;
	size_t nfrom = 3, nto = sizeof u;

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &nfrom, &to, &nto) == (size_t)-1)
		return NONE;
	return (long)(u[0] | (unsigned)u[1] << 8 | (unsigned)u[2] << 16);
}

static void
print(const char *name, const char *library, unsigned byte, long our, long their)
{
	char a[24] = "-", b[24] = "-";

	if (our >= 0)
		snprintf(a, sizeof a, "U+%04lX", (unsigned long)our);
	if (their >= 0)
		snprintf(b, sizeof b, "U+%04lX", (unsigned long)their);
	printf("%s\t%s\t%02X\t%s\t%s\n", name, library, byte, a, b);
}

/* Line breaks and the bytes that become LF are not compared. */
static void
compare(const char *name, const char *table, const char *iconv_name)
{
	UErrorCode err = U_ZERO_ERROR;
	UConverter *cnv = ucnv_open(table, &err);
	iconv_t cd = iconv_open("UTF-32LE", iconv_name);

	ucnv_setToUCallBack(cnv, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &err);
	for (unsigned b = 0; b < 0x100; b++) {
		if ((b >= 0x0A && b <= 0x0D))
			continue;
		long our = ours(name, b), icu = icus(cnv, b);
		if (icu == 0x85)
			continue;
		if (our != icu)
			print(name, "icu", b, our, icu);
		if (cd != (iconv_t)-1 && our != iconvs(cd, b))
			print(name, "iconv", b, our, iconvs(cd, b));
	}
	if (cd != (iconv_t)-1)
		iconv_close(cd);
	else
		print(name, "iconv", 0, NONE, NONE);
	ucnv_close(cnv);
}

/* Reads data/single_byte.tsv: name, ICU's table. */
int
main(int argc, char **argv)
{
	char line[512];
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (f == NULL) {
		fprintf(stderr, "usage: single-byte single_byte.tsv\n");
		return 2;
	}
	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#')
			continue;
		char *name = strtok(line, "\t"), *table = strtok(NULL, "\t");
		const char *other = strcmp(name, "x-mac-cyrillic") == 0 ? "MAC-UK"
				    : strcmp(name, "x-mac-ce") == 0     ? "MAC-CENTRALEUROPE"
				    : strcmp(name, "IBM737") == 0       ? "CP737"
				    : strncmp(name, "iana:", 5) == 0    ? name + 5
									: name;
		char cp[16];
		if (strncmp(name, "windows-", 8) == 0) {
			snprintf(cp, sizeof cp, "CP%s", name + 8);
			other = cp;
		}
		compare(name, table, other);
	}
	return 0;
}
