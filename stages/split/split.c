/* The stage split: finds where sentences end, and writes them as the options say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <potok/split.h>

#include "blocks.h"
#include "plain.h"
#include "rules.h"
#include "scan.h"
#include "user.h"
#include "write.h"

enum { ITEM_CONTEXT = 16 /* bytes that hold the marker of a list item */ };

enum { SENTENCES, PARAGRAPHS, FINAL_LF_ADDED, SENTENCE_CUT };

static const struct potok_count counts[POTOK_SPLIT_COUNTS] = {
    [SENTENCES] = {.name = "sentences", .what = "sentences written"},
    [PARAGRAPHS] = {.name = "paragraphs", .what = "paragraphs with text"},
    [FINAL_LF_ADDED] = {.name = "final_lf_added", .what = "missing last LF added"},
    [SENTENCE_CUT] = {.name = "sentence_cut",
	.what = "sentences cut that were longer than the maximum",
	.loss = true},
};

_Static_assert(sizeof((struct potok_split *)0)->languages / sizeof(uint64_t) == SCRIPTS, "scripts");

static void
count_sentence(struct work *w)
{
	struct potok_split *s = w->split;

	s->counts[SENTENCES].n++;
	if (!s->in_paragraph)
		s->counts[PARAGRAPHS].n++;
}

/* The paragraph at hand has ended. */
static void
end_paragraph(struct work *w)
{
	struct potok_split *s = w->split;

	if (s->in_paragraph && s->fence == 0 && !s->options.explain) {
		if (s->options.paragraphs == POTOK_SPLIT_BLANK)
			put(w, "\n", 1);
		else if (s->options.paragraphs == POTOK_SPLIT_P)
			put_text(w, "<p>\n");
	}
	s->in_paragraph = s->one_line = s->whole = false;
	s->nhead = 0;
	memset(s->languages, 0, sizeof s->languages);
}

/* Keeps the beginning of the paragraph, which tells its language, beyond the sentences that go. */
static void
keep_head(struct potok_split *s, const unsigned char *p, size_t n)
{
	size_t room = sizeof s->head - s->nhead;

	if (n > room)
		n = room;
	memcpy(s->head + s->nhead, p, n);
	s->nhead += n;
}

/* The sentence is [at, end); white space follows, or the LF that ends the paragraph. */
static void
end_sentence(struct work *w, size_t end, bool at_paragraph_end)
{
	struct potok_split *s = w->split;
	size_t trimmed = trim(w->p, w->at, end), next = at_paragraph_end ? end + 1 : end;

	count_sentence(w);
	if (!at_paragraph_end)
		keep_head(s, w->p + w->at, end - w->at);
	s->in_paragraph = true;
	if (!w->plain) {
		put_sentence(w, w->at, trimmed);
		w->run = next;
	} else if (!at_paragraph_end && trimmed == end && end < w->n && w->p[end] == ' ') {
		if (w->nends == ENDS_MAX)
			flush(w, w->at, w->at);
		w->ends[w->nends++] = end;
		next = end + 1;
	} else if (!at_paragraph_end || trimmed < end) {
		flush(w, trimmed, next);
		put(w, "\n", 1);
	}
	w->at = next;
	s->blank = false;
	s->line_begins = at_paragraph_end;
	s->examined = s->token = s->tokened = s->seen = s->closer = 0;
	s->inside = 0;
	if (at_paragraph_end) {
		if (!w->plain || s->options.paragraphs != POTOK_SPLIT_PLAIN)
			flush(w, next, next);
		end_paragraph(w);
	}
}

/* --- between sentences ---------------------------------------------------------------------- */

/* What the line at w->at is in Markdown; false when more input is needed to know. */
static bool
begin_line(struct work *w)
{
	struct potok_split *s = w->split;
	enum block block = block_at(w->p, w->at, w->n, w->last, s->options.input);

	if (block == BLOCK_UNKNOWN)
		return false;
	s->line_begins = false;
	if (s->fence != 0) {
		s->whole = block != BLOCK_BLANK;
		size_t at = w->at;
		while (at < w->n && (w->p[at] == ' ' || w->p[at] == '\t'))
			at++;
		if (block == BLOCK_FENCE && w->p[at] == s->fence)
			s->fence = 0;
	} else if (block == BLOCK_FENCE) {
		size_t at = w->at;
		while (w->p[at] != '`' && w->p[at] != '~')
			at++;
		s->fence = w->p[at];
		s->whole = true;
	} else {
		s->one_line = block == BLOCK_LINE;
		s->whole = block == BLOCK_WHOLE;
	}
	return true;
}

