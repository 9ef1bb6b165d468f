/*
 * Which encoding bytes are in: by their look where that tells (UTF-16, UTF-32, escape sequences,
 * UTF-8 with errors, binary data), else the encoding that fits the text best.
 */
#include "detect.h"

#include <stdint.h>
#include <string.h>

#include <potok/utf8.h>

#include "decode.h"
#include "language.h"

enum {
	COST_LIKELY = 16 * 8, /* an ideograph of ordinary text costs less */
	COST_ASCII = 4 * 8,   /* a character of ASCII between other words */
	SAMPLE = 1024,        /* bytes looked at for UTF-16 of ideographs */
	CONTROLS = 8,         /* so many of them, and one in 20 bytes, are binary data, ... */
	FEW_CONTROLS = 3,     /* ... or so many where there is no UTF-8 either */
};

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

/* Is it UTF-32? */
static const char *
find_utf32(const unsigned char *p, size_t n)
{
	bool little = n >= 8, big = n >= 8;

	for (size_t i = 0; i + 3 < n; i += 4) {
		little =
		    little && p[i + 3] == 0 && p[i + 2] <= 0x10 && (p[i] | p[i + 1] | p[i + 2]);
		big = big && p[i] == 0 && p[i + 1] <= 0x10 && (p[i + 1] | p[i + 2] | p[i + 3]);
	}
	return little == big ? NULL : little ? "UTF-32LE" : "UTF-32BE";
}

const char *
detect_utf16(const unsigned char *p, size_t n)
{
	size_t units = n / 2, bad[2] = {0}, rare[2] = {0}, controls = 0, other = 0;
	uint64_t good[2] = {0};

	for (size_t i = 0; i < n; i++) {
		other += !is_ascii_text(p[i]);
		controls += !is_ascii_text(p[i]) && p[i] < 0x20;
	}
	if (controls == 0 || other < n / 8)
		return NULL;
	for (size_t i = 0; i + 1 < n; i += 2) {
		int le = fitness((unsigned)p[i + 1] << 8 | p[i]);
		int be = fitness((unsigned)p[i] << 8 | p[i + 1]);
		good[0] += (uint64_t)le;
		good[1] += (uint64_t)be;
		bad[0] += le == 0;
		bad[1] += be == 0;
		rare[0] += le == 1;
		rare[1] += be == 1;
	}
	unsigned won = good[0] > good[1] ? 0 : 1;
	if (units == 0 || good[0] == good[1] || bad[won] > units / 20)
		return NULL;
	/* ASCII and alphabets have the same few controls in every other byte.  Other writing has
	 * not; there the other order must make no text at all. */
	bool alphabet = 4 * rare[won] <= units && 2 * good[won] >= 3 * units && 4 * controls >= n;
	if (!alphabet && (units < 8 || bad[1 - won] <= units / 4))
		return NULL;
	return won == 0 ? "UTF-16LE" : "UTF-16BE";
}

static bool
is_ideographic(uint32_t c)
{
	return (c >= 0x3000 && c < 0x3100) || (c >= 0x4E00 && c < 0xA000) ||
	       (c >= 0xAC00 && c < 0xD7B0) || (c >= 0xFF00 && c < 0xFFF0);
}

/* UTF-16 of ideographs has no look of its own: what is the likelier one, and its cost? */
static uint64_t
utf16_cost(const unsigned char *p, size_t n, struct fitting *found)
{
	uint64_t least = UINT64_MAX;

	for (int big = 0; big < 2; big++) {
		struct symbol text[SAMPLE / 2];
		size_t units = 0, ideographs = 0, ascii = 0;
		for (size_t i = 0; i + 1 < n; i += 2) {
			uint32_t c = (uint32_t)p[big ? i : i + 1] << 8 | p[big ? i + 1 : i];
			ideographs += is_ideographic(c);
			ascii += c < 0x80;
			text[units++] = language_symbol(c);
		}
		if (ideographs == 0 || (ideographs + ascii) * 10 < units * 9)
			continue;
		for (size_t l = 0; language_model(l) != NULL; l++) {
			if (language_model(l)->characters == NULL)
				continue;
			uint64_t cost = language_cost(l, text, units, true);
			if (cost >= least)
				continue;
			least = cost;
			*found = (struct fitting){FIT_NONE, big ? "UTF-16BE" : "UTF-16LE",
			    language_model(l)->name, 99, cost};
		}
	}
	return least;
}

/* Bytes that are not in words with bytes above 7F. */
static size_t
outside_words(const unsigned char *p, size_t n)
{
	size_t outside = 0;

	for (size_t i = 0; i < n;) {
		size_t start = i;
		bool high = false;
		for (; i < n && language_in_word(p[i]); i++)
			high |= p[i] >= 0x80;
		outside += high ? 0 : i - start;
		outside += i < n;
		i += i < n;
	}
	return outside;
}

