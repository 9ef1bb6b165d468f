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

#include "fit_parts.h"

enum {
	ALONE = 8,         /* characters of one byte that may be text of an encoding of two */
	COST_RARE = 6 * 8, /* characters that are UTF-8 by chance rather than others */
	UTF8_AMONG_WIDE = 12 * 8, /* for a short line of UTF-8 in a file of ideographs */
	CHANCE = 8, /* characters of UTF-8 that a line may have that is in another encoding */
	BASE = ASCII_GAIN + 2 * HINT + PRIOR, /* keeps costs above 0 */
	KNOWN = 256,      /* bytes of a line that are kept before those in question */
	SIBLING = 24,     /* letters that are the same in another encoding like it */
	COSTS_FROM = 512, /* lines that are searched without the costs of pairs: they take time */
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

_Static_assert(sizeof singles / sizeof singles[0] == NSINGLES, "their number");

const struct multibyte fit_multibytes[NMULTIBYTES] = {
    {"GB18030", 0, "zh-CN", {{0x81, 0xFE}}, {{0x40, 0x7E}, {0x80, 0xFE}, {0x30, 0x39}},
	{0x80, 0x80}, {0, 0}},
    {"Big5", 0, "zh-TW", {{0x81, 0xFE}}, {{0x40, 0x7E}, {0xA1, 0xFE}}, {0, 0}, {0, 0}},
    {"windows-31j", 0, "ja", {{0x81, 0x9F}, {0xE0, 0xFC}}, {{0x40, 0x7E}, {0x80, 0xFC}},
	{0xA1, 0xDF}, {0, 0}},
    {"EUC-JP", 0, "ja", {{0xA1, 0xFE}, {0x8E, 0x8F}}, {{0xA1, 0xFE}}, {0, 0}, {0x8F, 3}},
    {"windows-949", 0, "ko", {{0x81, 0xFE}}, {{0x41, 0x5A}, {0x61, 0x7A}, {0x81, 0xFE}}, {0, 0},
	{0, 0}},
    {"EUC-TW", 4, "zh-TW", {{0xA1, 0xFE}, {0x8E, 0x8E}}, {{0xA1, 0xFE}}, {0, 0}, {0x8E, 4}},
    {"JOHAB", 6, "ko", {{0x84, 0xD3}, {0xD8, 0xF9}}, {{0x31, 0x7E}, {0x81, 0xFE}}, {0, 0}, {0, 0}},
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
	return encoding < FIT_END ? fit_multibytes[encoding - FIT_MULTIBYTE].name : NULL;
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
						   : fit_multibytes[i - FIT_MULTIBYTE].languages);
	f->languages[FIT_UTF8] = UINT64_MAX;
	for (size_t i = 0; i < NSINGLES; i++) {
		f->upper[i] = decode_upper_half(singles[i].name);
		for (unsigned b = 0; b < 0x80; b++)
			f->above[i][b] = language_symbol(f->upper[i][b]);
		for (unsigned b = 0; b < 256; b++) {
			const struct symbol *symbol = byte_symbol(f, i, b);
			f->cases[i][b] = symbol->capital ? CASE_CAPITAL
					 : symbol->small ? CASE_SMALL
					 : symbol->opens ? CASE_OPENS
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
	f->repeated = false;
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
		f->repeated |= fit_repeats(f, pair) > 0;
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

const uint8_t *
fit_byte_classes(struct normalize_fit *f, size_t hypothesis, const uint64_t bytes[4])
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
	const uint8_t *class = fit_byte_classes(f, hypothesis, f->bytes);
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

uint64_t
fit_handicap(const struct normalize_fit *f, int encoding, const struct fit_hints *hints)
{
	uint64_t bits = encoding < FIT_SINGLE ? 0
			: encoding < FIT_MULTIBYTE
			    ? singles[encoding - FIT_SINGLE].handicap
			    : fit_multibytes[encoding - FIT_MULTIBYTE].handicap;
	uint64_t cost = BASE + 8 * bits;

	if (encoding == FIT_UTF8 && f->prior.encoding == FIT_UTF8)
		cost -= PRIOR_UTF8;
	else if (encoding == FIT_UTF8 && f->all_utf8 && f->prior.encoding >= FIT_MULTIBYTE)
		cost -= UTF8_AMONG_WIDE;
	else if (encoding == f->prior.encoding || (encoding == FIT_UTF8 && f->all_utf8))
		cost -= f->mixed ? PRIOR_MIXED : PRIOR;
	else if (f->others[encoding] >= MIXED)
		cost -= PRIOR_MIXED;
	else if (encoding > FIT_UTF8 && f->prior.encoding >= FIT_MULTIBYTE)
		cost += OTHER_WIDE;
	if (hints->declared != NULL && strcmp(hints->declared, fit_name(encoding)) == 0)
		cost -= HINT;
	return cost;
}

bool
fit_is_hinted(const struct fit_hints *hints, size_t language)
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
	    case_cost(f, i, fit_handicap(f, place, hints), limit_of(f, best) + ASCII_GAIN + HINT);

	for (size_t h = f->first_hypothesis[i]; h < f->first_hypothesis[i + 1]; h++) {
		size_t l = f->hypotheses[h].language;
		take(f, best, place, l, pairs_cost(f, h, cost - gains[l], limit_of(f, best)));
	}
}

/* What the pairs cost more under the best hypothesis, of single bytes, when each counts as often as
 * it occurs. */
static uint64_t
repeats_cost(struct normalize_fit *f, const struct fitting *best)
{
	size_t single = (size_t)(best->encoding - FIT_SINGLE), h = f->first_hypothesis[single];
	unsigned costs[CASES][CASES];
	uint64_t sum = 0;

	while (language_model(f->hypotheses[h].language)->name != best->language)
		h++;
	const struct model *m = language_model(f->hypotheses[h].language);
	const uint8_t *class = fit_byte_classes(f, h, f->bytes), *cases = f->cases[single];
	case_costs(costs);
	for (size_t i = 0; i < f->npairs; i++) {
		const struct pair *pair = &f->pairs[i];
		unsigned cost = class_cost(m, class[pair->a], class[pair->b]) +
				costs[cases[pair->a]][cases[pair->b]];
		sum += (uint64_t)cost * fit_repeats(f, pair);
	}
	return sum;
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
		gains[l] = ascii_gain(f, l) + (fit_is_hinted(hints, l) ? HINT : 0u);
	}
	/* What is likely comes first, so that the others are soon seen to cost more. */
	try_single(f, first, gains, hints, best);
	for (uint64_t set = others; set != 0; set &= set - 1)
		try_single(f, (size_t)__builtin_ctzll(set), gains, hints, best);
}

bool
fit_has_structure(const struct multibyte *m, const struct normalize_fit *f)
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
		i += !pair ? 0u : b == m->longer[0] ? m->longer[1] - 1u : 1u;
	}
	return errors * 50 <= characters && (alone < characters || alone > ALONE);
}

