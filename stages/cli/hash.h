/* XXH3-64 of the bytes of a stream, with the widest SIMD that the machine has.  Never installed. */
#ifndef POTOK_CLI_HASH_H
#define POTOK_CLI_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A hash under way; hash_begin() makes it that of no bytes. */
struct hash {
	_Alignas(64) unsigned char state[640]; /* libxxhash's, see hash_kernel.h */
};

void hash_begin(struct hash *);
void hash_add(struct hash *, const void *data, size_t n);
/* The hash of all bytes so far; more may follow. */
uint64_t hash_value(const struct hash *);

#endif