/* Is it UTF-16 of ideographs: the likelier text?  1 or 0; -1: no memory. */
static int
is_utf16(const unsigned char *p, size_t n, struct normalize_fit *fit, struct fitting *found)
{
	struct fitting other = {.cost = 0};

	n = n < SAMPLE ? n : SAMPLE;
	uint64_t cost = utf16_cost(p, n, found);
	if (cost > n / 2 * COST_LIKELY)
		return 0;
	if (fit_text(fit, p, n, &(struct fit_hints){NULL, NULL}, true, &other) < 0)
		return -1;
	return cost < other.cost + COST_ASCII * outside_words(p, n);
}

/* Has it many controls that no text has?  ESC, SO and SI may switch between alphabets.  utf8: what
 * is above 7F may be UTF-8. */
static bool
is_binary(const unsigned char *p, size_t n, bool utf8)
{
	size_t controls = 0, high = 0;

	for (size_t i = 0; i < n; i++) {
		controls +=
		    p[i] < 7 || (p[i] >= 0x10 && p[i] < 0x20 && p[i] != 0x1A && p[i] != 0x1B);
		high += p[i] >= 0x80;
	}
	return controls >= (high > 0 && !utf8 ? FEW_CONTROLS : CONTROLS) && controls >= n / 20;
}

/* Is this UTF-8 with errors?  0: no; 1: for sure; 2: it may be. */
static int
is_damaged_utf8(const unsigned char *p, size_t n, bool at_end)
{
	size_t characters = 0, errors = 0;

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		int len = decode_with_pairs(p + i, n - i, &cp);
		if (len == 0) {
			errors += at_end;
			break;
		}
		characters += len > 1;
		errors += len < 0;
		i += (size_t)(len < 0 ? -len : len);
	}
	bool few = characters > 16 + 4 * errors && !is_binary(p, n, true);
	if (characters > 0 && (errors == 0 || few))
		return 1;
	return characters > 0 && characters >= errors ? 2 : 0;
}

/* Is it escape sequences that change the meaning of ASCII?  The encoding, or NULL.  ISO/IEC 2022
 * with the sequences of RFC 1468, 2237, 1557 and 1922; HZ of RFC 1843. */
static const char *
detect_escapes(const unsigned char *p, size_t n)
{
	static const struct {
		const char *escape, *name;
	} escapes[] = {
	    {"\33$)C", "ISO-2022-KR"},
	    {"\33$)A", "ISO-2022-CN"},
	    {"\33$)G", "ISO-2022-CN"},
	    {"\33$)E", "ISO-2022-CN-EXT"},
	    {"\33$(D", "ISO-2022-JP-1"},
	    {"\33$B", "ISO-2022-JP"},
	    {"\33$@", "ISO-2022-JP"},
	    {"\33(J", "ISO-2022-JP"},
	    {"\33(I", "ISO-2022-JP"},
	};

	for (size_t i = 0; i < n && p[i] < 0x80; i++) {
		for (size_t k = 0; p[i] == 0x1B && k < sizeof escapes / sizeof escapes[0]; k++) {
			size_t len = strlen(escapes[k].escape);
			if (n - i >= len && memcmp(p + i, escapes[k].escape, len) == 0)
				return escapes[k].name;
		}
		if (p[i] != '~' || n - i < 6 || p[i + 1] != '{')
			continue;
		size_t k = i + 2;
		while (
		    n - k >= 2 && p[k] > 0x20 && p[k] < 0x78 && p[k + 1] > 0x20 && p[k + 1] < 0x7F)
			k += 2;
		if (k > i + 2 && n - k >= 2 && p[k] == '~' && p[k + 1] == '}')
			return "HZ-GB-2312";
	}
	return NULL;
}

/* The bytes that are ASCII text in all encodings but UTF-16 and those with escapes: no control
 * characters but 07 to 0D, and no ~. */
static inline bool
is_harmless(unsigned char b)
{
	return (unsigned char)(b - 0x20) < '~' - 0x20 || (unsigned char)(b - 7) < 7 || b == 0x7F;
}

static bool
all_harmless(const unsigned char p[32])
{
	unsigned char harmless = 1;

	for (int i = 0; i < 32; i++)
		harmless &= is_harmless(p[i]);
	return harmless;
}

