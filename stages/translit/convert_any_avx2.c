/* Writes plain Cyrillic letters and ASCII with AVX2 where convert_avx2.c cannot: classes of bytes
 * 64 at a time, what is written for them by a table of eight bytes a character. */
#include "convert_simd.h"

#if POTOK_SIMD_X86
#include <string.h>

enum { BLOCK = 64 };

/* Bytes of a block, for tests of membership in sets of 128. */
struct nibbles {
	__m256i low; /* the last four bits */
	__m256i bit; /* the bit of the three above them; 0 for 80 and above */
};

POTOK_TARGET_AVX2 static inline struct nibbles
split(__m256i x)
{
	const __m256i bits = _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
	    1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m256i nibble = _mm256_set1_epi8(0x0F);

	return (struct nibbles){_mm256_and_si256(x, nibble),
	    _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble))};
}

/* The bytes that are in the set whose rows these are; those from 80 on, too. */
POTOK_TARGET_AVX2 static inline uint32_t
members(struct nibbles x, const uint8_t rows[16])
{
	__m256i in = _mm256_and_si256(_mm256_shuffle_epi8(load16(rows), x.low), x.bit);

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(in, x.bit));
}

POTOK_TARGET_AVX2 static inline uint32_t
equal(__m256i x, int c)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)c)));
}

static inline uint64_t
both(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

/* 64 bytes, and what the letters among them are, told at their first byte. */
struct bytes {
	__m256i x[2];
	__m256i lead[2];  /* FF where a letter begins */
	__m256i index[2]; /* its place in the tables */
	struct nibbles of_index[2];
};

POTOK_TARGET_AVX2 static inline uint64_t
letters_in(const struct bytes *b, const uint8_t rows[16])
{
	return both(members(b->of_index[0], rows), members(b->of_index[1], rows));
}

POTOK_TARGET_AVX2 static inline uint64_t
equal_to(const struct bytes *b, int c)
{
	return both(equal(b->x[0], c), equal(b->x[1], c));
}

/* Reads the 65 bytes at p. */
POTOK_TARGET_AVX2 static inline void
read_bytes(struct bytes *b, const unsigned char *p)
{
	for (int k = 0; k < 2; k++) {
		__m256i x = load32(p + 32 * k), next = load32(p + 32 * k + 1);
		__m256i d1 = _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)0xD1));
		__m256i d0 = _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)0xD0));
		b->x[k] = x;
		b->lead[k] = _mm256_or_si256(d0, d1);
		b->index[k] = _mm256_or_si256(_mm256_and_si256(next, _mm256_set1_epi8(0x3F)),
		    _mm256_and_si256(d1, _mm256_set1_epi8(0x40)));
		b->of_index[k] = split(b->index[k]);
	}
}

/* The bytes of the punctuation that passes. */
POTOK_TARGET_AVX2 static inline uint64_t
punctuation(const struct table_fast *f, const struct bytes *b, uint64_t tail)
{
	const __m256i six = _mm256_set1_epi8(0x3F);
	struct nibbles low = split(_mm256_and_si256(b->x[0], six)),
		       high = split(_mm256_and_si256(b->x[1], six));
	uint64_t c2 = equal_to(b, 0xC2), second = equal_to(b, 0x80) & equal_to(b, 0xE2) << 1;
	uint64_t of2 = tail & c2 << 1 & both(members(low, f->c2_rows), members(high, f->c2_rows));
	uint64_t of3 =
	    tail & second << 1 & both(members(low, f->e2_80_rows), members(high, f->e2_80_rows));

	return of2 | of2 >> 1 | of3 | of3 >> 1 | of3 >> 2;
}

