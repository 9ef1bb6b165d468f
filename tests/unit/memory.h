/* Bytes in memory that stand for the files of a run. */
#ifndef POTOK_TESTS_MEMORY_H
#define POTOK_TESTS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <potok/compress.h>

/* What a chain reads and writes. */
struct memory {
	const unsigned char *in;
	size_t nin, piece; /* bytes given at once; 0: all */
	size_t at;         /* bytes read */
	size_t read_fails; /* reading fails behind that many bytes; SIZE_MAX: never */
	int waits;         /* descriptor that is read instead of an end; below 0: none */
	struct potok_buf out;
	size_t write_fails; /* the same for writing */
};

void memory_begin(struct memory *, const void *in, size_t n, size_t piece);
ptrdiff_t memory_read(void *ctx, void *buf, size_t cap);
int memory_write(void *ctx, const void *data, size_t n);

/* Fills a chain that reads and writes it. */
struct potok_chain memory_chain(struct memory *, struct potok_stage *const *stage);

/* A file of an index. */
struct memory_file {
	unsigned char *data;
	size_t n;
};
int memory_write_at(void *ctx, const void *data, size_t n, uint64_t offset);
ptrdiff_t memory_read_at(void *ctx, void *buf, size_t n, uint64_t offset);
struct potok_file memory_file(struct memory_file *);

/* A text of n bytes in lines of 0 to 200 bytes, some of them blank, and one of 150,000 bytes behind
 * the first 100,000; the caller frees it. */
unsigned char *memory_text(size_t n);

#endif
