/* Writes plain Cyrillic letters and ASCII with AVX2: makes one byte of each character, 64 bytes at
 * a time, then another one where the characters beside it want that, and looks up what two of them
 * write. */
#include "convert_simd.h"

#if POTOK_SIMD_X86
#include <string.h>

enum {
	BLOCK = 64,
	HALF = 32,
	CODES = 512, /* characters between two visits of the table of pairs */
	FEW = 64,    /* the same where letters that must be looked at are frequent */
	BLOCKS = 32,
};

/* Characters on the way. */
struct codes {
	unsigned char code[CODES + BLOCK + HALF];
	size_t n;
	/* Where they are from. */
	struct block {
		uint64_t starts; /* bits of the first bytes of characters */
		size_t at;       /* the first byte */
		size_t n;        /* the first code */
	} block[BLOCKS];
	size_t nblocks;
	size_t end; /* of the last block */
};

/* Why no more characters come. */
enum ending { ENDING_FULL, ENDING_LAST, ENDING_OTHER, ENDING_MARK };

/* 32 bytes of a block. */
struct half {
	__m256i x;
	__m256i lead;  /* FF where a letter begins */
	__m256i code;  /* of the character that begins there */
	__m256i other; /* first bit: neither a letter nor ASCII */
};

POTOK_TARGET_AVX2 static inline __m256i
load32(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

/* A table of 16 bytes, for both halves of a vector. */
POTOK_TARGET_AVX2 static inline __m256i
load16(const uint8_t *table)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}

POTOK_TARGET_AVX2 static inline uint32_t
mask_of(__m256i x)
{
	return (uint32_t)_mm256_movemask_epi8(x);
}

POTOK_TARGET_AVX2 static inline uint64_t
both(__m256i low, __m256i high)
{
	return mask_of(low) | (uint64_t)mask_of(high) << HALF;
}

static inline bool
is_mark(const unsigned char *p)
{
	return (*p & 0xFE) == 0xCC;
}

/* Reads the 33 bytes at p. */
POTOK_TARGET_AVX2 static inline void
read_half(const unsigned char *p, struct half *h)
{
	/* By the last four bits of a control character: all but TAB, LF and CR are other.  These
	 * become 60 to 7F, all others 80 and above. */
	const __m256i controls = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1,
	    0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1, 0, -1, -1);
	const __m256i high = _mm256_set1_epi8((char)0x80);
	__m256i x = load32(p), next = load32(p + 1);
	__m256i d0 = _mm256_cmpeq_epi8(
	    _mm256_and_si256(x, _mm256_set1_epi8((char)0xFE)), _mm256_set1_epi8((char)0xD0));
	__m256i tail = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), next);
	__m256i second = _mm256_and_si256(_mm256_slli_epi16(x, 6), _mm256_set1_epi8(0x40));
	__m256i control =
	    _mm256_shuffle_epi8(controls, _mm256_adds_epu8(x, _mm256_set1_epi8(0x60)));

	/* Bytes from 80 to BF become codes from 80 to BF, or from C0 to FF. */
	h->x = x;
	h->lead = _mm256_and_si256(d0, tail);
	h->code =
	    _mm256_blendv_epi8(x, _mm256_or_si256(_mm256_or_si256(next, high), second), h->lead);
	h->other = _mm256_or_si256(x, control);
}

/* Stores the bytes of x that have a bit in the mask, of 16.  Answers the end. */
POTOK_TARGET_AVX2 static inline unsigned char *
store_some(const struct table_fast *f, unsigned char *out, __m128i x, uint64_t mask)
{
	unsigned low = mask & 0xFF, high = mask >> 8 & 0xFF;
	__m128i from = _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)f->pack[0][low]),
	    _mm_loadl_epi64((const __m128i *)f->pack[1][high]));

	x = _mm_shuffle_epi8(x, from);
	_mm_storel_epi64((__m128i *)out, x);
	out += __builtin_popcount(low);
	_mm_storel_epi64((__m128i *)out, _mm_unpackhi_epi64(x, x));
	return out + __builtin_popcount(high);
}

