/* What the parts of the detector share: fit.c judges, fit_bounds.c proves what need not be judged,
 * fit_screen.c takes most lines at a glance.  Private to them. */
#ifndef NORMALIZE_FIT_PARTS_H
#define NORMALIZE_FIT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/status.h>

#include "costs.h"
#include "decode.h"
#include "fit.h"
#include "language.h"

/* Costs in eighths of a bit, as in models.h, and sizes. */
enum {
	COST_ILL = 32 * 8, /* an ill-formed sequence of a multi-byte encoding */
	ASCII_GAIN = 16 * 8,
	HINT = 24 * 8,        /* what a hint is worth */
	PRIOR = 24 * 8,       /* what the encoding of the file is worth in each line, ... */
	PRIOR_UTF8 = 8 * 8,   /* ... when it is UTF-8, ... */
	PRIOR_MIXED = 12 * 8, /* ... and when so many lines are in another one: both of them */
	MIXED = 3,
	OTHER_WIDE = 16 * 8, /* what is against another one in a file of ideographs */
	FIRST = 12,          /* pairs of a line after which a hypothesis may be given up ... */
	FIRSTS = 6,
	BEHIND = 64 * 8,      /* ... when they cost as much more than in the best one */
	EVIDENCE = 32 * 1024, /* bytes of lines that are not ASCII */
	ROWS = 16384,         /* pairs of bytes whose costs are kept */

	NSINGLES = 39,
	NMULTIBYTES = 7,
	FIT_SINGLE = FIT_UTF8 + 1,
	FIT_MULTIBYTE = FIT_SINGLE + NSINGLES,
	FIT_END = FIT_MULTIBYTE + NMULTIBYTES,
};
_Static_assert((int)FIT_END <= (int)FIT_MAX, "places");

/* Multi-byte encodings: what may be the first byte and those behind it. */
struct multibyte {
	const char *name;
	unsigned handicap;
	const char *languages;
	uint8_t lead[2][2], trail[3][2]; /* from, to */
	uint8_t single[2];               /* bytes above 7F that stand alone */
	uint8_t longer[2];               /* one that begins more than a pair, and how many bytes */
};
extern const struct multibyte fit_multibytes[NMULTIBYTES];

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
	bool repeated;                 /* some occur more often than they count */
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
	unsigned char decoded[DECODE_OUT];
	uint8_t wide[NMULTIBYTES][0x10000]; /* what characters cost: fit_wide_cost() */

	/* The encoding of the file, FIT_NONE before it is known; what two bytes cost in it. */
	struct fitting prior;
	size_t language;
	uint64_t siblings;        /* encodings of single bytes, a bit each */
	unsigned others[FIT_MAX]; /* lines in other ones, and whether MIXED have been in one */
	bool mixed;
	bool all_utf8; /* the line is UTF-8, too, and may be so by chance */
	size_t nlines;
	size_t nsearched; /* lines that the screen has not settled */
	bool has_screen;
	uint8_t screen[0x10000];
};

enum letter_case { CASE_NONE, CASE_SMALL, CASE_CAPITAL, CASE_OPENS, CASES };

static inline const struct symbol *
byte_symbol(const struct normalize_fit *f, size_t single, unsigned b)
{
	return b < 0x80 ? &f->ascii[b] : &f->above[single][b - 0x80];
}

/* What a byte costs behind another one, by the cases of their letters. */
static inline void
case_costs(unsigned costs[CASES][CASES])
{
	static const struct symbol kinds[CASES] = {[CASE_SMALL] = {.small = true},
	    [CASE_CAPITAL] = {.capital = true},
	    [CASE_OPENS] = {.opens = true}};

	for (int a = 0; a < CASES; a++) {
		for (int b = 0; b < CASES; b++)
			costs[a][b] = language_case(&kinds[a], &kinds[b]);
	}
}

/* How much more often a pair occurs than it counts. */
static inline unsigned
fit_repeats(const struct normalize_fit *f, const struct pair *pair)
{
	return f->count[pair->a << 8 | pair->b] - (unsigned)pair->weight;
}

