/*
 * Which encoding fits text best: the one in which it is the likeliest text of some language.  What
 * a text costs is its information in bits: letters by the letter before them, ideographs one by
 * one, with the models of models.h.  All hypotheses explain the same bytes, so that their costs
 * compare.
 */
#include "fit.h"

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "costs.h"
#include "decode.h"
#include "language.h"

/* Costs in eighths of a bit, as in models.h. */
enum {
	COST_ILL = 32 * 8, /* an ill-formed sequence of a multi-byte encoding */
	ASCII_GAIN = 16 * 8,
	HINT = 24 * 8,        /* what a hint is worth */
	PRIOR = 24 * 8,       /* what the encoding of the file is worth in each line, ... */
	PRIOR_UTF8 = 8 * 8,   /* ... when it is UTF-8, ... */
	PRIOR_MIXED = 12 * 8, /* ... and when so many lines are in another one: both of them */
	MIXED = 3,
	ALONE = 8, /* characters of one byte that may be text of an encoding of two */
	BASE = ASCII_GAIN + 2 * HINT + PRIOR, /* keeps costs above 0 */
	FIRST = 12, /* pairs of a line after which a hypothesis may be given up ... */
	FIRSTS = 6,
	BEHIND = 64 * 8,      /* ... when they cost as much more than in the best one */
	KNOWN = 256,          /* bytes of a line that are kept before those in question */
	EVIDENCE = 32 * 1024, /* bytes of lines that are not ASCII */

	/* A line is taken for the file's encoding at once when what it costs more than usual there,
	 * and its odd pairs of bytes more than others, are not worth another encoding. */
	SCREEN_USUAL = 44,
	SCREEN_ODD = 80,
	SCREEN_OTHERS = 32,
	SCREEN_WIDE = 52,  /* half of the usual cost of a character of two bytes */
	SCREEN_NONE = 255, /* no such character */
	SCREEN_LEAST = 4,  /* letters that there must be */
	SIBLING = 24,      /* letters that are the same in another encoding like it */
	SCREEN_FROM = 16,  /* lines that are judged without it: it takes time to make */
	COSTS_FROM = 512,  /* lines that are searched without the costs of pairs: so do they */

	ROWS = 16384, /* pairs of bytes whose costs are kept */

	/* What a character of two bytes costs is kept as 1 more, or one of these. */
	WIDE_UNKNOWN = 0, /* not yet looked up */
	WIDE_ILL_1 = 253, /* no character: the first byte is none, ... */
	WIDE_ILL_2 = 254, /* ... or both are none */
	WIDE_OTHER = 255, /* longer, or another one */
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

enum {
	NSINGLES = sizeof singles / sizeof singles[0],
	NMULTIBYTES = sizeof multibytes / sizeof multibytes[0],
	FIT_SINGLE = FIT_UTF8 + 1,
	FIT_MULTIBYTE = FIT_SINGLE + NSINGLES,
	FIT_END = FIT_MULTIBYTE + NMULTIBYTES,
};
_Static_assert((int)FIT_END <= (int)FIT_MAX, "places");

/* Two bytes that follow each other in a word, and how much that counts: a sign that comes again and
 * again, in a table of prices, says little more than one. */
struct pair {
	uint8_t a, b, weight;
};

/* A language that an encoding of single bytes may write. */
struct hypothesis {
	uint8_t single, language;
};

struct normalize_fit {
	/* The characters of the single-byte encodings. */
	const uint16_t *upper[NSINGLES];
	uint64_t languages[FIT_MAX]; /* of each encoding, a bit each */
	struct symbol ascii[0x80], above[NSINGLES][0x80];
	uint8_t cases[NSINGLES][256]; /* enum letter_case of their bytes */
	/* Lines that have bytes above 7F, and how often which bytes follow each other in their
	 * words. */
	unsigned char text[EVIDENCE + 1];
	size_t len;
	uint16_t count[0x10000];    /* of the pair, by first byte << 8 | second byte */
	struct pair pairs[0x10000]; /* those that there are */
	size_t npairs;
	uint64_t first[FIRSTS];        /* the most that FIRST, 2 * FIRST, ... of them may cost */
	uint64_t bytes[4];             /* the set of those in pairs */
	uint32_t ascii_count[27 * 27]; /* of pairs of letters in words of ASCII; 26: no letter */
	uint16_t ascii_pairs[27 * 27]; /* those that there are: first * 27 + second */
	size_t nascii;

	struct hypothesis hypotheses[COSTS];
	size_t nhypotheses, first_hypothesis[NSINGLES + 1];
	/* The classes of bytes under each, as far as they have been needed. */
	uint8_t classes[COSTS][256];
	uint64_t known_classes[COSTS][4]; /* sets of bytes */

	/* What pairs cost under all of them at once, as far as it has been needed. */
	uint16_t row_of[0x10000]; /* of the pair; 0: none yet */
	size_t nrows;
	uint8_t rows[ROWS][COSTS];
	struct costs costs[ROWS];
	uint32_t against[COSTS]; /* the least that is against each before its pairs are looked at */
	uint32_t own[MODELS_MAX]; /* what is for the file's encoding, in each of its languages */
	bool has_against;
	int expected; /* the encoding of the last line that was judged */

	/* For decoders, of which those stay that have been needed. */
	struct normalize_decoder *decoders[FIT_MAX];
	struct symbol symbols[EVIDENCE];
	struct symbols known;
	unsigned char decoded[DECODE_OUT];
	uint8_t wide[NMULTIBYTES][0x10000]; /* what characters of one and two bytes cost */

