/* Writes plain Cyrillic letters and ASCII with AVX2: makes one byte of each character, 64 bytes at
 * a time, finds by sets what the characters beside them change, and looks up what two of them
 * write.
 */
#include "convert_simd.h"

#if POTOK_SIMD_X86
#include <string.h>

enum {
	BLOCK = 64,
	HALF = 32,
	CODES = 512, /* characters between two looks at what they write */
	FEW = 96,    /* the same in the beginning: not all runs are long */
	BLOCKS = 32, /* for so many characters; one has at least 20, but for the last two */
};

/* Characters on the way. */
struct codes {
	unsigned char code[CODES + BLOCK + HALF];
	uint32_t pair[(CODES + BLOCK + HALF) / 2]; /* two of them, for table_fast.pair */
	size_t n;
	uint64_t letters; /* how many of them are Cyrillic */
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
	__m256i lead;  /* FF where a letter to U+045F begins */
	__m256i code;  /* of the character that begins there */
	__m256i other; /* first bit: neither such a letter nor ASCII */
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

/* Reads the 33 bytes at p. */
POTOK_TARGET_AVX2 static inline void
read_half(const unsigned char *p, struct half *h)
{
	/* By the last four bits of a control character: all but TAB, LF and CR are other.  These
	 * become 60 to 7F, all others 80 and above. */
	const __m256i controls = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1,
	    0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1, 0, -1, -1);
	__m256i x = load32(p), next = load32(p + 1);
	__m256i d0 = _mm256_cmpeq_epi8(
	    _mm256_and_si256(x, _mm256_set1_epi8((char)0xFE)), _mm256_set1_epi8((char)0xD0));
	__m256i tail = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), next);
	__m256i letter = _mm256_or_si256(
	    next, _mm256_and_si256(_mm256_slli_epi16(x, 6), _mm256_set1_epi8(0x40)));
	__m256i near = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)FAST_FAR), letter);
	__m256i control =
	    _mm256_shuffle_epi8(controls, _mm256_adds_epu8(x, _mm256_set1_epi8(0x60)));

	/* Letters become codes from 80 to BF, behind D0, or from C0 to DF. */
	h->lead = _mm256_and_si256(_mm256_and_si256(d0, tail), near);
	h->code = _mm256_blendv_epi8(x, letter, h->lead);
	h->other = _mm256_or_si256(x, control);
}

/* Stores the bytes of x that have a bit in the mask, of 16.  Answers the end. */
POTOK_TARGET_AVX2 static inline unsigned char *
store_some(const struct table_fast *f, unsigned char *out, __m128i x, uint64_t mask)
{
	unsigned some = (uint16_t)mask;

	x = _mm_shuffle_epi8(x, _mm_load_si128((const __m128i *)f->pack[some]));
	_mm_storeu_si128((__m128i *)out, x);
	return out + __builtin_popcount(some);
}

/* What take_others() has found. */
struct others {
	uint64_t starts, inside; /* bits of letters, and of all bytes but the first ones */
	unsigned use;            /* the place of what is not for the vector code; BLOCK: all is */
};

/* Takes the characters of p[0..BLOCK) that begin at the bits of `other`, as far as they are letters
 * that have codes or punctuation that passes, and puts their codes at their first bytes. */
static __attribute__((noinline)) struct others
take_others(const struct table_fast *f, const unsigned char *p, unsigned char *code, uint64_t other)
{
	struct others found = {.use = BLOCK};

	while (other != 0) {
		unsigned i = (unsigned)__builtin_ctzll(other), n = p[i] == 0xE2 ? 3 : 2, what = 0;
		const unsigned char *last = p + i + n - 1;
		bool tail = i + n <= BLOCK && (*last & 0xC0) == 0x80;
		if (tail && p[i] >= 0xD1 && p[i] <= 0xD3)
			what = f->far[(p[i] & 3u) << 6 | (*last & 0x3Fu)];
		else if (tail && p[i] == 0xC2 && (f->punctuation[*last & 0x3F] & FAST_C2))
			what = f->punctuation[*last & 0x3F] >> FAST_CODE;
		else if (tail && p[i] == 0xE2 && p[i + 1] == 0x80 &&
			 (f->punctuation[*last & 0x3F] & FAST_E2_80))
			what = f->punctuation[*last & 0x3F] >> FAST_CODE;
		if (what == 0) {
			found.use = i;
			break;
		}
		code[i] = (unsigned char)what;
		found.starts |= (uint64_t)(what >= FAST_LETTERS) << i;
		found.inside |= (n == 2 ? 2ULL : 6ULL) << i;
		other &= ~((n == 2 ? 3ULL : 7ULL) << i);
	}
	return found;
}

