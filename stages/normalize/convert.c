/* From bytes of another encoding to clean UTF-8: decodes blocks, and has them cleaned. */
#include "convert.h"

#include <string.h>

#include "decode.h"
#include "explain.h"
#include "plain.h"
#include "repair.h"

/* The front of `in` has become the text behind `carried`, and that has been cleaned. */
static void
next_block(struct cleaning *c, struct potok_slice *in)
{
	struct potok_normalize *n = c->n;
	struct potok_count *d = &n->counts[DECODED_BYTES];

	if (n->block > 0 && d->n == 0)
		d->first = c->offset;
	d->n += n->block;
	*in = (struct potok_slice){in->data + n->block, in->len - n->block};
	c->in = in->data;
	c->offset += n->block;
	n->block = 0;
	n->carried = n->ndecoded - n->cleaned;
	memmove(n->decoded, n->decoded + n->cleaned, n->carried);
	n->ndecoded = n->carried;
	n->cleaned = 0;
	n->plain = n->clear = 0;
}

/* Cleans the text that has been decoded. */
static enum potok_status
clean_decoded(struct cleaning *c, bool last)
{
	struct potok_normalize *n = c->n;
	struct potok_slice text = {n->decoded + n->cleaned, n->ndecoded - n->cleaned};
	c->plain = n->decoded + n->plain;
	c->clear = n->decoded + n->clear;
	enum potok_status s = repair_text(c, &text, true, last);

	n->cleaned = n->ndecoded - text.len;
	return s;
}

/* At the front of `in` stands a sequence that is no text. */
static enum potok_status
take_bad(struct cleaning *c, const struct decoded *r)
{
	struct potok_normalize *n = c->n;

	if (n->bad == POTOK_BAD_STOP) {
		enum potok_status s = clean_decoded(c, true);
		if (s == POTOK_MORE)
			s = repair_flush(c);
		if (s != POTOK_MORE)
			return s;
	}
	size_t made;
	enum potok_status s =
	    clean_ill_formed(n, c->offset, c->in, r->bad, n->decoded + n->ndecoded, &made);
	if (s >= 0)
		s = explain_change(c, "ill_formed", c->offset, (struct potok_slice){c->in, r->bad},
		    (struct potok_slice){n->decoded + n->ndecoded, made});
	if (s < 0)
		return s;
	n->ndecoded += made;
	decoder_skip(n->decoder, r);
	n->block = r->bad;
	return POTOK_MORE;
}

/* May the next block be decoded into the output, as it is written so when all of it is clear?  That
 * is tried behind such a block. */
static bool
is_straight(const struct cleaning *c)
{
	const struct potok_normalize *n = c->n;

	return n->straight && n->carried == 0 && n->npending == 0 && n->started && !n->after_cr &&
	       !n->explain && (n->repair & POTOK_REPAIR_ENTITIES) == 0 && clean_keeps_plain(n) &&
	       repair_begins_line(n) && c->out->passed.len == 0;
}

/* Decodes the front of `in`, of which len bytes are given.  *done: it has been written as well. */
static enum potok_status
decode_block(
    struct cleaning *c, struct potok_slice in, size_t len, bool last, struct decoded *r, bool *done)
{
	struct potok_normalize *n = c->n;
	unsigned char *to = n->decoded + n->ndecoded;
	bool straight = is_straight(c);
	enum potok_status s;

	*done = false;
	if (straight) {
		if ((s = potok_buf_room(c->out, DECODE_OUT)) < 0)
			return s;
		to = c->out->data + c->out->len;
	}
	s = decoder_run(n->decoder, in.data, len, last && len == in.len, to, r);
	if (s < 0)
		return s;
	n->straight = r->made > 0 && r->clear == r->made && to[r->made - 1] == '\n';
	*done = straight && n->straight;
	if (*done) {
		c->out->len += r->made;
		n->open_line = false;
		n->block += r->used;
	} else if (straight) {
		memcpy(n->decoded, to, r->made);
	}
	return s;
}

enum potok_status
convert_text(struct cleaning *c, struct potok_slice *in, bool last)
{
	struct potok_normalize *n = c->n;

	for (;;) {
		struct decoded r;
		enum potok_status s = clean_decoded(c, false);
		if (s != POTOK_MORE)
			return s;
		next_block(c, in);
		size_t len = in->len;
		n->by_lines = decoder_knows_lines(n->decoder);
		if (n->by_lines) {
			len = decoder_lines(n->decoder, in->data, len, n->unbroken, last);
			n->unbroken = len == 0 ? in->len : 0;
			if (len == 0 && !last)
				return POTOK_MORE;
		}
		bool done;
		if ((s = decode_block(c, *in, len, last, &r, &done)) < 0)
			return s;
		if (done && potok_buf_full(c->out))
			return POTOK_FULL;
		if (done)
			continue;
		if (r.ill) {
			if ((s = take_bad(c, &r)) != POTOK_MORE)
				return s;
			continue;
		}
		if (r.used == 0 && r.made == 0)
			return last ? clean_decoded(c, true) : POTOK_MORE;
		if (r.plain > 0 && plain_run(n->decoded, n->carried) == n->carried)
			n->plain = n->carried + r.plain;
		/* A line begins with the block when nothing is carried, or else it is judged for
		 * itself. */
		n->clear = n->carried == 0 ? r.clear : 0;
		n->ndecoded += r.made;
		n->block += r.used;
	}
}