	/* The encoding of the file, FIT_NONE before it is known; what two bytes cost in it. */
	struct fitting prior;
	size_t language;
	uint64_t siblings;        /* encodings of single bytes, a bit each */
	unsigned others[FIT_MAX]; /* lines in other ones, and whether MIXED have been in one */
	bool mixed;
	size_t nlines;
	size_t nsearched; /* lines that the screen has not settled */
	bool has_screen;
	uint8_t screen[0x10000];
};

struct best {
	struct fitting is;
	uint64_t second; /* cost of the best one that gives another text */
};

const char *
fit_name(int encoding)
{
	if (encoding < FIT_SINGLE)
		return "UTF-8";
	if (encoding < FIT_MULTIBYTE)
		return singles[encoding - FIT_SINGLE].name;
	return encoding < FIT_END ? multibytes[encoding - FIT_MULTIBYTE].name : NULL;
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

/* The set of the languages in a list. */
static uint64_t
languages_of(const char *list)
{
	uint64_t set = 0;

	for (size_t l = 0; language_model(l) != NULL; l++)
		set |= (uint64_t)has_language(list, language_model(l)->name) << l;
	return set;
}

enum letter_case { CASE_NONE, CASE_SMALL, CASE_CAPITAL, CASES };

static const struct symbol *
byte_symbol(const struct normalize_fit *f, size_t single, unsigned b)
{
	return b < 0x80 ? &f->ascii[b] : &f->above[single][b - 0x80];
}

struct normalize_fit *
fit_open(void)
{
	struct normalize_fit *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->prior.encoding = FIT_NONE;
	for (unsigned b = 0; b < 0x80; b++)
		f->ascii[b] = language_symbol(b);
	for (int i = FIT_SINGLE; i < FIT_END; i++)
		f->languages[i] =
		    languages_of(i < FIT_MULTIBYTE ? singles[i - FIT_SINGLE].languages
						   : multibytes[i - FIT_MULTIBYTE].languages);
	f->languages[FIT_UTF8] = UINT64_MAX;
	for (size_t i = 0; i < NSINGLES; i++) {
		f->upper[i] = decode_upper_half(singles[i].name);
		for (unsigned b = 0; b < 0x80; b++)
			f->above[i][b] = language_known_symbol(&f->known, f->upper[i][b]);
		for (unsigned b = 0; b < 256; b++) {
			const struct symbol *symbol = byte_symbol(f, i, b);
			f->cases[i][b] = symbol->capital ? CASE_CAPITAL
					 : symbol->small ? CASE_SMALL
							 : CASE_NONE;
		}
		f->first_hypothesis[i] = f->nhypotheses;
		for (uint64_t set = f->languages[FIT_SINGLE + i]; set != 0; set &= set - 1)
			f->hypotheses[f->nhypotheses++] =
			    (struct hypothesis){(uint8_t)i, (uint8_t)__builtin_ctzll(set)};
	}
	f->first_hypothesis[NSINGLES] = f->nhypotheses;
	return f;
}

void
fit_close(struct normalize_fit *f)
{
	for (int i = 0; f != NULL && i < FIT_MAX; i++)
		decoder_close(f->decoders[i]);
	free(f);
}

static void
forget(struct normalize_fit *f)
{
	for (size_t i = 0; i < f->npairs; i++)
		f->count[f->pairs[i].a << 8 | f->pairs[i].b] = 0;
	memset(f->bytes, 0, sizeof f->bytes);
	for (size_t i = 0; i < f->nascii; i++)
		f->ascii_count[f->ascii_pairs[i]] = 0;
	f->npairs = f->nascii = f->len = 0;
	memset(f->first, 0xFF, sizeof f->first);
}

static void
count_pair(struct normalize_fit *f, unsigned a, unsigned b)
{
	if (f->count[a << 8 | b]++ > 0)
		return;
	f->pairs[f->npairs++] = (struct pair){.a = (uint8_t)a, .b = (uint8_t)b};
	f->bytes[a / 64] |= UINT64_C(1) << a % 64;
	f->bytes[b / 64] |= UINT64_C(1) << b % 64;
}

static void
count_ascii(struct normalize_fit *f, const unsigned char *p, size_t n)
{
	unsigned before = 26;

	for (size_t i = 0; i <= n; i++) {
		unsigned now = i < n ? (p[i] | 0x20u) - 'a' : 26;
		unsigned pair = before * 27 + now;
		if (f->ascii_count[pair]++ == 0)
			f->ascii_pairs[f->nascii++] = (uint16_t)pair;
		before = now;
	}
}

/* The end of the word at start, there when none is. *high: it has a byte above 7F. */
static size_t
word_end(const struct normalize_fit *f, size_t start, bool *high)
{
	size_t i = start;

	for (*high = false; i < f->len && language_in_word(f->text[i]); i++)
		*high |= f->text[i] >= 0x80;
	return i;
}

/* Counts the pairs of letters of the words of ASCII. */
static void
count_ascii_words(struct normalize_fit *f)
{
	for (size_t start = 0, end; start < f->len; start = end + 1) {
		bool high;
		end = word_end(f, start, &high);
		if (!high && end > start)
			count_ascii(f, f->text + start, end - start);
	}
}

/* Counts the pairs of the words that have a byte above 7F. */
static void
count_pairs(struct normalize_fit *f)
{
	const unsigned char *p = f->text;

	for (size_t start = 0, end; start < f->len; start = end + 1) {
		bool high;
		end = word_end(f, start, &high);
		for (size_t k = start; high && k <= end; k++) {
			unsigned a = k > 0 ? p[k - 1] : ' ', b = k < f->len ? p[k] : ' ';
			/* Three of the same byte may be a line of a table. */
			bool line = a == b &&
				    ((k > 1 && p[k - 2] == a) || (k + 1 < f->len && p[k + 1] == a));
			if (!line)
				count_pair(f, a, b);
		}
	}
	for (size_t i = 0; i < f->npairs; i++) {
		struct pair *pair = &f->pairs[i];
		pair->weight = (uint8_t)(32 - __builtin_clz(f->count[pair->a << 8 | pair->b]));
	}
}

/* Keeps the lines that have a byte above 7F; unless `all`, those that are no UTF-8. */
static void
gather(struct normalize_fit *f, const unsigned char *p, size_t n, bool all)
{
	for (size_t i = 0; i < n && f->len < EVIDENCE;) {
		const unsigned char *lf = memchr(p + i, '\n', n - i);
		size_t len = lf != NULL ? (size_t)(lf - p) + 1 - i : n - i;
		size_t ascii = 0;
		while (ascii < len && p[i + ascii] < 0x80)
			ascii++;
		/* Of a long line, what the first byte that is not UTF-8 stands in. */
		size_t good = ascii < len ? potok_utf8_valid(p + i, len) : len;
		if (ascii < len && (all || good < len)) {
			size_t known = good < len ? good : ascii;
			size_t skip = known > KNOWN ? known - KNOWN : 0;
			size_t keep =
			    len - skip < EVIDENCE - f->len ? len - skip : EVIDENCE - f->len;
			memcpy(f->text + f->len, p + i + skip, keep);
			f->len += keep;
		}
		i += len;
	}
}

/* What a byte costs behind another one, by the cases of their letters. */
static void
case_costs(unsigned costs[CASES][CASES])
{
	static const struct symbol kinds[CASES] = {
	    [CASE_SMALL] = {.small = true}, [CASE_CAPITAL] = {.capital = true}};

	for (int a = 0; a < CASES; a++) {
		for (int b = 0; b < CASES; b++)
			costs[a][b] = language_case(&kinds[a], &kinds[b]);
	}
}

/* What the capitals of the words cost; from `limit` on it does not matter how much. */
static uint64_t
case_cost(const struct normalize_fit *f, size_t single, uint64_t cost, uint64_t limit)
{
	unsigned costs[CASES][CASES];
	const uint8_t *cases = f->cases[single];

	case_costs(costs);
	for (size_t i = 0; i < f->npairs && cost < limit; i++) {
		const struct pair *pair = &f->pairs[i];
		cost += (uint64_t)costs[cases[pair->a]][cases[pair->b]] * pair->weight;
	}
	return cost;
}

/* What the words of ASCII cost less in a language than they do in English: at most ASCII_GAIN. */
static uint64_t
ascii_gain(const struct normalize_fit *f, size_t language)
{
	const struct model *m = language_model(language), *en = language_model(0);
	int64_t gain = 0;
	unsigned class[27], english[27];

	if (!m->latin || f->nascii == 0)
		return 0;
	for (unsigned a = 0; a <= 26; a++) {
		const struct symbol *s = &f->ascii[a < 26 ? 'a' + a : ' '];
		class[a] = language_class(language, s);
		english[a] = language_class(0, s);
	}
	for (size_t i = 0; i < f->nascii; i++) {
		unsigned a = f->ascii_pairs[i] / 27, b = f->ascii_pairs[i] % 27;
		int cost = m->costs[class[a] * (unsigned)m -> n + class[b]];
		int theirs = en->costs[english[a] * (unsigned)en->n + english[b]];
		gain += (int64_t)(theirs - cost) * f->ascii_count[f->ascii_pairs[i]];
	}
	return gain < 0 ? 0 : gain < ASCII_GAIN ? (uint64_t)gain : ASCII_GAIN;
}

static unsigned
class_cost(const struct model *m, unsigned a, unsigned b)
{
	return a == CLASS_CONTROL || b == CLASS_CONTROL ? COST_CONTROL
							: m->costs[a * (unsigned)m->n + b];
}

/* The classes of a set of bytes under a hypothesis. */
static const uint8_t *
byte_classes(struct normalize_fit *f, size_t hypothesis, const uint64_t bytes[4])
{
	size_t single = f->hypotheses[hypothesis].single;
	size_t language = f->hypotheses[hypothesis].language;
	uint8_t *class = f->classes[hypothesis];
	uint64_t *known = f->known_classes[hypothesis];

	for (unsigned i = 0; i < 4; i++) {
		for (uint64_t need = bytes[i] & ~known[i]; need != 0; need &= need - 1) {
			unsigned b = 64 * i + (unsigned)__builtin_ctzll(need);
			class[b] = (uint8_t)language_class(language, byte_symbol(f, single, b));
		}
		known[i] |= bytes[i];
	}
	return class;
}

/*
 * What the pairs cost under a hypothesis; from `limit` on it does not matter how much.  Of a line
 * it does not, either, when the first pairs cost much more than in the best hypothesis, f->first,
 * which is what they cost here when this one is better.
 */
static uint64_t
pairs_cost(struct normalize_fit *f, size_t hypothesis, uint64_t cost, uint64_t limit)
{
	const struct model *m = language_model(f->hypotheses[hypothesis].language);
	const uint8_t *class = byte_classes(f, hypothesis, f->bytes);
	uint64_t first[FIRSTS] = {0};

	for (size_t i = 0; i < f->npairs && cost < limit; i++) {
		if (i % FIRST == 0 && i < FIRSTS * FIRST) {
			first[i / FIRST] = cost;
			if (cost > f->first[i / FIRST])
				return limit;
		}
		const struct pair *pair = &f->pairs[i];
		cost += (uint64_t)class_cost(m, class[pair->a], class[pair->b]) * pair->weight;
	}
	for (size_t k = 0; cost < limit && k < FIRSTS && f->prior.encoding != FIT_NONE; k++)
		f->first[k] = first[k] > 0 ? first[k] + BEHIND : UINT64_MAX;
	return cost;
}

/* Do both encodings give the text of the words? */
static bool
same_text(const struct normalize_fit *f, int one, int other)
{
	if (one == other)
		return true;
	if (one < FIT_SINGLE || one >= FIT_MULTIBYTE || other < FIT_SINGLE ||
	    other >= FIT_MULTIBYTE)
		return false;
	const uint16_t *upper = f->upper[one - FIT_SINGLE], *theirs = f->upper[other - FIT_SINGLE];
	for (unsigned i = 2; i < 4; i++) {
		for (uint64_t set = f->bytes[i]; set != 0; set &= set - 1) {
			unsigned b = 64 * (i - 2) + (unsigned)__builtin_ctzll(set);
			if (upper[b] != theirs[b])
				return false;
		}
	}
	return true;
}

/* A hypothesis: an encoding and a language. */
static void
take(const struct normalize_fit *f, struct best *best, int encoding, size_t language, uint64_t cost)
{
	bool same = same_text(f, encoding, best->is.encoding);

	if (cost >= best->is.cost) {
		if (!same && cost < best->second)
			best->second = cost;
		return;
	}
	if (!same)
		best->second = best->is.cost;
	best->is.encoding = encoding;
	best->is.language = language_model(language)->name;
	best->is.cost = cost;
}

static bool
has_single_prior(const struct normalize_fit *f)
{
	return f->prior.encoding >= FIT_SINGLE && f->prior.encoding < FIT_MULTIBYTE;
}

/* What is against an encoding before its text is looked at. */
static uint64_t
handicap(const struct normalize_fit *f, int encoding, const struct fit_hints *hints)
{
	uint64_t bits = encoding < FIT_SINGLE      ? 0
			: encoding < FIT_MULTIBYTE ? singles[encoding - FIT_SINGLE].handicap
						   : multibytes[encoding - FIT_MULTIBYTE].handicap;
	uint64_t cost = BASE + 8 * bits;

	if (encoding == FIT_UTF8 && f->prior.encoding == FIT_UTF8)
		cost -= PRIOR_UTF8;
	else if (encoding == f->prior.encoding)
		cost -= f->mixed ? PRIOR_MIXED : PRIOR;
	else if (f->others[encoding] >= MIXED)
		cost -= PRIOR_MIXED;
	if (hints->declared != NULL && strcmp(hints->declared, fit_name(encoding)) == 0)
		cost -= HINT;
	return cost;
}

/* Is it the language of the hint, but for what stands behind a hyphen? */
static bool
is_hinted(const struct fit_hints *hints, size_t language)
{
	const char *name = language_model(language)->name;
	size_t n = strcspn(name, "-");

	return hints->language != NULL && strncmp(hints->language, name, n) == 0 &&
	       (hints->language[n] == '\0' || hints->language[n] == '-');
}

/* From which cost on a hypothesis does not matter: how sure the best one is matters for the file
 * alone. */
static uint64_t
limit_of(const struct normalize_fit *f, const struct best *best)
{
	uint64_t doubt = f->prior.encoding == FIT_NONE ? 64 * 8 : 0;

	return best->is.cost < UINT64_MAX / 2 ? best->is.cost + doubt : UINT64_MAX / 2;
}

static void
try_single(struct normalize_fit *f, size_t i, const uint64_t gains[MODELS_MAX],
    const struct fit_hints *hints, struct best *best)
{
	int place = FIT_SINGLE + (int)i;
	uint64_t cost =
	    case_cost(f, i, handicap(f, place, hints), limit_of(f, best) + ASCII_GAIN + HINT);

	for (size_t h = f->first_hypothesis[i]; h < f->first_hypothesis[i + 1]; h++) {
		size_t l = f->hypotheses[h].language;
		take(f, best, place, l, pairs_cost(f, h, cost - gains[l], limit_of(f, best)));
	}
}

/* Tries the encoding of the file, or the first one, and a set of others, all of single bytes. */
static void
try_singles(
    struct normalize_fit *f, const struct fit_hints *hints, uint64_t others, struct best *best)
{
	size_t first = has_single_prior(f) ? (size_t)(f->prior.encoding - FIT_SINGLE) : 0;
	uint64_t gains[MODELS_MAX], languages = f->languages[FIT_SINGLE + first];

	others &= ~(UINT64_C(1) << first);
	for (uint64_t set = others; set != 0; set &= set - 1)
		languages |= f->languages[FIT_SINGLE + __builtin_ctzll(set)];
	count_ascii_words(f);
	for (uint64_t set = languages; set != 0; set &= set - 1) {
		size_t l = (size_t)__builtin_ctzll(set);
		gains[l] = ascii_gain(f, l) + (is_hinted(hints, l) ? HINT : 0u);
	}
	/* What is likely comes first, so that the others are soon seen to cost more. */
	try_single(f, first, gains, hints, best);
	for (uint64_t set = others; set != 0; set &= set - 1)
		try_single(f, (size_t)__builtin_ctzll(set), gains, hints, best);
}

static bool
within(uint8_t b, const uint8_t range[2])
{
	return range[0] != 0 && b >= range[0] && b <= range[1];
}

static bool
is_pair(const struct multibyte *m, uint8_t lead, uint8_t trail)
{
	return (within(lead, m->lead[0]) || within(lead, m->lead[1])) &&
	       (within(trail, m->trail[0]) || within(trail, m->trail[1]) ||
		   within(trail, m->trail[2]));
}

/* Could the text be in this encoding?  One error in 50 characters is allowed; a few characters of
 * one byte alone are likelier signs of another encoding. */
static bool
has_structure(const struct multibyte *m, const struct normalize_fit *f)
{
	size_t characters = 0, alone = 0, errors = 0;

	for (size_t i = 0; i < f->len; i++) {
		uint8_t b = f->text[i];
		if (b < 0x80)
			continue;
		characters++;
		if (within(b, m->single)) {
			alone++;
			continue;
		}
		if (i + 1 == f->len)
			break;
		bool pair = is_pair(m, b, f->text[i + 1]);
		errors += !pair;
		i += pair;
	}
	return errors * 50 <= characters && (alone < characters || alone > ALONE);
}

/* Decodes UTF-8 to f->symbols, as decode_text(). */
static ptrdiff_t
decode_utf8(struct normalize_fit *f, size_t *ill)
{
	ptrdiff_t n = 0;

	for (size_t i = 0; i < f->len;) {
		uint32_t c;
		int len = potok_utf8_decode(f->text + i, f->len - i, &c);
		if (len < 0 && surrogate_pair(f->text + i, f->len - i, &c) > 0)
			len = 6;
		if (len == 0)
			break;
		*ill += len < 0;
		f->symbols[n++] = language_known_symbol(&f->known, len < 0 ? POTOK_REPLACEMENT : c);
		i += (size_t)(len < 0 ? -len : len);
	}
	return n;
}

/* The decoder of an encoding, as new. */
static enum potok_status
use_decoder(struct normalize_fit *f, int encoding)
{
	struct encoding e;

	if (f->decoders[encoding] != NULL) {
		decoder_reset(f->decoders[encoding]);
		return POTOK_MORE;
	}
	return encoding_find(fit_name(encoding), &e) ? decoder_open(&f->decoders[encoding], &e)
						     : POTOK_EUSAGE;
}

/* Decodes the text to f->symbols, U+FFFD for each of the *ill ill-formed sequences.  Answers how
 * many there are, or -1: no memory. */
static ptrdiff_t
decode_text(struct normalize_fit *f, int encoding, size_t *ill)
{
	ptrdiff_t n = 0;

	*ill = 0;
	if (encoding == FIT_UTF8)
		return decode_utf8(f, ill);
	enum potok_status s = use_decoder(f, encoding);
	if (s < 0) /* the system's iconv may lack it */
		return s == POTOK_ENOMEM ? -1 : 0;
	for (size_t at = 0; at < f->len && n < EVIDENCE;) {
		struct decoded r;
		s = decoder_run(
		    f->decoders[encoding], f->text + at, f->len - at, false, f->decoded, &r);
		if (s < 0 || (!r.ill && r.used == 0 && r.made == 0))
			break;
		if (r.ill) {
			++*ill;
			f->symbols[n++] = language_known_symbol(&f->known, POTOK_REPLACEMENT);
			decoder_skip(f->decoders[encoding], &r);
			at += r.bad;
		}
		at += r.used;
		for (size_t i = 0; i < r.made && n < EVIDENCE;) {
			uint32_t c;
			i += (size_t)potok_utf8_decode(f->decoded + i, r.made - i, &c);
			f->symbols[n++] = language_known_symbol(&f->known, c);
		}
	}
	return s == POTOK_ENOMEM ? -1 : n;
}

/* Has the text UTF-8 that is not ASCII? */
static bool
has_utf8(const struct normalize_fit *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (f->symbols[i].c >= 0x80 && f->symbols[i].c != POTOK_REPLACEMENT)
			return true;
	}
	return false;
}

/* Tries an encoding whose text must be decoded first. */
static bool
try_decoder(struct normalize_fit *f, int encoding, const struct fit_hints *hints, struct best *best)
{
	size_t ill;
	ptrdiff_t n = decode_text(f, encoding, &ill);
	uint64_t cost = handicap(f, encoding, hints) + ill * COST_ILL;

	/* Errors alone cost the same in every language. */
	uint64_t languages =
	    encoding == FIT_UTF8 && n > 0 && !has_utf8(f, (size_t)n) ? 1 : f->languages[encoding];
	for (size_t l = 0; n > 0 && language_model(l) != NULL; l++) {
		if (languages >> l & 1)
			take(f, best, encoding, l,
			    cost - (is_hinted(hints, l) ? HINT : 0) +
				language_cost(l, f->symbols, (size_t)n, false));
	}
	return n >= 0;
}

/* What the character of one byte, `second` 0, or two costs in an encoding: see `wide`. */
static unsigned
find_wide_cost(struct normalize_fit *f, size_t m, unsigned first, unsigned second)
{
	uint8_t *known = &f->wide[m][first << 8 | second];
	size_t language = (size_t)__builtin_ctzll(f->languages[FIT_MULTIBYTE + m]);
	unsigned char bytes[3] = {
	    (unsigned char)first, second != 0 ? (unsigned char)second : '\n', '\n'};
	size_t len = second != 0 ? 2 : 1;
	struct decoded r;
	uint32_t c;

	*known = WIDE_OTHER;
	if (use_decoder(f, FIT_MULTIBYTE + (int)m) < 0)
		return WIDE_OTHER;
	struct normalize_decoder *decoder = f->decoders[FIT_MULTIBYTE + m];
	enum potok_status s = decoder_run(decoder, bytes, len + 1, false, f->decoded, &r);
	/* More bytes may make it a longer one. */
	bool longer = first == 0x8E || first == 0x8F || (second >= '0' && second <= '9');
	if (s >= 0 && r.ill && len == 2 && !longer)
		*known = r.bad == 1 ? WIDE_ILL_1 : r.bad == 2 ? WIDE_ILL_2 : WIDE_OTHER;
	if (s < 0 || r.ill || r.used != len + 1)
		return *known;
	int made = potok_utf8_decode(f->decoded, r.made, &c);
	if (made <= 0 || r.made != (size_t)made + 1 || f->decoded[made] != '\n' ||
	    (first < 0x80 ? c != first : c < 0x80))
		return *known;
	struct symbol symbol = language_symbol(c);
	uint64_t cost = c < 0x80 ? 0 : language_cost(language, &symbol, 1, true);
	if (cost + 1 < WIDE_ILL_1)
		*known = (uint8_t)(cost + 1);
	return *known;
}

static inline unsigned
wide_cost(struct normalize_fit *f, size_t m, unsigned first, unsigned second)
{
	unsigned known = f->wide[m][first << 8 | second];

	return known != WIDE_UNKNOWN ? known : find_wide_cost(f, m, first, second);
}

/*
 * What the text costs in an encoding of characters of two bytes, as far as `wide` tells it and it
 * is below a limit: the least that it costs.  *exact: it is what try_decoder() has.
 */
static uint64_t
multibyte_least(
    struct normalize_fit *f, size_t m, const struct fit_hints *hints, uint64_t limit, bool *exact)
{
	const struct multibyte *wide = &multibytes[m];
	size_t language = (size_t)__builtin_ctzll(f->languages[FIT_MULTIBYTE + m]);
	uint64_t sum =
	    handicap(f, FIT_MULTIBYTE + (int)m, hints) - (is_hinted(hints, language) ? HINT : 0u);
	uint64_t letters = 0; /* of ASCII, in a word that has nothing else yet */
	bool high = false, told = true;
	enum { OTHER, LETTER, HIGH } before = OTHER;

