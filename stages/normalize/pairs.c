/* East Asian encodings by our own tables, several times faster than ICU, from which they come. */
#include "pairs.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { UNKNOWN, NONE = 0xFFFF };

struct pairs {
	UConverter *icu;
	bool ascii; /* bytes below 80 are ASCII */
	/* What they become, NONE or UNKNOWN, as which NUL stays: ICU is asked for what occurs. */
	uint16_t single[256], *two[256]; /* NULL: nothing yet of such a first byte */
};

/* The unit that is all that n bytes become and that does not wait for more, or NONE. */
static uint16_t
convert(UConverter *icu, const char *bytes, size_t n)
{
	UChar made[8], *to = made;
	UErrorCode err = U_ZERO_ERROR, err2 = U_ZERO_ERROR;
	const char *p = bytes;

	ucnv_resetToUnicode(icu);
	ucnv_toUnicode(icu, &to, made + 8, &p, bytes + n, NULL, false, &err);
	if (U_FAILURE(err) || to - made != 1 || p != bytes + n ||
	    ucnv_toUCountPending(icu, &err2) != 0 || (made[0] >= 0xD800 && made[0] < 0xE000))
		return NONE;
	return made[0];
}

/* Are the bytes below 80 ASCII, one by one? */
static bool
has_ascii(UConverter *icu)
{
	char bytes[0x80];
	UChar made[0x80], *to = made;
	const char *p = bytes;
	UErrorCode err = U_ZERO_ERROR;
	bool same = true;

	for (int b = 0; b < 0x80; b++)
		bytes[b] = (char)b;
	ucnv_toUnicode(icu, &to, made + 0x80, &p, bytes + 0x80, NULL, false, &err);
	for (int b = 0; b < 0x80; b++)
		same = same && to == made + 0x80 && made[b] == b;
	return same && U_SUCCESS(err);
}

struct pairs *
pairs_open(UConverter *icu)
{
	struct pairs *t = calloc(1, sizeof *t);

	if (t == NULL) {
		ucnv_close(icu);
		return NULL;
	}
	t->icu = icu;
	t->ascii = has_ascii(icu);
	for (unsigned b = 0; t->ascii && b < 0x80; b++)
		t->single[b] = (uint16_t)b;
	return t;
}

void
pairs_close(struct pairs *t)
{
	if (t == NULL)
		return;
	ucnv_close(t->icu);
	for (unsigned b = 0; b < 256; b++)
		free(t->two[b]);
	free(t);
}

static __attribute__((noinline)) uint16_t
convert_single(struct pairs *t, unsigned byte)
{
	return t->single[byte] = convert(t->icu, (const char[]){(char)byte}, 1);
}

static inline uint16_t
single(struct pairs *t, unsigned byte)
{
	uint16_t unit = t->single[byte];

	return unit != UNKNOWN ? unit : convert_single(t, byte);
}

static __attribute__((noinline)) uint16_t
convert_two(struct pairs *t, unsigned first, unsigned second)
{
	return t->two[first][second] =
		   convert(t->icu, (const char[]){(char)first, (char)second}, 2);
}

size_t
pairs_to_units(struct pairs *t, const unsigned char *in, size_t n, UChar *units, size_t *nunits)
{
	UChar *to = units;
	size_t i = 0;

	while (i < n) {
		uint64_t eight;
		unsigned first = in[i];
		if (first < 0x80 && t->ascii && n - i >= sizeof eight) {
			memcpy(&eight, in + i, sizeof eight);
			if ((eight & 0x8080808080808080u) == 0) {
				for (size_t k = 0; k < sizeof eight; k++)
					to[k] = in[i + k];
				to += sizeof eight;
				i += sizeof eight;
				continue;
			}
		}
		uint16_t unit = single(t, first);
		size_t len = 1;
		if (unit == NONE) {
			if (n - i < 2)
				break;
			if (t->two[first] == NULL &&
			    (t->two[first] = calloc(256, sizeof *t->two[first])) == NULL)
				return SIZE_MAX;
			unit = t->two[first][in[i + 1]];
			if (unit == UNKNOWN)
				unit = convert_two(t, first, in[i + 1]);
			len = 2;
			if (unit == NONE)
				break;
		}
		*to++ = unit;
		i += len;
	}
	*nunits = (size_t)(to - units);
	return i;
}

size_t
pairs_length(const struct pairs *t, const unsigned char *in, size_t ncharacters)
{
	size_t i = 0;

	for (size_t k = 0; k < ncharacters; k++)
		i += t->single[in[i]] == NONE ? 2 : 1;
	return i;
}
