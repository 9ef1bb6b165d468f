/*
 * Fuzz target of the repair "mojibake": what is written is well-formed, is no longer than it may
 * be, and is not repaired again; only lines that are suspect are repaired; where a text is cut
 * moves no suspect.  Three of the first byte's bits make mojibake of the rest.
 */
#include "fuzz.h"

#include <potok/utf8.h>

#include "../../stages/normalize/mojibake.h"

static struct mojibake_work work;
static unsigned char line[MOJIBAKE_LINE], out[2 * MOJIBAKE_LINE], again[2 * MOJIBAKE_LINE];

/* Reads p[0..n) as ISO-8859-1; answers the length, or 0 when it is too long. */
static size_t
read_latin(unsigned char *p, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 2 <= sizeof out; i++) {
		if (p[i] >= 0x80)
			out[len++] = (unsigned char)(0xC0 | p[i] >> 6);
		out[len++] = p[i] < 0x80 ? p[i] : (unsigned char)(0x80 | (p[i] & 0x3F));
	}
	if (len > MOJIBAKE_LINE)
		return 0;
	memcpy(p, out, len);
	return len;
}

/* Without line breaks and ill-formed parts. */
static size_t
make_line(const uint8_t *data, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 4 <= sizeof line;) {
		uint32_t c;
		int size = potok_utf8_decode(data + i, n - i, &c);
		if (size == 0)
			break;
		if (size > 0 && c != '\n')
			len += (size_t)potok_utf8_encode(c, line + len);
		i += (size_t)(size > 0 ? size : -size);
	}
	return len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct mojibake what, twice;

	if (n == 0)
		return 0;
	size_t len = make_line(data + 1, n - 1);
	for (unsigned layers = data[0] & 7; layers > 0; layers--)
		len = read_latin(line, len);
	size_t place = mojibake_suspect(line, len, 0), cut = len > 0 ? (size_t)data[0] * 7 % len : 0;
	size_t before = mojibake_suspect(line, cut, 0);
	fuzz_check(place <= len && (before == cut || before == place));
	size_t made = mojibake_repair(&work, line, len, out, &what);
	fuzz_check(made <= 2 * len && (made == 0) == (what.layers == 0));
	fuzz_check(what.layers <= MOJIBAKE_LAYERS && (made == 0 || !what.deep));
	if (made == 0)
		return 0;
	fuzz_check(place < len);
	fuzz_check(potok_utf8_valid(out, made) == made && memchr(out, '\n', made) == NULL);
	fuzz_check(made > MOJIBAKE_LINE || mojibake_repair(&work, out, made, again, &twice) == 0);
	return 0;
}
