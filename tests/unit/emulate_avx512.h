/*
 * AVX-512 in plain C, for machines that have none: put in front of a source of the stages (the
 * compiler's -include), it makes its AVX-512 code run where there is AVX2.
 *
 * Here are the intrinsics that the stages use and no others, under their own names and as Intel's
 * Intrinsics Guide defines them.  test_emulate_avx512.c compares them with real instructions.
 */
#ifndef EMULATE_AVX512_H
#define EMULATE_AVX512_H

#include "simd.h"

#if POTOK_SIMD_X86
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#undef POTOK_TARGET_AVX512
#define POTOK_TARGET_AVX512 POTOK_TARGET_AVX2

/* In place of the level that the machine has. */
static inline int
emulated_simd(void)
{
	return potok_simd() >= POTOK_SIMD_AVX2 ? POTOK_SIMD_AVX512 : POTOK_SIMD_SCALAR;
}
#define potok_simd emulated_simd

/* The vector as bytes and as wider elements; the lowest one is the first. */
union emulated {
	uint8_t b[64];
	uint16_t w[32];
	uint32_t d[16];
};

#define __m512i union emulated
#define _mm512_add_epi16 emulated_add_epi16
#define _mm512_add_epi8 emulated_add_epi8
#undef _mm512_alignr_epi32
#define _mm512_alignr_epi32 emulated_alignr_epi32
#undef _mm512_alignr_epi8
#define _mm512_alignr_epi8 emulated_alignr_epi8
#define _mm512_and_si512 emulated_and_si512
#define _mm512_broadcast_i32x4 emulated_broadcast_i32x4
#define _mm512_castsi512_si256 emulated_castsi512_si256
#undef _mm512_cmpeq_epi8_mask
#define _mm512_cmpeq_epi8_mask emulated_cmpeq_epi8_mask
#undef _mm512_cmpge_epu8_mask
#define _mm512_cmpge_epu8_mask emulated_cmpge_epu8_mask
#undef _mm512_cmpgt_epu8_mask
#define _mm512_cmpgt_epu8_mask emulated_cmpgt_epu8_mask
#undef _mm512_cmplt_epi8_mask
#define _mm512_cmplt_epi8_mask emulated_cmplt_epi8_mask
#undef _mm512_cmplt_epu8_mask
#define _mm512_cmplt_epu8_mask emulated_cmplt_epu8_mask
#define _mm512_cvtepu8_epi16 emulated_cvtepu8_epi16
#define _mm512_loadu_si512 emulated_loadu_si512
#define _mm512_mask_add_epi16 emulated_mask_add_epi16
#define _mm512_mask_add_epi8 emulated_mask_add_epi8
#undef _mm512_mask_blend_epi8
#define _mm512_mask_blend_epi8 emulated_mask_blend_epi8
#define _mm512_mask_loadu_epi8 emulated_mask_loadu_epi8
#define _mm512_mask_mov_epi8 emulated_mask_mov_epi8
#define _mm512_mask_set1_epi8 emulated_mask_set1_epi8
#define _mm512_maskz_compress_epi8 emulated_maskz_compress_epi8
#define _mm512_maskz_mov_epi8 emulated_maskz_mov_epi8
#define _mm512_maskz_permutexvar_epi8 emulated_maskz_permutexvar_epi8
#define _mm512_movepi8_mask emulated_movepi8_mask
#define _mm512_or_si512 emulated_or_si512
#define _mm512_permutex2var_epi16 emulated_permutex2var_epi16
#define _mm512_permutex2var_epi8 emulated_permutex2var_epi8
#define _mm512_permutexvar_epi8 emulated_permutexvar_epi8
#define _mm512_set1_epi16 emulated_set1_epi16
#define _mm512_set1_epi8 emulated_set1_epi8
#define _mm512_setzero_si512 emulated_setzero_si512
#define _mm512_shuffle_epi8 emulated_shuffle_epi8
#undef _mm512_srli_epi16
#define _mm512_srli_epi16 emulated_srli_epi16
#define _mm512_storeu_si512 emulated_storeu_si512
#define _mm512_sub_epi8 emulated_sub_epi8
#define _mm512_subs_epu8 emulated_subs_epu8
#define _mm512_test_epi8_mask emulated_test_epi8_mask
#define _mm512_xor_si512 emulated_xor_si512