/* Takes the LF at w->at, between sentences.  Answers false when more input is needed. */
static bool
take_lf(struct work *w)
{
	struct potok_split *s = w->split;
	bool marked = s->options.paragraphs != POTOK_SPLIT_PLAIN;

	if (s->in_paragraph) {
		int ends = s->one_line || s->whole
			       ? 1
			       : ends_paragraph(w->p, w->at, w->n, w->last, s->options.input);
		if (ends < 0)
			return false;
		/* The LF of this line stands already behind its last sentence. */
		flush(w, w->at, w->at + 1);
		if (ends > 0)
			end_paragraph(w);
		s->line_begins = ends > 0;
	} else {
		if (marked)
			flush(w, w->at, w->at + 1);
		else if (!w->plain && !s->options.explain)
			put(w, "\n", 1);
		s->blank = false;
		s->line_begins = true;
	}
	w->at++;
	return true;
}

/*
 * Takes the white space and the line ends in front of a sentence.  Answers true when a sentence
 * begins at w->at, false when more input is needed to know.
 */
static bool
to_sentence(struct work *w)
{
	struct potok_split *s = w->split;

	while (w->at < w->n) {
		unsigned char c = w->p[w->at];
		if (s->line_begins && s->options.input == POTOK_SPLIT_MARKDOWN && !begin_line(w))
			return false;
		if ((c > ' ' && c < 0x80) || (s->whole && s->fence != 0 && c != '\n'))
			return true;
		int space = white_space(w->p + w->at, w->n - w->at);
		if (space > 0) {
			flush(w, w->at, w->at + (size_t)space);
			w->at += (size_t)space;
			s->blank = !s->in_paragraph;
		} else if (space < 0 && !w->last) {
			return false; /* cut within what may be a space */
		} else if (c != '\n') {
			return true;
		} else if (!take_lf(w)) {
			return false;
		}
	}
	return false;
}

/* --- sentences -------------------------------------------------------------------------------- */

/* Cuts a sentence that is longer than the maximum: behind its last white space, or else between
 * characters. */
static void
cut_sentence(struct work *w, size_t max)
{
	size_t end = max;

	while (end > w->at && w->p[end - 1] != ' ')
		end--;
	if (end == w->at)
		for (end = max; end > max - 3 && (w->p[end] & 0xC0) == 0x80;)
			end--;
	potok_count_at(&w->split->counts[SENTENCE_CUT], w->split->stage.offset + w->at);
	end_sentence(w, end, false);
}

/* The sign that ends a quotation that c begins; 0: c begins none. */
static uint32_t
closer_of(uint32_t c)
{
	static const uint32_t pairs[][2] = {{'"', '"'}, {0x201C, 0x201D}, {0x201E, 0x201C},
	    {0xAB, 0xBB}, {0xBB, 0xAB}, {0x2018, 0x2019}, {'\'', '\''}, {'(', ')'}, {'[', ']'},
	    {0x300C, 0x300D}, {0x300E, 0x300F}, {0xFF08, 0xFF09}};

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (pairs[i][0] == c)
			return pairs[i][1];
	return 0;
}

