/* The first detector: UTF-16 by its look, else the table that makes the most likely pairs of
 * letters. */
#include "detect.h"

#include <stdint.h>
#include <string.h>

#include <potok/utf8.h>

#include "decode.h"
#include "pairs.h"

/* Costs in eighths of a bit, as in pairs.h. */
enum {
	COST_STRANGE = 22 * 8,  /* a pair with a symbol that the table has not */
	COST_CONTROL = 24 * 8,  /* a C1 control, or nothing */
	COST_CAPITAL = 6 * 8,   /* a capital behind a small letter */
	ENOUGH = 64 * 1024,     /* pairs */
	STRANGE = PAIR_CLASSES, /* class of symbols that the table has not */
	CONTROL,
};

/* Candidates, the more usual first: of those that give the same text the first one wins.  The
 * handicap is what makes a rarer encoding lose when there is next to nothing to go by. */
static const struct {
	const char *name;
	uint32_t handicap;
} candidates[] = {
    {"windows-1251", 0},
    {"windows-1252", 0},
    {"KOI8-R", 3 * 8},
    {"KOI8-U", 4 * 8},
    {"IBM866", 4 * 8},
    {"cp1125", 5 * 8},
    {"ISO-8859-5", 4 * 8},
    {"x-mac-cyrillic", 6 * 8},
    {"IBM855", 8 * 8},
    {"windows-1250", 3 * 8},
    {"ISO-8859-2", 5 * 8},
    {"ISO-8859-1", 4 * 8},
    {"ISO-8859-15", 4 * 8},
    {"windows-1254", 5 * 8},
    {"macintosh", 8 * 8},
    {"IBM850", 9 * 8},
    {"IBM852", 10 * 8},
};

/* What the bytes mean in one encoding. */
struct reading {
	uint8_t class[256];
	bool letter[256], capital[256];
};

/* The symbol that pairs.h has for a character that is no letter, or 0. */
static unsigned
kind(unsigned c)
{
	if (c < 0x80)
		return c >= '0' && c <= '9' ? '0' : c <= ' ' ? ' ' : '.';
	switch (c) {
	case 0xAB:
	case 0x201C:
	case 0x201E:
	case 0x2018:
		return 0xAB;
	case 0xBB:
	case 0x201D:
	case 0x2019:
		return 0xBB;
	case 0x2013:
	case 0x2014:
		return '-';
	case 0xA0:
		return '_';
	case 0x2116:
	case 0x2026:
	case 0xA9:
	case 0xB0:
	case 0xA7:
		return '#';
	default:
		return 0;
	}
}

static void
read_byte(struct reading *r, unsigned byte, unsigned c)
{
	r->class[byte] = c == 0xFFFF || (c >= 0x80 && c < 0xA0) ? CONTROL : STRANGE;
	r->letter[byte] = r->capital[byte] = false;
	for (unsigned i = 0; i < PAIR_CLASSES; i++) {
		bool ascii_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (c < 0x80 && !ascii_letter)
			break;
		if (pair_symbols[i] == c || pair_capitals[i] == c) {
			r->class[byte] = (uint8_t)i;
			r->capital[byte] = pair_capitals[i] == c;
			r->letter[byte] = true;
		}
	}
	for (unsigned i = 0; i < PAIR_CLASSES; i++) {
		if (kind(c) == pair_symbols[i] && kind(c) != 0 && (c >= 0x80 || !r->letter[byte])) {
			r->class[byte] = (uint8_t)i;
			r->letter[byte] = false;
		}
	}
}

/* The cost of the text as this encoding reads it.  Only pairs with a byte above 7F count: the
 * others are the same for all.  Pairs of the same byte do not: they may be lines of a table. */
static uint64_t
cost_of(const char *name, const unsigned char *p, size_t n)
{
	const uint16_t *upper = decode_upper_half(name);
	struct reading r;
	uint64_t cost = 0;
	size_t pairs = 0;
	unsigned before = ' ';

	for (unsigned b = 0; b < 0x100; b++)
		read_byte(&r, b, b < 0x80 ? b : upper[b - 0x80]);
	for (size_t i = 0; i <= n && pairs < ENOUGH; i++) {
		unsigned now = i < n ? p[i] : ' ';
		if ((before | now) >= 0x80 && before != now) {
			unsigned a = r.class[before], b = r.class[now];
			pairs++;
			if (a == CONTROL || b == CONTROL)
				cost += COST_CONTROL;
			else if (a == STRANGE || b == STRANGE)
				cost += COST_STRANGE;
			else
				cost += pair_costs[a][b];
			if (r.letter[before] && r.capital[now] && !r.capital[before])
				cost += COST_CAPITAL;
		}
		before = now;
	}
	return cost;
}

