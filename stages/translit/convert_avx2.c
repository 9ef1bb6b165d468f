/* Writes plain Cyrillic letters and ASCII with AVX2: makes one byte of each character, 64 bytes at
 * a time, then looks up what is written for each behind the one before it. */
#include "convert_simd.h"

#if POTOK_SIMD_X86
#include <string.h>

enum {
	BLOCK = 64,
	CODES = 2048,    /* characters between two visits of the table */
	ANY = BLOCK + 1, /* convert_any_avx2() must see the block */
};

/* Characters on the way: their codes, behind that of the character before. */
struct codes {
	unsigned char code[1 + CODES + BLOCK];
	size_t n;
};

/* 32 bytes of a block. */
struct half {
	__m256i x;
	__m256i lead;  /* FF where a letter begins */
	__m256i code;  /* of the character that begins there */
	__m256i plain; /* FF where no look is needed at that */
	__m256i tail;  /* FF where a character goes on */
};

POTOK_TARGET_AVX2 static inline uint64_t
both(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
							 << 32;
}

POTOK_TARGET_AVX2 static inline uint64_t
equal(const struct half *a, const struct half *b, int c)
{
	const __m256i x = _mm256_set1_epi8((char)c);

	return both(_mm256_cmpeq_epi8(a->x, x), _mm256_cmpeq_epi8(b->x, x));
}

/* The bit of the first four bits of a byte in the rows of table_fast. */
POTOK_TARGET_AVX2 static inline __m256i
row_bit(__m256i x)
{
	const __m256i bit = _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64,
	    -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);

	return _mm256_shuffle_epi8(
	    bit, _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0F)));
}

/* Reads the 33 bytes at p. */
POTOK_TARGET_AVX2 static inline void
read_half(const struct table_fast *f, const unsigned char *p, struct half *h)
{
	__m256i x = load32(p), next = load32(p + 1);
	__m256i d1 = _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)0xD1));
	__m256i d0 = _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)0xD0));
	__m256i letter = _mm256_or_si256(_mm256_or_si256(next, _mm256_set1_epi8((char)0x80)),
	    _mm256_and_si256(d1, _mm256_set1_epi8(0x40)));

	/* Bytes from 80 to BF become codes from 80 to BF, or from C0 to FF. */
	h->x = x;
	h->lead = _mm256_or_si256(d0, d1);
	h->code = _mm256_blendv_epi8(x, letter, h->lead);
	__m256i low = _mm256_and_si256(h->code, _mm256_set1_epi8(0x0F));
	__m256i rows = _mm256_blendv_epi8(_mm256_shuffle_epi8(load16(f->odd_rows[0]), low),
	    _mm256_shuffle_epi8(load16(f->odd_rows[1]), low), h->code);
	h->plain =
	    _mm256_cmpeq_epi8(_mm256_and_si256(rows, row_bit(h->code)), _mm256_setzero_si256());
	h->tail = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), x);
}

/* Stores the bytes of x that have a bit in the mask, of 16.  Answers the end. */
POTOK_TARGET_AVX2 static inline unsigned char *
store_some(const struct table_fast *f, unsigned char *out, __m128i x, unsigned mask)
{
	const __m128i half = _mm_set_epi64x(0x0808080808080808, 0);
	unsigned low = mask & 0xFF, high = mask >> 8;
	__m128i from = _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)f->pack[low]),
	    _mm_loadl_epi64((const __m128i *)f->pack[high]));

	x = _mm_shuffle_epi8(x, _mm_or_si128(from, half));
	_mm_storel_epi64((__m128i *)out, x);
	out += __builtin_popcount(low);
	_mm_storel_epi64((__m128i *)out, _mm_unpackhi_epi64(x, x));
	return out + __builtin_popcount(high);
}

