/* The stage translit: Cyrillic text in Latin letters, token by token or line by line. */
#include <potok/translit.h>

#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "names.h"
#include "reversible.h"
#include "simd.h"
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
    [MARKED_TOKENS] = {.name = "marked_tokens",
	.what = "words and other tokens marked, so that they come back"},
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
	size_t n = t->cut ? 0 : token_simple(in->data, in->len, t->keep & POTOK_KEEP_CODE);
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
		size_t n = token_end(in->data, in->len, t->examined, last,
		    t->keep & POTOK_KEEP_CODE, &t->features, &t->examined, &cut);
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

static void
take_apart(struct potok_translit *t, struct potok_slice *in, size_t n)
{
	advance(in, n);
	t->apart -= n < t->apart ? n : t->apart;
}

/* The same with marks, so that it comes back. */
static enum potok_status
take_reversible(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last,
    uint64_t offset)
{
	const unsigned char *start = in->data;
	enum potok_status s = POTOK_MORE;

	while (in->len > 0 && s >= 0) {
		bool cut;
		uint64_t at = offset + (uint64_t)(in->data - start);
		size_t n = t->examined == 0 ? token_between(in->data, in->len) : 0;
		if (potok_buf_full(out) && in->data != start)
			return POTOK_FULL;
		if (n > 0) {
			s = reversible_between(t, in->data, n, at, out);
			take_apart(t, in, s < 0 ? 0 : n);
			continue;
		}
		if (t->examined == 0) {
			s = reversible_stretch(t, in->data, in->len, at, out, &n);
			advance(in, s < 0 ? 0 : n);
			if (s < 0 || n > 0)
				continue;
		}
		n = token_end(in->data, in->len, t->examined, last, t->keep & POTOK_KEEP_CODE,
		    &t->features, &t->examined, &cut);
		if (n == 0)
			return POTOK_MORE;
		bool parted = cut || n > REVERSIBLE_TOKEN;
		n = n > REVERSIBLE_TOKEN ? REVERSIBLE_TOKEN : n;
		while (parted && n > REVERSIBLE_TOKEN - 3 && (in->data[n] & 0xC0) == 0x80)
			n--;
		bool special = parted || (t->features & TOKEN_SPECIAL);
		t->examined = 0;
		t->features = 0;
		s = reversible_token(t, in->data, n, special, parted, at, out);
		if (s >= 0 && t->stopped)
			return stop(t);
		take_apart(t, in, s < 0 ? 0 : n);
	}
	return s >= 0 && last ? reversible_end(t, out) : s;
}

/* The place of the first mark of p[from..n), n when there is none; *partial becomes the bytes at
 * the end that may begin one. */
static size_t
find_mark(const unsigned char *p, size_t from, size_t n, size_t *partial)
{
	*partial = 0;
	for (size_t i = from; i < n; i++) {
		const unsigned char *found = memchr(p + i, REVERSIBLE_BREAK[0] & 0xFF, n - i);
		if (found == NULL)
			return n;
		i = (size_t)(found - p);
		if (n - i < REVERSIBLE_MARK) {
			*partial = memcmp(found, REVERSIBLE_BREAK, n - i) == 0 ? n - i : 0;
			return n;
		}
		if (memcmp(found, REVERSIBLE_BREAK, REVERSIBLE_MARK) == 0 ||
		    memcmp(found, REVERSIBLE_VERBATIM, REVERSIBLE_MARK) == 0)
			return i;
	}
	return n;
}