/* Carries what is open (quotation, code, link target) over p[at + seen..to). */
static void
carry(struct work *w, size_t to)
{
	struct potok_split *s = w->split;
	bool markdown = s->options.input == POTOK_SPLIT_MARKDOWN;

	for (size_t i = w->at + s->seen; i < to;) {
		struct character c = look(w->p, i, to), before = look_back(w->p, w->at, i);
		size_t len = c.len ? c.len : 1;
		struct character next = look(w->p, i + len, w->n);
		if (s->inside != 0 && (c.cp == (s->inside == '(' ? ')' : '`') ||
					  i - w->at - s->inside_from > POTOK_SPLIT_QUOTE)) {
			s->inside = 0;
		} else if (s->inside == 0 && markdown &&
			   (c.cp == '`' || (c.cp == '(' && before.cp == ']'))) {
			s->inside = (unsigned char)c.cp;
			s->inside_from = i - w->at;
		}
		bool letters = is_letter(before.class) && is_letter(next.class);
		if (!s->options.keep_quotes)
			;
		else if (s->closer != 0 && i - w->at - s->opened > POTOK_SPLIT_QUOTE)
			s->closer = 0;
		else if (s->closer != 0 &&
			 (c.cp == s->closer || (c.cp == 0x201D && s->closer == 0x201C)) && !letters)
			s->closer = 0;
		else if (s->closer == 0 && closer_of(c.cp) != 0 && !is_letter(before.class) &&
			 before.class != DIGIT && next.class != SPACE && next.class != EDGE &&
			 (c.cp != '\'' || next.class == UPPER)) {
			s->closer = closer_of(c.cp);
			s->opened = i - w->at;
		}
		i += len;
	}
	if (to > w->at + s->seen)
		s->seen = to - w->at;
}

/* Finds where the word that holds p[mark] begins, from where it was looked for before. */
static void
find_token(struct work *w, size_t mark)
{
	struct potok_split *s = w->split;
	size_t from = w->at + s->tokened, i = mark;

	while (i > from) {
		unsigned char c = w->p[i - 1];
		if (c <= ' ')
			break;
		/* The second byte of most characters tells that they are no white space. */
		unsigned char b = i - from > 1 ? w->p[i - 2] : 0x80;
		if (c >= 0x80 && c < 0xB0 && (b == 0xC2 || b == 0x80 || b == 0x81 || b == 0x9A) &&
		    look_back(w->p, w->at, i).class == SPACE)
			break;
		i--;
	}
	if (i > from)
		s->token = i - w->at;
	s->tokened = mark - w->at;
}

/* The end of what may be looked at behind the mark; SIZE_MAX: more input must come first. */
static size_t
context_end(const struct work *w, size_t mark)
{
	enum potok_split_input input = w->split->options.input;
	size_t known = w->n - mark;

	if (input == POTOK_SPLIT_LINES || w->split->whole) {
		if (known >= POTOK_SPLIT_CONTEXT)
			return mark + POTOK_SPLIT_CONTEXT;
		return w->last || memchr(w->p + mark, '\n', known) ? w->n : SIZE_MAX;
	}
	size_t to = known > POTOK_SPLIT_CONTEXT ? mark + POTOK_SPLIT_CONTEXT : w->n;
	size_t from = mark, end;
	/* Lines within the context that go on, up to the one that ends the paragraph, or the
	 * eighth. */
	for (int lines = 1;; lines++) {
		const unsigned char *lf = memchr(w->p + from, '\n', to - from);
		if (lf == NULL)
			return known >= POTOK_SPLIT_CONTEXT || w->last ? to : SIZE_MAX;
		end = (size_t)(lf - w->p);
		int ends = w->split->one_line ? 1 : ends_paragraph(w->p, end, w->n, w->last, input);
		if (ends != 0 || lines == 8)
			return ends >= 0 ? end : SIZE_MAX;
		from = end + 1;
	}
}

/* Where the next item of the list begins in p[from..to], in a line that an item began; SIZE_MAX
 * when nowhere. */
static size_t
next_item(const struct work *w, const struct item *item, size_t from, size_t to)
{
	bool space = from > w->at && (w->p[from - 1] == ' ' || w->p[from - 1] == '\n');

	for (; from <= to && from < w->n; from++) {
		struct item next = space ? item_at(w->p, from, w->n) : (struct item){0};
		if (next.length > 0 && next.style == item->style &&
		    (next.number == 0 || next.number == item->number + 1))
			return from;
		space = w->p[from] == ' ' || w->p[from] == '\n';
	}
	return SIZE_MAX;
}

/* Up to where items of a list can be told, from `from` on: their markers must be whole. */
static size_t
items_known(const struct work *w, size_t from)
{
	size_t sure = w->n - from > ITEM_CONTEXT ? w->n - ITEM_CONTEXT : from;

	return w->last || memchr(w->p + sure, '\n', w->n - sure) != NULL ? w->n : sure;
}