	*exact = false;
	for (size_t i = 0; i < f->len && sum < limit; i++) {
		unsigned b = f->text[i];
		if (language_in_word(b) && b < 0x80) {
			*(high ? &sum : &letters) +=
			    COST_ASCII_LETTER + (before == HIGH ? COST_SEAM : 0u);
			before = LETTER;
			continue;
		}
		if (b < 0x80) {
			/* Those two are others in some encodings. */
			if (b == '\\' || b == '~')
				told = told && wide_cost(f, m, b, 0) == 1;
			letters = 0;
			high = false;
			before = OTHER;
			continue;
		}
		bool single = within((uint8_t)b, wide->single);
		/* NUL is no second byte. */
		if (!single && (i + 1 == f->len || f->text[i + 1] == 0))
			return sum;
		unsigned cost = wide_cost(f, m, b, single ? 0 : f->text[i + 1]);
		if (cost == WIDE_OTHER)
			return sum;
		bool ill = cost == WIDE_ILL_1 || cost == WIDE_ILL_2;
		told = told && !ill;
		i += !single && cost != WIDE_ILL_1;
		sum += letters + (ill ? COST_ILL : cost - 1) + (before == LETTER ? COST_SEAM : 0u);
		letters = 0;
		high = true;
		before = HIGH;
	}
	*exact = told && sum < limit;
	return sum;
}

/* May it cost less than the limit as UTF-8 with errors? */
static bool
utf8_below(struct normalize_fit *f, const struct fit_hints *hints, uint64_t limit)
{
	uint64_t least = handicap(f, FIT_UTF8, hints) - (hints->language != NULL ? HINT : 0u);
	bool errors_alone = true;

	for (size_t i = 0; i < f->len && least < limit;) {
		uint32_t c;
		int len = potok_utf8_decode(f->text + i, f->len - i, &c);
		if (len < 0 && surrogate_pair(f->text + i, f->len - i, &c) > 0)
			len = 6;
		if (len == 0)
			break;
		least += len < 0 ? COST_ILL : 0;
		errors_alone = errors_alone && len <= 1;
		i += (size_t)(len < 0 ? -len : len);
	}
	if (least >= limit || !errors_alone)
		return least < limit;
	size_t ill = 0;
	ptrdiff_t n = decode_utf8(f, &ill);
	return least + language_cost(0, f->symbols, (size_t)n, false) < limit;
}

/* Tries a set of the encodings of characters of two bytes. */
static bool
try_multibytes(
    struct normalize_fit *f, const struct fit_hints *hints, uint64_t those, struct best *best)
{
	for (uint64_t set = those; set != 0; set &= set - 1) {
		int i = __builtin_ctzll(set);
		if (has_structure(&multibytes[i], f) &&
		    !try_decoder(f, FIT_MULTIBYTE + i, hints, best))
			return false;
	}
	return true;
}

/* The row of a pair, where there is room for it. */
static const uint8_t *
costs_row(struct normalize_fit *f, unsigned a, unsigned b)
{
	uint16_t *row = &f->row_of[a << 8 | b];

	if (*row != 0)
		return f->rows[*row];
	*row = (uint16_t)++f->nrows;
	uint64_t bytes[4] = {0};
	bytes[a / 64] |= UINT64_C(1) << a % 64;
	bytes[b / 64] |= UINT64_C(1) << b % 64;
	for (size_t i = 0; i < f->nhypotheses; i++) {
		size_t single = f->hypotheses[i].single, language = f->hypotheses[i].language;
		const uint8_t *class = byte_classes(f, i, bytes);
		unsigned cost = class_cost(language_model(language), class[a], class[b]) +
				language_case(byte_symbol(f, single, a), byte_symbol(f, single, b));
		f->rows[*row][i] = (uint8_t)(cost < UINT8_MAX ? cost : UINT8_MAX);
	}
	return f->rows[*row];
}

/* Finds the costs of the pairs of the line.  Answers false when they are too many. */
static bool
find_costs(struct normalize_fit *f)
{
	if (f->npairs >= ROWS)
		return false;
	if (f->nrows + f->npairs >= ROWS) {
		memset(f->row_of, 0, sizeof f->row_of);
		f->nrows = 0;
	}
	for (size_t i = 0; i < f->npairs; i++) {
		const struct pair *pair = &f->pairs[i];
		f->costs[i] = (struct costs){costs_row(f, pair->a, pair->b), pair->weight};
	}
	return true;
}

/* Finds what is against each hypothesis, and what the file's encoding costs, before its pairs are
 * looked at. */
static void
find_against(struct normalize_fit *f, const struct fit_hints *hints)
{
	for (size_t i = 0; !f->has_against && i < f->nhypotheses; i++) {
		size_t single = f->hypotheses[i].single, language = f->hypotheses[i].language;
		uint64_t cost = handicap(f, FIT_SINGLE + (int)single, hints) -
				(is_hinted(hints, language) ? HINT : 0u);
		if (FIT_SINGLE + (int)single == f->prior.encoding)
			f->own[i - f->first_hypothesis[single]] = (uint32_t)cost;
		f->against[i] =
		    (uint32_t)cost - (language_model(language)->latin ? ASCII_GAIN : 0u);
	}
	f->has_against = true;
}

/* The encodings of single bytes that may cost less than the limit: a set. */
static uint64_t
singles_below(const struct normalize_fit *f, const uint16_t sums[COSTS], uint64_t limit)
{
	uint32_t most = limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
	uint64_t set = 0;

	for (size_t i = 0; i < f->nhypotheses; i++)
		set |= (uint64_t)(f->against[i] + sums[i] < most) << f->hypotheses[i].single;
	return set;
}

/* Encodings that may be better than that of the file: sets, and whether UTF-8 may be. */
struct rivals {
	uint64_t singles, multibytes;
	bool utf8;
};

/* What a line costs under all hypotheses of single bytes but for what is against each; in the
 * encoding of the file, also what its first pairs cost, FIRST, 2 * FIRST, ... of them. */
struct sums {
	uint16_t all[COSTS], first[FIRSTS][MODELS_MAX];
	size_t nfirst;
};

/* Adds up the costs of the pairs.  Answers false when they are too many. */
static bool
add_up(struct normalize_fit *f, struct sums *sums)
{
	const size_t single = (size_t)(f->prior.encoding - FIT_SINGLE);
	const size_t from = f->first_hypothesis[single], to = f->first_hypothesis[single + 1];
	size_t at = 0;

	memset(sums->all, 0, sizeof sums->all);
	sums->nfirst = 0;
	if (!find_costs(f))
		return false;
	for (; sums->nfirst + 1 < FIRSTS && at + FIRST < f->npairs; at += FIRST) {
		costs_add(f->costs + at, FIRST, sums->all);
		memcpy(sums->first[sums->nfirst++], sums->all + from,
		    (to - from) * sizeof sums->all[0]);
	}
	costs_add(f->costs + at, f->npairs - at, sums->all);
	return true;
}

/*
 * The most that the line costs under a hypothesis of the encoding of the file, but for the words of
 * ASCII, or UINT64_MAX: so much or less fit() comes to, as this is none of the languages that it
 * gives up for their first pairs, whatever is gained by words of ASCII.
 */
static uint64_t
own_most(const struct normalize_fit *f, const struct sums *sums, size_t hypothesis)
{
	const size_t single = (size_t)(f->prior.encoding - FIT_SINGLE);
	const size_t from = f->first_hypothesis[single], to = f->first_hypothesis[single + 1];
	const unsigned slack = BEHIND - ASCII_GAIN - HINT;
	bool known = sums->all[hypothesis] < UINT16_MAX;

	for (size_t i = 0; i < f->npairs; i++)
		known = known && f->costs[i].row[hypothesis] < UINT8_MAX;
	for (size_t k = 0; k < sums->nfirst; k++) {
		for (size_t i = 0; i < to - from; i++)
			known =
			    known && sums->first[k][hypothesis - from] <= sums->first[k][i] + slack;
	}
	return known ? sums->all[hypothesis] + f->own[hypothesis - from] : UINT64_MAX;
}

/* As own_most(), of the language that costs least. */
static uint64_t
prior_most(const struct normalize_fit *f, const struct sums *sums)
{
	const size_t single = (size_t)(f->prior.encoding - FIT_SINGLE);
	const size_t from = f->first_hypothesis[single], to = f->first_hypothesis[single + 1];
	size_t best = from;

	for (size_t i = from + 1; i < to; i++) {
		if (sums->all[i] + f->own[i - from] < sums->all[best] + f->own[best - from])
			best = i;
	}
	return own_most(f, sums, best);
}

/* Does a rival cost no less in each language, be it for the limit or as the file's encoding costs
 * no more in the same one, with the same gain by words of ASCII? */
static bool
is_beaten(const struct normalize_fit *f, const struct sums *sums, size_t single, uint64_t limit)
{
	const size_t prior = (size_t)(f->prior.encoding - FIT_SINGLE);
	size_t from = f->first_hypothesis[prior], to = f->first_hypothesis[prior + 1];

	for (size_t i = f->first_hypothesis[single]; i < f->first_hypothesis[single + 1]; i++) {
		uint64_t least = sums->all[i] + f->against[i];
		unsigned language = f->hypotheses[i].language, own = (unsigned)from;
		if (least >= limit)
			continue;
		while (own < to && f->hypotheses[own].language != language)
			own++;
		if (own == to)
			return false;
		least += language_model(language)->latin ? ASCII_GAIN : 0u;
		if (own_most(f, sums, own) > least)
			return false;
	}
	return true;
}

/* Is the line best in the encoding of the file?  Else leaves of the rivals those that may be
 * better. */
static bool
beats_rivals(struct normalize_fit *f, const struct fit_hints *hints, struct rivals *rivals)
{
	struct sums sums;
	bool exact;

	find_against(f, hints);
	uint64_t most = add_up(f, &sums) ? prior_most(f, &sums) : UINT64_MAX;
	if (most == UINT64_MAX)
		return false;
	rivals->singles &= singles_below(f, sums.all, most);
	rivals->singles &= ~(UINT64_C(1) << (f->prior.encoding - FIT_SINGLE));
	for (uint64_t set = rivals->singles; set != 0; set &= set - 1) {
		size_t i = (size_t)__builtin_ctzll(set);
		if (is_beaten(f, &sums, i, most))
			rivals->singles &= ~(UINT64_C(1) << i);
	}
	for (uint64_t set = rivals->multibytes; set != 0; set &= set - 1) {
		size_t i = (size_t)__builtin_ctzll(set);
		if (multibyte_least(f, i, hints, most, &exact) >= most ||
		    !has_structure(&multibytes[i], f))
			rivals->multibytes &= ~(UINT64_C(1) << i);
	}
	rivals->utf8 = rivals->utf8 && utf8_below(f, hints, most);
	return rivals->singles == 0 && rivals->multibytes == 0 && !rivals->utf8;
}

/* Is the line in the expected encoding, of characters of two bytes, as anything else costs more? */
static bool
is_expected(struct normalize_fit *f, const struct fit_hints *hints)
{
	const size_t m = (size_t)(f->expected - FIT_MULTIBYTE);
	uint16_t sums[COSTS] = {0};
	bool exact;
	uint64_t cost = multibyte_least(f, m, hints, UINT64_MAX, &exact);

	if (!exact || !has_structure(&multibytes[m], f) || utf8_below(f, hints, cost + 1) ||
	    !find_costs(f))
		return false;
	for (size_t i = 0; i < NMULTIBYTES; i++) {
		bool other;
		if (i != m && multibyte_least(f, i, hints, cost + 1, &other) <= cost &&
		    has_structure(&multibytes[i], f))
			return false;
	}
	find_against(f, hints);
	costs_add(f->costs, f->npairs, sums);
	return singles_below(f, sums, cost + 1) == 0;
}

/* As fit_text(); `siblings`: there are only the encodings like that of the file. */
static int
fit(struct normalize_fit *f, const unsigned char *p, size_t n, const struct fit_hints *hints,
    bool utf8, bool siblings, struct fitting *found)
{
	struct best best = {.is = {.encoding = FIT_NONE, .cost = UINT64_MAX}, .second = UINT64_MAX};
	struct rivals rivals = {siblings ? f->siblings : (UINT64_C(1) << NSINGLES) - 1,
	    siblings ? 0 : (UINT64_C(1) << NMULTIBYTES) - 1, utf8 && !siblings};

	forget(f);
	gather(f, p, n, false);
	if (f->len == 0)
		gather(f, p, n, true);
	if (f->len == 0)
		return 0;
	count_pairs(f);
	/* Of a line it matters only which encoding it is in. */
	bool known = f->nsearched > COSTS_FROM;
	if (known && !siblings && f->expected >= FIT_MULTIBYTE && is_expected(f, hints)) {
		found->encoding = f->expected;
		return 1;
	}
	if (known && has_single_prior(f) && beats_rivals(f, hints, &rivals)) {
		found->encoding = f->prior.encoding;
		return 1;
	}
	try_singles(f, hints, rivals.singles, &best);
	if (!try_multibytes(f, hints, rivals.multibytes, &best) ||
	    (rivals.utf8 && !try_decoder(f, FIT_UTF8, hints, &best)))
		return -1;
	uint64_t margin = (best.second - best.is.cost) / 8;
	*found = best.is;
	f->expected = found->encoding;
	found->name = fit_name(found->encoding);
	found->confidence = margin >= 10 ? 99 : 50 + (unsigned)margin * 5;
	found->cost = found->cost > BASE ? found->cost - BASE : 0;
	return 1;
}

int
fit_text(struct normalize_fit *f, const unsigned char *p, size_t n, const struct fit_hints *hints,
    bool utf8, struct fitting *found)
{
	return fit(f, p, n, hints, utf8, false, found);
}

/* The encodings of single bytes that share as many letters with one as text may be of mostly: a
 * set. */
static uint64_t
siblings_of(const struct normalize_fit *f, size_t single)
{
	uint64_t set = 0;

	for (size_t i = 0; i < NSINGLES; i++) {
		size_t same = 0;
		for (unsigned b = 0x80; b < 0x100; b++) {
			const struct symbol *symbol = byte_symbol(f, single, b);
			same += symbol->letter != 0 && symbol->c == byte_symbol(f, i, b)->c;
		}
		set |= (uint64_t)(same >= SIBLING) << i;
	}
	return set;
}

void
fit_set_prior(struct normalize_fit *f, const struct fitting *prior)
{
	f->prior = *prior;
	f->has_screen = f->mixed = f->has_against = false;
	f->expected = prior->encoding;
	if (has_single_prior(f))
		f->siblings = siblings_of(f, (size_t)(prior->encoding - FIT_SINGLE));
	memset(f->others, 0, sizeof f->others);
	f->language = 0;
	for (size_t l = 0; prior->language != NULL && language_model(l) != NULL; l++) {
		if (strcmp(prior->language, language_model(l)->name) == 0)
			f->language = l;
	}
}

/* What two bytes cost in the encoding of the file, for the screen. */
static void
fill_single_screen(struct normalize_fit *f, size_t single)
{
	const struct model *m = language_model(f->language);
	static const uint64_t all[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	const uint8_t *cases = f->cases[single];
	size_t hypothesis = f->first_hypothesis[single];
	unsigned costs[CASES][CASES];

	while (f->hypotheses[hypothesis].language != f->language)
		hypothesis++;
	const uint8_t *class = byte_classes(f, hypothesis, all);
	case_costs(costs);
	memset(f->screen, 0, sizeof f->screen);
	for (unsigned a = 0; a < 0x100; a++) {
		uint8_t *screen = &f->screen[a << 8];
		for (unsigned b = a < 0x80 ? 0x80 : 0; b < 0x100; b++) {
			unsigned cost =
			    class_cost(m, class[a], class[b]) + costs[cases[a]][cases[b]];
			screen[b] = (uint8_t)(cost < SCREEN_NONE ? cost : SCREEN_NONE);
		}
	}
}

/* The same for characters of two bytes: half of what they cost. */
static bool
fill_wide_screen(struct normalize_fit *f, const struct multibyte *m)
{
	struct normalize_decoder *decoder = NULL;
	struct encoding e;
	enum potok_status s =
	    encoding_find(m->name, &e) ? decoder_open(&decoder, &e) : POTOK_EUSAGE;

	memset(f->screen, SCREEN_NONE, sizeof f->screen);
	for (unsigned pair = 0x8000; s >= 0 && pair < 0x10000; pair++) {
		unsigned char bytes[3] = {(unsigned char)(pair >> 8), (unsigned char)pair, '\n'};
		struct decoded r;
		uint32_t c;
		if (!is_pair(m, bytes[0], bytes[1]))
			continue;
		s = decoder_run(decoder, bytes, sizeof bytes, false, f->decoded, &r);
		if (s < 0)
			break;
		if (r.ill)
			decoder_skip(decoder, &r);
		if (r.ill || r.used < 2 || potok_utf8_decode(f->decoded, r.made, &c) <= 0) {
			/* What it keeps of those bytes must not meet the next ones. */
			decoder_close(decoder);
			decoder = NULL;
			s = decoder_open(&decoder, &e);
			continue;
		}
		struct symbol symbol = language_symbol(c);
		uint64_t cost = language_cost(f->language, &symbol, 1, true) / 2;
		f->screen[pair] = cost < SCREEN_NONE ? (uint8_t)cost : SCREEN_NONE;
	}
	decoder_close(decoder);
	return s != POTOK_ENOMEM;
}

/* Is the line in the encoding of the file, without a closer look?  SCREEN_ODD_PAIRS: it may be in
 * one that has mostly the same letters. */
enum screening { SCREEN_FAILS, SCREEN_PASSES, SCREEN_ODD_PAIRS };

/* Does the line cost little enough in the encoding of the file? */
static enum screening
passes_single(const struct normalize_fit *f, const unsigned char *p, size_t n)
{
	uint64_t sum = 0, excess = 0;
	size_t letters = 0;
	unsigned before = ' ';

	for (size_t i = 0; i < n; i++) {
		unsigned cost = f->screen[before << 8 | p[i]];
		sum += cost;
		excess += cost > SCREEN_ODD ? cost - SCREEN_OTHERS : 0;
		letters += p[i] >> 7;
		before = p[i];
	}
	uint64_t worth = f->mixed ? PRIOR_MIXED / 2 : PRIOR;
	if (letters < SCREEN_LEAST || sum >= letters * SCREEN_USUAL + worth / 2)
		return SCREEN_FAILS;
	return excess < worth ? SCREEN_PASSES : SCREEN_ODD_PAIRS;
}

static enum screening
passes_wide(
    const struct normalize_fit *f, const struct multibyte *m, const unsigned char *p, size_t n)
{
	uint64_t sum = 0;
	size_t characters = 0;
	bool none = false;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0x80 || within(p[i], m->single))
			continue;
		if (i + 1 == n)
			break;
		unsigned cost = f->screen[(unsigned)p[i] << 8 | p[i + 1]];
		none |= cost == SCREEN_NONE;
		sum += cost;
		characters++;
		i++;
	}
	return characters >= SCREEN_LEAST && !none && sum <= characters * SCREEN_WIDE
		   ? SCREEN_PASSES
		   : SCREEN_FAILS;
}

