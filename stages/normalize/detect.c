/*
 * Which encoding bytes are in: the one in which they are the likeliest text of some language.  What
 * a text costs is its information in bits: letters by the letter before them, ideographs one by
 * one, with the models of models.h.  All hypotheses explain the same bytes, so that their costs
 * compare.
 */
#include "detect.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "decode.h"
#include "language.h"

/* Costs in eighths of a bit, as in models.h. */
enum {
	COST_LIKELY = 16 * 8, /* an ideograph of ordinary text costs less */
	COST_ILL = 32 * 8,    /* an ill-formed sequence of a multi-byte encoding */
	ASCII_GAIN = 16 * 8,
	SAMPLE = 1024,        /* bytes looked at for UTF-16 of ideographs */
	KNOWN = 256,          /* bytes of a line that are kept before those in question */
	EVIDENCE = 32 * 1024, /* bytes of lines that are not ASCII */
};

#define LATIN_WEST "en de fr es pt it nl da sv nb fi is sq ca gl eu ga af et"
#define CYRILLIC "ru uk be bg sr mk"

/* Single-byte encodings, and the languages that each can write; the handicap, in bits, makes a
 * rarer one lose when there is next to nothing to go by. */
static const struct {
	const char *name;
	unsigned handicap;
	const char *languages;
} singles[] = {
    {"windows-1251", 0, "ru uk be bg sr mk"},
    {"windows-1252", 0, LATIN_WEST},
    {"KOI8-R", 2, "ru bg"},
    {"KOI8-U", 3, "uk ru be"},
    {"IBM866", 3, "ru be bg"},
    {"cp1125", 4, "uk ru"},
    {"ISO-8859-5", 3, CYRILLIC},
    {"x-mac-cyrillic", 4, CYRILLIC},
    {"IBM855", 6, "sr mk bg ru be"},
    {"windows-1250", 1, "pl cs sk sl hr hu ro sq de"},
    {"ISO-8859-2", 2, "pl cs sk sl hr hu ro sq de"},
    {"ISO-8859-15", 2, LATIN_WEST},
    {"windows-1254", 2, "tr"},
    {"windows-1257", 2, "lt lv et"},
    {"ISO-8859-13", 3, "lt lv et pl"},
    {"ISO-8859-4", 4, "lt lv et"},
    {"windows-1253", 2, "el"},
    {"ISO-8859-7", 3, "el"},
    {"windows-1255", 2, "he"},
    {"ISO-8859-8", 3, "he"},
    {"windows-1256", 2, "ar fa"},
    {"ISO-8859-6", 3, "ar"},
    {"windows-1258", 2, "vi"},
    {"windows-874", 2, "th"},
    {"macintosh", 4, LATIN_WEST},
    {"x-mac-ce", 5, "pl cs sk sl hr hu lt lv et"},
    {"x-mac-greek", 6, "el"},
    {"x-mac-turkish", 6, "tr"},
    {"IBM850", 5, LATIN_WEST},
    {"IBM852", 5, "pl cs sk sl hr hu ro sq"},
    {"IBM737", 5, "el"},
    {"IBM869", 6, "el"},
    {"IBM775", 5, "lt lv et"},
    {"IBM857", 5, "tr"},
    {"IBM862", 5, "he"},
    {"ISO-8859-3", 6, "eo"},
    {"ISO-8859-14", 6, "cy ga"},
    {"ISO-8859-10", 7, "is da sv nb fi et lt lv"},
    {"IBM437", 7, LATIN_WEST},
};