/* Decides at the mark; false when more input is needed. */
static bool
decide_at(struct work *w, size_t mark, size_t *next)
{
	struct potok_split *s = w->split;
	size_t end = context_end(w, mark);

	if (end == SIZE_MAX)
		return false;
	if (w->p[mark] < 0xE3) /* others stand in scripts that need no word */
		find_token(w, mark);
	struct decision d = decide(&(struct place){
	    .p = w->p,
	    .start = w->at,
	    .token = w->at + s->token,
	    .mark = mark,
	    .end = end,
	    .n = w->n,
	    .last = w->last,
	    .wrapped = s->options.input != POTOK_SPLIT_LINES && !s->whole && !s->one_line,
	    .split = s,
	});
	if (d.verdict == UNDECIDED)
		return false;
	if (s->options.keep_quotes || s->options.input == POTOK_SPLIT_MARKDOWN) {
		carry(w, d.next);
		if (d.verdict == ENDS && s->inside != 0) {
			d.verdict = GOES_ON;
			d.rule = RULE_CODE;
		} else if (d.verdict == ENDS && s->closer != 0) {
			d.verdict = GOES_ON;
			d.rule = RULE_QUOTE;
		}
	}
	if (s->options.explain)
		explain(w, mark, &d);
	*next = d.next;
	s->examined = d.next - w->at;
	if (d.verdict == ENDS)
		end_sentence(w, d.next, false);
	return true;
}

/* Takes the LF at `lf`; answers 1 when the sentence ends there, 0 when it goes on, below 0 when
 * more input is needed. */
static int
at_lf(struct work *w, size_t lf)
{
	struct potok_split *s = w->split;
	int ends =
	    s->one_line || s->whole ? 1 : ends_paragraph(w->p, lf, w->n, w->last, s->options.input);

	if (ends > 0)
		end_sentence(w, lf, true);
	return ends;
}

/*
 * Finds the end of the sentence at w->at.  Answers true when it was found and taken; false when
 * more input is needed; then s->examined says how far that is known.
 */
static bool
take_sentence(struct work *w)
{
	struct potok_split *s = w->split;
	size_t max = w->n - w->at > s->options.max_bytes ? w->at + s->options.max_bytes : w->n;
	size_t begin = w->at, i = w->at + s->examined;
	struct item item = {0};
	bool items = s->options.list_items == POTOK_SPLIT_LIST_ITEMS_KEEP && !s->whole;

	if (items && items_known(w, w->at) == w->at && w->n > w->at)
		return false;
	if (items)
		item = item_at(w->p, w->at, w->n);
	while (i < max) {
		size_t from = i;
		i = s->whole ? scan_lf(w->p, i, max)
			     : begin + scan_mark(w->p + begin, i - begin, max - begin, w->n - begin,
					   w->simd);
		if (item.length > 0) {
			size_t sure = items_known(w, from),
			       next = next_item(w, &item, from, i < sure ? i : sure);
			if (next != SIZE_MAX) {
				end_sentence(w, next, false);
				return true;
			}
			if (i > sure) {
				i = sure;
				break;
			}
		}
		if (i >= max)
			break;
		if (w->p[i] == '\n') {
			int ends = at_lf(w, i);
			if (ends > 0)
				return true;
			if (ends < 0)
				break;
			i++;
			continue;
		}
		if (w->fast) {
			if (w->p[i] < 0x80 && i + 1 < w->n && w->p[i + 1] == '\n') {
				i++;
				continue;
			}
			if (is_plain_end(w->p, w->at, i, w->n)) {
				end_sentence(w, i + 1, false);
				return true;
			}
		}
		if (!decide_at(w, i, &i))
			break;
		if (w->at != begin)
			return true;
	}
	if (i >= max && max < w->n) {
		cut_sentence(w, max);
		return true;
	}
	if (w->last && i >= w->n) {
		end_sentence(w, w->n, false);
		potok_count_at(&s->counts[FINAL_LF_ADDED], s->stage.offset + w->n);
		return true;
	}
	s->examined = (i < max ? i : max) - w->at;
	return false;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_split *s = (struct potok_split *)stage;
	struct work w = {.split = s,
	    .out = out,
	    .p = in->data,
	    .n = in->len,
	    .last = last,
	    .plain =
		s->options.input == POTOK_SPLIT_LINES && !s->options.offsets && !s->options.explain,
	    .fast = potok_simd() > POTOK_SIMD_SCALAR && s->user == NULL &&
		    s->options.without == 0 && !s->options.keep_quotes && !s->options.explain &&
		    s->options.input == POTOK_SPLIT_LINES,
	    .simd = potok_simd(),
	    .status = POTOK_MORE};
	bool full = false;

	while (w.status >= 0 && !full && to_sentence(&w)) {
		if (!take_sentence(&w))
			break;
		full = out->len + out->passed.len + (w.plain ? w.at - w.run : 0) >= out->limit;
	}
	if (w.status >= 0)
		flush(&w, w.at, w.at);
	if (w.status >= 0 && last && w.at == w.n && s->blank) {
		/* White space alone is an empty line, also where its LF is missing. */
		potok_count_at(&s->counts[FINAL_LF_ADDED], s->stage.offset + w.n);
		if (s->options.paragraphs == POTOK_SPLIT_PLAIN && !s->options.explain)
			put(&w, "\n", 1);
		s->blank = false;
	}
	if (last && w.at == w.n)
		end_paragraph(&w);
	if (w.status < 0) {
		/* Only memory can be missing; the stream ends here, wherever the cut is. */
		return w.status;
	}
	in->data += w.at;
	in->len -= w.at;
	if (full && (in->len > 0 || !last))
		return POTOK_FULL;
	return last && in->len == 0 ? POTOK_DONE : POTOK_MORE;
}

