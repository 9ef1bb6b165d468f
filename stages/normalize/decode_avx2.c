/* Single bytes and UTF-16 to UTF-8 with AVX2. */
#include "decode_simd.h"

#include <stdint.h>
#include <string.h>

#include <potok/utf8.h>

#include "mojibake_suspect.h"
#include "plain.h"

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
	return o + 8 + (unsigned)_mm_popcnt_u32(two);
}

/* Writes 32 of them. */
POTOK_TARGET_AVX2 static inline unsigned char *
put_32(
    const struct decode_packs *packs, __m256i first, __m256i second, uint32_t two, unsigned char *o)
{
	__m256i low = _mm256_unpacklo_epi8(first, second);
	__m256i high = _mm256_unpackhi_epi8(first, second);

	o = put_two(packs, _mm256_castsi256_si128(low), two & 0xFF, o);
	o = put_two(packs, _mm256_castsi256_si128(high), two >> 8 & 0xFF, o);
	o = put_two(packs, _mm256_extracti128_si256(low, 1), two >> 16 & 0xFF, o);
	return put_two(packs, _mm256_extracti128_si256(high, 1), two >> 24, o);
}

POTOK_TARGET_AVX2 static inline __m256i
load_32(const void *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

POTOK_TARGET_AVX2 static inline __m256i
table_of(const unsigned char row[16])
{
	return _mm256_broadcastsi128_si256(load(row));
}

/* The entries of both tables for 16 bytes, 0 for ASCII. */
POTOK_TARGET_AVX2 static inline __m256i
look_up(const unsigned char half[8][2][16], __m128i bytes)
{
	__m256i x = _mm256_broadcastsi128_si256(bytes), t[8];
	__m256i index = _mm256_xor_si256(x, _mm256_set1_epi8((char)0x80));
	__m256i bit4 = _mm256_slli_epi16(x, 3), bit5 = _mm256_slli_epi16(x, 2),
		bit6 = _mm256_slli_epi16(x, 1);

	for (int k = 0; k < 8; k++)
		t[k] = _mm256_shuffle_epi8(load_32(half[k]), index);
	for (int k = 0; k < 4; k++)
		t[k] = _mm256_blendv_epi8(t[2 * k], t[2 * k + 1], bit4);
	return _mm256_blendv_epi8(
	    _mm256_blendv_epi8(t[0], t[1], bit5), _mm256_blendv_epi8(t[2], t[3], bit5), bit6);
}

/* The rows that bytes stand in, 0 to 15. */
POTOK_TARGET_AVX2 static inline __m256i
rows(__m256i x)
{
	return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0F));
}

/* Which bytes below 10 are controls but TAB and LF, and which are 7F: the high bit. */
POTOK_TARGET_AVX2 static inline __m256i
low_controls(__m256i x)
{
	const __m256i low = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1, -1, -1, -1));

	/* Those from 10 on are no index any more. */
	return _mm256_or_si256(
	    _mm256_shuffle_epi8(low, _mm256_adds_epu8(x, _mm256_set1_epi8(0x70))),
	    _mm256_cmpeq_epi8(x, _mm256_set1_epi8(0x7F)));
}

static inline uint32_t
low_bits(size_t n)
{
	return n < 32 ? (1u << n) - 1 : UINT32_MAX;
}

/* Looks at the characters of in[i + k], for bits k of `places`, which have been made from `at` on.
 * `two`: which have two bytes.  single NULL: they are units of UTF-16. */
POTOK_TARGET_AVX2 static void
look_at_places(const struct decode_single *single, const unsigned char *in, size_t i,
    uint32_t places, uint32_t two, size_t at, size_t n, struct decode_search *search)
{
	while (places != 0 && !search->ended) {
		unsigned k = (unsigned)__builtin_ctz(places);
		size_t place = at + k + (unsigned)_mm_popcnt_u32(two & low_bits(k));
		places &= places - 1;
		if (place < search->known || i + k == 0)
			continue;
		unsigned found = DECODE_CAPITAL;
		if (single != NULL)
			found = single->to[in[i + k]] & single->from[in[i + k - 1]];
		if (found == 0 || (found == DECODE_MARKED && (i + k == 1 || in[i + k - 2] < 0x80)))
			continue;
		search->known = place;
		search->ended = mojibake_fires_from(search->base, &search->known, n);
		search->clear = search->known;
		/* Those of a row of capitals, of two bytes each, have been looked at. */
		places &= ~low_bits(k + (search->known - place) / 2);
	}
}

