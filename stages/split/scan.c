/* Finding the places where a sentence may end: scalar code, and the choice of the SIMD variant. */
#include "scan.h"

#include <string.h>

size_t
scan_mark(const unsigned char *p, size_t from, size_t to, size_t n, int level)
{
#if POTOK_SIMD_X86
	if (level >= POTOK_SIMD_AVX2)
		return scan_mark_avx2(p, from, to, n);
#else
	(void)level;
#endif
	while (from < to && !(is_mark_byte(p[from]) && may_end(p, from, n)))
		from++;
	return from;
}

size_t
scan_lf(const unsigned char *p, size_t from, size_t to)
{
	const unsigned char *lf = memchr(p + from, '\n', to - from);

	return lf ? (size_t)(lf - p) : to;
}
