/* UTF-8: decoding, encoding, and validation (scalar reference and choice of the SIMD variant). */
#include "utf8_simd.h"

#include <string.h>

#include <potok/utf8.h>

/* The range of the second byte after each lead byte: Unicode, table 3-7. */
static int
second_ok(unsigned char lead, unsigned char second)
{
	switch (lead) {
	case 0xE0:
		return second >= 0xA0 && second <= 0xBF;
	case 0xED:
		return second >= 0x80 && second <= 0x9F;
	case 0xF0:
		return second >= 0x90 && second <= 0xBF;
	case 0xF4:
		return second >= 0x80 && second <= 0x8F;
	default:
		return second >= 0x80 && second <= 0xBF;
	}
}

int
potok_utf8_decode(const unsigned char *p, size_t n, uint32_t *cp)
{
	if (n == 0)
		return 0;
	unsigned char lead = p[0];
	if (lead < 0x80) {
		*cp = lead;
		return 1;
	}
	*cp = POTOK_REPLACEMENT;
	if (lead < 0xC2 || lead > 0xF4)
		return -1;
	int len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	uint32_t c = lead & (0x7Fu >> len);
	for (int i = 1; i < len; i++) {
		if ((size_t)i == n)
			return 0;
		if (i == 1 ? !second_ok(lead, p[1]) : (p[i] & 0xC0) != 0x80)
			return -i;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	*cp = c;
	return len;
}

int
potok_utf8_encode(uint32_t cp, unsigned char out[4])
{
	if (cp < 0x80) {
		out[0] = (unsigned char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (unsigned char)(0xC0 | cp >> 6);
		out[1] = (unsigned char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return 0;
	if (cp < 0x10000) {
		out[0] = (unsigned char)(0xE0 | cp >> 12);
		out[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (unsigned char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (unsigned char)(0xF0 | cp >> 18);
	out[1] = (unsigned char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (unsigned char)(0x80 | (cp & 0x3F));
	return 4;
}

static size_t
valid_scalar(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint64_t eight;
		uint32_t cp;
		if (n - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if ((eight & 0x8080808080808080u) == 0) {
				i += sizeof eight;
				continue;
			}
		}
		int len = potok_utf8_decode(p + i, n - i, &cp);
		if (len <= 0)
			break;
		i += (size_t)len;
	}
	return i;
}

size_t
potok_utf8_valid(const unsigned char *p, size_t n)
{
	size_t i = 0;

	if (n == 0) /* p may be NULL */
		return 0;
#if POTOK_SIMD_X86
	int level = potok_simd();
	if (level >= POTOK_SIMD_AVX512)
		i = utf8_valid_blocks_avx512(p, n);
	else if (level >= POTOK_SIMD_AVX2)
		i = utf8_valid_blocks_avx2(p, n);
	/* The last character before i may go on behind it: begin again at its lead byte, which is
	 * one of the three bytes before i, or the character is whole. */
	for (size_t back = 1; back <= 3 && back <= i; back++) {
		if (p[i - back] >= 0xC0) {
			i -= back;
			break;
		}
	}
#endif
	return i + valid_scalar(p + i, n - i);
}
