/* The stage translit: Cyrillic text in Latin letters, token by token or line by line. */
#include <potok/translit.h>

#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "table.h"
#include "tokens.h"

static const struct potok_count counts[POTOK_TRANSLIT_COUNTS] = {
    [LETTERS] = {.name = "letters", .what = "letters transliterated"},
    [PROTECTED_TOKENS] = {.name = "protected_tokens",
	.what = "links, addresses and handles with Cyrillic left as they are"},
    [UNKNOWN_LETTERS] = {.name = "unknown_letters",
	.what = "Cyrillic letters that the scheme does not have",
	.loss = true},
    [MIXED_WORDS] = {.name = "mixed_words",
	.what = "words with Latin and Cyrillic letters beside each other"},
    [STRESS_DROPPED] = {.name = "stress_dropped", .what = "stress marks left out"},
    [TABS_REPLACED] = {.name = "tabs_replaced", .what = "tabs inside of lines made spaces"},
    [LINE_CUT] = {.name = "line_cut", .what = "cuts in lines longer than 1 MiB", .loss = true},
    [TOKEN_CUT] = {.name = "token_cut",
	.what = "cuts in words or links longer than 4096 bytes",
	.loss = true},
};

static void
advance(struct potok_slice *in, size_t n)
{
	in->data += n;
	in->len -= n;
}

/* Passes the tokens at the front of `in` that hold no Cyrillic. */
static enum potok_status
pass_other(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last)
{
	bool cut;
	size_t n = token_skip(in->data, in->len, last, &cut);

	if (n == 0)
		return POTOK_MORE;
	enum potok_status s = potok_buf_pass(out, in->data, n);
	if (s < 0)
		return s;
	t->cut = cut;
	convert_word_start(t);
	advance(in, n);
	return POTOK_MORE;
}

/* Takes simple tokens at the front of `in`, as many as there are up to a stretch.  *taken tells
 * whether there were any. */
static enum potok_status
take_simple(struct potok_translit *t, struct potok_slice *in, uint64_t offset,
    struct potok_buf *out, bool *taken)
{
	/* A token behind a cut may have to be counted. */
	size_t n = t->cut ? 0 : token_simple(in->data, in->len);
	enum potok_status s = POTOK_MORE;

	*taken = n > 0;
	if (n > 0)
		s = convert_tokens(t, in->data, n, false, offset, out, &n);
	if (s >= 0)
		advance(in, n);
	return s;
}

/* Takes the token at the front of `in`, of n bytes; cut: it goes on behind them. */
static enum potok_status
take_token(struct potok_translit *t, struct potok_slice *in, size_t n, bool cut, uint64_t offset,
    struct potok_buf *out)
{
	bool letters = t->reverse || (t->features & TOKEN_CYRILLIC);
	size_t taken = n;
	enum potok_status s = letters ? convert_tokens(t, in->data, n, t->features & TOKEN_SPECIAL,
					    offset, out, &taken)
				      : potok_buf_pass(out, in->data, n);

	if (s < 0)
		return s;
	if (letters && t->cut)
		potok_count_at(&t->counts[TOKEN_CUT], offset);
	if (letters && cut)
		potok_count_at(&t->counts[TOKEN_CUT], offset + n);
	if (!letters)
		convert_word_start(t);
	t->cut = cut && !letters;
	t->examined = 0;
	t->features = 0;
	advance(in, taken);
	return POTOK_MORE;
}

static enum potok_status
stop(struct potok_translit *t)
{
	t->stage.why =
	    "a Cyrillic letter that the scheme does not have; --unknown=iso9 writes it by "
	    "ISO 9:1995";
	return POTOK_EINPUT;
}

/* Takes the tokens of `in`, whose first byte has this offset.  Answers POTOK_MORE when all whole
 * tokens are taken. */
static enum potok_status
take_text(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last,
    uint64_t offset)
{
	const unsigned char *start = in->data;

	while (in->len > 0) {
		bool cut, taken = false;
		enum potok_status s = POTOK_MORE;
		if (potok_buf_full(out) && in->data != start)
			return POTOK_FULL;
		if (t->examined == 0) {
			s = t->reverse ? POTOK_MORE : pass_other(t, in, out, last);
			if (s < 0 || in->len == 0)
				return s;
			s = take_simple(t, in, offset + (uint64_t)(in->data - start), out, &taken);
			if (s < 0)
				return s;
			if (t->stopped)
				return stop(t);
			if (taken)
				continue;
		}
		size_t n = token_end(
		    in->data, in->len, t->examined, last, &t->features, &t->examined, &cut);
		if (n == 0)
			return POTOK_MORE;
		s = take_token(t, in, n, cut, offset + (uint64_t)(in->data - start), out);
		if (s < 0)
			return s;
		if (t->stopped)
			return stop(t);
	}
	return POTOK_MORE;
}