ptrdiff_t
fit_decode_utf8(struct normalize_fit *f, size_t *ill)
{
	ptrdiff_t n = 0;

	for (size_t i = 0; i < f->len;) {
		uint32_t c;
		int len = decode_with_pairs(f->text + i, f->len - i, &c);
		if (len == 0)
			break;
		*ill += len < 0;
		f->symbols[n++] = language_symbol(len < 0 ? POTOK_REPLACEMENT : c);
		i += (size_t)(len < 0 ? -len : len);
	}
	return n;
}

enum potok_status
fit_use_decoder(struct normalize_fit *f, int encoding)
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
		return fit_decode_utf8(f, ill);
	enum potok_status s = fit_use_decoder(f, encoding);
	if (s < 0) /* the system's iconv may lack it */
		return s == POTOK_ENOMEM ? -1 : 0;
	size_t at = 0;
	while (at < f->len && n < EVIDENCE) {
		struct decoded r;
		s = decoder_run(
		    f->decoders[encoding], f->text + at, f->len - at, false, f->decoded, &r);
		if (s < 0 || (!r.ill && r.used == 0 && r.made == 0))
			break;
		if (r.ill) {
			++*ill;
			f->symbols[n++] = language_symbol(POTOK_REPLACEMENT);
			decoder_skip(f->decoders[encoding], &r);
			at += r.bad;
		}
		at += r.used;
		for (size_t i = 0; i < r.made && n < EVIDENCE;) {
			uint32_t c;
			i += (size_t)potok_utf8_decode(f->decoded + i, r.made - i, &c);
			f->symbols[n++] = language_symbol(c);
		}
	}
	/* A character that is cut explains its bytes as little as one that is none. */
	*ill += at < f->len;
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