POTOK_TARGET_AVX2 static inline void
classify(const struct table_fast *f, const struct bytes *b, struct plain_block *block)
{
	uint64_t lead = both(
	    (uint32_t)_mm256_movemask_epi8(b->lead[0]), (uint32_t)_mm256_movemask_epi8(b->lead[1]));
	uint32_t high[2], tail[2], letter[2], small[2], stop[2];

	for (int k = 0; k < 2; k++) {
		const __m256i x = b->x[k], bit5 = _mm256_slli_epi16(x, 2);
		/* Letters fold to 61 to 7A; the others are 26 or more behind a, as unsigned. */
		__m256i folded = _mm256_or_si256(x, _mm256_set1_epi8(0x20));
		__m256i behind_a = _mm256_sub_epi8(folded, _mm256_set1_epi8('a'));
		__m256i is_letter =
		    _mm256_cmpeq_epi8(_mm256_min_epu8(behind_a, _mm256_set1_epi8(25)), behind_a);
		high[k] = (uint32_t)_mm256_movemask_epi8(x);
		tail[k] = (uint32_t)_mm256_movemask_epi8(
		    _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), x));
		letter[k] = (uint32_t)_mm256_movemask_epi8(is_letter);
		small[k] = letter[k] & (uint32_t)_mm256_movemask_epi8(bit5);
		stop[k] = f->ascii_stops ? members(split(x), f->ascii_rows) : equal(x, 0);
	}
	block->high = both(high[0], high[1]);
	block->tail = both(tail[0], tail[1]);
	block->letter = both(letter[0], letter[1]);
	block->ascii_small = both(small[0], small[1]);
	block->ascii_stop = both(stop[0], stop[1]) & ~block->high;
	block->last = lead << 1;
	block->other = block->high & ~(lead | lead << 1);
	block->pass = block->mark = 0;
	if (block->other != 0) {
		block->pass = punctuation(f, b, block->tail);
		block->mark = equal_to(b, 0xCC) | equal_to(b, 0xCD);
		block->other &= ~block->pass;
	}
	uint64_t good = block->last & block->tail;
	block->usable = letters_in(b, f->flag_rows[0]) << 1;
	block->title = block->last & letters_in(b, f->flag_rows[1]) << 1;
	block->small = good & letters_in(b, f->flag_rows[2]) << 1;
	block->capital = good & letters_in(b, f->flag_rows[3]) << 1;
	block->pair = block->second = 0;
	if (f->pairs) {
		block->pair = block->last & letters_in(b, f->flag_rows[4]) << 1;
		block->second = block->last & letters_in(b, f->flag_rows[5]) << 1;
	}
}

/* The places of the small letters: capitals are in the same sets. */
POTOK_TARGET_AVX2 static inline __m256i
fold_case(__m256i index)
{
	__m256i large = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x30), index);
	__m256i first = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x10), index);
	__m256i more = _mm256_and_si256(first, _mm256_set1_epi8(0x30));

	return _mm256_add_epi8(
	    index, _mm256_add_epi8(_mm256_and_si256(large, _mm256_set1_epi8(0x20)), more));
}

/* FF where a letter begins that is behind a letter of its `left`. */
POTOK_TARGET_AVX2 static inline void
behind_left(const struct table_fast *f, const struct bytes *b, const struct plain_before *before,
    __m256i behind[2])
{
	const __m256i zero = _mm256_setzero_si256(), space = _mm256_set1_epi8((char)f->space);
	__m256i small[2], sets[2], left[2];

	for (int k = 0; k < 2; k++) {
		small[k] = fold_case(b->index[k]);
		sets[k] = left[k] = zero;
	}
	for (unsigned r = 0; r < f->nrows; r++) {
		__m256i row = _mm256_set1_epi8((char)f->row[r]);
		__m256i of_sets = load16(f->sets + f->row[r]),
			of_left = load16(f->left + f->row[r]);
		for (int k = 0; k < 2; k++) {
			/* The last four bits in this row, 80 and above in others. */
			__m256i at = _mm256_adds_epu8(
			    _mm256_xor_si256(small[k], row), _mm256_set1_epi8(0x70));
			sets[k] = _mm256_or_si256(sets[k], _mm256_shuffle_epi8(of_sets, at));
			left[k] = _mm256_or_si256(left[k], _mm256_shuffle_epi8(of_left, at));
		}
	}
	for (int k = 0; k < 2; k++)
		sets[k] = _mm256_blendv_epi8(space, sets[k], b->lead[k]);
	/* Two bytes before: the letter there, or what ends a word. */
	__m128i old = _mm_set1_epi16((short)(before->sets | (unsigned)f->space << 8));
	__m256i half = _mm256_inserti128_si256(
	    _mm256_castsi128_si256(old), _mm256_castsi256_si128(sets[0]), 1);
	__m256i first = _mm256_alignr_epi8(sets[0], half, 14);
	half = _mm256_permute2x128_si256(sets[0], sets[1], 0x21);
	__m256i second = _mm256_alignr_epi8(sets[1], half, 14);
	behind[0] = _mm256_andnot_si256(
	    _mm256_cmpeq_epi8(_mm256_and_si256(first, left[0]), zero), b->lead[0]);
	behind[1] = _mm256_andnot_si256(
	    _mm256_cmpeq_epi8(_mm256_and_si256(second, left[1]), zero), b->lead[1]);
}