/* The tabs of a column become spaces.  Answers how many there were. */
static size_t
replace_tabs(unsigned char *p, size_t n)
{
	unsigned char *end = p + n;
	size_t tabs = 0;

	while ((p = memchr(p, '\t', (size_t)(end - p))) != NULL) {
		*p++ = ' ';
		tabs++;
	}
	return tabs;
}

/* Writes both columns of the line p[0..n), without a line end. */
static enum potok_status
write_row(struct potok_translit *t, const unsigned char *p, size_t n, uint64_t offset,
    struct potok_buf *out)
{
	const unsigned char *tab = n > 0 ? memchr(p, '\t', n) : NULL;
	enum potok_status s = potok_buf_own(out);
	size_t first = out->len, limit = out->limit;

	if (s < 0 || (s = potok_buf_add(out, p, n)) < 0 || (s = potok_buf_add(out, "\t", 1)) < 0)
		return s;
	if (tab != NULL) {
		struct potok_count *c = &t->counts[TABS_REPLACED];
		potok_count_at(c, offset + (uint64_t)(tab - p));
		c->n += replace_tabs(out->data + first, n) - 1;
	}
	size_t second = out->len;
	struct potok_slice line = {p, n};
	out->limit = SIZE_MAX;
	t->cut = false;
	convert_word_start(t);
	s = take_text(t, &line, out, true, offset);
	out->limit = limit;
	if (s >= 0 && tab != NULL)
		replace_tabs(out->data + second, out->len - second);
	return s;
}

/* The place to cut a line that is longer than POTOK_TRANSLIT_LINE: behind the last white space,
 * else before the last character. */
static size_t
row_end(const unsigned char *p)
{
	size_t n = POTOK_TRANSLIT_LINE;

	while (n > 0 && p[n - 1] != ' ' && p[n - 1] != '\t')
		n--;
	if (n > 0)
		return n;
	n = POTOK_TRANSLIT_LINE;
	while (n > POTOK_TRANSLIT_LINE - 3 && (p[n] & 0xC0) == 0x80)
		n--;
	return n;
}

/* Takes whole lines. */
static enum potok_status
take_lines(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last,
    uint64_t offset)
{
	const unsigned char *start = in->data;

	while (in->len > 0) {
		enum potok_status s;
		size_t max = in->len <= POTOK_TRANSLIT_LINE ? in->len : POTOK_TRANSLIT_LINE + 1;
		const unsigned char *lf =
		    memchr(in->data + t->line_examined, '\n', max - t->line_examined);
		bool cut = lf == NULL && in->len > POTOK_TRANSLIT_LINE;
		if (potok_buf_full(out) && in->data != start)
			return POTOK_FULL;
		if (lf == NULL && !cut && !last) {
			t->line_examined = in->len;
			return POTOK_MORE;
		}
		size_t n = lf != NULL ? (size_t)(lf - in->data) : cut ? row_end(in->data) : in->len;
		s = write_row(t, in->data, n, offset + (uint64_t)(in->data - start), out);
		if (s >= 0 && (lf != NULL || cut))
			s = potok_buf_add(out, "\n", 1);
		if (s < 0)
			return s;
		t->line_examined = 0;
		advance(in, n + (lf != NULL));
		if (cut)
			potok_count_at(&t->counts[LINE_CUT], offset + (uint64_t)(in->data - start));
	}
	return POTOK_MORE;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_translit *t = (struct potok_translit *)stage;
	enum potok_status s = (t->both ? take_lines : take_text)(t, in, out, last, stage->offset);

	return s == POTOK_MORE && last ? POTOK_DONE : s;
}

static void
close_translit(struct potok_stage *stage)
{
	struct potok_translit *t = (struct potok_translit *)stage;

	free(t->table);
	t->table = NULL;
}

enum potok_status
potok_translit_init(struct potok_translit *t, const struct potok_translit_options *options)
{
	const struct translit_scheme *scheme;

	*t = (struct potok_translit){
	    .stage = {.process = process,
		.close = close_translit,
		.name = "translit",
		.ncounts = POTOK_TRANSLIT_COUNTS},
	};
	memcpy(t->counts, counts, sizeof counts);
	t->stage.counts = t->counts;
	if (options == NULL || options->scheme == NULL ||
	    (scheme = scheme_find(options->scheme, NULL)) == NULL ||
	    (options->reverse && scheme->back == NULL))
		return POTOK_EUSAGE;
	t->both = options->both;
	t->reverse = options->reverse;
	t->drop_stress = options->drop_stress;
	t->unknown = options->unknown;
	t->keep = options->keep & ~(options->reverse ? (unsigned)POTOK_KEEP_CODE : 0u);
	t->table = table_make(scheme, options);
	return t->table != NULL ? POTOK_MORE : POTOK_ENOMEM;
}