static inline unsigned
class_cost(const struct model *m, unsigned a, unsigned b)
{
	return a == CLASS_CONTROL || b == CLASS_CONTROL ? COST_CONTROL
							: m->costs[a * (unsigned)m->n + b];
}

static inline bool
has_single_prior(const struct normalize_fit *f)
{
	return f->prior.encoding >= FIT_SINGLE && f->prior.encoding < FIT_MULTIBYTE;
}

static inline bool
within(uint8_t b, const uint8_t range[2])
{
	return range[0] != 0 && b >= range[0] && b <= range[1];
}

static inline bool
is_pair(const struct multibyte *m, uint8_t lead, uint8_t trail)
{
	return (within(lead, m->lead[0]) || within(lead, m->lead[1])) &&
	       (within(trail, m->trail[0]) || within(trail, m->trail[1]) ||
		   within(trail, m->trail[2]));
}

/* The classes of a set of bytes under a hypothesis. */
const uint8_t *fit_byte_classes(struct normalize_fit *, size_t hypothesis, const uint64_t bytes[4]);

/* What is against an encoding before its text is looked at. */
uint64_t fit_handicap(const struct normalize_fit *, int encoding, const struct fit_hints *);

/* Is it the language of the hint, but for what stands behind a hyphen? */
bool fit_is_hinted(const struct fit_hints *, size_t language);

/* Could the text be in this encoding?  One error in 50 characters is allowed; a few characters of
 * one byte alone are likelier signs of another encoding. */
bool fit_has_structure(const struct multibyte *, const struct normalize_fit *);

/* Decodes UTF-8 to f->symbols, U+FFFD for each of the *ill ill-formed sequences that it adds.
 * Answers how many there are. */
ptrdiff_t fit_decode_utf8(struct normalize_fit *f, size_t *ill);

/* The decoder of an encoding, as new: f->decoders. */
enum potok_status fit_use_decoder(struct normalize_fit *f, int encoding);

/* What a character costs in an encoding of two bytes: 1 more than that, or one of these. */
enum {
	WIDE_UNKNOWN = 0, /* not yet looked up */
	WIDE_ILL_1 = 253, /* no character: the first byte is none, ... */
	WIDE_ILL_2 = 254, /* ... or both are none */
	WIDE_OTHER = 255, /* longer, or another one */
};

/* The character of one byte, `second` 0, or of two. */
unsigned fit_find_wide_cost(
    struct normalize_fit *, size_t multibyte, unsigned first, unsigned second);

static inline unsigned
fit_wide_cost(struct normalize_fit *f, size_t m, unsigned first, unsigned second)
{
	unsigned known = f->wide[m][first << 8 | second];

	return known != WIDE_UNKNOWN ? known : fit_find_wide_cost(f, m, first, second);
}

/*
 * What the text costs in an encoding of characters of two bytes, as far as `wide` tells it and it
 * is below a limit: the least that it costs.  *exact: it is what judging it comes to.  Unless
 * look_up, no decoder is asked, and all but frequent characters cost the least that they may.
 */
uint64_t fit_multibyte_least(struct normalize_fit *, size_t multibyte, const struct fit_hints *,
    uint64_t limit, bool look_up, bool *exact);

/* Encodings that may be better than that of the file: sets, and whether UTF-8 may be. */
struct rivals {
	uint64_t singles, multibytes;
	bool utf8;
};

/* Is the line best in the encoding of the file, one of single bytes?  Else leaves of the rivals
 * those that may be better. */
bool fit_beats_rivals(struct normalize_fit *, const struct fit_hints *, struct rivals *);

/* Is the line in the expected encoding, of characters of two bytes, as anything else costs more? */
bool fit_is_expected(struct normalize_fit *, const struct fit_hints *);

/* Is the line p[0..n) in the encoding of the file, without a closer look?  SCREEN_ODD_PAIRS: it may
 * be in one that has mostly the same letters. */
enum screening { SCREEN_FAILS, SCREEN_PASSES, SCREEN_ODD_PAIRS };
enum screening fit_screen(struct normalize_fit *, const unsigned char *p, size_t n);

#endif
