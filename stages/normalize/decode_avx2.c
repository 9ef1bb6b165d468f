/* Single bytes and UTF-16 to UTF-8 with AVX2. */
#include "decode_simd.h"

#include <stdint.h>

static void
fill(unsigned char shuffle[16], unsigned bytes, unsigned index, unsigned per)
{
	size_t n = 0;

	for (unsigned i = 0; i < 16; i++) {
		unsigned k = i / per, at = i % per;
		bool stays = per == 2 ? at == 1 || (index >> k & 1)
				      : at == 2 || (at == 1 && (index >> k & 1)) ||
					    (at == 0 && (index >> (4 + k) & 1));
		if (stays && at < bytes)
			shuffle[n++] = (unsigned char)i;
	}
	while (n < 16)
		shuffle[n++] = 0x80;
}

void
decode_packs_fill(struct decode_packs *p)
{
	for (unsigned i = 0; i < 256; i++) {
		fill(p->two[i], 2, i, 2);
		fill(p->three[i], 3, i, 4);
	}
}

#if POTOK_SIMD_X86
#include <immintrin.h>

POTOK_TARGET_AVX2 static inline __m128i
load(const void *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

POTOK_TARGET_AVX2 static inline void
store(unsigned char *p, __m128i x)
{
	_mm_storeu_si128((__m128i *)(void *)p, x);
}

/* Writes eight characters of one or two bytes; bit k of `two` says that character k has two. */
POTOK_TARGET_AVX2 static inline unsigned char *
put_two(const struct decode_packs *packs, __m128i pairs, unsigned two, unsigned char *o)
{
	store(o, _mm_shuffle_epi8(pairs, load(packs->two[two])));
	return o + 8 + _mm_popcnt_u32(two);
}

/* The first bytes of what 16 bytes become, and the second ones; 0 for ASCII. */
POTOK_TARGET_AVX2 static inline __m256i
look_up(const struct decode_halves *halves, __m128i bytes)
{
	__m256i x = _mm256_broadcastsi128_si256(bytes), t[8];
	__m256i index = _mm256_xor_si256(x, _mm256_set1_epi8((char)0x80));
	__m256i bit4 = _mm256_slli_epi16(x, 3), bit5 = _mm256_slli_epi16(x, 2),
		bit6 = _mm256_slli_epi16(x, 1);

	for (int k = 0; k < 8; k++)
		t[k] = _mm256_shuffle_epi8(
		    _mm256_loadu_si256((const __m256i *)(const void *)halves->row[k]), index);
	for (int k = 0; k < 4; k++)
		t[k] = _mm256_blendv_epi8(t[2 * k], t[2 * k + 1], bit4);
	return _mm256_blendv_epi8(
	    _mm256_blendv_epi8(t[0], t[1], bit5), _mm256_blendv_epi8(t[2], t[3], bit5), bit6);
}

/* Which of 16 bytes are controls but TAB and LF; those from 80 on may be said to be, too. */
POTOK_TARGET_AVX2 static inline __m128i
controls(__m128i x)
{
	/* 7F becomes the least of all. */
	__m128i more = _mm_add_epi8(x, _mm_set1_epi8(1));
	__m128i allowed = _mm_or_si128(
	    _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));

	return _mm_andnot_si128(allowed, _mm_cmpgt_epi8(_mm_set1_epi8(0x21), more));
}

POTOK_TARGET_AVX2 size_t
decode_single_avx2(const struct decode_packs *packs, const struct decode_halves *halves,
    const unsigned char *in, size_t n, unsigned char **out)
{
	unsigned char *o = *out;
	size_t i = 0;

	while (n - i >= 16) {
		__m128i x = load(in + i);
		unsigned two = (unsigned)_mm_movemask_epi8(x);
		__m128i other = controls(x);
		unsigned char *from = o;
		if (two == 0) {
			store(o, x);
			o += 16;
		} else {
			/* Where the first byte is 0, another one is none of two. */
			__m256i made = look_up(halves, x);
			__m128i first = _mm256_castsi256_si128(made);
			__m128i second = _mm_blendv_epi8(x, _mm256_extracti128_si256(made, 1), x);
			other =
			    _mm_blendv_epi8(other, _mm_cmpeq_epi8(first, _mm_setzero_si128()), x);
			o = put_two(packs, _mm_unpacklo_epi8(first, second), two & 0xFF, o);
			o = put_two(packs, _mm_unpackhi_epi8(first, second), two >> 8, o);
		}
		if (!_mm_testz_si128(other, other)) {
			unsigned good = (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(other));
			o = from + good + _mm_popcnt_u32(two & ((1u << good) - 1));
			i += good;
			break;
		}
		i += 16;
	}
	*out = o;
	return i;
}

