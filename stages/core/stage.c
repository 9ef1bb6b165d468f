/* The runner: feeds one stage or a chain of stages, and holds them to the contract of stage.h. */
#include <errno.h>
#include <string.h>

#include <potok/stage.h>

#include "lines.h"

enum potok_status
potok_process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	size_t made = out->len + out->passed.len;

	if (in->data == NULL)
		in->data = (const unsigned char *)"";
	struct potok_slice had = *in;
	enum potok_status s = stage->process(stage, in, out, last);

	size_t used = had.len - in->len;
	if (in->len > had.len || (uintptr_t)in->data - (uintptr_t)had.data != used) {
		*in = had; /* nobody can tell what was taken */
		return POTOK_EBUG;
	}
	stage->offset += used;
	switch (s) {
	case POTOK_MORE:
		return last || in->len > POTOK_UNIT_MAX ? POTOK_EBUG : s;
	case POTOK_FULL:
		return used == 0 && out->len + out->passed.len == made ? POTOK_EBUG : s;
	case POTOK_DONE:
		return last && in->len == 0 ? s : POTOK_EBUG;
	default:
		return s < 0 && (s != POTOK_EINPUT || stage->why != NULL) ? s : POTOK_EBUG;
	}
}

/* What waits in front of a stage: buf without its first `head` bytes, which are already used. */
struct box {
	struct potok_buf buf;
	size_t head;
};

struct run {
	struct potok_chain *chain;
	size_t chunk;
	struct box box[POTOK_CHAIN_MAX + 1]; /* the last one waits for the writer */
};

static struct potok_slice
waiting(const struct box *b)
{
	struct potok_slice s = potok_buf_bytes(&b->buf);

	return s.len == 0 ? s : (struct potok_slice){s.data + b->head, s.len - b->head};
}

/* Moves what waits to the front of memory of its own: the box before may change after this. */
static enum potok_status
settle(struct box *b)
{
	struct potok_slice rest = waiting(b);

	if (rest.len == 0) {
		potok_buf_clear(&b->buf);
	} else if (b->buf.passed.len > 0) {
		b->buf.passed = rest;
		b->head = 0;
		return potok_buf_own(&b->buf);
	} else if (b->head > 0) {
		memmove(b->buf.data, rest.data, rest.len);
		b->buf.len = rest.len;
	}
	b->head = 0;
	return POTOK_MORE;
}

/* Bytes to whose multiple addresses the system reads faster: measured at a quarter of the time. */
enum { READ_ALIGN = 64 };

/* Moves what waits for the first stage, so that reading goes on at an even address.  What is used
 * before it, if that is little, stays: a long unit that grows byte by byte is not moved. */
static void
settle_first(struct box *b)
{
	struct potok_slice rest = waiting(b);

	if (rest.len > 0 && b->head < READ_ALIGN)
		return;
	size_t end = (size_t)((uintptr_t)b->buf.data % READ_ALIGN) + rest.len;
	size_t head = (READ_ALIGN - end % READ_ALIGN) % READ_ALIGN;
	if (rest.len > 0)
		memmove(b->buf.data + head, rest.data, rest.len);
	b->buf.len = head + rest.len;
	b->head = head;
}

static enum potok_status
write_out(struct run *r, bool last)
{
	struct box *b = &r->box[r->chain->nstages];
	struct potok_slice s = waiting(b);

	if (s.len > 0 && r->chain->write(r->chain->ctx, s.data, s.len) < 0) {
		r->chain->failed = r->chain->nstages;
		return POTOK_EIO;
	}
	potok_buf_clear(&b->buf);
	return last ? POTOK_DONE : POTOK_MORE;
}

/*
 * Runs stage i and those behind it until the box of stage i has no whole unit left.  Recursion is
 * as deep as the chain is long.
 */
static enum potok_status
pump(struct run *r, size_t i, bool last)
{
	struct potok_chain *c = r->chain;

	if (i == c->nstages)
		return write_out(r, last);

	struct box *b = &r->box[i];
	struct potok_buf *out = &r->box[i + 1].buf;
	for (;;) {
		struct potok_slice in = waiting(b);
		struct potok_slice had = in;
		size_t waited = out->len + out->passed.len;

		out->limit = waited + r->chunk;
		enum potok_status s = potok_process(c->stages[i], &in, out, last);
		size_t used = had.len - in.len;
		bool made = out->len + out->passed.len > waited;
		if (i == 0 && c->count_lines)
			c->line += count_lf(had.data, used);
		b->head += used;
		if (s < 0) {
			/* The stages behind it see the end of their input, as they would on a pipe;
			 * what they say of an end that comes too soon is only a consequence. */
			enum potok_status behind = pump(r, i + 1, true);
			if (behind == POTOK_EIO)
				return behind;
			c->failed = i;
			return s;
		}
		if (made || s == POTOK_DONE) {
			enum potok_status behind = pump(r, i + 1, s == POTOK_DONE);
			if (behind < 0)
				return behind;
		}
		if (s != POTOK_FULL) {
			if (i == 0) {
				settle_first(b);
				return s;
			}
			enum potok_status settled = settle(b);
			return settled < 0 ? settled : s;
		}
	}
}

enum potok_status
potok_chain_run(struct potok_chain *c)
{
	struct run r = {.chain = c, .chunk = c->chunk ? c->chunk : POTOK_CHUNK};
	enum potok_status s;

	c->failed = c->nstages;
	c->line = 1;
	if (c->nstages < 1 || c->nstages > POTOK_CHAIN_MAX)
		return POTOK_EUSAGE;
	do {
		struct potok_buf *first = &r.box[0].buf;
		bool none = first->data == NULL;
		if ((s = potok_buf_room(first, r.chunk + READ_ALIGN)) < 0) {
			pump(&r, 1, true); /* what was made is written, as below */
			break;
		}
		if (none)
			settle_first(&r.box[0]);
		ptrdiff_t got = c->read(c->ctx, first->data + first->len, r.chunk);
		if (got < 0) {
			/* The stages behind the first finish with what it has made, as on a pipe.
			 */
			int why = errno;
			if (pump(&r, 1, true) != POTOK_EIO)
				errno = why;
			c->failed = c->nstages;
			s = POTOK_EIO;
			break;
		}
		first->len += (size_t)got;
		s = pump(&r, 0, got == 0);
	} while (s >= 0 && s != POTOK_DONE);

	int why = errno;
	for (size_t i = 0; i <= c->nstages; i++)
		potok_buf_free(&r.box[i].buf);
	errno = why;
	return s;
}
