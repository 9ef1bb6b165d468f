/* Bytes in memory that stand for the files of a run. */
#include "memory.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void
memory_begin(struct memory *m, const void *in, size_t n, size_t piece)
{
	*m = (struct memory){.in = in,
	    .nin = n,
	    .piece = piece ? piece : SIZE_MAX,
	    .read_fails = SIZE_MAX,
	    .write_fails = SIZE_MAX,
	    .waits = -1};
}

ptrdiff_t
memory_read(void *ctx, void *buf, size_t cap)
{
	struct memory *m = ctx;
	size_t n = m->nin - m->at;

	if (m->at >= m->read_fails) {
		errno = ENODEV;
		return -1;
	}
	if (n == 0 && m->waits >= 0) {
		int before;
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
		ptrdiff_t got = read(m->waits, buf, cap);
		pthread_setcancelstate(before, &before);
		return got;
	}
	n = n < cap ? n : cap;
	n = n < m->piece ? n : m->piece;
	if (n > 0)
		memcpy(buf, m->in + m->at, n);
	m->at += n;
	return (ptrdiff_t)n;
}

int
memory_write(void *ctx, const void *data, size_t n)
{
	struct memory *m = ctx;

	if (m->out.len + n > m->write_fails) {
		errno = ENOSPC;
		return -1;
	}
	return potok_buf_add(&m->out, data, n) < 0 ? -1 : 0;
}

struct potok_chain
memory_chain(struct memory *m, struct potok_stage *const *stage)
{
	return (struct potok_chain){
	    .stages = stage, .nstages = 1, .read = memory_read, .write = memory_write, .ctx = m};
}

int
memory_write_at(void *ctx, const void *data, size_t n, uint64_t offset)
{
	struct memory_file *f = ctx;
	size_t end = (size_t)offset + n;

	if (end > f->n) {
		f->data = realloc(f->data, end);
		assert_non_null(f->data);
		memset(f->data + f->n, 0xEE, end - f->n);
		f->n = end;
	}
	memcpy(f->data + offset, data, n);
	return 0;
}

ptrdiff_t
memory_read_at(void *ctx, void *buf, size_t n, uint64_t offset)
{
	const struct memory_file *f = ctx;

	if (offset >= f->n)
		return 0;
	n = n < f->n - offset ? n : f->n - (size_t)offset;
	memcpy(buf, f->data + offset, n);
	return (ptrdiff_t)n;
}

struct potok_file
memory_file(struct memory_file *f)
{
	return (struct potok_file){memory_read_at, f, f->n};
}

unsigned char *
memory_text(size_t n)
{
	static const char *const words[] = {"поток ", "stream ", "文字。", "łódź ", "a ", "12, "};
	unsigned char *text = malloc(n);
	size_t at = 0, line = 0;
	uint32_t seed = 7;

	assert_non_null(text);
	while (at < n) {
		seed = seed * 1664525u + 1013904223u;
		const char *word = words[(seed >> 16) % 6];
		bool in_long = at > 100000 && at < 250000;
		if (!in_long && line > (seed >> 8) % 200)
			word = (seed >> 20) % 9 ? "\n" : "\n\n";
		size_t len = strlen(word) < n - at ? strlen(word) : n - at;
		memcpy(text + at, word, len);
		line = word[0] == '\n' ? 0 : line + len;
		at += len;
	}
	return text;
}