/* As passes_single() and passes_wide().  -1: no memory. */
static int
passes_screen(struct normalize_fit *f, const unsigned char *p, size_t n)
{
	int prior = f->prior.encoding;

	if (prior < FIT_SINGLE || f->nlines++ < SCREEN_FROM)
		return SCREEN_FAILS;
	if (prior < FIT_MULTIBYTE) {
		if (!f->has_screen)
			fill_single_screen(f, (size_t)(prior - FIT_SINGLE));
		f->has_screen = true;
		return passes_single(f, p, n);
	}
	const struct multibyte *m = &multibytes[prior - FIT_MULTIBYTE];
	if (!f->has_screen && !fill_wide_screen(f, m))
		return -1;
	f->has_screen = true;
	return passes_wide(f, m, p, n);
}

int
fit_line(struct normalize_fit *f, const unsigned char *p, size_t n, const struct fit_hints *hints,
    int *encoding)
{
	struct fitting found = {.encoding = f->prior.encoding};
	bool valid = potok_utf8_valid(p, n) == n;
	int passes = passes_screen(f, p, n), s = 1;

	if (passes < 0)
		return -1;
	/* In text of single bytes there is next to no UTF-8 by chance; characters of two bytes
	 * may be some. */
	if (valid && (f->prior.encoding < FIT_MULTIBYTE || passes == SCREEN_FAILS))
		found.encoding = FIT_UTF8;
	else if (valid || passes != SCREEN_PASSES) {
		f->nsearched++;
		s = fit(f, p, n, hints, true, passes == SCREEN_ODD_PAIRS, &found);
	}
	if (found.encoding > FIT_UTF8 && found.encoding != f->prior.encoding &&
	    f->others[found.encoding] < MIXED && ++f->others[found.encoding] == MIXED) {
		f->mixed = true;
		f->has_against = false;
	}
	*encoding = found.encoding;
	return s;
}