/* Multi-byte encodings: what may be the first byte and those behind it. */
static const struct multibyte {
	const char *name;
	unsigned handicap;
	const char *languages;
	uint8_t lead[2][2], trail[3][2]; /* from, to */
	uint8_t single[2];               /* bytes above 7F that stand alone */
} multibytes[] = {
    {"GB18030", 0, "zh-CN", {{0x81, 0xFE}}, {{0x40, 0x7E}, {0x80, 0xFE}, {0x30, 0x39}},
	{0x80, 0x80}},
    {"Big5", 0, "zh-TW", {{0x81, 0xFE}}, {{0x40, 0x7E}, {0xA1, 0xFE}}, {0, 0}},
    {"windows-31j", 0, "ja", {{0x81, 0x9F}, {0xE0, 0xFC}}, {{0x40, 0x7E}, {0x80, 0xFC}},
	{0xA1, 0xDF}},
    {"EUC-JP", 0, "ja", {{0xA1, 0xFE}, {0x8E, 0x8F}}, {{0xA1, 0xFE}}, {0, 0}},
    {"windows-949", 0, "ko", {{0x81, 0xFE}}, {{0x41, 0x5A}, {0x61, 0x7A}, {0x81, 0xFE}}, {0, 0}},
    {"EUC-TW", 4, "zh-TW", {{0xA1, 0xFE}, {0x8E, 0x8E}}, {{0xA1, 0xFE}}, {0, 0}},
    {"JOHAB", 6, "ko", {{0x84, 0xD3}, {0xD8, 0xF9}}, {{0x31, 0x7E}, {0x81, 0xFE}}, {0, 0}},
};

/* Lines that have bytes above 7F, and how often which bytes follow each other in their words. */
struct evidence {
	unsigned char text[EVIDENCE + 1];
	size_t len;
	uint32_t count[0x10000]; /* of the pair, by first byte << 8 | second byte */
	uint16_t pairs[0x10000]; /* those that there are */
	size_t npairs;
	uint32_t ascii[27][27]; /* pairs of letters in words of ASCII; the last: no letter */
	size_t uncounted;       /* bytes of such words, and between words */

	/* For decoders. */
	struct symbol symbols[EVIDENCE];
	unsigned char decoded[DECODE_OUT];
};

struct best {
	struct detection d;
	const uint16_t *upper;
	uint64_t cost, second; /* of the best one, and of the best that gives another text */
};

static void
count_pair(struct evidence *e, unsigned a, unsigned b)
{
	unsigned pair = a << 8 | b;

	if (e->count[pair]++ == 0)
		e->pairs[e->npairs++] = (uint16_t)pair;
}

static void
count_ascii(struct evidence *e, const unsigned char *p, size_t n)
{
	unsigned before = 26;

	for (size_t i = 0; i <= n; i++) {
		unsigned now = i < n ? (p[i] | 0x20u) - 'a' : 26;
		e->ascii[before][now]++;
		before = now;
	}
	e->uncounted += n;
}

/* Counts the pairs of the words that have a byte above 7F. */
static void
count_pairs(struct evidence *e)
{
	const unsigned char *p = e->text;

	for (size_t i = 0; i < e->len;) {
		size_t start = i;
		bool high = false;
		for (; i < e->len && language_in_word(p[i]); i++)
			high |= p[i] >= 0x80;
		for (size_t k = start; high && k <= i; k++) {
			unsigned a = k > 0 ? p[k - 1] : ' ', b = k < e->len ? p[k] : ' ';
			/* Three of the same byte may be a line of a table. */
			bool line = a == b &&
				    ((k > 1 && p[k - 2] == a) || (k + 1 < e->len && p[k + 1] == a));
			if (!line)
				count_pair(e, a, b);
		}
		if (!high && i > start)
			count_ascii(e, p + start, i - start);
		e->uncounted += i < e->len;
		i += i < e->len;
	}
}

