/* Finding the bytes where a sentence may end: scalar code, and the choice of the SIMD variant. */
#include "scan.h"

#include <string.h>

size_t
scan_mark(const unsigned char *p, size_t from, size_t n, int level)
{
#if POTOK_SIMD_X86
	if (level >= POTOK_SIMD_AVX2)
		from = scan_skip_avx2(p, from, n);
#else
	(void)level;
#endif
	while (from < n && !is_mark_byte(p[from]))
		from++;
	return from;
}

size_t
scan_lf(const unsigned char *p, size_t from, size_t n)
{
	const unsigned char *lf = memchr(p + from, '\n', n - from);

	return lf ? (size_t)(lf - p) : n;
}
