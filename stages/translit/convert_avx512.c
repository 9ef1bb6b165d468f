/* Writes plain Cyrillic letters and ASCII with AVX-512, up to 62 bytes at a time. */
#include "convert_simd.h"

#if POTOK_SIMD_X86
/* A table of 128 bytes. */
struct wide {
	__m512i low, high;
};

POTOK_TARGET_AVX512 static inline struct wide
load(const uint8_t *table)
{
	return (struct wide){_mm512_loadu_si512(table), _mm512_loadu_si512(table + 64)};
}

POTOK_TARGET_AVX512 static inline __m512i
look_up(struct wide table, __m512i index)
{
	return _mm512_permutex2var_epi8(table.low, index, table.high);
}

/* Stores the bytes of x that are not 0.  Answers how many. */
POTOK_TARGET_AVX512 static inline size_t
store(unsigned char *out, __m512i x)
{
	__mmask64 some = _mm512_test_epi8_mask(x, x);

	_mm512_storeu_si512(out, _mm512_maskz_compress_epi8(some, x));
	return (size_t)__builtin_popcountll(some);
}

/* The numbers 0 to 63. */
POTOK_TARGET_AVX512 static inline __m512i
count_up(void)
{
	static const uint8_t numbers[64] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37,
	    38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59,
	    60, 61, 62, 63};

	return _mm512_loadu_si512(numbers);
}

/* For each of four vectors of 16 bytes from each plane: where in two planes its bytes are. */
struct weave {
	__m512i low, high; /* bytes of two planes, in turn */
	__m512i low16, high16;
};

POTOK_TARGET_AVX512 static inline struct weave
make_weave(void)
{
	const __m512i bytes = count_up();
	const __m512i words = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(bytes));
	struct weave w;

	/* i/2 of one plane, then of the other. */
	w.low = _mm512_and_si512(_mm512_srli_epi16(bytes, 1), _mm512_set1_epi8(0x1F));
	w.low = _mm512_mask_add_epi8(w.low, 0xAAAAAAAAAAAAAAAA, w.low, _mm512_set1_epi8(64));
	w.high = _mm512_add_epi8(w.low, _mm512_set1_epi8(32));
	w.low16 = _mm512_srli_epi16(words, 1);
	w.low16 = _mm512_mask_add_epi16(w.low16, 0xAAAAAAAA, w.low16, _mm512_set1_epi16(32));
	w.high16 = _mm512_add_epi16(w.low16, _mm512_set1_epi16(16));
	return w;
}

/* Stores the bytes of the four planes in turn, without zeros. */
POTOK_TARGET_AVX512 static inline size_t
store_planes(unsigned char *out, const struct weave *w, const __m512i b[FAST_TEXT])
{
	__m512i low01 = _mm512_permutex2var_epi8(b[0], w->low, b[1]);
	__m512i high01 = _mm512_permutex2var_epi8(b[0], w->high, b[1]);
	__m512i more = _mm512_or_si512(b[2], b[3]);
	size_t n;

	if (_mm512_test_epi8_mask(more, more) == 0) {
		n = store(out, low01);
		return n + store(out + n, high01);
	}
	__m512i low23 = _mm512_permutex2var_epi8(b[2], w->low, b[3]);
	__m512i high23 = _mm512_permutex2var_epi8(b[2], w->high, b[3]);
	n = store(out, _mm512_permutex2var_epi16(low01, w->low16, low23));
	n += store(out + n, _mm512_permutex2var_epi16(low01, w->high16, low23));
	n += store(out + n, _mm512_permutex2var_epi16(high01, w->low16, high23));
	return n + store(out + n, _mm512_permutex2var_epi16(high01, w->high16, high23));
}

/* Puts other texts where mask has a bit. */
POTOK_TARGET_AVX512 static inline void
other_text(
    const uint8_t text[FAST_TEXT][FAST_ALL], __mmask64 mask, __m512i index, __m512i b[FAST_TEXT])
{
	for (int i = 0; i < FAST_TEXT; i++)
		b[i] = _mm512_mask_mov_epi8(b[i], mask, look_up(load(text[i]), index));
}

/* The bytes of the punctuation in x that passes; index: their last six bits. */
POTOK_TARGET_AVX512 static inline __mmask64
punctuation(__m512i table, __m512i x, __m512i index)
{
	__m512i what = _mm512_permutexvar_epi8(index, table);
	__mmask64 tail = _mm512_cmplt_epi8_mask(x, _mm512_set1_epi8((char)0xC0));
	__mmask64 c2 = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)0xC2));
	__mmask64 e2 = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)0xE2));
	__mmask64 second = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)0x80)) & e2 << 1;
	__mmask64 of2 = tail & c2 << 1 & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_C2));
	__mmask64 of3 =
	    tail & second << 1 & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_E2_80));

	return of2 | of2 >> 1 | of3 | of3 >> 1 | of3 >> 2;
}

