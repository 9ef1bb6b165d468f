/* The stage split: finds where sentences end, by rules for the script at hand. */
#include <string.h>

#include <potok/split.h>
#include <potok/utf8.h>

#include "rules.h"
#include "scan.h"

enum { SENTENCES, PARAGRAPHS, FINAL_LF_ADDED, SENTENCE_CUT };

static const struct potok_count counts[POTOK_SPLIT_COUNTS] = {
    [SENTENCES] = {.name = "sentences", .what = "sentences written"},
    [PARAGRAPHS] = {.name = "paragraphs", .what = "lines with text"},
    [FINAL_LF_ADDED] = {.name = "final_lf_added", .what = "missing last LF added"},
    [SENTENCE_CUT] = {.name = "sentence_cut",
	.what = "sentences longer than 1 MiB cut",
	.loss = true},
};

static const char *const languages[] = {"en", "mul", "ru"};

const char *
potok_split_language(size_t i)
{
	return i < sizeof languages / sizeof languages[0] ? languages[i] : NULL;
}

/* One call of process(): `in` from the sentence at hand on, and what is ready to go out as it is.
 */
struct work {
	struct potok_split *split;
	struct potok_buf *out;
	const unsigned char *p; /* the whole of `in` */
	size_t n;
	size_t run; /* p[run..at) goes out unchanged */
	size_t at;  /* where the next sentence begins */
	bool last;
	int simd; /* level */
	enum potok_status status;
};

/* Hands on p[run..end) and lets the next run begin at `next`. */
static void
flush(struct work *w, size_t end, size_t next)
{
	if (end > w->run && w->status >= 0)
		w->status = potok_buf_pass(w->out, w->p + w->run, end - w->run);
	w->run = next;
}

/* Writes the LF behind a sentence that ends within its line. */
static void
break_line(struct work *w, size_t end, size_t next)
{
	flush(w, end, next);
	if (w->status >= 0)
		w->status = potok_buf_add(w->out, "\n", 1);
}

static void
count_sentence(struct work *w)
{
	struct potok_split *s = w->split;

	s->counts[SENTENCES].n++;
	if (!s->in_line)
		s->counts[PARAGRAPHS].n++;
}

/*
 * Takes the white space and the line ends in front of a sentence.  Answers true when a sentence
 * begins at w->at, false when more input is needed to know.
 */
static bool
to_sentence(struct work *w)
{
	while (w->at < w->n) {
		unsigned char c = w->p[w->at];
		if (c > ' ' && c < 0x80)
			return true;
		int space = white_space(w->p + w->at, w->n - w->at);
		if (space > 0) {
			flush(w, w->at, w->at + (size_t)space);
			w->at += (size_t)space;
			w->split->blank = !w->split->in_line;
		} else if (space < 0 && !w->last) {
			return false; /* cut within what may be a space */
		} else if (c != '\n') {
			return true;
		} else if (w->split->in_line) {
			/* The LF of this line stands already behind its last sentence. */
			flush(w, w->at, w->at + 1);
			w->at++;
			w->split->in_line = false;
		} else {
			w->at++;
			w->split->blank = false;
		}
	}
	return false;
}

/* The sentence is [at, end), and white space or LF follows. */
static void
end_sentence(struct work *w, size_t end, bool at_line_end)
{
	size_t trimmed = trim(w->p, w->at, end);

	count_sentence(w);
	if (at_line_end && trimmed == end) {
		w->at = end + 1;
	} else {
		break_line(w, trimmed, at_line_end ? end + 1 : end);
		w->at = w->run;
	}
	w->split->in_line = !at_line_end;
	w->split->blank = false;
}

/* Cuts a sentence that is longer than the maximum: behind its last white space, or else between
 * characters. */
static void
cut_sentence(struct work *w)
{
	size_t max = w->at + POTOK_SPLIT_SENTENCE, end = max;

	while (end > w->at && w->p[end - 1] != ' ')
		end--;
	if (end == w->at)
		for (end = max; end > max - 3 && (w->p[end] & 0xC0) == 0x80;)
			end--;
	potok_count_at(&w->split->counts[SENTENCE_CUT], w->split->stage.offset + w->at);
	end_sentence(w, end, false);
}

/*
 * Finds the end of the sentence at w->at.  Answers true when it was found and taken; false when
 * more input is needed; then `examined` says how far that is known.
 */
static bool
take_sentence(struct work *w, size_t examined)
{
	size_t max = w->n - w->at > POTOK_SPLIT_SENTENCE ? w->at + POTOK_SPLIT_SENTENCE : w->n;
	size_t i = w->at + examined;

	while (i < max && (i = scan_mark(w->p, i, max, w->simd)) < max) {
		if (w->p[i] == '\n') {
			end_sentence(w, i, true);
			return true;
		}
		size_t known = w->n - i;
		if (known < POTOK_SPLIT_CONTEXT && !w->last &&
		    memchr(w->p + i, '\n', known) == NULL)
			break;
		struct decision d = decide(&(struct place){
		    .p = w->p,
		    .start = w->at,
		    .mark = i,
		    .end = known < POTOK_SPLIT_CONTEXT ? w->n : i + POTOK_SPLIT_CONTEXT,
		    .first = !w->split->in_line,
		});
		if (d.ends) {
			end_sentence(w, d.next, false);
			return true;
		}
		i = d.next;
	}
	if (i >= max && max < w->n) {
		cut_sentence(w);
		return true;
	}
	if (w->last) {
		end_sentence(w, w->n, false);
		potok_count_at(&w->split->counts[FINAL_LF_ADDED], w->split->stage.offset + w->n);
		return true;
	}
	w->split->examined = (i < max ? i : max) - w->at;
	return false;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_split *split = (struct potok_split *)stage;
	struct work w = {.split = split,
	    .out = out,
	    .p = in->data,
	    .n = in->len,
	    .last = last,
	    .simd = potok_simd(),
	    .status = POTOK_MORE};
	size_t examined = split->examined;
	bool full = false;

	split->examined = 0;
	while (w.status >= 0 && !full && to_sentence(&w)) {
		if (!take_sentence(&w, examined))
			break;
		examined = 0;
		full = out->len + out->passed.len + (w.at - w.run) >= out->limit;
	}
	if (w.status >= 0)
		flush(&w, w.at, w.at);
	if (w.status >= 0 && last && w.at == w.n && split->blank) {
		/* White space alone is an empty line, also where its LF is missing. */
		potok_count_at(&split->counts[FINAL_LF_ADDED], split->stage.offset + w.n);
		w.status = potok_buf_add(out, "\n", 1);
		split->blank = false;
	}
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
	(void)stage;
}

enum potok_status
potok_split_init(struct potok_split *split, const struct potok_split_options *options)
{
	static const struct potok_split_options defaults = POTOK_SPLIT_DEFAULTS;

	if (options == NULL)
		options = &defaults;
	*split = (struct potok_split){
	    .stage = {.process = process,
		.close = close_split,
		.name = "split",
		.counts = split->counts,
		.ncounts = POTOK_SPLIT_COUNTS},
	};
	memcpy(split->counts, counts, sizeof counts);
	if (options->language != NULL && !is_tag(options->language))
		return POTOK_EUSAGE;
	return POTOK_MORE;
}