/* One step of at most 32 bytes, up to one that is no plain character of one or two bytes, which is
 * written as well; *stop: it is none, and is left. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
careful_bytes(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t i, size_t n, struct decode_search *search, unsigned char **out,
    bool *stop)
{
	unsigned char padded[33], *o = *out;
	const unsigned char *p = in + i;
	size_t good = n - i < 32 ? n - i : 32;

	if (i == 0 || good < 32) {
		memset(padded, '\n', sizeof padded);
		memcpy(padded + 1, p, good);
		padded[0] = i > 0 ? p[-1] : '\n';
		p = padded + 1;
	}
	__m256i x = load_32(p), row = rows(x);
	const unsigned char(*half)[2][16] = search->changes ? single->whole : single->half;
	__m256i low = look_up(half, load(p)), high = look_up(half, load(p + 16));
	__m256i first = _mm256_permute2x128_si256(low, high, 0x20);
	__m256i second = _mm256_permute2x128_si256(low, high, 0x31);
	uint32_t two = (uint32_t)_mm256_movemask_epi8(x);
	__m256i control =
	    _mm256_or_si256(low_controls(x), _mm256_cmpeq_epi8(row, _mm256_set1_epi8(1)));
	if (search->changes)
		control = _mm256_setzero_si256();
	__m256i other =
	    _mm256_blendv_epi8(control, _mm256_cmpeq_epi8(first, _mm256_setzero_si256()), x);
	uint32_t others = (uint32_t)_mm256_movemask_epi8(other) & low_bits(good);

	put_32(packs, first, _mm256_blendv_epi8(x, second, x), two, o);
	if (others != 0)
		good = (size_t)__builtin_ctz(others);
	o += good + (size_t)_mm_popcnt_u32(two & low_bits(good));
	__m256i before = _mm256_shuffle_epi8(table_of(single->from_row), rows(load_32(p - 1)));
	__m256i places = _mm256_and_si256(
	    _mm256_and_si256(_mm256_shuffle_epi8(table_of(single->to_row), row), before),
	    _mm256_set1_epi8(0x7F));
	uint32_t none =
	    (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(places, _mm256_setzero_si256()));
	look_at_places(single, in, i, ~none & low_bits(good), two, (size_t)(*out - search->base),
	    (size_t)(o - search->base), search);
	if (others != 0) {
		const struct decode_entry *e = &single->entry[in[i + good]];
		size_t at = (size_t)(o - search->base);
		*stop = e->len == 0;
		if (!e->plain)
			decode_changes_at(search, at);
		/* Four bytes are written, what is too much is written over. */
		memcpy(o, e, sizeof *e);
		o += e->len;
		if (!*stop && (single->to[in[i + good]] & DECODE_SIGN))
			decode_look_at(search, at, (size_t)(o - search->base));
		good += !*stop;
	}
	*out = o;
	return good;
}

/* The bytes of x moved up by one place, filled from the end of the vector before it. */
POTOK_TARGET_AVX2 static inline __m256i
moved(__m256i x, __m256i before)
{
	return _mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 15);
}

/* What 32 characters are read from. */
enum source { BYTES, UNITS_LE, UNITS_BE };

/* The characters from in[i] on as bytes: those of UTF-16 as single bytes of which 80 to DF stand
 * for U+0400 to U+045F, and 0, 7F or E0 to FF for those that are none of them nor ASCII. */
POTOK_TARGET_AVX2 static inline __m256i
load_step(enum source source, const unsigned char *in, size_t i)
{
	const __m256i swap = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
	__m256i half[2];

	if (source == BYTES)
		return load_32(in + i);
	for (size_t k = 0; k < 2; k++) {
		__m256i x = load_32(in + 2 * i + 32 * k);
		if (source == UNITS_BE)
			x = _mm256_shuffle_epi8(x, swap);
		half[k] = _mm256_add_epi16(_mm256_min_epu16(x, _mm256_set1_epi16(0x7F)),
		    _mm256_subs_epu16(x, _mm256_set1_epi16(0x3FF)));
	}
	return _mm256_permute4x64_epi64(_mm256_packus_epi16(half[0], half[1]), 0xD8);
}