/* Adds the codes of a block that have a bit in the mask. */
POTOK_TARGET_AVX2 static inline void
add_codes(const struct table_fast *f, struct codes *c, __m256i a, __m256i b, uint64_t mask)
{
	unsigned char *to = c->code + 1 + c->n;

	to = store_some(f, to, _mm256_castsi256_si128(a), mask & 0xFFFF);
	to = store_some(f, to, _mm256_extracti128_si256(a, 1), mask >> 16 & 0xFFFF);
	to = store_some(f, to, _mm256_castsi256_si128(b), mask >> 32 & 0xFFFF);
	to = store_some(f, to, _mm256_extracti128_si256(b, 1), (unsigned)(mask >> 48));
	c->n = (size_t)(to - c->code) - 1;
}

/* The places in table_fast.behind of 16 codes, the first of which is code[1]. */
POTOK_TARGET_AVX2 static inline __m256i
places(const unsigned char *code)
{
	__m128i last = _mm_set1_epi8(FAST_LETTERS - 1);
	__m128i before = _mm_subs_epu8(_mm_loadu_si128((const __m128i *)code), last);
	__m256i own = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(code + 1)));
	__m256i row = _mm256_add_epi16(_mm256_slli_epi16(own, 7), _mm256_slli_epi16(own, 3));

	return _mm256_add_epi16(row, _mm256_cvtepu8_epi16(before));
}

/* Writes the characters of c: all of them, or 16 at a time and the others remain. */
POTOK_TARGET_AVX2 static unsigned char *
write_codes(const struct table_fast *f, struct codes *c, bool all, unsigned char *out)
{
	uint16_t place[16];
	size_t i = 0;

	for (; c->n - i >= 16; i += 16) {
		_mm256_storeu_si256((__m256i *)place, places(c->code + i));
		for (int k = 0; k < 16; k++) {
			uint64_t text = f->behind[place[k]];
			memcpy(out, &text, sizeof text);
			out += text >> 56;
		}
	}
	size_t rest = c->n - i;
	memmove(c->code, c->code + i, 1 + rest);
	if (all) {
		memset(c->code + 1 + rest, 0, sizeof place);
		_mm256_storeu_si256((__m256i *)place, places(c->code));
		for (size_t k = 0; k < rest; k++) {
			uint64_t text = f->behind[place[k]];
			memcpy(out, &text, sizeof text);
			out += text >> 56;
		}
		c->code[0] = c->code[rest];
		rest = 0;
	}
	c->n = rest;
	return out;
}

/* FF for the letters of ASCII. */
POTOK_TARGET_AVX2 static inline __m256i
latin(__m256i x)
{
	__m256i behind_a =
	    _mm256_sub_epi8(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(behind_a, _mm256_set1_epi8(25)), behind_a);
}

/* Bytes for tests of membership in the rows of sets of 128. */
struct nibbles {
	__m256i low, bit;
};

POTOK_TARGET_AVX2 static inline struct nibbles
split(__m256i x)
{
	return (struct nibbles){_mm256_and_si256(x, _mm256_set1_epi8(0x0F)), row_bit(x)};
}

/* FF for the bytes in the set; the first bit of each does not count. */
POTOK_TARGET_AVX2 static inline __m256i
members(struct nibbles x, const uint8_t rows[FAST_ROWS])
{
	__m256i in = _mm256_and_si256(_mm256_shuffle_epi8(load16(rows), x.low), x.bit);

	return _mm256_cmpeq_epi8(in, x.bit);
}

/* The bytes of the punctuation that passes; its codes are put at the first of them. */
POTOK_TARGET_AVX2 static inline uint64_t
punctuation(const struct table_fast *f, struct half *a, struct half *b, uint64_t tail)
{
	unsigned char x[BLOCK + 2] = {0}, code[BLOCK];
	uint64_t of2 = equal(a, b, 0xC2), of3 = equal(a, b, 0xE2) & equal(a, b, 0x80) >> 1,
		 pass = 0;

	_mm256_storeu_si256((__m256i *)x, a->x);
	_mm256_storeu_si256((__m256i *)(x + 32), b->x);
	_mm256_storeu_si256((__m256i *)code, a->code);
	_mm256_storeu_si256((__m256i *)(code + 32), b->code);
	of2 &= tail >> 1;
	of3 &= tail >> 2;
	for (uint64_t starts = of2 | of3; starts != 0; starts = _blsr_u64(starts)) {
		unsigned i = (unsigned)_tzcnt_u64(starts), two = of2 >> i & 1;
		unsigned what = f->punctuation[x[i + (two ? 1 : 2)] & 0x3F];
		if (what & (two ? FAST_C2 : FAST_E2_80)) {
			pass |= (two ? 3ULL : 7ULL) << i;
			code[i] = (unsigned char)(what >> FAST_CODE);
		}
	}
	a->code = load32(code);
	b->code = load32(code + 32);
	return pass;
}