/* Keeps the lines that have a byte above 7F. */
static void
gather(struct evidence *e, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n && e->len < EVIDENCE;) {
		const unsigned char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf != NULL ? (size_t)(lf - p) + 1 - i : n - i;
		size_t ascii = 0;
		while (ascii < len && p[i + ascii] < 0x80)
			ascii++;
		if (ascii < len) {
			/* Of a long line, what the first byte that is not UTF-8 stands in. */
			size_t good = potok_utf8_valid(p + i, len);
			size_t known = good < len ? good : ascii;
			size_t skip = known > KNOWN ? known - KNOWN : 0;
			size_t keep =
			    len - skip < EVIDENCE - e->len ? len - skip : EVIDENCE - e->len;
			memcpy(e->text + e->len, p + i + skip, keep);
			e->len += keep;
		}
		i += len;
	}
}

/* What the capitals of the words cost. */
static uint64_t
case_cost(const struct evidence *e, const struct symbol symbols[256])
{
	uint64_t cost = 0;

	for (size_t i = 0; i < e->npairs; i++) {
		unsigned pair = e->pairs[i];
		cost += (uint64_t)language_case(&symbols[pair >> 8], &symbols[pair & 0xFF]) *
			e->count[pair];
	}
	return cost;
}

/* What the words of ASCII cost less in a language than they do in English: at most ASCII_GAIN. */
static uint64_t
ascii_gain(const struct evidence *e, size_t language)
{
	const struct model *m = language_model(language), *en = language_model(0);
	int64_t gain = 0;
	unsigned class[27], english[27];

	if (!m->latin)
		return 0;
	for (unsigned a = 0; a <= 26; a++) {
		struct symbol s = language_symbol(a < 26 ? 'a' + a : ' ');
		class[a] = language_class(language, &s);
		english[a] = language_class(0, &s);
	}
	for (unsigned a = 0; a <= 26; a++) {
		for (unsigned b = 0; b <= 26; b++) {
			int cost = m->costs[class[a] * (unsigned)m -> n + class[b]];
			int theirs = en->costs[english[a] * (unsigned)en->n + english[b]];
			gain += (int64_t)(theirs - cost) * e->ascii[a][b];
		}
	}
	return gain < 0 ? 0 : gain < ASCII_GAIN ? (uint64_t)gain : ASCII_GAIN;
}

/* What the pairs cost in a language; from `limit` on it does not matter how much. */
static uint64_t
pairs_cost(const struct evidence *e, const struct symbol symbols[256], size_t language,
    uint64_t cost, uint64_t limit)
{
	const struct model *m = language_model(language);
	uint8_t class[256];

	for (unsigned b = 0; b < 256; b++)
		class[b] = (uint8_t)language_class(language, &symbols[b]);
	for (size_t i = 0; i < e->npairs && cost < limit; i++) {
		unsigned a = class[e->pairs[i] >> 8], b = class[e->pairs[i] & 0xFF];
		unsigned one = a == CLASS_CONTROL || b == CLASS_CONTROL
				   ? COST_CONTROL
				   : m->costs[a * (unsigned)m->n + b];
		cost += (uint64_t)one * e->count[e->pairs[i]];
	}
	return cost;
}

/* Do both encodings give the text of the words?  NULL: a table that is not single-byte. */
static bool
same_text(const struct evidence *e, const uint16_t *one, const uint16_t *other)
{
	if (one == NULL || other == NULL)
		return false;
	for (size_t i = 0; i < e->npairs; i++) {
		unsigned b = e->pairs[i] & 0xFF;
		if (b >= 0x80 && one[b - 0x80] != other[b - 0x80])
			return false;
	}
	return true;
}

/* A hypothesis: an encoding, its table if it is a single-byte one, and a language. */
static void
take(const struct evidence *e, struct best *best, const char *name, const uint16_t *upper,
    size_t language, uint64_t cost)
{
	bool same = best->d.name == name || same_text(e, upper, best->upper);

	if (cost >= best->cost) {
		if (!same && cost < best->second)
			best->second = cost;
		return;
	}
	if (!same)
		best->second = best->cost;
	best->d.name = name;
	best->d.language = language_model(language)->name;
	best->upper = upper;
	best->cost = cost;
}

static bool
has_language(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = list; (at = strstr(at, name)) != NULL; at += n) {
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	}
	return false;
}

