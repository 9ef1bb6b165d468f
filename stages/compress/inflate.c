/* Inflating a stream, by ISA-L or by zlib. */
#include "inflate.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef POTOK_HAVE_LIBISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

static unsigned
at_most_uint(size_t n)
{
	return n < UINT_MAX ? (unsigned)n : UINT_MAX;
}

#ifdef POTOK_HAVE_LIBISAL

struct inflater {
	struct inflate_state state;
};

struct inflater *
inflater_make(void)
{
	struct inflater *i = calloc(1, sizeof *i);

	if (i != NULL)
		isal_inflate_init(&i->state);
	return i;
}

void
inflater_free(struct inflater *i)
{
	free(i);
}

void
inflater_reset(struct inflater *i)
{
	isal_inflate_reset(&i->state);
}

/*
 * It reads ahead of what it decodes.  The whole bytes of that, at most n, are put back, so that at
 * the end of the stream all that follows it is left in the input: whatever it holds then came with
 * the call that ended it.  Answers how many bytes.
 */
static size_t
unread(struct inflate_state *s, size_t n)
{
	size_t ahead = (size_t)s->read_in_length / 8;

	n = ahead < n ? ahead : n;
	if (n == 0)
		return 0;
	s->read_in_length -= (int32_t)(8 * n);
	s->read_in &= (UINT64_C(1) << s->read_in_length) - 1;
	return n;
}

enum inflated
inflater_run(
    struct inflater *i, struct potok_slice *in, unsigned char *text, size_t cap, size_t *made)
{
	struct inflate_state *s = &i->state;
	unsigned given = at_most_uint(in->len), room = at_most_uint(cap);

	s->next_in = (uint8_t *)in->data; /* it only reads */
	s->avail_in = given;
	s->next_out = text;
	s->avail_out = room;
	int answer = isal_inflate(s);
	*made = room - s->avail_out;
	if (answer < 0) /* avail_in may be wrong then */
		return INFLATED_BAD;
	size_t used = given - s->avail_in;
	if (s->avail_out == 0 || s->block_state == ISAL_BLOCK_FINISH)
		used -= unread(s, used);
	in->data += used;
	in->len -= used;
	return s->block_state == ISAL_BLOCK_FINISH ? INFLATED_ALL : INFLATED_SOME;
}

#else

struct inflater {
	z_stream z;
};

struct inflater *
inflater_make(void)
{
	struct inflater *i = calloc(1, sizeof *i);

	if (i != NULL && inflateInit2(&i->z, -MAX_WBITS) != Z_OK) {
		free(i);
		return NULL;
	}
	return i;
}

void
inflater_free(struct inflater *i)
{
	if (i != NULL)
		inflateEnd(&i->z);
	free(i);
}

void
inflater_reset(struct inflater *i)
{
	inflateReset(&i->z);
}

enum inflated
inflater_run(
    struct inflater *i, struct potok_slice *in, unsigned char *text, size_t cap, size_t *made)
{
	z_stream *z = &i->z;
	unsigned given = at_most_uint(in->len), room = at_most_uint(cap);

	z->next_in = (z_const Bytef *)in->data;
	z->avail_in = given;
	z->next_out = text;
	z->avail_out = room;
	int answer = inflate(z, Z_NO_FLUSH);
	*made = room - z->avail_out;
	in->data += given - z->avail_in;
	in->len -= given - z->avail_in;
	switch (answer) {
	case Z_STREAM_END:
		return INFLATED_ALL;
	case Z_OK:
	case Z_BUF_ERROR:
		return INFLATED_SOME;
	case Z_MEM_ERROR:
		return INFLATED_NOMEM;
	default:
		return INFLATED_BAD;
	}
}

#endif