/* Is one of n characters of no alphabet that the models know, and no ideograph? */
static bool
has_rare(const struct normalize_fit *f, size_t n)
{
	bool rare = false;

	for (size_t i = 0; i < n; i++) {
		const struct symbol *s = &f->symbols[i];
		bool known = s->letter != 0 || s->c < 0x80 || (s->c >= 0x3000 && s->c < 0xE000);
		rare |= !known && (s->class == CLASS_OTHER || s->class == CLASS_FOREIGN);
	}
	return rare;
}

/* Tries an encoding whose text must be decoded first. */
static bool
try_decoder(struct normalize_fit *f, int encoding, const struct fit_hints *hints, struct best *best)
{
	size_t ill;
	ptrdiff_t n = decode_text(f, encoding, &ill);
	uint64_t cost = fit_handicap(f, encoding, hints) + ill * COST_ILL;
	/* There are many such scripts and signs, and it is one of them. */
	if (encoding == FIT_UTF8 && f->all_utf8 && n > 0 && has_rare(f, (size_t)n))
		cost += COST_RARE;

	/* Errors alone cost the same in every language. */
	uint64_t languages =
	    encoding == FIT_UTF8 && n > 0 && !has_utf8(f, (size_t)n) ? 1 : f->languages[encoding];
	for (size_t l = 0; n > 0 && language_model(l) != NULL; l++) {
		if (languages >> l & 1)
			take(f, best, encoding, l,
			    cost - (fit_is_hinted(hints, l) ? HINT : 0) +
				language_cost(l, f->symbols, (size_t)n, false));
	}
	return n >= 0;
}

/* Tries a set of the encodings of characters of two bytes. */
static bool
try_multibytes(
    struct normalize_fit *f, const struct fit_hints *hints, uint64_t those, struct best *best)
{
	for (uint64_t set = those; set != 0; set &= set - 1) {
		int i = __builtin_ctzll(set);
		uint64_t limit = limit_of(f, best);
		bool exact;
		if (fit_has_structure(&fit_multibytes[i], f) &&
		    fit_multibyte_least(f, (size_t)i, hints, limit, false, &exact) < limit &&
		    !try_decoder(f, FIT_MULTIBYTE + i, hints, best))
			return false;
	}
	return true;
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
	if (known && !siblings && f->expected >= FIT_MULTIBYTE && fit_is_expected(f, hints)) {
		found->encoding = f->expected;
		return 1;
	}
	if (known && has_single_prior(f) && fit_beats_rivals(f, hints, &rivals)) {
		found->encoding = f->prior.encoding;
		return 1;
	}
	try_singles(f, hints, rivals.singles, &best);
	/* Among each other they are weighed by pairs that are damped, but longer characters cost as
	 * much each time. */
	if (f->repeated) {
		uint64_t more = repeats_cost(f, &best.is);
		best.is.cost += more;
		best.second += best.second < UINT64_MAX ? more : 0;
	}
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
	f->has_screen = f->mixed = f->has_against = f->all_utf8 = false;
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

/* Has UTF-8 so few characters above 7F that it may be words of another encoding by chance, as сад
 * in IBM866 is? */
static bool
has_few(const unsigned char *p, size_t n)
{
	size_t characters = 0;

	for (size_t i = 0; i < n && characters <= CHANCE; i++)
		characters += p[i] >= 0xC0;
	return characters <= CHANCE;
}

int
fit_line(struct normalize_fit *f, const unsigned char *p, size_t n, const struct fit_hints *hints,
    int *encoding)
{
	struct fitting found = {.encoding = f->prior.encoding};
	bool valid = potok_utf8_valid(p, n) == n;
	enum screening passes = fit_screen(f, p, n);
	int s = 1;

	/* Of short lines the likelier text counts.  Longer ones in a file of single bytes are not
	 * UTF-8 by chance; characters of two bytes may be. */
	f->all_utf8 = valid && f->prior.encoding >= FIT_SINGLE && has_few(p, n);
	if (f->all_utf8) {
		s = fit(f, p, n, hints, true, false, &found);
		if (found.encoding != f->prior.encoding)
			found.encoding = FIT_UTF8;
	} else if (valid && f->prior.encoding < FIT_MULTIBYTE) {
		found.encoding = FIT_UTF8;
	} else if (valid || passes != SCREEN_PASSES) {
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
