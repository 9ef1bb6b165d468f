/* Runs of characters that need no change: the scalar reference. */
#include "plain.h"

#include <string.h>

#include "nfc.h"
#include "simd.h"

static inline bool
plain_bit(uint32_t block, uint32_t low)
{
	return plain_bits[plain_block[plain_row[block >> 6]][block & 63]] >> (low & 63) & 1;
}

bool
plain_character(uint32_t cp)
{
	return cp <= 0x10FFFF && plain_bit(cp >> 6, cp);
}

/* Are these eight bytes ASCII from 20 to 7E, TAB and LF? */
static inline bool
plain_eight(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;

	if (x & high)
		return false;
	/* The high bits of bytes from 20 on, of those from 09 to 0A, and of 7F. */
	uint64_t text = x + (0x80 - 0x20) * ones;
	uint64_t breaks = (x + (0x80 - 0x09) * ones) & ~(x + (0x80 - 0x0B) * ones);
	return ((text | breaks) & ~(x + ones) & high) == high;
}

/* Length of the plain character at the front, or 0. */
static inline size_t
plain_one(const unsigned char *p, size_t n)
{
	unsigned char lead = p[0];

	if (lead < 0x80)
		return (lead >= 0x20 && lead < 0x7F) || lead == '\t' || lead == '\n';
	if (lead < 0xE0)
		return n >= 2 && plain_bit(lead & 0x1Fu, p[1]) ? 2 : 0;
	if (lead < 0xF0)
		return n >= 3 && plain_bit((lead & 0xFu) << 6 | (p[1] & 0x3Fu), p[2]) ? 3 : 0;
	return n >= 4 && plain_bit((lead & 7u) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu), p[3])
		   ? 4
		   : 0;
}

/* As plain_run(), but may go on only up to `enough` and a little more. */
static size_t
plain_scalar(const unsigned char *p, size_t n, size_t enough)
{
	size_t i = 0;

	while (i < enough) {
		uint64_t eight;
		if (n - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if (plain_eight(eight)) {
				i += sizeof eight;
				continue;
			}
		}
		size_t len = plain_one(p + i, n - i);
		if (len == 0)
			break;
		i += len;
	}
	return i;
}

size_t
plain_run(const unsigned char *p, size_t n)
{
#if POTOK_SIMD_X86
	enum { STEP = 128 };
	size_t i = 0;
	int level = potok_simd();

	if (level < POTOK_SIMD_AVX2)
		return plain_scalar(p, n, n);
	while (i < n) {
		size_t from = i;
		i += level >= POTOK_SIMD_AVX512 ? plain_blocks_avx512(p + i, n - i)
						: plain_blocks_avx2(p + i, n - i);
		/* The last character before i may go on behind it. */
		for (size_t back = 1; back <= 3 && back <= i - from; back++) {
			if (p[i - back] >= 0xC0) {
				i -= back;
				break;
			}
		}
		size_t enough = n - i < STEP ? n - i : STEP;
		size_t more = plain_scalar(p + i, n - i, enough);
		i += more;
		if (more < enough)
			break;
	}
	return i;
#else
	return plain_scalar(p, n, n);
#endif
}