static inline unsigned
unit_at(enum source source, const unsigned char *in, size_t i)
{
	const unsigned char *p = in + 2 * i;

	return source == UNITS_BE ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0];
}

/* The row of the character at in[i]. */
static inline unsigned
row_at(enum source source, const unsigned char *in, size_t i)
{
	if (source == BYTES)
		return in[i] >> 4;
	unsigned c = unit_at(source, in, i);
	return c < 0x80 ? c >> 4 : c >= 0x400 && c < 0x460 ? 8 + ((c - 0x400) >> 4) : 7;
}

/* Where easy_steps() stands. */
struct easy {
	size_t i;
	unsigned char *o;
	uint32_t places, two; /* of the last 32 characters: where to look, which have two bytes */
};

/* The bits that matter: all, or DECODE_OTHER when nothing is searched for any more. */
POTOK_TARGET_AVX2 static inline __m256i
wanted_bits(const struct decode_search *search)
{
	return _mm256_set1_epi8((char)(search->ended ? DECODE_OTHER : 0xFF));
}

/* Goes on by steps of 32 characters that are only ASCII and of rows of letters, to one that has
 * something else, or behind one that has places. */
POTOK_TARGET_AVX2 static inline void
easy_steps(enum source source, const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t n, const struct decode_search *search, struct easy *e)
{
	/* Controls are characters as others are where nothing need be plain any more. */
	const bool changes = source == BYTES && search->changes;
	const __m256i plain = _mm256_set1_epi8(changes ? 0 : -1);
	const __m256i upper = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1));
	const __m256i wanted =
	    _mm256_and_si256(wanted_bits(search), changes ? upper : _mm256_set1_epi8(-1));
	const __m256i to_row = _mm256_and_si256(table_of(single->to_row), wanted),
		      from_row = table_of(single->from_row);
	const __m256i letters[4] = {table_of(single->letters[0]), table_of(single->letters[1]),
	    table_of(single->letters[2]), table_of(single->letters[3])};
	const __m256i lead0 = _mm256_set1_epi8((char)single->lead[0]),
		      lead1 = _mm256_set1_epi8((char)single->lead[1]);
	size_t i = e->i;
	unsigned char *o = e->o;
	/* Nothing stands before the first one. */
	__m256i before = _mm256_set1_epi8(
	    (char)(i > 0 ? single->from_row[row_at(source, in, i - 1)] : DECODE_OTHER));
	uint32_t places = 0, two = 0;
	size_t end = n;

	while (end - i >= 32) {
		__m256i x = load_step(source, in, i), row = rows(x);
		__m256i from = _mm256_shuffle_epi8(from_row, row);
		__m256i found =
		    _mm256_and_si256(_mm256_shuffle_epi8(to_row, row), moved(from, before));
		found = _mm256_or_si256(found, _mm256_and_si256(plain, low_controls(x)));
		if (!_mm256_testz_si256(found, found)) {
			if (_mm256_movemask_epi8(found) != 0)
				break;
			places = ~(uint32_t)_mm256_movemask_epi8(
			    _mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
			end = i + 32;
		}
		before = from;
		i += 32;
		two = (uint32_t)_mm256_movemask_epi8(x);
		if (two == 0) {
			_mm256_storeu_si256((__m256i *)(void *)o, x);
			o += 32;
			continue;
		}
		__m256i made = x;
		if (source == BYTES) {
			__m256i index = _mm256_xor_si256(x, _mm256_set1_epi8((char)0x80));
			__m256i bit4 = _mm256_slli_epi16(x, 3), bit5 = _mm256_slli_epi16(x, 2);
			made = _mm256_blendv_epi8(
			    _mm256_blendv_epi8(_mm256_shuffle_epi8(letters[0], index),
				_mm256_shuffle_epi8(letters[1], index), bit4),
			    _mm256_blendv_epi8(_mm256_shuffle_epi8(letters[2], index),
				_mm256_shuffle_epi8(letters[3], index), bit4),
			    bit5);
		}
		__m256i first = _mm256_blendv_epi8(lead0, lead1, _mm256_slli_epi16(made, 1));
		__m256i second =
		    _mm256_blendv_epi8(x, _mm256_and_si256(made, _mm256_set1_epi8((char)0xBF)), x);
		o = put_32(packs, first, second, two, o);
	}
	*e = (struct easy){i, o, places, two};
}