static void
try_singles(const struct evidence *e, struct best *best)
{
	struct symbol symbols[256];
	uint64_t gains[MODELS_MAX];

	for (size_t l = 0; language_model(l) != NULL; l++)
		gains[l] = ascii_gain(e, l);
	for (unsigned b = 0; b < 0x80; b++)
		symbols[b] = language_symbol(b);
	for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++) {
		const uint16_t *upper = decode_upper_half(singles[i].name);
		for (unsigned b = 0x80; b < 0x100; b++)
			symbols[b] = language_symbol(upper[b - 0x80]);
		uint64_t cost =
		    ASCII_GAIN + case_cost(e, symbols) + 8 * (uint64_t)singles[i].handicap;
		for (size_t l = 0; language_model(l) != NULL; l++) {
			if (!has_language(singles[i].languages, language_model(l)->name))
				continue;
			uint64_t limit =
			    best->cost < UINT64_MAX / 2 ? best->cost + 64 * 8 : best->cost;
			take(e, best, singles[i].name, upper, l,
			    pairs_cost(e, symbols, l, cost - gains[l], limit));
		}
	}
}

static bool
within(uint8_t b, const uint8_t range[2])
{
	return range[0] != 0 && b >= range[0] && b <= range[1];
}

/* Could the text be in this encoding?  One error in 50 characters is allowed. */
static bool
has_structure(const struct multibyte *m, const struct evidence *e)
{
	size_t characters = 0, errors = 0;

	for (size_t i = 0; i < e->len; i++) {
		uint8_t b = e->text[i];
		if (b < 0x80)
			continue;
		characters++;
		if (within(b, m->single))
			continue;
		if (i + 1 == e->len)
			break;
		uint8_t t = e->text[i + 1];
		bool lead = within(b, m->lead[0]) || within(b, m->lead[1]);
		bool trail =
		    within(t, m->trail[0]) || within(t, m->trail[1]) || within(t, m->trail[2]);
		errors += !lead || !trail;
		i += lead && trail;
	}
	return errors * 50 <= characters;
}

/* Decodes the text to e->symbols, U+FFFD for each of the *ill ill-formed sequences.  Answers how
 * many there are, or -1: no memory. */
static ptrdiff_t
decode_text(struct evidence *e, const char *name, size_t *ill)
{
	struct normalize_decoder *decoder;
	struct encoding encoding;
	enum potok_status s =
	    encoding_find(name, &encoding) ? decoder_open(&decoder, &encoding) : POTOK_EUSAGE;
	ptrdiff_t n = 0;

	*ill = 0;
	if (s < 0) /* the system's iconv may lack it */
		return s == POTOK_ENOMEM ? -1 : 0;
	for (size_t at = 0; at < e->len && n < EVIDENCE;) {
		struct decoded r;
		s = decoder_run(decoder, e->text + at, e->len - at, false, e->decoded, &r);
		if (s < 0 || (!r.ill && r.used == 0 && r.made == 0))
			break;
		if (r.ill) {
			++*ill;
			e->symbols[n++] = language_symbol(POTOK_REPLACEMENT);
			decoder_skip(decoder, &r);
			at += r.bad;
		}
		at += r.used;
		for (size_t i = 0; i < r.made && n < EVIDENCE;) {
			uint32_t c;
			i += (size_t)potok_utf8_decode(e->decoded + i, r.made - i, &c);
			e->symbols[n++] = language_symbol(c);
		}
	}
	decoder_close(decoder);
	return s == POTOK_ENOMEM ? -1 : n;
}

/* Tries the encoding for the languages of the list; NULL: for all. */
static bool
try_decoder(struct evidence *e, const char *name, const char *languages, unsigned handicap,
    struct best *best)
{
	size_t ill;
	ptrdiff_t n = decode_text(e, name, &ill);

