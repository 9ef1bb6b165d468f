/* Finding the bytes where a sentence may end: scalar code, and the choice of the SIMD variant. */
#include "scan.h"

size_t
scan_mark(const unsigned char *p, size_t from, size_t n)
{
#if POTOK_SIMD_X86
	/* Short ways to the next mark are the rule: they are not worth a vector. */
	size_t near = n - from < 16 ? n : from + 16;
	for (; from < near; from++)
		if (is_mark_byte(p[from]))
			return from;
	if (potok_simd() >= POTOK_SIMD_AVX2)
		from = scan_skip_avx2(p, from, n);
#endif
	while (from < n && !is_mark_byte(p[from]))
		from++;
	return from;
}
