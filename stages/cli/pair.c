/* One hash for an input and an output that are the same. */
#include "pair.h"

#include <string.h>

void
pair_begin(struct pair *p, bool alike)
{
	p->alike = p->same = alike;
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

/* The window that has the place of the output; NULL: none has. */
static const struct pair_window *
window(const struct pair *p, uint64_t offset)
{
	return has(&p->now, offset) ? &p->now : has(&p->before, offset) ? &p->before : NULL;
}

/* The hash of the input up to a place in the window. */
static struct hash
hash_at(const struct pair_window *w, uint64_t offset)
{
	struct hash h = w->hash;

	hash_add(&h, w->bytes, (size_t)(offset - w->at));
	return h;
}

/* From now on the output has a hash of its own. */
static void
leave(struct pair *p)
{
	/* Threads come here when it is false, and write nothing then. */
	if (!p->same)
		return;
	p->out.hash = hash_at(window(p, p->written), p->written);
	p->same = false;
}

void
pair_part(struct pair *p)
{
	leave(p);
	if (!p->alike)
		return;
	p->in.hash = hash_at(&p->now, p->read);
	p->alike = false;
}

void
pair_read(struct pair *p, const unsigned char *data, size_t n)
{
	struct pair_window *w = &p->now;
	size_t front = n > PAIR_WINDOW ? n - PAIR_WINDOW : 0;

	if (!p->alike) {
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

/* What was written from elsewhere, as a stage does with what it held to find out an encoding, may
 * be the input all the same: then the hashes are.  If not, they never will be. */
static void
unite(struct pair *p)
{
	const struct pair_window *w = window(p, p->written);

	if (w == NULL && p->written <= p->read)
		return;
	struct hash h;
	if (w != NULL)
		h = hash_at(w, p->written);
	if (w == NULL || hash_value(&h) != hash_value(&p->out.hash))
		pair_part(p);
	else
		p->same = true;
}

void
pair_write(struct pair *p, const unsigned char *data, size_t n)
{
	if (p->same && is_next(p, data, n) && window(p, p->written + n) != NULL) {
		p->written += n;
		p->out.bytes += n;
		return;
	}
	leave(p);
	record_bytes(&p->out, data, n);
	if (!p->alike)
		return;
	p->written += n;
	unite(p);
}