/* Reads p[at..n) as codes, about `few`.  Behind p[seen] a word ends. */
POTOK_TARGET_AVX2 static enum ending
read_codes(const struct table_fast *f, const unsigned char *p, size_t at, size_t n, size_t seen,
    size_t few, struct codes *c)
{
	const unsigned char *max = c->code + few;
	const unsigned char *from = p + at;
	unsigned char *to = c->code, end[BLOCK + 1];
	struct block *block = c->block;
	uint64_t letters = 0;
	size_t i = at;
	unsigned use = BLOCK;

	for (; i < n && to < max && use > 0; block++) {
		struct half a, b;
		from = p + i;
		/* Behind the end spaces are read. */
		if (seen - i < sizeof end) {
			memset(end, ' ', sizeof end);
			from = memcpy(end, from, seen - i);
		}
		read_half(from, &a);
		read_half(from + HALF, &b);
		uint64_t lead = both(a.lead, b.lead), starts = ~(lead << 1);
		uint64_t other = both(a.other, b.other) & ~lead & starts;
		use = BLOCK + (unsigned)(lead >> (BLOCK - 1));
		if (other != 0) {
			unsigned char code[BLOCK];
			_mm256_storeu_si256((__m256i *)code, a.code);
			_mm256_storeu_si256((__m256i *)(code + HALF), b.code);
			struct others found = take_others(f, from, code, other);
			a.code = load32(code);
			b.code = load32(code + HALF);
			lead |= found.starts;
			starts &= ~found.inside;
			use = found.use < BLOCK ? found.use : use;
		}
		if (use > n - i) {
			use = (unsigned)(n - i);
			use -= (unsigned)(lead >> (use - 1)) & 1;
		}
		starts = _bzhi_u64(starts, use);
		letters += (uint64_t)__builtin_popcountll(lead & starts);
		*block = (struct block){starts, i, (size_t)(to - c->code)};
		to = store_some(f, to, _mm256_castsi256_si128(a.code), starts);
		to = store_some(f, to, _mm256_extracti128_si256(a.code, 1), starts >> 16);
		to = store_some(f, to, _mm256_castsi256_si128(b.code), starts >> 32);
		to = store_some(f, to, _mm256_extracti128_si256(b.code, 1), starts >> 48);
		i += use;
	}
	c->n = (size_t)(to - c->code);
	c->letters = letters;
	c->nblocks = (size_t)(block - c->block);
	c->end = i;
	if (use == 0)
		return table_mark_begins(from) ? ENDING_MARK : ENDING_OTHER;
	if (i < n)
		return ENDING_FULL;
	return n == seen ? ENDING_LAST : table_mark_begins(p + n) ? ENDING_MARK : ENDING_OTHER;
}

/* The place of the character of code i, i < c->n. */
POTOK_TARGET_AVX2 static size_t
place_of(const struct codes *c, size_t i)
{
	size_t k = c->nblocks - 1;

	while (c->block[k].n > i)
		k--;
	uint64_t start = _pdep_u64(1ULL << (i - c->block[k].n), c->block[k].starts);
	return c->block[k].at + (size_t)_tzcnt_u64(start);
}

/* Keeps the compiler from making a constant anew each time. */
POTOK_TARGET_AVX2 static inline __m256i
constant(__m256i x)
{
	__asm__("" : "+x"(x));
	return x;
}

/* The first four bits of codes. */
POTOK_TARGET_AVX2 static inline __m256i
first_bits(__m256i x)
{
	return _mm256_and_si256(_mm256_srli_epi16(x, 4), constant(_mm256_set1_epi8(0x0F)));
}

/* A table of 16 for both halves of a vector. */
#define BOTH(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* The bit of a code in its rows. */
POTOK_TARGET_AVX2 static inline __m256i
row_bit(__m256i first)
{
	const __m256i bits = BOTH(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);

	return _mm256_shuffle_epi8(bits, first);
}