/* Takes the bytes that begin neither a letter nor are ASCII, at the bits of `other`, as far as they
 * are punctuation that passes: puts its codes at the first bytes of it, and *use becomes the place
 * of what is not.  Answers which bytes are inside of it. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) uint64_t
take_punctuation(
    const struct table_fast *f, struct half *a, struct half *b, uint64_t other, unsigned *use)
{
	unsigned char x[BLOCK], code[BLOCK];
	uint64_t inside = 0;

	_mm256_storeu_si256((__m256i *)x, a->x);
	_mm256_storeu_si256((__m256i *)(x + HALF), b->x);
	_mm256_storeu_si256((__m256i *)code, a->code);
	_mm256_storeu_si256((__m256i *)(code + HALF), b->code);
	while (other != 0) {
		unsigned i = (unsigned)_tzcnt_u64(other), what = 0, two = x[i] == 0xC2;
		unsigned last = i + (two ? 1 : 2);
		bool begins = two || (x[i] == 0xE2 && i + 1 < BLOCK && x[i + 1] == 0x80);
		if (begins && last < BLOCK && (x[last] & 0xC0) == 0x80)
			what = f->punctuation[x[last] & 0x3F];
		if (!(what & (two ? FAST_C2 : FAST_E2_80))) {
			*use = i;
			break;
		}
		code[i] = (unsigned char)(what >> FAST_CODE);
		inside |= (two ? 2ULL : 6ULL) << i;
		other &= ~((two ? 3ULL : 7ULL) << i);
	}
	a->code = load32(code);
	b->code = load32(code + HALF);
	return inside;
}

/* Reads p[at..n) as codes, up to some hundreds.  Behind p[seen] a word ends. */
POTOK_TARGET_AVX2 static enum ending
read_codes(const struct table_fast *f, const unsigned char *p, size_t at, size_t n, size_t seen,
    struct codes *c)
{
	size_t i = at, max = f->pairs ? FEW : CODES;

	c->n = c->nblocks = 0;
	for (; i < n && c->n < max && c->nblocks < BLOCKS; c->nblocks++) {
		/* Behind the end spaces are read. */
		unsigned char end[BLOCK + 1];
		const unsigned char *from = p + i;
		if (seen - i < sizeof end) {
			memset(end, ' ', sizeof end);
			from = memcpy(end, from, seen - i);
		}
		struct half a, b;
		read_half(from, &a);
		read_half(from + HALF, &b);
		uint64_t lead = both(a.lead, b.lead), starts = ~(lead << 1);
		uint64_t other = both(a.other, b.other) & ~lead & starts;
		unsigned use = BLOCK + (unsigned)(lead >> (BLOCK - 1));
		if (other != 0)
			starts &= ~take_punctuation(f, &a, &b, other, &use);
		if (use > n - i) {
			use = (unsigned)(n - i);
			use -= (unsigned)(lead >> (use - 1)) & 1;
		}
		c->end = i;
		if (use == 0)
			return is_mark(from) ? ENDING_MARK : ENDING_OTHER;
		starts = _bzhi_u64(starts, use);
		c->block[c->nblocks] = (struct block){starts, i, c->n};
		unsigned char *to = c->code + c->n;
		to = store_some(f, to, _mm256_castsi256_si128(a.code), starts);
		to = store_some(f, to, _mm256_extracti128_si256(a.code, 1), starts >> 16);
		to = store_some(f, to, _mm256_castsi256_si128(b.code), starts >> 32);
		to = store_some(f, to, _mm256_extracti128_si256(b.code, 1), starts >> 48);
		c->n = (size_t)(to - c->code);
		i += use;
	}
	c->end = i;
	if (i < n)
		return ENDING_FULL;
	return n == seen ? ENDING_LAST : is_mark(p + n) ? ENDING_MARK : ENDING_OTHER;
}

/* The place of the character of code i, i < c->n. */
POTOK_TARGET_AVX2 static size_t
place_of(const struct codes *c, size_t i)
{
	size_t k = c->nblocks - 1;

	while (c->block[k].n > i)
		k--;
	uint64_t starts = c->block[k].starts;
	for (size_t j = c->block[k].n; j < i; j++)
		starts = _blsr_u64(starts);
	return c->block[k].at + (size_t)_tzcnt_u64(starts);
}

