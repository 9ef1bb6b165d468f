/* What a text costs at least, or at most, under many hypotheses at once: lines whose best encoding
 * that settles are not judged further. */
#include <string.h>

#include <potok/utf8.h>

#include "fit_parts.h"

unsigned
fit_find_wide_cost(struct normalize_fit *f, size_t m, unsigned first, unsigned second)
{
	uint8_t *known = &f->wide[m][first << 8 | second];
	size_t language = (size_t)__builtin_ctzll(f->languages[FIT_MULTIBYTE + m]);
	unsigned char bytes[3] = {
	    (unsigned char)first, second != 0 ? (unsigned char)second : '\n', '\n'};
	size_t len = second != 0 ? 2 : 1;
	struct decoded r;
	uint32_t c;

	*known = WIDE_OTHER;
	if (fit_use_decoder(f, FIT_MULTIBYTE + (int)m) < 0)
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

/* As fit_wide_cost(), the least that it may be, by its bytes alone. */
static inline unsigned
least_cost(size_t m, unsigned first, unsigned second)
{
	bool longer = first == 0x8E || first == 0x8F || (second >= '0' && second <= '9');

	if (second != 0 &&
	    (longer || !is_pair(&fit_multibytes[m], (uint8_t)first, (uint8_t)second)))
		return WIDE_OTHER;
	return language_bytes_least(m, first << 8 | second) + 1;
}

uint64_t
fit_multibyte_least(struct normalize_fit *f, size_t m, const struct fit_hints *hints,
    uint64_t limit, bool look_up, bool *exact)
{
	const struct multibyte *wide = &fit_multibytes[m];
	size_t language = (size_t)__builtin_ctzll(f->languages[FIT_MULTIBYTE + m]);
	uint64_t sum = fit_handicap(f, FIT_MULTIBYTE + (int)m, hints) -
		       (fit_is_hinted(hints, language) ? HINT : 0u);
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
				told = told && look_up && fit_wide_cost(f, m, b, 0) == 1;
			letters = 0;
			high = false;
			before = OTHER;
			continue;
		}
		bool single = within((uint8_t)b, wide->single);
		/* NUL is no second byte. */
		if (!single && (i + 1 == f->len || f->text[i + 1] == 0))
			return sum;
		unsigned second = single ? 0 : f->text[i + 1];
		unsigned cost = look_up ? fit_wide_cost(f, m, b, second) : least_cost(m, b, second);
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
	*exact = told && look_up && sum < limit;
	return sum;
}

/* May it cost less than the limit as UTF-8 with errors? */
static bool
utf8_below(struct normalize_fit *f, const struct fit_hints *hints, uint64_t limit)
{
	uint64_t least = fit_handicap(f, FIT_UTF8, hints) - (hints->language != NULL ? HINT : 0u);
	bool errors_alone = true;

	for (size_t i = 0; i < f->len && least < limit;) {
		uint32_t c;
		int len = decode_with_pairs(f->text + i, f->len - i, &c);
		if (len == 0)
			break;
		least += len < 0 ? COST_ILL : 0;
		errors_alone = errors_alone && len <= 1;
		i += (size_t)(len < 0 ? -len : len);
	}
	if (least >= limit || !errors_alone)
		return least < limit;
	size_t ill = 0;
	ptrdiff_t n = fit_decode_utf8(f, &ill);
	return least + language_cost(0, f->symbols, (size_t)n, false) < limit;
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
		const uint8_t *class = fit_byte_classes(f, i, bytes);
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
		uint64_t cost = fit_handicap(f, FIT_SINGLE + (int)single, hints) -
				(fit_is_hinted(hints, language) ? HINT : 0u);
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

/* The most that the pairs cost more in the encoding of the file when each counts as often as it
 * occurs, or UINT64_MAX. */
static uint64_t
repeats_most(const struct normalize_fit *f)
{
	const size_t single = (size_t)(f->prior.encoding - FIT_SINGLE);
	uint64_t most = 0;

	for (size_t h = f->first_hypothesis[single];
	     f->repeated && h < f->first_hypothesis[single + 1]; h++) {
		uint64_t sum = 0;
		for (size_t i = 0; i < f->npairs; i++) {
			unsigned repeats = fit_repeats(f, &f->pairs[i]);
			if (repeats > 0 && f->costs[i].row[h] == UINT8_MAX)
				return UINT64_MAX;
			sum += (uint64_t)f->costs[i].row[h] * repeats;
		}
		most = sum > most ? sum : most;
	}
	return most;
}

bool
fit_beats_rivals(struct normalize_fit *f, const struct fit_hints *hints, struct rivals *rivals)
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
	uint64_t more = repeats_most(f);
	if (more == UINT64_MAX)
		return false;
	most += more;
	for (uint64_t set = rivals->multibytes; set != 0; set &= set - 1) {
		size_t i = (size_t)__builtin_ctzll(set);
		if (fit_multibyte_least(f, i, hints, most, true, &exact) >= most ||
		    !fit_has_structure(&fit_multibytes[i], f))
			rivals->multibytes &= ~(UINT64_C(1) << i);
	}
	rivals->utf8 = rivals->utf8 && utf8_below(f, hints, most);
	return rivals->singles == 0 && rivals->multibytes == 0 && !rivals->utf8;
}

bool
fit_is_expected(struct normalize_fit *f, const struct fit_hints *hints)
{
	const size_t m = (size_t)(f->expected - FIT_MULTIBYTE);
	uint16_t sums[COSTS] = {0};
	bool exact;
	uint64_t cost = fit_multibyte_least(f, m, hints, UINT64_MAX, true, &exact);

	if (!exact || !fit_has_structure(&fit_multibytes[m], f) || utf8_below(f, hints, cost + 1) ||
	    !find_costs(f))
		return false;
	for (size_t i = 0; i < NMULTIBYTES; i++) {
		bool other;
		if (i != m && fit_multibyte_least(f, i, hints, cost + 1, true, &other) <= cost &&
		    fit_has_structure(&fit_multibytes[i], f))
			return false;
	}
	find_against(f, hints);
	costs_add(f->costs, f->npairs, sums);
	return singles_below(f, sums, cost + 1) == 0;
}
