/*
 * The variants of hash.c.  Each is libxxhash's header compiled once more, for another instruction
 * set: the packaged library is built for the oldest machine.
 */
#ifndef POTOK_CLI_HASH_KERNEL_H
#define POTOK_CLI_HASH_KERNEL_H

#include "hash.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HASH_X86 1
void hash_add_avx2(struct hash *, const void *data, size_t n);
void hash_add_avx512(struct hash *, const void *data, size_t n);
#else
#define HASH_X86 0
#endif

#endif
