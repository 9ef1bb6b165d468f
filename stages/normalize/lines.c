/*
 * Text whose lines are each in an encoding of their own: dumps that were joined from several
 * sources.  Lines of the same encoding are taken together, as a segment.
 */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "convert.h"
#include "decode.h"
#include "explain.h"
#include "fit.h"
#include "repair.h"

enum potok_status
lines_open(struct potok_normalize *n)
{
	n->lines = calloc(1, sizeof *n->lines);
	n->decoded = malloc(DECODE_OUT + 64);
	if (n->lines == NULL || n->decoded == NULL)
		return POTOK_ENOMEM;
	n->lines->encoding = n->lines->next = n->lines->told = FIT_NONE;
	return POTOK_MORE;
}

void
lines_close(struct potok_normalize *n)
{
	for (int i = 0; n->lines != NULL && i < FIT_MAX; i++)
		decoder_close(n->lines->decoders[i]);
	free(n->lines);
	n->lines = NULL;
}

/* One more line that is not ASCII, in this encoding.  Those of the file's own UTF-8 are not
 * counted. */
static void
count_line(struct potok_normalize *n, int encoding, uint64_t offset)
{
	struct line_count *l = &n->lines->counts[encoding];
	const char *name = fit_name(encoding);
	bool own = strcmp(name, n->encoding) == 0;

	if (encoding == FIT_UTF8 && own)
		return;
	if (l->name[0] == '\0') {
		size_t len = (size_t)snprintf(l->name, sizeof l->name, "lines_%s", name);
		for (size_t i = 0; i < len && i < sizeof l->name; i++) {
			bool upper = l->name[i] >= 'A' && l->name[i] <= 'Z';
			l->name[i] =
			    l->name[i] == '-' ? '_' : (char)(l->name[i] | (upper ? 0x20 : 0));
		}
		snprintf(l->what, sizeof l->what, "lines read as %s%s", name,
		    own ? "" : ", unlike most; -f states the encoding");
		l->count = &n->counts[n->stage.ncounts++];
		*l->count = (struct potok_count){
		    .name = l->name, .what = l->what, .loss = !own && encoding != FIT_UTF8};
	}
	potok_count_at(l->count, offset);
}

/* Bytes at the front of p[0..n) that are ASCII. */
static size_t
ascii_run(const unsigned char *p, size_t n)
{
	size_t i = 0;
	uint64_t eight;

	for (; n - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, p + i, sizeof eight);
		if (eight & 0x8080808080808080u)
			break;
	}
	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

/* The bytes of p[0..n), a line or the beginning of one, that are judged: no character is cut. */
static size_t
judged(const unsigned char *p, size_t n, bool whole)
{
	uint32_t cp;
	size_t valid = whole ? n : potok_utf8_valid(p, n);

	return valid < n && potok_utf8_decode(p + valid, n - valid, &cp) == 0 ? valid : n;
}

/*
 * The encoding of the line at p[0..len), of which more may come when it has no LF.  *n: its bytes
 * with the LF, at most POTOK_NORMALIZE_LINE; 0: it is not all there yet.
 */
static enum potok_status
judge_line(struct potok_normalize *stage, const unsigned char *p, size_t len, bool last, size_t *n,
    int *encoding)
{
	struct normalize_lines *l = stage->lines;
	struct fit_hints hints = {stage->language, NULL};
	size_t look = len < POTOK_NORMALIZE_LINE ? len : POTOK_NORMALIZE_LINE;
	const unsigned char *lf =
	    look > l->examined ? memchr(p + l->examined, '\n', look - l->examined) : NULL;

	*n = 0;
	*encoding = FIT_NONE;
	if (lf == NULL && len <= POTOK_NORMALIZE_LINE && !last) {
		l->examined = look;
		return POTOK_MORE;
	}
	l->examined = 0;
	*n = lf != NULL ? (size_t)(lf - p) + 1 : look;
	if (l->next != FIT_NONE)
		*encoding = l->next;
	else if (ascii_run(p, *n) < *n &&
		 fit_line(stage->fit, p, judged(p, *n, lf != NULL || *n == len), &hints, encoding) <
		     0)
		return POTOK_ENOMEM;
	l->next = FIT_NONE;
	return POTOK_MORE;
}

/* How much of UTF-8 at the front of p[0..n) are whole lines. */
static size_t
utf8_lines(const unsigned char *p, size_t n)
{
	size_t valid = potok_utf8_valid(p, n);

	while (valid > 0 && p[valid - 1] != '\n')
		valid--;
	return valid;
}