/* The bit of the first four bits of a code in its rows. */
POTOK_TARGET_AVX2 static inline __m256i
row_bit(__m256i x)
{
	const __m256i bit = _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64,
	    -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);

	return _mm256_shuffle_epi8(
	    bit, _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0F)));
}

/* The codes of x that are in the set. */
POTOK_TARGET_AVX2 static inline uint32_t
members(__m256i x, __m256i bit, const uint8_t rows[2][FAST_ROWS])
{
	/* Of a byte from 80 on a shuffle makes 0, and its other first bits do not count. */
	__m256i low = _mm256_shuffle_epi8(load16(rows[0]), x);
	__m256i high =
	    _mm256_shuffle_epi8(load16(rows[1]), _mm256_xor_si256(x, _mm256_set1_epi8((char)0x80)));

	return mask_of(_mm256_cmpeq_epi8(_mm256_and_si256(_mm256_or_si256(low, high), bit), bit));
}

/* Puts the codes in capitals where the letters at the bits of `titles`, of the 32 at i, want that.
 * Answers the place of the first whose neighbours do not tell, n when there is none. */
static __attribute__((noinline)) unsigned
take_capitals(const struct table_fast *f, unsigned char *code, bool behind_capital, uint32_t titles,
    unsigned n)
{
	for (; titles != 0; titles &= titles - 1) {
		unsigned i = (unsigned)__builtin_ctz(titles);
		if (i >= n)
			break;
		unsigned next = f->kind[code[i + 1]];
		if (i > 0)
			behind_capital = f->capital[code[i - 1]];
		if ((next & FAST_CAPITAL) || ((next & FAST_NONE) && behind_capital))
			code[i] = f->caps[code[i]];
		else if (next == 0)
			return i;
	}
	return n;
}

/* Puts the codes for behind a letter of `left`, in the rows of the table.  before: the sets of what
 * is before the first one, in the last byte; becomes those of all. */
POTOK_TARGET_AVX2 static inline __m256i
put_behind(const struct table_fast *f, unsigned nrows, __m256i x, __m256i *before)
{
	__m256i sets = _mm256_setzero_si256(), left = sets, behind = sets;

	for (unsigned r = 0; r < nrows; r++) {
		unsigned row = f->row[r];
		/* The last four bits in this row, 80 and above in others. */
		__m256i at = _mm256_adds_epu8(
		    _mm256_xor_si256(x, _mm256_set1_epi8((char)row)), _mm256_set1_epi8(0x70));
		sets = _mm256_or_si256(sets, _mm256_shuffle_epi8(load16(f->code_sets + row), at));
		left = _mm256_or_si256(left, _mm256_shuffle_epi8(load16(f->code_left + row), at));
		behind =
		    _mm256_or_si256(behind, _mm256_shuffle_epi8(load16(f->code_behind + row), at));
	}
	sets = _mm256_blendv_epi8(_mm256_set1_epi8((char)f->space), sets, x);
	__m256i of_before =
	    _mm256_alignr_epi8(sets, _mm256_permute2x128_si256(*before, sets, 0x21), 15);
	*before = sets;
	__m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(of_before, left), _mm256_setzero_si256());
	return _mm256_blendv_epi8(behind, x, none);
}

/* Makes the codes those that are written, n at most; code[n] is what follows.  Answers how many can
 * be written; *letters becomes how many letters these are, *first the place of the first. */