/* FF where the codes of x are in the set. */
POTOK_TARGET_AVX2 static inline __m256i
members(__m256i x, __m256i bit, const uint8_t rows[2][FAST_ROWS])
{
	/* Of a byte from 80 on a shuffle makes 0, and its other first bits do not count. */
	__m256i low = _mm256_shuffle_epi8(load16(rows[0]), x);
	__m256i high =
	    _mm256_shuffle_epi8(load16(rows[1]), _mm256_xor_si256(x, _mm256_set1_epi8((char)0x80)));

	return _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_or_si256(low, high), bit), bit);
}

/* Of 32 codes on the way. */
struct special {
	uint32_t titles, pairs; /* bits of capitals, and of FAST_PAIRs before others */
	unsigned n;             /* how many can be written */
	bool behind_capital;
};

/* Makes of FAST_PAIR i, and of what follows, what table_fast.before says.  Answers false when the
 * rules must be looked at. */
static bool
join_codes(const struct table_fast *f, struct codes *c, unsigned char *code,
    struct special *special, unsigned i)
{
	unsigned what = BEFORE_RULES;

	if (f->kind[code[1]] != 0)
		what = f->before[code[0] % FAST_LETTERS][code[1] % FAST_LETTERS];
	if (what == BEFORE_ANY)
		return true;
	if (what == BEFORE_RULES)
		return false;
	const struct fast_join *join = &f->joins[what];
	if (join->second == 0) {
		code[0] = join->code;
	} else {
		if (i + 1 >= special->n || f->kind[code[2]] == 0)
			return false;
		if (join->right != 0 && !(f->code_right[code[2]] & join->right))
			return true;
		code[0] = join->code;
		code[1] = join->second;
		special->titles &= ~(2U << i);
		special->pairs &= ~(2U << i);
		c->letters--;
	}
	special->titles &= ~(1U << i);
	return true;
}

/* Makes other codes of letters that the ones behind them change.  Answers the place of the first
 * for which the rules must be looked at, special->n when there is none. */
static __attribute__((noinline)) unsigned
take_special(
    const struct table_fast *f, struct codes *c, unsigned char *code, struct special *special)
{
	uint32_t bits = special->titles | special->pairs;

	while (bits != 0) {
		unsigned i = (unsigned)__builtin_ctz(bits);
		if (i >= special->n)
			break;
		if ((special->pairs >> i & 1) && !join_codes(f, c, code + i, special, i))
			return i;
		if (special->titles >> i & 1) {
			unsigned next = f->kind[code[i + 1]];
			bool behind = i > 0 ? f->capital[code[i - 1]] : special->behind_capital;
			if ((next & FAST_CAPITAL) || ((next & FAST_NONE) && behind))
				code[i] = f->caps[code[i]];
			else if (next == 0)
				return i;
		}
		bits = (special->titles | special->pairs) & ~1U << i;
	}
	return special->n;
}

/* Codes of letters as places in the tables of set_rows and left_rows; 80 and above: not there. */
struct places {
	__m256i at[FAST_TABLES];
};

#define ASCII -128, -128, -128, -128, -128, -128, -128, -128

POTOK_TARGET_AVX2 static inline struct places
find_places(__m256i x, __m256i first, int ntables)
{
	/* By the first four bits, for the rows of each table; others get or keep the first bit. */
	const __m256i tables[FAST_TABLES] = {
	    BOTH(ASCII, 0, 0, -128, 0, -128, 0, 0, 0),
	    BOTH(ASCII, 0, -128, 0, -128, 0, 0, 0, 0),
	    BOTH(ASCII, -128, 0, 0, 0, 0, -128, 0, 0),
	    BOTH(ASCII, 0, 0, 0, 0, 0, 0, -128, 0),
	    BOTH(ASCII, 0, 0, 0, 0, 0, 0, 0, -128),
	};
	struct places p;

	for (int k = 0; k < ntables; k++)
		p.at[k] = _mm256_xor_si256(x, _mm256_shuffle_epi8(tables[k], first));
	return p;
}

POTOK_TARGET_AVX2 static inline __m256i
look_up(const uint8_t table[FAST_TABLES][FAST_ROWS], const struct places *p, int ntables)
{
	__m256i x = _mm256_shuffle_epi8(load16(table[0]), p->at[0]);

	for (int k = 1; k < ntables; k++)
		x = _mm256_or_si256(x, _mm256_shuffle_epi8(load16(table[k]), p->at[k]));
	return x;
}

