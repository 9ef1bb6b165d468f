/* Runs of characters that need no change: the scalar reference. */
#include "plain.h"

#include <string.h>

#include <potok/utf8.h>

#include "mojibake_suspect.h"
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

/* The start of the character that goes on at i, where none before `from` does; else i. */
static size_t
back_to_lead(const unsigned char *p, size_t from, size_t i)
{
	for (size_t back = 1; back <= 3 && back <= i - from; back++) {
		if (p[i - back] >= 0xC0)
			return i - back;
	}
	return i;
}

/* As plain_run(), of well-formed text whose last character may be cut. */
static size_t
plain_scalar(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint64_t eight;
		if (n - i >= sizeof eight) {
			memcpy(&eight, p + i, sizeof eight);
			if (plain_stops(eight) == 0) {
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

/* In pieces that stay in the first cache. */
static size_t
plain_pieces(const unsigned char *p, size_t n, size_t (*blocks)(const unsigned char *, size_t))
{
	enum { FIRST = 64, PIECE = 8 * 1024 };
	size_t i = 0, piece = FIRST;

	/* Small ones first: where runs are short, what follows is not looked at each time. */
	for (; i < n; piece = piece < PIECE ? 2 * piece : piece) {
		size_t end = i + potok_utf8_valid(p + i, n - i < piece ? n - i : piece), from = i;
		if (blocks != NULL)
			i = back_to_lead(p, from, i + blocks(p + i, end - i));
		i += plain_scalar(p + i, end - i);
		if (i < end || end == from)
			break;
	}
	return i;
}

size_t
plain_run(const unsigned char *p, size_t n)
{
#if POTOK_SIMD_X86
	enum { STEP = 32, STEP_MAX = 4096 };
	size_t i = 0, step = STEP;
	int level = potok_simd();

	if (level >= POTOK_SIMD_AVX512)
		return plain_pieces(p, n, plain_blocks_avx512);
	if (level < POTOK_SIMD_AVX2)
		return plain_pieces(p, n, NULL);
	while (i < n) {
		size_t from = i;
		i = back_to_lead(p, from, plain_blocks_avx2(p, i, n));
		/* Where the blocks are often wrong, larger steps. */
		step = i - from >= STEP ? STEP : step < STEP_MAX ? 2 * step : step;
		if (i < n && p[i] < 0x80 && plain_one(p + i, 1) == 0)
			break;
		size_t enough = n - i < step ? n - i : step;
		size_t valid = potok_utf8_valid(p + i, enough);
		size_t more = plain_scalar(p + i, valid);
		i += more;
		if (more < valid || more == 0)
			break;
	}
	return i;
#else
	return plain_pieces(p, n, NULL);
#endif
}

#if POTOK_SIMD_X86
/* Goes on from p[*i] by characters, to p[end] or into what begins before it.  Answers false when
 * one stops it. */
static bool
clear_scalar(const unsigned char *p, size_t *i, size_t end)
{
	size_t from = *i, valid = from + potok_utf8_valid(p + from, end - from),
	       plain = from + plain_scalar(p + from, valid - from);

	*i = mojibake_suspect_scalar(p, plain, from);
	/* What is cut at the end is not ill-formed yet. */
	return *i == valid && valid > from && end - valid < 4;
}
#endif

size_t
clear_run(const unsigned char *p, size_t from, size_t n)
{
#if POTOK_SIMD_X86
	enum { BEFORE = 4, FEW = 32, STEP = 64, STEP_MAX = 4096 };
	size_t i = from, step = STEP;

	if (potok_simd() < POTOK_SIMD_AVX2)
		return from;
	/* The blocks look at what stands before them. */
	if (from < BEFORE && !clear_scalar(p, &i, n - i < FEW ? n : i + FEW))
		return i;
	while (i >= BEFORE) {
		size_t start = i;
		i = back_to_lead(p, i, clear_blocks_avx2(p, i, n));
		if (n - i < STEP)
			break;
		/* They stop at more than they must; where they often do, larger steps. */
		step = i - start >= STEP ? STEP : step < STEP_MAX ? 2 * step : step;
		if (!clear_scalar(p, &i, n - i < step ? n : i + step))
			break;
	}
	return i;
#else
	(void)p;
	(void)n;
	return from;
#endif
}
