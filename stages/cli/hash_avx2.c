/* XXH3-64 with AVX2; CMakeLists.txt has the compiler use it in this file alone. */
#include "hash_kernel.h"

#if HASH_X86
#define XXH_INLINE_ALL
#define XXH_VECTOR XXH_AVX2
#include <xxhash.h>

void
hash_add_avx2(struct hash *h, const void *data, size_t n)
{
	XXH3_64bits_update((XXH3_state_t *)h, data, n);
}
#endif
