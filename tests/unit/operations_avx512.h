/* The AVX-512 intrinsics of emulate_avx512.h, by emulation and as instructions. */
#ifndef OPERATIONS_AVX512_H
#define OPERATIONS_AVX512_H

#include <stdint.h>

enum { OPERATIONS = 43 };

/* An intrinsic and what it has made of the operands: bytes, a mask, or 0. */
struct operation {
	const char *name;
	unsigned char bytes[64];
	uint64_t mask;
};

/* Runs all, in the same order.  Answers how many. */
int operations_emulated(
    const unsigned char operand[3][64], uint64_t mask, struct operation made[OPERATIONS]);
int operations_native(
    const unsigned char operand[3][64], uint64_t mask, struct operation made[OPERATIONS]);

#endif