/* 0 at the codes x that do not stand behind a letter of `left`.  sets: those of what is before the
 * first one, in the last byte; becomes those of all.  ntables: how many tables have letters. */
POTOK_TARGET_AVX2 static inline __m256i
find_behind(const struct table_fast *f, __m256i x, __m256i first, __m256i *sets, int ntables)
{
	struct places p = find_places(x, first, ntables);
	__m256i in = _mm256_or_si256(
	    look_up(f->set_rows, &p, ntables), _mm256_shuffle_epi8(load16(f->other_sets), first));
	__m256i of_before = _mm256_alignr_epi8(in, _mm256_permute2x128_si256(*sets, in, 0x21), 15);

	*sets = in;
	return _mm256_and_si256(of_before, look_up(f->left_rows, &p, ntables));
}

/* Stores the places in table_fast.pair of 32 codes. */
POTOK_TARGET_AVX2 static inline void
store_pairs(uint32_t *pair, __m256i x, __m256i behind)
{
	__m256i spread = _mm256_and_si256(
	    _mm256_srli_epi16(x, PAIR_SHIFT), constant(_mm256_set1_epi16(PAIR_SPREAD)));
	__m256i high = _mm256_andnot_si256(
	    _mm256_cmpeq_epi8(behind, _mm256_setzero_si256()), _mm256_set1_epi16(1));

	x = _mm256_xor_si256(x, spread);
	__m256i a = _mm256_unpacklo_epi16(x, high), b = _mm256_unpackhi_epi16(x, high);
	_mm256_storeu_si256((__m256i *)pair, _mm256_permute2x128_si256(a, b, 0x20));
	_mm256_storeu_si256((__m256i *)(pair + 8), _mm256_permute2x128_si256(a, b, 0x31));
}

/* Finds what to look up for n codes at most; code[n] is what follows.  Answers how many can be
 * written. */
POTOK_TARGET_AVX2 static size_t
judge_codes(
    const struct table_fast *f, struct codes *c, size_t n, const struct plain_before *before)
{
	const __m256i first_small = constant(_mm256_set1_epi8((char)0xAF)),
		      behind_small = constant(_mm256_set1_epi8((char)0xE0));
	__m256i sets = _mm256_set1_epi8((char)before->sets), behind = _mm256_setzero_si256();
	uint32_t behind_letter = before->cyrillic, behind_any = before->cyrillic | before->latin;
	unsigned char *code = c->code;

	for (size_t i = 0; i < n; i += HALF) {
		__m256i x = load32(code + i), next = load32(code + i + 1);
		__m256i first = first_bits(x), bit = row_bit(first);
		/* Of Cyrillic letters, and of Latin ones, too. */
		uint32_t letter = mask_of(x), look = mask_of(members(x, bit, f->look_rows));
		uint32_t any = look | letter;
		uint32_t small = mask_of(_mm256_and_si256(
		    _mm256_cmpgt_epi8(next, first_small), _mm256_cmpgt_epi8(behind_small, next)));
		struct special special = {.titles = look & letter & ~small};
		uint32_t stop =
		    (letter ^ (letter << 1 | behind_letter)) & any & (any << 1 | behind_any);
		stop |= mask_of(members(x, bit, f->odd_rows));
		if (f->pairs)
			special.pairs = mask_of(_mm256_and_si256(members(x, bit, f->pair_rows),
			    members(next, row_bit(first_bits(next)), f->second_rows)));
		if (f->any_left)
			behind = f->far_rows ? find_behind(f, x, first, &sets, FAST_TABLES)
					     : find_behind(f, x, first, &sets, NEAR_TABLES);
		size_t use = HALF;
		if ((stop | special.titles | special.pairs) != 0) {
			use = stop != 0 ? (unsigned)__builtin_ctz(stop) : HALF;
			special.n = (unsigned)(use < n - i ? use : n - i);
			special.behind_capital = i > 0 ? f->capital[code[i - 1]] : before->capital;
			use = take_special(f, c, code + i, &special);
			x = load32(code + i);
		}
		store_pairs(c->pair + i / 2, x, behind);
		if (use < HALF)
			return i + use;
		behind_letter = letter >> (HALF - 1);
		behind_any = any >> (HALF - 1);
	}
	return n;
}

