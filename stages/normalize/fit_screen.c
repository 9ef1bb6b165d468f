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
	SCREEN_WIDE = 52,  /* half of the usual cost of a character of two bytes */
	SCREEN_NONE = 255, /* no such character */
	SCREEN_LEAST = 4,  /* letters that there must be */
	SCREEN_FROM = 4,   /* lines that are judged without it: it takes time to make */
};

/* What two bytes cost in the encoding of the file, for the screen. */
static void
fill_single_screen(struct normalize_fit *f, size_t single)
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

enum screening
fit_screen(struct normalize_fit *f, const unsigned char *p, size_t n)
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
	const struct multibyte *m = &fit_multibytes[prior - FIT_MULTIBYTE];
	if (!f->has_screen && !fill_wide_screen(f, m))
		return SCREEN_NO_MEMORY;
	f->has_screen = true;
	return passes_wide(f, m, p, n);
}