/* Each in a function of its own, which calls nothing: its tables stay in registers. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) void
easy_bytes(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t n, const struct decode_search *search, struct easy *e)
{
	easy_steps(BYTES, packs, single, in, n, search, e);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) void
easy_units_le(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t n, const struct decode_search *search, struct easy *e)
{
	easy_steps(UNITS_LE, packs, single, in, n, search, e);
}

POTOK_TARGET_AVX2 static __attribute__((noinline)) void
easy_units_be(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t n, const struct decode_search *search, struct easy *e)
{
	easy_steps(UNITS_BE, packs, single, in, n, search, e);
}

/* As easy_bytes(), where letters are in any rows, with other characters: what has two bytes is
 * easy. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) void
easy_halves(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t n, const struct decode_search *search, struct easy *e)
{
	const unsigned char(*half)[2][16] = search->changes ? single->whole : single->half;
	const __m256i zero = _mm256_setzero_si256(), wanted = wanted_bits(search),
		      high = _mm256_set1_epi8((char)DECODE_OTHER);
	/* Of ASCII, that of the others is in the halves. */
	const __m256i to_row = _mm256_and_si256(table_of(single->to_row),
	    _mm256_broadcastsi128_si256(
		_mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0)));
	size_t i = e->i, end = n;
	unsigned char *o = e->o;
	__m256i before =
	    _mm256_set1_epi8((char)(i > 0 ? single->from[in[i - 1]] | DECODE_OTHER : DECODE_OTHER));
	uint32_t places = 0, two = 0;

	while (end - i >= 32) {
		__m256i x = load_32(in + i), low = zero, up = zero, found = zero, from = zero;
		two = (uint32_t)_mm256_movemask_epi8(x);
		if (two != 0) {
			low = look_up(half, load(in + i));
			up = look_up(half, load(in + i + 16));
		}
		__m256i first = _mm256_permute2x128_si256(low, up, 0x20);
		__m256i second = _mm256_permute2x128_si256(low, up, 0x31);
		if (!search->changes) {
			__m256i to = _mm256_shuffle_epi8(to_row, rows(x));
			if (two != 0 && !search->ended) {
				low = look_up(single->marks, load(in + i));
				up = look_up(single->marks, load(in + i + 16));
				to = _mm256_or_si256(to, _mm256_permute2x128_si256(low, up, 0x20));
				from = _mm256_permute2x128_si256(low, up, 0x31);
			}
			from = _mm256_or_si256(from, high);
			found = _mm256_and_si256(_mm256_and_si256(to, wanted), moved(from, before));
			found = _mm256_or_si256(found, low_controls(x));
		}
		found = _mm256_or_si256(found,
		    _mm256_and_si256(_mm256_and_si256(x, high), _mm256_cmpeq_epi8(first, zero)));
		if (!_mm256_testz_si256(found, found)) {
			if (_mm256_movemask_epi8(found) != 0)
				break;
			places = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, zero));
			end = i + 32;
		}
		before = from;
		i += 32;
		if (two == 0) {
			_mm256_storeu_si256((__m256i *)(void *)o, x);
			o += 32;
			continue;
		}
		o = put_32(packs, first, _mm256_blendv_epi8(x, second, x), two, o);
	}
	*e = (struct easy){i, o, places, two};
}

POTOK_TARGET_AVX2 size_t
decode_single_avx2(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t n, struct decode_search *search, unsigned char **out)
{
	struct easy e = {0, *out, 0, 0};
	bool stop = false;

	while (e.i < n && !stop) {
		(single->by_rows ? easy_bytes : easy_halves)(packs, single, in, n, search, &e);
		size_t made = (size_t)(e.o - search->base);
		if (e.places != 0)
			look_at_places(single, in, e.i - 32, e.places, e.two,
			    made - 32 - (unsigned)_mm_popcnt_u32(e.two), made, search);
		else if (e.i < n)
			e.i += careful_bytes(packs, single, in, e.i, n, search, &e.o, &stop);
	}
	*out = e.o;
	return e.i;
}

/* As careful_bytes(), of units: what is neither ASCII nor Cyrillic is written one by one, with the
 * character behind it, and when there are many in a row, the text is dense with them.  *stop: a
 * surrogate is left. */
