/* Compiled twice: for machines with AVX-512, and behind emulate_avx512.h. */
#include "operations_avx512.h"

#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>
#include <string.h>

#ifdef EMULATE_AVX512_H
#define operations operations_emulated
#else
#define operations operations_native
#endif

/* What the next one is written to. */
struct place {
	struct operation *at;
};

POTOK_TARGET_AVX512 static void
bytes(struct place *place, const char *name, __m512i x)
{
	*place->at = (struct operation){.name = name};
	_mm512_storeu_si512(place->at->bytes, x);
	place->at++;
}

POTOK_TARGET_AVX512 static void
mask(struct place *place, const char *name, uint64_t k)
{
	*place->at++ = (struct operation){.name = name, .mask = k};
}

POTOK_TARGET_AVX512 int
operations(const unsigned char operand[3][64], uint64_t k, struct operation made[OPERATIONS])
{
	const __m512i a = _mm512_loadu_si512(operand[0]), b = _mm512_loadu_si512(operand[1]),
		      c = _mm512_loadu_si512(operand[2]);
	const unsigned char *p = operand[1];
	char value = (char)*p;
	struct place to = {made};

	/* In a register: Bochs 2.7 takes none from memory by a mask of 64 bits. */
	__asm__("" : "+r"(value));
	bytes(&to, "loadu_si512, storeu_si512", a);
	bytes(&to, "mask_loadu_epi8", _mm512_mask_loadu_epi8(a, k, p));
	bytes(&to, "set1_epi8", _mm512_set1_epi8(value));
	bytes(&to, "set1_epi16", _mm512_set1_epi16((short)(p[0] << 8 | p[1])));
	bytes(&to, "setzero_si512", _mm512_setzero_si512());
	bytes(&to, "broadcast_i32x4",
	    _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)p)));
	bytes(&to, "mask_mov_epi8", _mm512_mask_mov_epi8(a, k, b));
	bytes(&to, "maskz_mov_epi8", _mm512_maskz_mov_epi8(k, a));
	bytes(&to, "mask_blend_epi8", _mm512_mask_blend_epi8(k, a, b));
	bytes(&to, "mask_set1_epi8", _mm512_mask_set1_epi8(a, k, value));
	bytes(&to, "maskz_compress_epi8", _mm512_maskz_compress_epi8(k, a));
	bytes(&to, "and_si512", _mm512_and_si512(a, b));
	bytes(&to, "or_si512", _mm512_or_si512(a, b));
	bytes(&to, "xor_si512", _mm512_xor_si512(a, b));
	bytes(&to, "add_epi8", _mm512_add_epi8(a, b));
	bytes(&to, "mask_add_epi8", _mm512_mask_add_epi8(a, k, b, c));
	bytes(&to, "add_epi16", _mm512_add_epi16(a, b));
	bytes(&to, "mask_add_epi16", _mm512_mask_add_epi16(a, (__mmask32)k, b, c));
	bytes(&to, "sub_epi8", _mm512_sub_epi8(a, b));
	bytes(&to, "subs_epu8", _mm512_subs_epu8(a, b));
	bytes(&to, "srli_epi16 1", _mm512_srli_epi16(a, 1));
	bytes(&to, "srli_epi16 4", _mm512_srli_epi16(a, 4));
	bytes(&to, "srli_epi16 16", _mm512_srli_epi16(a, 16));
	bytes(
	    &to, "castsi512_si256, cvtepu8_epi16", _mm512_cvtepu8_epi16(_mm512_castsi512_si256(a)));
	mask(&to, "cmpeq_epi8_mask", _mm512_cmpeq_epi8_mask(a, b));
	mask(&to, "cmplt_epu8_mask", _mm512_cmplt_epu8_mask(a, b));
	mask(&to, "cmplt_epi8_mask", _mm512_cmplt_epi8_mask(a, b));
	mask(&to, "cmpgt_epu8_mask", _mm512_cmpgt_epu8_mask(a, b));
	mask(&to, "cmpge_epu8_mask", _mm512_cmpge_epu8_mask(a, b));
	mask(&to, "test_epi8_mask", _mm512_test_epi8_mask(a, b));
	mask(&to, "movepi8_mask", _mm512_movepi8_mask(a));
	bytes(&to, "alignr_epi8 0", _mm512_alignr_epi8(a, b, 0));
	bytes(&to, "alignr_epi8 13", _mm512_alignr_epi8(a, b, 13));
	bytes(&to, "alignr_epi8 15", _mm512_alignr_epi8(a, b, 15));
	bytes(&to, "alignr_epi8 20", _mm512_alignr_epi8(a, b, 20));
	bytes(&to, "alignr_epi32 0", _mm512_alignr_epi32(a, b, 0));
	bytes(&to, "alignr_epi32 12", _mm512_alignr_epi32(a, b, 12));
	bytes(&to, "alignr_epi32 15", _mm512_alignr_epi32(a, b, 15));
	bytes(&to, "shuffle_epi8", _mm512_shuffle_epi8(a, b));
	bytes(&to, "permutexvar_epi8", _mm512_permutexvar_epi8(a, b));
	bytes(&to, "maskz_permutexvar_epi8", _mm512_maskz_permutexvar_epi8(k, a, b));
	bytes(&to, "permutex2var_epi8", _mm512_permutex2var_epi8(a, b, c));
	bytes(&to, "permutex2var_epi16", _mm512_permutex2var_epi16(a, b, c));
	return (int)(to.at - made);
}
#endif