POTOK_TARGET_AVX2 static size_t
judge_codes(const struct table_fast *f, unsigned char *code, size_t n,
    const struct plain_before *before, uint64_t *letters, size_t *first)
{
	const __m256i first_small = _mm256_set1_epi8((char)0xAF),
		      behind_small = _mm256_set1_epi8((char)0xE0);
	__m256i sets = _mm256_set1_epi8((char)before->sets);
	uint32_t behind_latin = before->latin, behind_letter = before->cyrillic;
	unsigned nrows = f->nrows;

	*letters = 0;
	for (size_t i = 0; i < n; i += HALF) {
		unsigned use = n - i < HALF ? (unsigned)(n - i) : HALF;
		__m256i x = load32(code + i), next = load32(code + i + 1), bit = row_bit(x);
		uint32_t letter = mask_of(x), look = members(x, bit, f->look_rows);
		uint32_t latin = look & ~letter;
		uint32_t small = mask_of(_mm256_and_si256(
		    _mm256_cmpgt_epi8(next, first_small), _mm256_cmpgt_epi8(behind_small, next)));
		uint32_t stop = members(x, bit, f->odd_rows) |
				(letter & (latin << 1 | behind_latin)) |
				(latin & (letter << 1 | behind_letter));
		if (f->pairs)
			stop |= members(x, bit, f->pair_rows) &
				members(next, row_bit(next), f->second_rows);
		uint32_t titles = look & letter & ~small;
		if ((stop | titles) != 0) {
			if (stop != 0 && _tzcnt_u32(stop) < use)
				use = _tzcnt_u32(stop);
			if (titles != 0) {
				bool capital = i > 0 ? f->capital[code[i - 1]] : before->capital;
				use = take_capitals(f, code + i, capital, titles, use);
				x = load32(code + i);
				nrows = f->nrows_caps;
			}
		}
		if (nrows > 0)
			_mm256_storeu_si256((__m256i *)(code + i), put_behind(f, nrows, x, &sets));
		uint32_t used = _bzhi_u32(letter, use);
		if (*letters == 0 && used != 0)
			*first = i + _tzcnt_u32(used);
		*letters += (unsigned)__builtin_popcount(used);
		if (use < HALF)
			return i + use;
		behind_latin = latin >> (HALF - 1);
		behind_letter = letter >> (HALF - 1);
	}
	return n;
}

static inline unsigned char *
write_one(const struct table_fast *f, unsigned code, unsigned char *out)
{
	uint64_t text = f->written[code];

	memcpy(out, &text, sizeof text);
	return out + (text >> 56);
}

/* Writes n codes.  Answers the end. */
static unsigned char *
write_codes(const struct table_fast *f, const unsigned char *code, size_t n, unsigned char *out)
{
	enum { GROUP = 16 };
	const unsigned char *end = code + n;

	while (f->paired && end - code >= GROUP) {
		unsigned char *start = out;
		uint64_t any = 0;
		for (int k = 0; k < GROUP; k += 2) {
			uint16_t two;
			memcpy(&two, code + k, sizeof two);
			uint64_t text = f->pair[two];
			memcpy(out, &text, sizeof text);
			out += text >> 56;
			any |= text;
		}
		if (any >> 59 != 0) { /* 8 bytes */
			out = start;
			for (int k = 0; k < GROUP; k++)
				out = write_one(f, code[k], out);
		}
		code += GROUP;
	}
	while (code < end)
		out = write_one(f, *code++, out);
	return out;
}

POTOK_TARGET_AVX2 size_t
convert_plain_avx2(const struct table_fast *f, const unsigned char *p, size_t n, size_t seen,
    struct plain_state *state)
{
	enum ending ending = ENDING_FULL;
	struct codes codes;
	size_t i = 0;

	for (bool more = true; more && i < n;) {
		ending = read_codes(f, p, i, n, seen, &codes);
		/* What follows the last one is not known, or a mark makes another one of it. */
		size_t count = codes.n, first = 0, used;
		uint64_t letters;
		if (count > 0 && (ending == ENDING_FULL || ending == ENDING_MARK))
			count--;
		if (ending == ENDING_MARK)
			codes.code[count] = 0;
		else if (ending != ENDING_FULL)
			codes.code[count] = ending == ENDING_LAST ? ' ' : 0;
		used = judge_codes(f, codes.code, count, &state->before, &letters, &first);
		state->out = write_codes(f, codes.code, used, state->out);
		if (state->letters == 0 && letters != 0)
			state->first = place_of(&codes, first);
		state->letters += letters;
		more = used == count && ending == ENDING_FULL;
		if (used == 0)
			break;
		i = used < codes.n ? place_of(&codes, used) : codes.end;
		state->before = plain_before(f, p + i);
	}
	return i;
}
#endif