/* Passes text up to the mark that ends it. */
static enum potok_status
take_verbatim(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last)
{
	size_t partial, n = 0;
	enum potok_status s;

	for (;; n += REVERSIBLE_MARK) {
		n = find_mark(in->data, n, in->len, &partial);
		if (n == in->len || in->data[n + 2] == (REVERSIBLE_VERBATIM[2] & 0xFF))
			break;
	}
	bool end = n < in->len;
	n -= end || last ? 0 : partial;
	s = potok_buf_add(out, in->data, n);
	t->empty = t->empty && n == 0;
	if (s >= 0 && end && t->empty)
		s = potok_buf_add(out, REVERSIBLE_VERBATIM, REVERSIBLE_MARK);
	if (s < 0)
		return s;
	t->verbatim = !end;
	convert_word_start(t);
	advance(in, n + (end ? REVERSIBLE_MARK : 0));
	return POTOK_MORE;
}

/* Takes text that may hold marks. */
static enum potok_status
take_marked(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last,
    uint64_t offset)
{
	const unsigned char *start = in->data;

	while (in->len > 0) {
		size_t partial, n, from = t->examined > 2 ? t->examined - 2 : 0;
		enum potok_status s;
		if (potok_buf_full(out) && in->data != start)
			return POTOK_FULL;
		if (t->verbatim) {
			s = take_verbatim(t, in, out, last);
			if (s < 0 || t->verbatim)
				return s;
			continue;
		}
		n = find_mark(in->data, from, in->len, &partial);
		bool mark = n < in->len;
		struct potok_slice text = {in->data, n - (mark || last ? 0 : partial)};
		size_t given = text.len;
		s = take_text(t, &text, out, mark || last, offset + (uint64_t)(in->data - start));
		advance(in, given - text.len);
		if (s < 0 || s == POTOK_FULL || !mark)
			return s;
		t->verbatim = t->empty = in->data[2] == (REVERSIBLE_VERBATIM[2] & 0xFF);
		convert_word_start(t);
		advance(in, REVERSIBLE_MARK);
	}
	return POTOK_MORE;
}

/* Takes text as the options say. */
static enum potok_status
take(struct potok_translit *t, struct potok_slice *in, struct potok_buf *out, bool last,
    uint64_t offset)
{
	return (t->reversible ? take_reversible
		: t->reverse  ? take_marked
			      : take_text)(t, in, out, last, offset);
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
	s = take(t, &line, out, true, offset);
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
	enum potok_status s = (t->both ? take_lines : take)(t, in, out, last, stage->offset);

	return s == POTOK_MORE && last ? POTOK_DONE : s;
}

static void
close_translit(struct potok_stage *stage)
{
	struct potok_translit *t = (struct potok_translit *)stage;

	free(t->table);
	t->table = NULL;
	if (t->back != NULL)
		potok_close(&t->back->stage);
	free(t->back);
	t->back = NULL;
	potok_buf_free(&t->tried);
	potok_buf_free(&t->made);
	potok_buf_free(&t->whole);
}

/* Makes the way back that text is tried on. */
static enum potok_status
make_back(struct potok_translit *t, const char *scheme)
{
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;

	options.scheme = scheme;
	options.reverse = true;
	t->back = calloc(1, sizeof *t->back);
	return t->back != NULL ? potok_translit_init(t->back, &options) : POTOK_ENOMEM;
}

/* Do the options exclude each other, or the scheme? */
static bool
contradict(const struct potok_translit_options *o, const struct translit_scheme *s)
{
	bool changed = o->drop_stress || o->signs != POTOK_SIGNS_STANDARD;

	return ((o->reverse || o->reversible) && s->back == NULL) ||
	       (o->reversible && (o->reverse || changed));
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
	    (scheme = scheme_find(options->scheme, NULL)) == NULL || contradict(options, scheme))
		return POTOK_EUSAGE;
	t->both = options->both;
	t->simd = potok_simd();
	t->reverse = options->reverse;
	t->reversible = options->reversible;
	t->drop_stress = options->drop_stress;
	t->unknown = options->unknown;
	t->keep = options->keep & ~(options->reverse ? (unsigned)POTOK_KEEP_CODE : 0u);
	t->table = table_make(scheme, options);
	if (t->table == NULL)
		return POTOK_ENOMEM;
	return t->reversible ? make_back(t, scheme->name) : POTOK_MORE;
}