/* Finds how many bytes of p[0..65) can be taken, n at most, or ANY; the codes become those of
 * punctuation, too. */
POTOK_TARGET_AVX2 static inline unsigned
judge(const struct table_fast *f, struct half *a, struct half *b, size_t n,
    const struct plain_before *before, struct plain_block *block)
{
	const struct nibbles ax = split(a->x), bx = split(b->x);
	const struct nibbles ac = split(a->code), bc = split(b->code);
	uint64_t lead = both(a->lead, b->lead), odd = ~both(a->plain, b->plain), caps;

	*block = (struct plain_block){
	    .high = both(a->x, b->x), .tail = both(a->tail, b->tail), .last = lead << 1};
	block->other = block->high & ~(lead | block->last);
	if (block->other != 0) {
		block->pass = punctuation(f, a, b, block->tail);
		block->mark = equal(a, b, 0xCC) | equal(a, b, 0xCD);
		block->other &= ~block->pass;
	}
	block->letter = both(latin(a->x), latin(b->x));
	block->ascii_small =
	    block->letter & both(_mm256_slli_epi16(a->x, 2), _mm256_slli_epi16(b->x, 2));
	block->ascii_stop =
	    ~block->high & both(members(ax, f->ascii_rows), members(bx, f->ascii_rows));
	/* Control characters whose codes stand for others. */
	if (odd & ~(block->high | block->letter | block->ascii_stop))
		return ANY;
	const uint8_t(*rows)[FAST_ROWS] = f->flag_rows;
	uint64_t good = block->last & block->tail;
	block->usable = both(members(ac, rows[0]), members(bc, rows[0])) << 1;
	block->title = block->last & both(members(ac, rows[1]), members(bc, rows[1])) << 1;
	block->capital = good & both(members(ac, rows[3]), members(bc, rows[3])) << 1;
	block->small = good & block->usable & ~block->capital;
	if (f->pairs) {
		block->pair = block->last & both(members(ac, rows[4]), members(bc, rows[4])) << 1;
		block->second = block->last & both(members(ac, rows[5]), members(bc, rows[5])) << 1;
	}
	unsigned use = plain_usable(block, before, n, &caps);
	return (caps & block->last & _bzhi_u64(~0ULL, use)) == 0 ? use : ANY;
}

/* Takes what it can of a block that is not all plain, whose bytes are p[0..65).  Answers how many.
 */
POTOK_TARGET_AVX2 static __attribute__((noinline)) unsigned
take_odd(const struct table_fast *f, const unsigned char *p, size_t n, struct codes *codes,
    struct plain_state *state, uint64_t *letters)
{
	struct plain_block block;
	struct half a, b;
	unsigned use = ANY;

	if (f->paired) {
		read_half(f, p, &a);
		read_half(f, p + 32, &b);
		use = judge(f, &a, &b, n, &state->before, &block);
	}
	if (use != ANY) {
		uint64_t used = _bzhi_u64(~0ULL, use);
		add_codes(f, codes, a.code, b.code, used & ~block.tail);
		*letters = used & block.last;
		return use;
	}
	state->out = write_codes(f, codes, true, state->out);
	return convert_any_avx2(f, p, n, state, letters);
}

static inline bool
is_latin(unsigned c)
{
	return (c | 0x20) - 'a' < 26;
}

