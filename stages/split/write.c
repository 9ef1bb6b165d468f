/* Writing sentences, or explanations, as the options say. */
#include "write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
put(struct work *w, const void *p, size_t n)
{
	if (w->status >= 0)
		w->status = potok_buf_add(w->out, p, n);
}

void
put_text(struct work *w, const char *text)
{
	put(w, text, strlen(text));
}

/* Hands on p[run..end), with the ends of sentences that stand in it, and lets the next run begin at
 * `next`. */
void
flush(struct work *w, size_t end, size_t next)
{
	size_t n = end - w->run;

	if (w->plain && end > w->run && w->status >= 0) {
		w->status = w->nends == 0 ? potok_buf_pass(w->out, w->p + w->run, n)
					  : potok_buf_add(w->out, w->p + w->run, n);
		for (size_t i = 0; i < w->nends && w->status >= 0; i++)
			w->out->data[w->out->len - n + (w->ends[i] - w->run)] = '\n';
	}
	w->nends = 0;
	w->run = next;
}

/* Writes p[from..to), its line ends as spaces. */
static void
put_joined(struct work *w, size_t from, size_t to)
{
	while (from < to) {
		const unsigned char *lf = memchr(w->p + from, '\n', to - from);
		size_t end = lf ? (size_t)(lf - w->p) : to;
		put(w, w->p + from, trim(w->p, from, end) - from);
		if (lf == NULL)
			break;
		put(w, " ", 1);
		from = end + 1;
		for (int space; from < to && (space = white_space(w->p + from, to - from)) != 0;)
			from += (size_t)(space > 0 ? space : 1);
	}
}

/* Writes a sentence that is not plain. */
void
put_sentence(struct work *w, size_t from, size_t to)
{
	char offsets[48];

	if (w->split->options.explain)
		return;
	if (w->split->options.offsets) {
		uint64_t base = w->split->stage.offset;
		snprintf(
		    offsets, sizeof offsets, "%" PRIu64 "\t%" PRIu64 "\t", base + from, base + to);
		put_text(w, offsets);
	}
	put_joined(w, from, to);
	put(w, "\n", 1);
}

/* "123  |  ru.never "рис"  см. рис.|5 на": one line for the mark, what was decided and why. */
void
explain(struct work *w, size_t mark, const struct decision *d)
{
	char line[160];
	size_t from = mark, to = d->next, left = 24, n;

	if (d->rule == RULE_NONE)
		return;
	n = (size_t)snprintf(line, sizeof line, "%" PRIu64 "\t%s\t", w->split->stage.offset + mark,
	    d->verdict == ENDS ? "ends" : "goes-on");
	put(w, line, n);
	if (d->rule == RULE_WORD && d->kind != UNKNOWN) {
		put_text(w, d->languages == 0 ? "user" : words_tag(d->languages));
		put_text(w, ".");
		put_text(w, words_kind_name(d->kind));
	} else {
		put_text(w, rule_name(d->rule));
	}
	if (d->word_end > d->word && d->kind != UNKNOWN) {
		put_text(w, " \"");
		put(w, w->p + d->word, d->word_end - d->word);
		put_text(w, "\"");
	}
	put_text(w, "\t");
	for (; from > w->at && (left > 0 || (w->p[from] & 0xC0) == 0x80); left -= left > 0)
		from--;
	put_joined(w, from, to);
	put_text(w, "|");
	size_t end = w->n - to > 24 ? to + 24 : w->n;
	const unsigned char *lf = memchr(w->p + to, '\n', end - to);
	end = lf ? (size_t)(lf - w->p) : end;
	while (end > to && end < w->n && (w->p[end] & 0xC0) == 0x80)
		end--;
	put(w, w->p + to, end - to);
	put_text(w, "\n");
}