/* How well a UTF-16 unit fits in text: 3 ASCII, 2 alphabets, 1 other writing, 0 nothing. */
static int
fitness(unsigned u)
{
	static const unsigned ranges[][2] = {
	    {0x0900, 0x0E7F},
	    {0x10A0, 0x11FF},
	    {0x1E00, 0x1FFF},
	    {0x2010, 0x2040},
	    {0x20A0, 0x20BF},
	    {0x2100, 0x214F},
	    {0x3000, 0x30FF},
	    {0x3400, 0x9FFF},
	    {0xAC00, 0xDFFF},
	    {0xFF00, 0xFFEF},
	};

	if (u < 0x80)
		return u >= 0x20 || u == '\t' || u == '\n' || u == '\r' ? 3 : 0;
	if (u >= 0xA0 && u < 0x700)
		return 2;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		if (u >= ranges[i][0] && u <= ranges[i][1])
			return 1;
	}
	return 0;
}

static bool
is_ascii_text(unsigned char b)
{
	return (b >= 0x20 && b < 0x7F) || (b >= '\t' && b <= '\r') || b == 0x1B;
}

enum detected
detect_utf16(const unsigned char *p, size_t n)
{
	size_t units = n / 2, bad[2] = {0}, controls = 0, other = 0;
	uint64_t good[2] = {0};

	for (size_t i = 0; i < n; i++) {
		other += !is_ascii_text(p[i]);
		controls += !is_ascii_text(p[i]) && p[i] < 0x20;
	}
	if (controls == 0 || other < n / 8)
		return DETECTED_NONE;
	for (size_t i = 0; i + 1 < n; i += 2) {
		int le = fitness((unsigned)p[i + 1] << 8 | p[i]);
		int be = fitness((unsigned)p[i] << 8 | p[i + 1]);
		good[0] += (uint64_t)le;
		good[1] += (uint64_t)be;
		bad[0] += le == 0;
		bad[1] += be == 0;
	}
	unsigned won = good[0] > good[1] ? 0 : 1;
	if (units == 0 || good[0] == good[1] || bad[won] > units / 20)
		return DETECTED_NONE;
	/* ASCII and alphabets have the same few controls in every other byte.  Other writing has
	 * not; there the other order must make no text at all. */
	bool alphabet = 2 * good[won] >= 3 * units && 4 * controls >= n;
	if (!alphabet && (units < 8 || bad[1 - won] <= units / 4))
		return DETECTED_NONE;
	return won == 0 ? DETECTED_UTF16LE : DETECTED_UTF16BE;
}

/* Is this UTF-8 with some errors?  Characters of several bytes hardly come about by chance. */
static bool
is_damaged_utf8(const unsigned char *p, size_t n, bool at_end)
{
	size_t characters = 0, errors = 0;
	bool cut = false;

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		int len = potok_utf8_decode(p + i, n - i, &cp);
		if (len == 0) {
			cut = true;
			break;
		}
		characters += len > 1;
		errors += len < 0;
		i += (size_t)(len < 0 ? -len : len);
	}
	return characters > errors || (characters > 0 && errors == 0 && cut && at_end);
}

const char *
detect_encoding(const unsigned char *p, size_t n, bool at_start, bool at_end)
{
	if (is_damaged_utf8(p, n, at_end))
		return "UTF-8";
	if (at_start) {
		enum detected utf16 =
		    detect_utf16(p, n < DETECT_UTF16_BYTES ? n : DETECT_UTF16_BYTES);
		if (utf16 != DETECTED_NONE)
			return utf16 == DETECTED_UTF16LE ? "UTF-16LE" : "UTF-16BE";
	}
	const char *best = NULL;
	uint64_t least = UINT64_MAX;
	for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
		uint64_t cost = cost_of(candidates[i].name, p, n) + candidates[i].handicap;
		if (cost < least) {
			least = cost;
			best = candidates[i].name;
		}
	}
	return best;
}