/* The masks of a block: what begins, ends or is at a byte. */
struct masks {
	uint64_t lead, last, high, tail;
	uint64_t look; /* what is not plain */
};

POTOK_TARGET_AVX2 static inline struct masks
find_masks(const struct half *a, const struct half *b)
{
	struct masks m = {.lead = both(a->lead, b->lead),
	    .high = both(a->x, b->x),
	    .tail = both(a->tail, b->tail)};

	m.last = m.lead << 1;
	m.look = (m.high & ~(m.lead | m.last)) | ~(both(a->plain, b->plain) | m.last) |
		 (m.last & ~m.tail);
	return m;
}

/* Is all that is to be looked at Latin words by themselves, and capitals before small letters?
 * before: what is not ASCII is taken for a letter. */
POTOK_TARGET_AVX2 static inline bool
seems_plain(const struct table_fast *f, const struct half *a, const struct half *b,
    const struct masks *m, bool behind_latin, bool behind_high)
{
	const __m256i first = _mm256_set1_epi8((char)0xAF), behind = _mm256_set1_epi8((char)0xE0);
	uint64_t letter = both(latin(a->x), latin(b->x));
	uint64_t title =
	    both(members(split(a->code), f->title_rows), members(split(b->code), f->title_rows));
	uint64_t small = both(
	    _mm256_and_si256(_mm256_cmpgt_epi8(a->code, first), _mm256_cmpgt_epi8(behind, a->code)),
	    _mm256_and_si256(
		_mm256_cmpgt_epi8(b->code, first), _mm256_cmpgt_epi8(behind, b->code)));
	uint64_t beside =
	    (letter & (m->last << 1 | behind_high)) | (m->lead & (letter << 1 | behind_latin));

	title &= m->lead & (small & m->lead) >> 2;
	return ((m->look & ~(letter | title)) | (m->last & ~m->tail) | beside) == 0;
}

POTOK_TARGET_AVX2 size_t
convert_plain_avx2(const struct table_fast *f, const unsigned char *p, size_t n, size_t seen,
    struct plain_state *state)
{
	bool behind_latin = state->before.latin;
	struct codes codes;
	size_t i = 0;

	codes.code[0] = (unsigned char)state->before.code;
	codes.n = 0;
	while (i < n) {
		/* Behind the end spaces are read: a word ends there, too. */
		unsigned char end[BLOCK + 1];
		const unsigned char *from = p + i;
		if (seen - i < sizeof end) {
			memset(end, ' ', sizeof end);
			from = memcpy(end, from, seen - i);
		}
		struct half a, b;
		read_half(f, from, &a);
		read_half(f, from + 32, &b);
		struct masks m = find_masks(&a, &b);
		bool easy = !behind_latin && m.look == 0;
		uint64_t letters;
		unsigned use;
		if (!easy && f->paired && i > 0)
			easy = seems_plain(f, &a, &b, &m, behind_latin, p[i - 1] >= 0x80);
		if (easy && f->paired) {
			/* A mark may follow the last character. */
			use = 63 - (unsigned)__builtin_clzll((~m.tail & ~0ULL >> 1) | 1);
			use = use < n - i ? use : (unsigned)(n - i);
			uint64_t used = _bzhi_u64(~0ULL, use);
			letters = used & m.last;
			add_codes(f, &codes, a.code, b.code, used & ~m.tail);
		} else {
			if (i > 0)
				state->before = plain_before(f, p + i);
			use = take_odd(f, from, n - i, &codes, state, &letters);
			if (use == 0)
				break;
			if (codes.n == 0)
				codes.code[0] = (unsigned char)plain_before(f, p + i + use).code;
		}
		if (codes.n >= CODES)
			state->out = write_codes(f, &codes, false, state->out);
		if (state->letters == 0 && letters != 0)
			state->first = i + (size_t)__builtin_ctzll(letters) - 1;
		state->letters += (uint64_t)__builtin_popcountll(letters);
		i += use;
		behind_latin = is_latin(p[i - 1]);
	}
	state->out = write_codes(f, &codes, true, state->out);
	return i;
}
#endif