/* A byte FF for each bit of the mask. */
POTOK_TARGET_AVX2 static inline __m256i
expand(uint32_t mask)
{
	const __m256i bytes = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2,
	    2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
	const __m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201);
	__m256i x = _mm256_shuffle_epi8(_mm256_set1_epi32((int)mask), bytes);

	return _mm256_cmpeq_epi8(_mm256_and_si256(x, bits), bits);
}

/* For each byte that is the first of a character its place in table_fast.written. */
POTOK_TARGET_AVX2 static inline void
places(const struct bytes *b, const __m256i behind[2], uint64_t caps, uint16_t place[BLOCK + 1])
{
	for (int k = 0; k < 2; k++) {
		__m256i large = expand((uint32_t)(caps >> 32 * k));
		__m256i letter = _mm256_or_si256(
		    b->index[k], _mm256_and_si256(behind[k], _mm256_set1_epi8(-128)));
		__m256i low = _mm256_blendv_epi8(b->x[k], letter, b->lead[k]);
		__m256i high =
		    _mm256_and_si256(_mm256_sub_epi8(_mm256_set1_epi8(1), large), b->lead[k]);
		/* Halves of 128 bits are woven apart from each other. */
		__m256i even = _mm256_unpacklo_epi8(low, high);
		__m256i odd = _mm256_unpackhi_epi8(low, high);
		__m256i *to = (__m256i *)(place + 32 * k);
		_mm256_storeu_si256(to, _mm256_permute2x128_si256(even, odd, 0x20));
		_mm256_storeu_si256(to + 1, _mm256_permute2x128_si256(even, odd, 0x31));
	}
	place[BLOCK] = FAST_NOTHING;
}

/* Writes the characters that begin at the bits of the mask.  Answers the end. */
POTOK_TARGET_AVX2 static inline unsigned char *
write(const struct table_fast *f, const uint16_t place[BLOCK + 1], uint64_t starts,
    unsigned char *out)
{
	while (starts != 0) {
		/* Behind the last bit, place[64] writes nothing. */
		for (int k = 0; k < 4; k++) {
			uint64_t text = f->written[place[_tzcnt_u64(starts)]];
			memcpy(out, &text, sizeof text);
			out += text >> 56;
			starts = _blsr_u64(starts);
		}
	}
	return out;
}

POTOK_TARGET_AVX2 unsigned
convert_any_avx2(const struct table_fast *f, const unsigned char *p, size_t n,
    struct plain_state *state, uint64_t *letters)
{
	__m256i behind[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
	uint16_t place[BLOCK + 1];
	struct plain_block block;
	struct bytes b;
	uint64_t caps;

	read_bytes(&b, p);
	classify(f, &b, &block);
	unsigned use = plain_usable(&block, &state->before, n, &caps);
	uint64_t used = _bzhi_u64(~0ULL, use);
	*letters = used & block.last;
	if (f->nrows > 0)
		behind_left(f, &b, &state->before, behind);
	places(&b, behind, caps >> 1, place);
	state->out = write(f, place, used & ~block.last, state->out);
	return use;
}
#endif