POTOK_TARGET_AVX512 size_t
convert_plain_avx512(const struct table_fast *f, const unsigned char *p, size_t n, size_t seen,
    struct plain_state *state)
{
	const struct wide flags = load(f->flags), left = load(f->left), sets = load(f->sets),
			  ascii_stops = load(f->ascii);
	const struct wide text[4] = {
	    load(f->text[0][0]), load(f->text[0][1]), load(f->text[0][2]), load(f->text[0][3])};
	const struct weave weave = make_weave();
	const __m512i punct = _mm512_loadu_si512(f->punctuation),
		      space = _mm512_set1_epi8((char)f->space);
	const __m512i back2 = _mm512_sub_epi8(count_up(), _mm512_set1_epi8(2));
	struct plain_before before = state->before;
	unsigned char *out = state->out;
	size_t i = 0;

	while (i < n) {
		/* Behind the end spaces are read: a word ends there, too. */
		__m512i x = seen - i >= 64 ? _mm512_loadu_si512(p + i)
					   : _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '),
						 _bzhi_u64(~0ULL, (unsigned)(seen - i)), p + i);
		struct plain_block block = {.high = _mm512_movepi8_mask(x)};
		__mmask64 d0 = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)0xD0));
		__mmask64 d1 = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)0xD1));
		__mmask64 lead = d0 | d1, last = lead << 1;
		block.last = last;
		block.tail = _mm512_cmplt_epi8_mask(x, _mm512_set1_epi8((char)0xC0));
		block.other = block.high & ~(lead | last);
		__m512i index = _mm512_and_si512(x, _mm512_set1_epi8(0x3F));
		if (block.other != 0) {
			block.pass = punctuation(punct, x, index);
			block.mark = _mm512_cmpeq_epi8_mask(
			    _mm512_and_si512(x, _mm512_set1_epi8((char)0xFE)),
			    _mm512_set1_epi8((char)0xCC));
			block.other &= ~block.pass;
		}
		index = _mm512_mask_add_epi8(index, d1 << 1, index, _mm512_set1_epi8(0x40));

		__m512i what = look_up(flags, index);
		__mmask64 good = last & block.tail;
		block.usable = _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_USABLE));
		block.title = last & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_TITLE));
		block.small = good & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_SMALL));
		block.capital = good & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_CAPITAL));
		block.pair = last & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_PAIR));
		block.second = last & _mm512_test_epi8_mask(what, _mm512_set1_epi8(FAST_SECOND));
		__m512i folded = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
		block.letter = _mm512_cmplt_epu8_mask(
		    _mm512_sub_epi8(folded, _mm512_set1_epi8('a')), _mm512_set1_epi8(26));
		block.ascii_small = block.letter & _mm512_test_epi8_mask(x, _mm512_set1_epi8(0x20));
		__m512i odd = look_up(ascii_stops, x);
		block.ascii_stop = _mm512_test_epi8_mask(odd, odd) & ~block.high;

		uint64_t caps;
		unsigned use = plain_usable(&block, &before, n - i, &caps);
		if (use == 0)
			break;
		__mmask64 keep = _bzhi_u64(~lead, use), letters = keep & last;

		/* The sets of the letter before each. */
		__m512i member = _mm512_mask_blend_epi8(last, space, look_up(sets, index));
		__m512i of_before = _mm512_permutexvar_epi8(back2, member);
		of_before = _mm512_mask_set1_epi8(of_before, 2, (char)before.sets);
		__mmask64 second = letters & _mm512_test_epi8_mask(of_before, look_up(left, index));

		__m512i b[FAST_TEXT];
		b[0] = _mm512_maskz_mov_epi8(
		    keep, _mm512_mask_blend_epi8(last, x, look_up(text[0], index)));
		b[1] = _mm512_maskz_mov_epi8(letters, look_up(text[1], index));
		b[2] = _mm512_maskz_mov_epi8(letters, look_up(text[2], index));
		b[3] = _mm512_maskz_mov_epi8(letters, look_up(text[3], index));
		if (second != 0)
			other_text(f->text[1], second, index, b);
		if ((caps & letters) != 0) {
			other_text(f->text[2], caps & letters & ~second, index, b);
			other_text(f->text[3], caps & letters & second, index, b);
		}
		out += store_planes(out, &weave, b);

		state->letters += (uint64_t)__builtin_popcountll(letters);
		i += use;
		before = plain_before(f, p + i);
	}
	state->out = out;
	return i;
}
#endif