/* --- making ------------------------------------------------------------------------------------
 */

/* RFC 5646, section 2.1, in outline: subtags of 1 to 8 letters or digits, the first of 2 to 8
 * letters. */
static bool
is_tag(const char *tag)
{
	size_t subtag = 0, length = 0;

	for (const char *c = tag;; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
		bool digit = *c >= '0' && *c <= '9';
		if (letter || (digit && subtag > 0)) {
			length++;
			continue;
		}
		if ((*c != '-' && *c != '\0') || length < (subtag ? 1 : 2) || length > 8)
			return false;
		if (*c == '\0')
			return true;
		subtag++;
		length = 0;
	}
}

static void
close_split(struct potok_stage *stage)
{
	struct potok_split *s = (struct potok_split *)stage;

	free(s->user);
	s->user = NULL;
}

static enum potok_status
refuse(struct potok_split *s, const char *why)
{
	s->stage.why = why;
	return POTOK_EUSAGE;
}

enum potok_status
potok_split_init(struct potok_split *s, const struct potok_split_options *options)
{
	static const struct potok_split_options defaults = POTOK_SPLIT_DEFAULTS;

	if (options == NULL)
		options = &defaults;
	*s = (struct potok_split){
	    .stage = {.process = process,
		.close = close_split,
		.name = "split",
		.counts = s->counts,
		.ncounts = POTOK_SPLIT_COUNTS},
	    .options = *options,
	    .language = NO_LANGUAGE,
	    .line_begins = true,
	};
	memcpy(s->counts, counts, sizeof counts);
	s->options.abbreviations = NULL;
	if (options->max_bytes == 0)
		s->options.max_bytes = POTOK_SPLIT_SENTENCE;
	if (s->options.max_bytes < POTOK_SPLIT_SENTENCE_LEAST ||
	    s->options.max_bytes > POTOK_SPLIT_SENTENCE_MOST)
		return refuse(s, "a sentence has at least 256 bytes and at most 16 MiB");
	if (!rules_can_go(options->without))
		return refuse(s, "a rule that says what is left cannot itself be left out");
	if (options->language != NULL) {
		if (!is_tag(options->language)) {
			snprintf(s->why, sizeof s->why,
			    "'%.24s' is no BCP 47 language tag, such as en, ru or sr-Latn",
			    options->language);
			return refuse(s, s->why);
		}
		s->language = language_number(options->language);
		s->options.language = NULL;
	}
	if (options->abbreviations == NULL)
		return POTOK_MORE;
	return user_words(options->abbreviations, &s->user, s->why, sizeof s->why, &s->stage.why);
}

bool
potok_split_language(size_t i, struct potok_split_language *language)
{
	const struct language *l = language_at(i);

	if (l == NULL)
		return false;
	*language = (struct potok_split_language){l->tag, l->name, l->words};
	return true;
}

const char *
potok_split_rule(size_t i)
{
	return rule_name(i);
}