/* Writes eight units of which some are above 7FF. */
POTOK_TARGET_AVX2 static inline unsigned char *
put_three(const struct decode_packs *packs, __m128i units, unsigned char *o)
{
	const __m256i six = _mm256_set1_epi32(0x3F);
	__m256i c = _mm256_cvtepu16_epi32(units);
	__m256i is2 = _mm256_cmpgt_epi32(c, _mm256_set1_epi32(0x7F));
	__m256i is3 = _mm256_cmpgt_epi32(c, _mm256_set1_epi32(0x7FF));
	__m256i third = _mm256_blendv_epi8(
	    c, _mm256_or_si256(_mm256_and_si256(c, six), _mm256_set1_epi32(0x80)), is2);
	__m256i up = _mm256_srli_epi32(c, 6);
	__m256i second = _mm256_blendv_epi8(_mm256_or_si256(up, _mm256_set1_epi32(0xC0)),
	    _mm256_or_si256(_mm256_and_si256(up, six), _mm256_set1_epi32(0x80)), is3);
	__m256i first = _mm256_or_si256(_mm256_srli_epi32(c, 12), _mm256_set1_epi32(0xE0));
	__m256i bytes = _mm256_or_si256(
	    first, _mm256_or_si256(_mm256_slli_epi32(second, 8), _mm256_slli_epi32(third, 16)));
	unsigned two = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is2));
	unsigned three = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is3));
	unsigned low = (two & 0xF) | (three & 0xF) << 4, high = two >> 4 | (three & 0xF0);

	store(o, _mm_shuffle_epi8(_mm256_castsi256_si128(bytes), load(packs->three[low])));
	o += 4 + _mm_popcnt_u32(low);
	store(o, _mm_shuffle_epi8(_mm256_extracti128_si256(bytes, 1), load(packs->three[high])));
	return o + 4 + _mm_popcnt_u32(high);
}

POTOK_TARGET_AVX2 size_t
decode_units_avx2(const struct decode_packs *packs, const unsigned char *in, size_t n,
    bool big_endian, unsigned char **out)
{
	const __m128i order =
	    big_endian ? _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
		       : _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	const __m128i not_ascii = _mm_set1_epi16((short)0xFF80),
		      above = _mm_set1_epi16((short)0xF800);
	unsigned char *o = *out;
	size_t i = 0;

	for (; n - i >= 16; i += 16) {
		__m128i x = _mm_shuffle_epi8(load(in + i), order);
		if (_mm_testz_si128(x, not_ascii)) {
			_mm_storel_epi64((__m128i *)(void *)o, _mm_packus_epi16(x, x));
			o += 8;
			continue;
		}
		__m128i top = _mm_and_si128(x, above);
		if (_mm_testz_si128(x, above)) {
			__m128i is2 = _mm_cmpgt_epi16(x, _mm_set1_epi16(0x7F));
			__m128i up = _mm_slli_epi16(x, 8);
			__m128i pair = _mm_or_si128(
			    _mm_srli_epi16(x, 6), _mm_and_si128(up, _mm_set1_epi16(0x3F00)));
			pair = _mm_or_si128(pair, _mm_set1_epi16((short)0x80C0));
			unsigned two =
			    (unsigned)_mm_movemask_epi8(_mm_packs_epi16(is2, is2)) & 0xFF;
			o = put_two(packs, _mm_blendv_epi8(up, pair, is2), two, o);
			continue;
		}
		__m128i surrogate = _mm_cmpeq_epi16(top, _mm_set1_epi16((short)0xD800));
		if (!_mm_testz_si128(surrogate, surrogate))
			break;
		o = put_three(packs, x, o);
	}
	*out = o;
	return i;
}
#endif