POTOK_TARGET_AVX2 static __attribute__((noinline)) size_t
careful_units(enum source source, const struct decode_packs *packs,
    const struct decode_single *single, const unsigned char *in, size_t i, size_t n,
    struct decode_search *search, unsigned char **out, bool *stop)
{
	enum { MANY = 8 };
	unsigned char padded[64] = {0}, *o = *out;
	size_t good = n - i < 32 ? n - i : 32;
	unsigned c;

	if (good < 32)
		memcpy(padded, in + 2 * i, 2 * good);
	__m256i x = good < 32 ? load_step(source, padded, 0) : load_step(source, in, i);
	__m256i row = rows(x), from = _mm256_shuffle_epi8(table_of(single->from_row), row);
	__m256i before = _mm256_set1_epi8(
	    (char)(i > 0 ? single->from_row[row_at(source, in, i - 1)] : DECODE_OTHER));
	__m256i found = _mm256_or_si256(
	    low_controls(x), _mm256_and_si256(_mm256_shuffle_epi8(table_of(single->to_row), row),
				 moved(from, before)));
	uint32_t others = (uint32_t)_mm256_movemask_epi8(found) & low_bits(good);
	uint32_t two = (uint32_t)_mm256_movemask_epi8(x);
	size_t at = (size_t)(o - search->base);

	put_32(packs,
	    _mm256_blendv_epi8(_mm256_set1_epi8((char)single->lead[0]),
		_mm256_set1_epi8((char)single->lead[1]), _mm256_slli_epi16(x, 1)),
	    _mm256_blendv_epi8(x, _mm256_and_si256(x, _mm256_set1_epi8((char)0xBF)), x), two, o);
	if (others != 0)
		good = (size_t)__builtin_ctz(others);
	o += good + (unsigned)_mm_popcnt_u32(two & low_bits(good));
	uint32_t places =
	    ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256())) &
	    low_bits(good);
	for (; places != 0; places &= places - 1) {
		size_t k = (size_t)__builtin_ctz(places);
		decode_look_at(search, at + k + (unsigned)_mm_popcnt_u32(two & low_bits(k)),
		    (size_t)(o - search->base));
	}
	i += good;
	size_t k = i;
	do {
		if (others == 0 || k == n)
			break;
		if (k == i + MANY)
			decode_search_ends(search, (size_t)(o - search->base));
		search->dense |= k == i + MANY;
		c = unit_at(source, in, k);
		*stop = c >= 0xD800 && c < 0xE000;
		if (*stop)
			break;
		at = (size_t)(o - search->base);
		o += potok_utf8_encode(c, o);
		if (!search->ended && !plain_character(c)) {
			decode_changes_at(search, at);
			search->dense = true;
		}
		decode_look_at(search, at, (size_t)(o - search->base));
		k++;
		/* A letter behind it may be a place, or a space behind U+00C3. */
	} while (!search->dense && c >= 0x80 && !(c >= 0x400 && c < 0x460));
	*out = o;
	return good + (k - i);
}

POTOK_TARGET_AVX2 size_t
decode_text_units_avx2(const struct decode_packs *packs, const struct decode_single *single,
    const unsigned char *in, size_t nbytes, bool big_endian, struct decode_search *search,
    unsigned char **out)
{
	enum { DENSE = 256, COST = 64 }; /* as many characters of easy steps */
	enum source source = big_endian ? UNITS_BE : UNITS_LE;
	struct easy e = {0, *out, 0, 0};
	size_t n = nbytes / 2, others = 0;
	bool stop = false;

	while (e.i < n && !stop && !search->dense) {
		size_t from = e.i;
		(big_endian ? easy_units_be : easy_units_le)(packs, single, in, n, search, &e);
		size_t made = (size_t)(e.o - search->base);
		if (e.places != 0) {
			look_at_places(NULL, in, e.i - 32, e.places, e.two,
			    made - 32 - (unsigned)_mm_popcnt_u32(e.two), made, search);
		} else if (e.i < n) {
			e.i +=
			    careful_units(source, packs, single, in, e.i, n, search, &e.o, &stop);
			/* Text with many other characters is not for this way. */
			others += COST;
		}
		size_t done = e.i - from;
		others = others > done ? others - done : 0;
		if (others > DENSE)
			decode_search_ends(search, (size_t)(e.o - search->base));
		search->dense |= others > DENSE;
	}
	*out = e.o;
	return 2 * e.i;
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
