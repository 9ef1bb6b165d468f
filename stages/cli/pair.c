/* One hash for an input and an output that are the same. */
#include "pair.h"

#include <string.h>

void
pair_begin(struct pair *p, bool alike)
{
	p->same = alike;
	p->read = p->written = p->fresh_at = 0;
	p->fresh = NULL;
	p->now.at = p->before.at = 0;
	p->now.n = p->before.n = 0;
	hash_begin(&p->now.hash);
	hash_begin(&p->before.hash);
}

static bool
has(const struct pair_window *w, uint64_t offset)
{
	return offset >= w->at && offset - w->at <= w->n;
}

void
pair_part(struct pair *p)
{
	const struct pair_window *w = has(&p->now, p->written) ? &p->now : &p->before;

	if (!p->same)
		return;
	p->same = false;
	p->out.hash = w->hash;
	hash_add(&p->out.hash, w->bytes, (size_t)(p->written - w->at));
	p->in.hash = p->now.hash;
	hash_add(&p->in.hash, p->now.bytes, p->now.n);
}

void
pair_read(struct pair *p, const unsigned char *data, size_t n)
{
	struct pair_window *w = &p->now;
	size_t front = n > PAIR_WINDOW ? n - PAIR_WINDOW : 0;

	if (!p->same) {
		record_bytes(&p->in, data, n);
		return;
	}
	if (has(w, p->written))
		p->before = *w;
	hash_add(&w->hash, w->bytes, w->n);
	hash_add(&w->hash, data, front);
	w->at = p->read + front;
	w->n = n - front;
	memcpy(w->bytes, data + front, w->n);
	p->fresh = data;
	p->fresh_at = p->read;
	p->read += n;
	p->in.bytes += n;
}

/*
 * Is it the next part of the input?  What a stage only hands on stands where it was read; what was
 * left of earlier reads has been moved, and is compared.
 */
static bool
is_next(const struct pair *p, const unsigned char *data, size_t n)
{
	uint64_t old = p->fresh_at > p->written ? p->fresh_at - p->written : 0;

	if (n > p->read - p->written)
		return false;
	old = old < n ? old : n;
	if (old > 0 &&
	    (!has(&p->before, p->written) || !has(&p->before, p->written + old) ||
		memcmp(data, p->before.bytes + (p->written - p->before.at), (size_t)old) != 0))
		return false;
	return old == n || data + old == p->fresh + (p->written + old - p->fresh_at);
}

void
pair_write(struct pair *p, const unsigned char *data, size_t n)
{
	if (p->same && is_next(p, data, n) &&
	    (has(&p->now, p->written + n) || has(&p->before, p->written + n))) {
		p->written += n;
		p->out.bytes += n;
		return;
	}
	pair_part(p);
	record_bytes(&p->out, data, n);
}