	for (size_t l = 0; n > 0 && language_model(l) != NULL; l++) {
		if (languages == NULL || has_language(languages, language_model(l)->name))
			take(e, best, name, NULL, l,
			    ASCII_GAIN + 8 * (uint64_t)handicap + ill * COST_ILL +
				language_cost(l, e->symbols, (size_t)n, false));
	}
	return n >= 0;
}

static bool
try_multibytes(struct evidence *e, struct best *best)
{
	for (size_t i = 0; i < sizeof multibytes / sizeof multibytes[0]; i++) {
		const struct multibyte *m = &multibytes[i];
		if (has_structure(m, e) &&
		    !try_decoder(e, m->name, m->languages, m->handicap, best))
			return false;
	}
	return true;
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
utf16_cost(const unsigned char *p, size_t n, struct detection *d)
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
			*d = (struct detection){
			    big ? "UTF-16BE" : "UTF-16LE", language_model(l)->name, 99};
		}
	}
	return least;
}

/* Is it UTF-16 of ideographs: the likelier text?  1 or 0; -1: no memory. */
static int
is_utf16(const unsigned char *p, size_t n, struct detection *d)
{
	n = n < SAMPLE ? n : SAMPLE;
	uint64_t cost = utf16_cost(p, n, d);
	if (cost > n / 2 * COST_LIKELY)
		return 0;
	struct best best = {.cost = UINT64_MAX, .second = UINT64_MAX};
	struct evidence *e = calloc(1, sizeof *e);
	if (e == NULL)
		return -1;
	memcpy(e->text, p, n);
	e->len = n;
	count_pairs(e);
	try_singles(e, &best);
	bool ok = try_multibytes(e, &best) && try_decoder(e, "UTF-8", NULL, 0, &best);
	best.cost += 4 * 8 * (uint64_t)e->uncounted;
	free(e);
	return !ok ? -1 : cost + ASCII_GAIN < best.cost;
}

/* Is this UTF-8 with errors?  0: no; 1: for sure; 2: it may be. */
static int
is_damaged_utf8(const unsigned char *p, size_t n, bool at_end)
{
	size_t characters = 0, errors = 0;

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		int len = potok_utf8_decode(p + i, n - i, &cp);
		if (len == 0) {
			errors += at_end;
			break;
		}
		characters += len > 1;
		errors += len < 0;
		i += (size_t)(len < 0 ? -len : len);
	}
	if (characters > 0 && (errors == 0 || characters > 16 + 4 * errors))
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

bool
detect_encoding(const unsigned char *p, size_t n, bool at_start, bool at_end, struct detection *d)
{
	int damaged = is_damaged_utf8(p, n, at_end);
	const char *name = damaged == 1 ? "UTF-8" : detect_escapes(p, n);

	if (name == NULL && at_start) {
		size_t look = n < DETECT_LOOK ? n : DETECT_LOOK;
		name = find_utf32(p, look);
		if (name == NULL)
			name = detect_utf16(p, look);
		int utf16 = name == NULL ? is_utf16(p, n, d) : 0;
		if (utf16 != 0)
			return utf16 > 0;
	}
	struct evidence *e = name == NULL ? calloc(1, sizeof *e) : NULL;
	if (name == NULL && e == NULL)
		return false;
	if (e != NULL)
		gather(e, p, n);
	if (name != NULL || e->len == 0) {
		*d = (struct detection){name != NULL ? name : "UTF-8", NULL, 99};
		free(e);
		return true;
	}
	struct best best = {.cost = UINT64_MAX, .second = UINT64_MAX};
	count_pairs(e);
	try_singles(e, &best);
	bool ok =
	    try_multibytes(e, &best) && (damaged != 2 || try_decoder(e, "UTF-8", NULL, 0, &best));
	free(e);
	uint64_t margin = (best.second - best.cost) / 8;
	best.d.confidence = margin >= 10 ? 99 : 50 + (unsigned)margin * 5;
	*d = best.d;
	return ok;
}
