/* XXH3-64 for any machine, and the choice of the variant. */
#include "hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "hash_kernel.h"

_Static_assert(sizeof(XXH3_state_t) <= sizeof(struct hash), "the state has its place");

void
hash_begin(struct hash *h)
{
	XXH3_64bits_reset((XXH3_state_t *)h);
}

void
hash_add(struct hash *h, const void *data, size_t n)
{
#if HASH_X86
	if (__builtin_cpu_supports("avx512f")) {
		hash_add_avx512(h, data, n);
		return;
	}
	if (__builtin_cpu_supports("avx2")) {
		hash_add_avx2(h, data, n);
		return;
	}
#endif
	XXH3_64bits_update((XXH3_state_t *)h, data, n);
}

uint64_t
hash_value(const struct hash *h)
{
	return XXH3_64bits_digest((const XXH3_state_t *)h);
}
