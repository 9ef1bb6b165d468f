/* Counting lines. */
#ifndef POTOK_LINES_H
#define POTOK_LINES_H

#include <stddef.h>
#include <stdint.h>

/* The LF bytes in p[0..n). */
static inline uint64_t
count_lf(const unsigned char *p, size_t n)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

#endif