/* A mask as bytes, 00 or FF. */
POTOK_TARGET_AVX2 static inline __m512i
emulated_spread(__mmask64 k)
{
	const __m256i from = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2,
	    2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
	const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
	__m512i r;

	for (int i = 0; i < 64; i += 32) {
		__m256i half = _mm256_shuffle_epi8(_mm256_set1_epi32((int)(k >> i)), from);
		half = _mm256_cmpeq_epi8(_mm256_and_si256(half, bit), bit);
		memcpy(r.b + i, &half, sizeof half);
	}
	return r;
}

/* The high bits of the bytes. */
POTOK_TARGET_AVX2 static inline __mmask64
emulated_gather(__m512i a)
{
	__m256i half[2];

	memcpy(half, &a, sizeof half);
	return (uint32_t)_mm256_movemask_epi8(half[0]) |
	       (__mmask64)(uint32_t)_mm256_movemask_epi8(half[1]) << 32;
}

/* Memory: exactly the bytes that the instruction touches, for the sanitizers. */

POTOK_TARGET_AVX2 static inline __m512i
_mm512_loadu_si512(const void *p)
{
	__m512i r;

	memcpy(&r, p, sizeof r);
	return r;
}

POTOK_TARGET_AVX2 static inline void
_mm512_storeu_si512(void *p, __m512i a)
{
	memcpy(p, &a, sizeof a);
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_mask_loadu_epi8(__m512i src, __mmask64 k, const void *p)
{
	for (int i = 0; i < 64; i++) {
		if (k >> i & 1)
			src.b[i] = ((const unsigned char *)p)[i];
	}
	return src;
}

/* One value everywhere. */

POTOK_TARGET_AVX2 static inline __m512i
_mm512_set1_epi8(char a)
{
	__m512i r;

	memset(&r, a, sizeof r);
	return r;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_set1_epi16(short a)
{
	__m512i r;

	for (int i = 0; i < 32; i++)
		r.w[i] = (uint16_t)a;
	return r;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_setzero_si512(void)
{
	return _mm512_set1_epi8(0);
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_broadcast_i32x4(__m128i a)
{
	__m512i r;

	for (int i = 0; i < 64; i += 16)
		memcpy(r.b + i, &a, sizeof a);
	return r;
}

/* Elements at the bits of k. */

POTOK_TARGET_AVX2 static inline __m512i
_mm512_mask_mov_epi8(__m512i src, __mmask64 k, __m512i a)
{
	__m512i from = emulated_spread(k);

	for (int i = 0; i < 64; i++)
		src.b[i] = (uint8_t)((a.b[i] & from.b[i]) | (src.b[i] & ~from.b[i]));
	return src;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_maskz_mov_epi8(__mmask64 k, __m512i a)
{
	return _mm512_mask_mov_epi8(_mm512_setzero_si512(), k, a);
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_mask_blend_epi8(__mmask64 k, __m512i a, __m512i b)
{
	return _mm512_mask_mov_epi8(a, k, b);
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_mask_set1_epi8(__m512i src, __mmask64 k, char a)
{
	return _mm512_mask_mov_epi8(src, k, _mm512_set1_epi8(a));
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_maskz_compress_epi8(__mmask64 k, __m512i a)
{
	__m512i r = _mm512_setzero_si512();
	int n = 0;

	for (int i = 0; i < 64; i++) {
		if (k >> i & 1)
			r.b[n++] = a.b[i];
	}
	return r;
}

/* Arithmetic. */

POTOK_TARGET_AVX2 static inline __m512i
_mm512_and_si512(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] &= b.b[i];
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_or_si512(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] |= b.b[i];
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_xor_si512(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] ^= b.b[i];
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_add_epi8(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] = (uint8_t)(a.b[i] + b.b[i]);
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_mask_add_epi8(__m512i src, __mmask64 k, __m512i a, __m512i b)
{
	return _mm512_mask_mov_epi8(src, k, _mm512_add_epi8(a, b));
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_add_epi16(__m512i a, __m512i b)
{
	for (int i = 0; i < 32; i++)
		a.w[i] = (uint16_t)(a.w[i] + b.w[i]);
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_mask_add_epi16(__m512i src, __mmask32 k, __m512i a, __m512i b)
{
	for (int i = 0; i < 32; i++)
		src.w[i] = k >> i & 1 ? (uint16_t)(a.w[i] + b.w[i]) : src.w[i];
	return src;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_sub_epi8(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] = (uint8_t)(a.b[i] - b.b[i]);
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_subs_epu8(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] = a.b[i] > b.b[i] ? (uint8_t)(a.b[i] - b.b[i]) : 0;
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_srli_epi16(__m512i a, unsigned n)
{
	for (int i = 0; i < 32; i++)
		a.w[i] = (uint16_t)(n < 16 ? a.w[i] >> n : 0);
	return a;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_cvtepu8_epi16(__m256i a)
{
	uint8_t b[32];
	__m512i r;

	memcpy(b, &a, sizeof b);
	for (int i = 0; i < 32; i++)
		r.w[i] = b[i];
	return r;
}

/* Comparisons: a bit for each byte. */

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_movepi8_mask(__m512i a)
{
	return emulated_gather(a);
}

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_cmpeq_epi8_mask(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] = a.b[i] == b.b[i] ? 0xFF : 0;
	return emulated_gather(a);
}

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_cmplt_epu8_mask(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] = a.b[i] < b.b[i] ? 0xFF : 0;
	return emulated_gather(a);
}

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_cmplt_epi8_mask(__m512i a, __m512i b)
{
	for (int i = 0; i < 64; i++)
		a.b[i] = (int8_t)a.b[i] < (int8_t)b.b[i] ? 0xFF : 0;
	return emulated_gather(a);
}

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_cmpgt_epu8_mask(__m512i a, __m512i b)
{
	return _mm512_cmplt_epu8_mask(b, a);
}

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_cmpge_epu8_mask(__m512i a, __m512i b)
{
	return ~_mm512_cmplt_epu8_mask(a, b);
}

POTOK_TARGET_AVX2 static inline __mmask64
_mm512_test_epi8_mask(__m512i a, __m512i b)
{
	return ~_mm512_cmpeq_epi8_mask(_mm512_and_si512(a, b), _mm512_setzero_si512());
}

/* Elements moved. */

POTOK_TARGET_AVX2 static inline __m256i
_mm512_castsi512_si256(__m512i a)
{
	__m256i r;

	memcpy(&r, &a, sizeof r);
	return r;
}

/* In each quarter: the bytes of a behind those of b, from byte n on. */
POTOK_TARGET_AVX2 static inline __m512i
_mm512_alignr_epi8(__m512i a, __m512i b, unsigned n)
{
	__m512i r = _mm512_setzero_si512();

	for (unsigned i = 0; i < 64; i++) {
		unsigned quarter = i & 48, from = (i & 15) + n;
		if (from < 16)
			r.b[i] = b.b[quarter + from];
		else if (from < 32)
			r.b[i] = a.b[quarter + from - 16];
	}
	return r;
}

/* The elements of a behind those of b, from element n on. */
POTOK_TARGET_AVX2 static inline __m512i
_mm512_alignr_epi32(__m512i a, __m512i b, unsigned n)
{
	__m512i r;

	for (unsigned i = 0; i < 16; i++) {
		unsigned from = i + (n & 15);
		r.d[i] = from < 16 ? b.d[from] : a.d[from - 16];
	}
	return r;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_shuffle_epi8(__m512i a, __m512i index)
{
	__m512i r;

	for (unsigned i = 0; i < 64; i++)
		r.b[i] = index.b[i] & 0x80 ? 0 : a.b[(i & 48) + (index.b[i] & 15)];
	return r;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_permutexvar_epi8(__m512i index, __m512i a)
{
	for (int i = 0; i < 64; i++)
		index.b[i] = a.b[index.b[i] & 63];
	return index;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_maskz_permutexvar_epi8(__mmask64 k, __m512i index, __m512i a)
{
	return _mm512_maskz_mov_epi8(k, _mm512_permutexvar_epi8(index, a));
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_permutex2var_epi8(__m512i a, __m512i index, __m512i b)
{
	for (int i = 0; i < 64; i++)
		index.b[i] = index.b[i] & 64 ? b.b[index.b[i] & 63] : a.b[index.b[i] & 63];
	return index;
}

POTOK_TARGET_AVX2 static inline __m512i
_mm512_permutex2var_epi16(__m512i a, __m512i index, __m512i b)
{
	for (int i = 0; i < 32; i++)
		index.w[i] = index.w[i] & 32 ? b.w[index.w[i] & 31] : a.w[index.w[i] & 31];
	return index;
}
#endif

#endif