/* Finds the next segment; l->segment is 0 when there is none yet. */
static enum potok_status
find_segment(struct potok_normalize *n, struct potok_slice in, uint64_t offset, bool last)
{
	struct normalize_lines *l = n->lines;
	bool utf8 = strcmp(n->encoding, "UTF-8") == 0;
	size_t at = 0, len = 0;

	if (l->open) { /* a long line, whose encoding is known */
		const unsigned char *lf =
		    in.len > l->examined ? memchr(in.data + l->examined, '\n', in.len - l->examined)
					 : NULL;
		l->examined = 0;
		l->open = lf == NULL;
		l->segment = lf != NULL ? (size_t)(lf - in.data) + 1 : in.len;
		return POTOK_MORE;
	}
	l->encoding = FIT_NONE;
	while (at < in.len && !l->open) {
		const unsigned char *p = in.data + at;
		int encoding;
		if (utf8 && l->next == FIT_NONE && l->examined == 0 && l->encoding <= FIT_UTF8) {
			size_t whole = utf8_lines(p, in.len - at);
			if (whole > 0) {
				l->encoding = FIT_UTF8;
				at += whole;
				continue;
			}
		}
		enum potok_status s = judge_line(n, p, in.len - at, last, &len, &encoding);
		if (s < 0)
			return s;
		if (len == 0)
			break;
		/* A long line is a segment of its own. */
		bool goes_on = p[len - 1] != '\n' && !(last && at + len == in.len);
		bool other =
		    encoding != FIT_NONE && l->encoding != FIT_NONE && encoding != l->encoding;
		if (at > 0 && (other || goes_on)) {
			l->next = encoding;
			break;
		}
		if (encoding != FIT_NONE) {
			l->encoding = encoding;
			count_line(n, encoding, offset + at);
		}
		at += len;
		/* What follows 64 KiB of ASCII is judged for itself. */
		l->open = goes_on && encoding != FIT_NONE;
	}
	l->segment = at;
	return POTOK_MORE;
}

/* The decoder of the segment, NULL for UTF-8. */
static enum potok_status
use_decoder(struct potok_normalize *n)
{
	struct normalize_lines *l = n->lines;
	struct encoding e;

	n->decoder = NULL;
	if (l->encoding <= FIT_UTF8)
		return POTOK_MORE;
	if (l->decoders[l->encoding] == NULL) {
		if (!encoding_find(fit_name(l->encoding), &e))
			return POTOK_EBUG;
		enum potok_status s = decoder_open(&l->decoders[l->encoding], &e);
		if (s < 0)
			return s;
	}
	n->decoder = l->decoders[l->encoding];
	return POTOK_MORE;
}

/* Takes the segment, or what there is room for. */
static enum potok_status
take_segment(struct cleaning *c, struct potok_slice *in, bool last)
{
	struct potok_normalize *n = c->n;
	struct normalize_lines *l = n->lines;
	struct potok_slice text = {in->data, l->segment};
	bool ends = (last && l->segment == in->len) ||
		    (l->segment > 0 && text.data[l->segment - 1] == '\n');
	enum potok_status s;

	c->offset += (uint64_t)(in->data - c->in);
	c->in = in->data;
	c->direct = n->decoder == NULL;
	c->plain = c->clear = NULL;
	if (l->encoding != FIT_NONE && l->encoding != l->told) {
		s = explain_encoding(c, c->offset, fit_name(l->encoding));
		if (s < 0)
			return s;
		l->told = l->encoding;
	}
	/* A piece of a long line of ASCII ends nothing, and is all that there will be. */
	s = c->direct ? repair_text(c, &text, ends || !l->open, ends)
		      : convert_text(c, &text, ends);
	in->data += l->segment - text.len;
	in->len -= l->segment - text.len;
	l->segment = text.len;
	if (s != POTOK_MORE)
		return s;
	/* What remains is a character that is cut, and belongs to the next segment. */
	l->segment = 0;
	if (ends && n->decoder != NULL) {
		decoder_reset(n->decoder);
		n->ndecoded = n->cleaned = n->carried = 0;
	}
	l->open = l->open && !(ends && last && in->len == 0);
	l->examined = l->open ? text.len : 0;
	return s;
}

enum potok_status
lines_run(struct cleaning *c, struct potok_slice *in, bool last)
{
	struct normalize_lines *l = c->n->lines;

	for (;;) {
		size_t before = in->len;
		enum potok_status s = POTOK_MORE;
		if (l->segment == 0) {
			s = find_segment(c->n, *in, c->offset + (uint64_t)(in->data - c->in), last);
			if (s == POTOK_MORE)
				s = use_decoder(c->n);
		}
		if (s != POTOK_MORE || (l->segment == 0 && !(l->open && last)))
			return s;
		size_t segment = l->segment;
		s = take_segment(c, in, last);
		/* Of a long line the last character may wait for what is behind the segment. */
		if (s != POTOK_MORE || (in->len == before && segment == before))
			return s;
	}
}
