/*
 * The input and the output of a filter, hashed for its run record: once for both as long as the
 * output is the input, byte for byte, as it is of clean text.  Never installed.
 */
#ifndef POTOK_CLI_PAIR_H
#define POTOK_CLI_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

enum { PAIR_WINDOW = 2048 };

/* The hash of the input up to an offset, and copies of the bytes behind that: so the hash can be
 * had at every place in the window. */
struct pair_window {
	struct hash hash;
	uint64_t at;
	size_t n;
	unsigned char bytes[PAIR_WINDOW];
};

struct pair {
	struct record_stream in, out;
	bool alike;                 /* the output may be the input */
	bool same;                  /* it is, so far, and has no hash of its own */
	uint64_t read, written;     /* bytes, while they may be alike */
	struct pair_window now;     /* ends at the last byte that was read */
	struct pair_window before;  /* an earlier one; has `written` in it, unless `now` has */
	const unsigned char *fresh; /* the last read */
	uint64_t fresh_at;          /* its offset */
};

/* Begins; the streams are begun by the caller.  alike: it may be that the output is the input, and
 * one thread reads and writes. */
void pair_begin(struct pair *, bool alike);

/* Bytes were read.  They must stay where they are until the next call of pair_read(). */
void pair_read(struct pair *, const unsigned char *data, size_t n);

/* Bytes were written. */
void pair_write(struct pair *, const unsigned char *data, size_t n);

/* From now on both are hashed apart, and their streams may be ended. */
void pair_part(struct pair *);

#endif
