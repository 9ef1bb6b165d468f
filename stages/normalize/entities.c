/* HTML entities: character references by name and by number. */
#include "entities.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <potok/utf8.h>

#include "decode.h"
#include "entities_table.h"

enum {
	NAMES = sizeof entities / sizeof entities[0],
	NAME_MAX_BYTES = 31,
};

/* The place of a name, or -1. */
static int
find(const unsigned char *name, size_t n)
{
	size_t low = 0, high = NAMES;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strncmp((const char *)name, entities[mid].name, n);
		if (order == 0 && entities[mid].name[n] == '\0')
			return (int)mid;
		if (order > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

static int
digit(unsigned char b)
{
	if (b >= '0' && b <= '9')
		return b - '0';
	b |= 0x20;
	return b >= 'a' && b <= 'f' ? b - 'a' + 10 : 16;
}

/* What a number stands for; 0 for nothing that is text. */
static uint32_t
by_number(const unsigned char *p, size_t n)
{
	bool hex = n > 1 && (p[0] | 0x20) == 'x';
	int base = hex ? 16 : 10;
	uint32_t cp = 0;

	if (n == 0)
		return 0;
	for (size_t i = hex; i < n; i++) {
		int d = digit(p[i]);
		if (d >= base || cp > 0x10FFFF)
			return 0;
		cp = cp * (uint32_t)base + (uint32_t)d;
	}
	/* HTML 13.2.5.80: C1 controls are meant as windows-1252. */
	if (cp >= 0x80 && cp < 0xA0)
		cp = decode_upper_half("windows-1252")[cp - 0x80];
	bool control =
	    (cp < 0x20 && cp != '\t') || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029;
	return control || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000) || cp == 0xFFFF ? 0 : cp;
}

/* The reference at p[0..n), behind its &: answers its length with the semicolon, 0 when there is
 * none. */
static size_t
reference(const unsigned char *p, size_t n, uint32_t cps[2])
{
	size_t len = 0;

	while (len < n && len <= NAME_MAX_BYTES && p[len] != ';' && p[len] > ' ' && p[len] != '&')
		len++;
	if (len == 0 || len == n || p[len] != ';')
		return 0;
	cps[1] = 0;
	if (p[0] == '#') {
		cps[0] = by_number(p + 1, len - 1);
		return cps[0] != 0 ? len + 1 : 0;
	}
	int i = find(p, len);
	if (i < 0 || entities[i].cps[0] == '\n')
		return 0;
	memcpy(cps, entities[i].cps, sizeof entities[i].cps);
	return len + 1;
}

size_t
entities_decode(const unsigned char *p, size_t n, unsigned char *out, size_t *made)
{
	unsigned char *o = out;
	size_t count = 0;

	for (size_t i = 0; i < n;) {
		uint32_t cps[2];
		size_t len = p[i] == '&' ? reference(p + i + 1, n - i - 1, cps) : 0;
		if (len == 0) {
			*o++ = p[i++];
			continue;
		}
		for (int k = 0; k < 2 && cps[k] != 0; k++)
			o += potok_utf8_encode(cps[k], o);
		i += 1 + len;
		count++;
	}
	*made = (size_t)(o - out);
	return count;
}