size_t
detect_suspect(const unsigned char *p, size_t n, enum suspect *what)
{
	size_t i = 0;

	for (;;) {
		while (n - i >= 32 && all_harmless(p + i))
			i += 32;
		while (i < n && is_harmless(p[i]))
			i++;
		*what = SUSPECT_NONE;
		if (i == n)
			return n;
		if (p[i] >= 0x80)
			*what = SUSPECT_OTHER;
		else if (p[i] != 0x1B && p[i] != '~')
			*what = SUSPECT_CONTROL;
		else if (n - i < (p[i] == '~' ? 2 : 3))
			*what = SUSPECT_CUT;
		else if (p[i] == '~' ? p[i + 1] == '{'
				     : p[i + 1] == '$' || (p[i + 1] == '(' &&
							      (p[i + 2] == 'I' || p[i + 2] == 'J')))
			*what = SUSPECT_CONTROL;
		if (*what != SUSPECT_NONE)
			return i;
		i++;
	}
}

/* Does it begin as files do that are no text? */
static bool
has_signature(const unsigned char *p, size_t n)
{
	static const struct {
		const char *bytes;
		size_t n;
	} signatures[] = {
	    {"\37\213", 2},                         /* gzip */
	    {"\177ELF", 4},                         /* programs */
	    {"\211PNG\r\n\32\n", 8},                /* pictures */
	    {"\377\330\377", 3}, {"PK\3\4", 4},     /* zip */
	    {"\3757zXZ", 6}, {"\50\265\57\375", 4}, /* zstd */
	    {"7z\274\257\47\34", 6}, {"\336\22\4\225", 4},
	    {"\225\4\22\336", 4}, /* messages of gettext */
	    {"SQLite format 3", 16}, {"OggS", 5}, {"\0asm", 4},
	    {"\312\376\272\276", 4},               /* classes of Java */
	    {"\320\317\21\340\241\261\32\341", 8}, /* documents of Office */
	};

	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
		if (n >= signatures[i].n && memcmp(p, signatures[i].bytes, signatures[i].n) == 0)
			return true;
	}
	return false;
}

int
detect_encoding(struct normalize_fit *fit, const unsigned char *p, size_t n, bool at_start,
    bool at_end, const struct fit_hints *hints, struct fitting *found)
{
	bool binary = at_start && has_signature(p, n);
	int damaged = binary ? 0 : is_damaged_utf8(p, n, at_end);
	const char *name = binary ? DETECT_BINARY : damaged == 1 ? "UTF-8" : detect_escapes(p, n);

	*found = (struct fitting){.encoding = damaged == 1 ? FIT_UTF8 : FIT_NONE, .confidence = 99};
	if (name == NULL && at_start) {
		size_t look = n < DETECT_LOOK ? n : DETECT_LOOK;
		name = find_utf32(p, look);
		if (name == NULL)
			name = detect_utf16(p, look);
		int utf16 = name == NULL ? is_utf16(p, n, fit, found) : 0;
		if (utf16 != 0)
			return utf16;
	}
	if (name == NULL && is_binary(p, n, damaged != 0))
		name = DETECT_BINARY;
	found->name = name;
	if (name != NULL)
		return 1;
	int s = fit_text(fit, p, n, hints, damaged == 2, found);
	if (s == 0)
		*found = (struct fitting){.encoding = FIT_UTF8, .name = "UTF-8", .confidence = 99};
	return s < 0 ? -1 : 1;
}

/* Does text begin with this word in any case? */
static bool
begins_with(const unsigned char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < len; i++) {
		if (i >= n || (p[i] | 0x20) != (unsigned char)word[i])
			return false;
	}
	return true;
}

static bool
is_label_byte(unsigned char b)
{
	return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b == '-' ||
	       b == '_' || b == '.' || b == ':';
}

void
detect_declared(const unsigned char *p, size_t n, char to[DETECT_LABEL])
{
	/* HTML 13.2.3.2 and RFC 2045, section 5.1; XML 1.0, section 4.3.3. */
	const char *word = n >= 5 && memcmp(p, "<?xml", 5) == 0 ? "encoding" : "charset";

	to[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (!begins_with(p + i, n - i, word))
			continue;
		i += strlen(word);
		while (i < n && (p[i] == ' ' || p[i] == '=' || p[i] == '"' || p[i] == '\''))
			i++;
		size_t len = 0;
		while (i + len < n && len < DETECT_LABEL && is_label_byte(p[i + len]))
			len++;
		/* Text that is not ASCII only says so by default. */
		bool ascii = len == 8 && begins_with(p + i, len, "us-ascii");
		if (len > 0 && len < DETECT_LABEL && !ascii &&
		    p[i - 1] != (unsigned char)word[strlen(word) - 1]) {
			memcpy(to, p + i, len);
			to[len] = '\0';
			return;
		}
	}
}
