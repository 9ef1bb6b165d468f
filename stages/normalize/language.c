/* What text costs in a language: letters by the letter before them, ideographs one by one. */
#include "language.h"

#include <string.h>

#include <potok/normalize.h>
#include <potok/utf8.h>

#include "models.h"

/* Costs in eighths of a bit, as in models.h. */
enum {
	COST_IDEOGRAPH = 22 * 8, /* a character that the model of ideographs has not */
	SAMPLE = 2000,           /* characters by which a language is found */
	SURE = 2 * 8,            /* what the next language must cost more */
};

struct symbol
language_symbol(uint32_t c)
{
	if (c == 0xFFFF || (c >= 0x80 && c < 0xA0))
		return (struct symbol){.c = c, .class = CLASS_CONTROL};
	if (c >= SYMBOLS_END)
		return (struct symbol){.c = c, .class = CLASS_FOREIGN};
	unsigned is = model_symbol(model_symbols, model_blocks, c);
	return (struct symbol){.c = c,
	    .letter = is & SYMBOL_LETTER,
	    .class = is >> SYMBOL_CLASS & 0xF,
	    .small = (is & SYMBOL_SMALL) != 0,
	    .capital = (is & SYMBOL_CAPITAL) != 0,
	    .opens = c == 0x201E};
}

const struct model *
language_model(size_t i)
{
	return i < MODEL_LANGUAGES ? &models[i] : NULL;
}

unsigned
language_class(size_t language, const struct symbol *s)
{
	if (s->letter == 0)
		return s->class;
	if (s->c < 0x80 && !models[language].latin)
		return CLASS_LATIN;
	unsigned class = model_classes[language][s->letter - 1];
	return class != 0 ? class : s->class;
}

/* Where a value stands among n in their order; n: nowhere. */
static size_t
place_of(uint32_t value, const uint16_t *values, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (values[mid] < value)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && values[low] == value ? low : n;
}

static unsigned
character_cost(const struct model *m, uint32_t c)
{
	size_t place = place_of(c, m->characters, (size_t)m->n);

	return place < (size_t)m->n ? m->costs[place] : COST_IDEOGRAPH;
}

unsigned
language_bytes_least(size_t encoding, unsigned bytes)
{
	const struct frequent *f = &frequents[encoding];
	size_t place = place_of(bytes, f->bytes, FREQUENT);

	return place < FREQUENT ? f->costs[place] : f->others;
}

static bool
is_ascii_letter(uint32_t c)
{
	return c < 0x80 && language_in_word(c);
}

/* What b costs behind a in a language of ideographs. */
static unsigned
ideograph_cost(const struct model *m, const struct symbol *a, const struct symbol *b)
{
	if (b->c >= 0x80)
		return character_cost(m, b->c) + (is_ascii_letter(a->c) ? COST_SEAM : 0);
	return is_ascii_letter(b->c) ? COST_ASCII_LETTER + (a->c >= 0x80 ? COST_SEAM : 0) : 0;
}

static const struct symbol space = {.c = ' ', .class = CLASS_SPACE};

/* What the word s[from..to) of s[0..n) costs, and what follows it behind its last letter. */
static uint64_t
word_cost(size_t language, const struct symbol *s, size_t from, size_t to, size_t n)
{
	const struct model *m = &models[language];
	const struct symbol *a = from > 0 ? &s[from - 1] : &space;
	unsigned before = m->characters == NULL ? language_class(language, a) : 0;
	uint64_t cost = 0;

	for (size_t k = from; k <= to; k++) {
		const struct symbol *b = k < n ? &s[k] : &space;
		if (m->characters != NULL) {
			cost += ideograph_cost(m, a, b);
		} else {
			unsigned now = language_class(language, b);
			cost += a->class == CLASS_CONTROL || b->class == CLASS_CONTROL
				    ? COST_CONTROL
				    : m->costs[before * (unsigned)m->n + now] + language_case(a, b);
			before = now;
		}
		a = b;
	}
	return cost;
}

uint64_t
language_cost(size_t language, const struct symbol *s, size_t n, bool all)
{
	uint64_t cost = 0;

	for (size_t i = 0; i < n;) {
		size_t start = i;
		bool high = all;
		for (; i < n && language_in_word(s[i].c); i++)
			high |= s[i].c >= 0x80;
		if (high && i > start)
			cost += word_cost(language, s, start, i, n);
		i += i < n;
	}
	return cost;
}

const char *
potok_normalize_language(const unsigned char *text, size_t n)
{
	struct symbol s[SAMPLE];
	uint64_t least = UINT64_MAX, second = UINT64_MAX;
	size_t count = 0, best = 0;

	for (size_t i = 0; i < n && count < SAMPLE;) {
		uint32_t c;
		int len = potok_utf8_decode(text + i, n - i, &c);
		if (len <= 0)
			break;
		s[count++] = language_symbol(c);
		i += (size_t)len;
	}
	for (size_t l = 0; l < MODEL_LANGUAGES; l++) {
		uint64_t cost = language_cost(l, s, count, true);
		if (cost < least) {
			second = least;
			least = cost;
			best = l;
		} else if (cost < second) {
			second = cost;
		}
	}
	return least == UINT64_MAX || second - least < SURE ? "und" : models[best].name;
}
