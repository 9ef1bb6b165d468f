/* Takes most lines of a file for its encoding at a glance, by what two bytes cost there. */
#include <string.h>

#include <potok/utf8.h>

#include "fit_parts.h"

enum {
	/* A line is taken for the file's encoding at once when what it costs more than usual there,
	 * and its odd pairs of bytes more than others, are not worth another encoding. */
	SCREEN_USUAL = 44,
	SCREEN_ODD = 80,
	SCREEN_OTHERS = 32,
	SCREEN_WIDE = 52, /* half of the usual cost of a character of two bytes */
	SCREEN_LEAST = 4, /* letters that there must be */
	SCREEN_FROM = 4,  /* lines that are judged without it: it takes time to make */
};

/* What two bytes cost in the encoding of the file, of single bytes. */
static void
fill_screen(struct normalize_fit *f, size_t single)
{
	const struct model *m = language_model(f->language);
	const size_t n = (size_t)m->n;
	static const uint64_t all[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	const uint8_t *cases = f->cases[single];
	size_t hypothesis = f->first_hypothesis[single];
	unsigned costs[CASES][CASES];

	while (f->hypotheses[hypothesis].language != f->language)
		hypothesis++;
	const uint8_t *class = fit_byte_classes(f, hypothesis, all);
	case_costs(costs);
	memset(f->screen, 0, sizeof f->screen);
	for (unsigned a = 0; a < 0x100; a++) {
		uint8_t *screen = &f->screen[a << 8];
		uint8_t by_class[CLASS_CONTROL + 1]; /* what each costs behind a */
		if (class[a] == CLASS_CONTROL)
			memset(by_class, COST_CONTROL, sizeof by_class);
		else
			memcpy(by_class, m->costs + class[a] * n, n);
		by_class[CLASS_CONTROL] = COST_CONTROL;
		for (unsigned b = a < 0x80 ? 0x80 : 0; b < 0x100; b++) {
			unsigned cost = by_class[class[b]] + costs[cases[a]][cases[b]];
			screen[b] = (uint8_t)(cost < UINT8_MAX ? cost : UINT8_MAX);
		}
	}
}

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
passes_wide(struct normalize_fit *f, size_t m, const unsigned char *p, size_t n)
{
	/* What another encoding must gain where nothing else is known of a line. */
	const uint64_t worth = f->mixed ? 0 : (PRIOR + OTHER_WIDE - ASCII_GAIN) / 2;
	uint64_t sum = 0;
	size_t characters = 0;
	bool none = false, letters = false;

	for (size_t i = 0; i < n; i++) {
		letters |= p[i] < 0x80 && language_in_word(p[i]);
		if (p[i] < 0x80 || within(p[i], fit_multibytes[m].single))
			continue;
		if (i + 1 == n)
			break;
		unsigned cost = fit_wide_cost(f, m, p[i], p[i + 1]);
		none |= cost >= WIDE_ILL_1;
		sum += (cost - 1) / 2;
		characters++;
		i++;
	}
	if (none || characters == 0)
		return SCREEN_FAILS;
	bool usual = characters >= SCREEN_LEAST && sum <= characters * SCREEN_WIDE;
	return usual || (sum < worth && !letters) ? SCREEN_PASSES : SCREEN_FAILS;
}

enum screening
fit_screen(struct normalize_fit *f, const unsigned char *p, size_t n)
{
	int prior = f->prior.encoding;

	if (prior < FIT_SINGLE || f->nlines++ < SCREEN_FROM)
		return SCREEN_FAILS;
	if (prior < FIT_MULTIBYTE) {
		if (!f->has_screen)
			fill_screen(f, (size_t)(prior - FIT_SINGLE));
		f->has_screen = true;
		return passes_single(f, p, n);
	}
	return passes_wide(f, (size_t)(prior - FIT_MULTIBYTE), p, n);
}