/* How many of n codes are of Cyrillic letters. */
static uint64_t
count_letters(const unsigned char *code, size_t n)
{
	uint64_t letters = 0;

	for (size_t i = 0; i < n; i++)
		letters += code[i] >> 7;
	return letters;
}

/* Writes the codes [at..n).  Answers the end. */
static unsigned char *
write_few(
    const struct table_fast *f, const struct codes *c, size_t at, size_t n, unsigned char *out)
{
	const unsigned char *code = c->code;

	for (; at < n; at++) {
		bool behind = at % 2 == 0 ? c->pair[at / 2] >> 16
					  : f->code_sets[code[at - 1]] & f->code_left[code[at]];
		out = table_write(f->written[behind][code[at]], out);
	}
	return out;
}

/* Writes n codes.  Answers the end. */
static unsigned char *
write_codes(const struct table_fast *f, const struct codes *c, size_t n, unsigned char *out)
{
	enum { GROUP = 16 };
	const uint32_t *pair = c->pair;
	size_t i = 0;

	for (; i + GROUP <= n; i += GROUP) {
		unsigned char *start = out;
		uint64_t any = 0;
		for (int k = 0; k < GROUP / 2; k++) {
			uint64_t text = f->pair[*pair++];
			out = table_write(text, out);
			any |= text;
		}
		if (any >> PAIR_LONG != 0)
			out = write_few(f, c, i, i + GROUP, start);
	}
	return write_few(f, c, i, n, out);
}

/* What two codes write. */
static uint64_t
pair_text(uint64_t first, uint64_t second)
{
	const uint64_t text = ~(uint64_t)0 >> 8;
	unsigned n = (unsigned)(first >> 56);

	return ((first | (second & text) << 8 * n) & text) | (n + (second >> 56)) << 56;
}

POTOK_TARGET_AVX2 void
convert_pair_avx2(struct table_fast *f)
{
	uint8_t some[FAST_CODES];
	size_t n = 0;

	f->paired = true;
	for (unsigned i = 0; i < FAST_CODES; i++) {
		some[n] = (uint8_t)i;
		n += f->live[i];
	}
	for (size_t i = 0; i < n; i++) {
		unsigned second = some[i], spread = second << 8 >> PAIR_SHIFT & PAIR_SPREAD;
		uint64_t *row = f->pair + second * FAST_CODES;
		for (size_t k = 0; k < n; k++) {
			unsigned first = some[k];
			uint64_t *to = row + (first ^ spread);
			bool behind = f->code_sets[first] & f->code_left[second];
			uint64_t text = f->written[behind][second];
			*to = pair_text(f->written[0][first], text);
			if (f->code_left[first] != 0)
				to[FAST_CODES * FAST_CODES] = pair_text(f->written[1][first], text);
		}
	}
	memset(f->pack[0], 0x80, sizeof f->pack[0]);
	for (unsigned bit = 0; bit < 16; bit++) {
		for (unsigned i = 0; i < 1U << bit; i++) {
			uint8_t *with = f->pack[1U << bit | i];
			memcpy(with, f->pack[i], sizeof f->pack[i]);
			with[__builtin_popcount(i)] = (uint8_t)bit;
		}
	}
}

POTOK_TARGET_AVX2 size_t
convert_plain_avx2(const struct table_fast *f, const unsigned char *p, size_t n, size_t seen,
    struct plain_state *state)
{
	enum ending ending = ENDING_FULL;
	struct codes c;
	bool more = true;
	size_t i = 0;

	for (size_t few = FEW; more && i < n; few = CODES) {
		ending = read_codes(f, p, i, n, seen, few, &c);
		/* What follows the last one is not known, or a mark makes another one of it. */
		size_t count = c.n, used;
		if (count > 0 && (ending == ENDING_FULL || ending == ENDING_MARK))
			c.letters -= c.code[--count] >> 7;
		if (ending != ENDING_FULL)
			c.code[count] = ending == ENDING_LAST ? ' ' : 0;
		used = judge_codes(f, &c, count, &state->before);
		state->out = write_codes(f, &c, used, state->out);
		if (used == 0)
			break;
		state->letters += c.letters - count_letters(c.code + used, count - used);
		more = used == count && ending == ENDING_FULL;
		i = used < c.n ? place_of(&c, used) : c.end;
		state->before = plain_before(f, p + i);
	}
	return i;
}
#endif
