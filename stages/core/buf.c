/* Byte buffers: growth, and text handed on without a copy. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <potok/buf.h>

enum { FIRST_CAP = 256 };

/* Makes cap - len at least n. */
static enum potok_status
grow(struct potok_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : FIRST_CAP;

	if (n <= b->cap - b->len)
		return POTOK_MORE;
	if (n > SIZE_MAX / 2 - b->len)
		return POTOK_ENOMEM;
	while (cap - b->len < n)
		cap *= 2;
	unsigned char *p = realloc(b->data, cap);
	if (p == NULL)
		return POTOK_ENOMEM;
	b->data = p;
	b->cap = cap;
	return POTOK_MORE;
}

enum potok_status
potok_buf_own(struct potok_buf *b)
{
	if (b->passed.len == 0)
		return POTOK_MORE;
	enum potok_status s = grow(b, b->passed.len);
	if (s < 0)
		return s;
	memcpy(b->data, b->passed.data, b->passed.len);
	b->len = b->passed.len;
	b->passed = (struct potok_slice){NULL, 0};
	return POTOK_MORE;
}

enum potok_status
potok_buf_room(struct potok_buf *b, size_t n)
{
	if (b->passed.len > 0) {
		enum potok_status s = potok_buf_own(b);
		if (s < 0)
			return s;
	}
	return grow(b, n);
}

enum potok_status
potok_buf_add(struct potok_buf *b, const void *src, size_t n)
{
	if (n == 0)
		return POTOK_MORE;
	enum potok_status s = potok_buf_room(b, n);
	if (s < 0)
		return s;
	memcpy(b->data + b->len, src, n);
	b->len += n;
	return POTOK_MORE;
}

enum potok_status
potok_buf_pass(struct potok_buf *b, const unsigned char *src, size_t n)
{
	if (b->len > 0 || n == 0)
		return potok_buf_add(b, src, n);
	if (b->passed.len == 0) {
		b->passed = (struct potok_slice){src, n};
		return POTOK_MORE;
	}
	if (b->passed.data + b->passed.len == src) {
		b->passed.len += n;
		return POTOK_MORE;
	}
	return potok_buf_add(b, src, n);
}

void
potok_buf_free(struct potok_buf *b)
{
	free(b->data);
	*b = (struct potok_buf){0};
}
