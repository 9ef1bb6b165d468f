/* East Asian encodings by our own tables, many times faster than ICU, from which they come. */
#include "pairs.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>

#include "mojibake_suspect.h"
#include "plain.h"

/* What is known of a character, in the last byte of its entry, behind its UTF-8; 0: nothing yet. */
enum {
	LENGTH = 3,      /* bytes of UTF-8 */
	NONE = 1 << 2,   /* no character: of single bytes, the first of two */
	ALTERS = 1 << 3, /* it is not plain */
	BESIDE = 1 << 4, /* it may be a place of mojibake, or stand before one */
	ENDS = 1 << 5,   /* it may be one with a space behind it */
	EASY = 1 << 7,   /* it has two bytes, of UTF-8 three, and is nothing of that */
};

enum { EIGHT = 8 };

struct pairs {
	UConverter *icu;
	bool ascii; /* the bytes of its plain characters are */
	/* ICU is asked for what occurs. */
	uint32_t single[0x100], two[0x10000];
};

/* The last byte of an entry. */
static inline unsigned
what(uint32_t entry)
{
	unsigned char bytes[sizeof entry];

	memcpy(bytes, &entry, sizeof entry);
	return bytes[3];
}

/* The entry of n bytes that are the character cp. */
static uint32_t
make_entry(uint32_t cp, size_t n)
{
	unsigned char bytes[4];
	unsigned len = (unsigned)potok_utf8_encode(cp, bytes), is = len;
	uint32_t entry;

	is |= plain_character(cp) ? 0 : ALTERS;
	is |= mojibake_beside(bytes[0]) ? BESIDE : 0;
	is |= cp == 0xC3 ? ENDS : 0;
	bytes[3] = (unsigned char)(n == 2 && is == 3 ? is | EASY : is);
	memcpy(&entry, bytes, sizeof entry);
	return entry;
}

/* The entry of the n bytes, when they are one character of the first plane and do not wait for
 * more. */
static uint32_t
convert(UConverter *icu, const char *bytes, size_t n)
{
	UChar made[8], *to = made;
	UErrorCode err = U_ZERO_ERROR, err2 = U_ZERO_ERROR;
	const char *p = bytes;
	uint32_t none;

	memcpy(&none, (const unsigned char[]){0, 0, 0, NONE}, sizeof none);
	ucnv_resetToUnicode(icu);
	ucnv_toUnicode(icu, &to, made + 8, &p, bytes + n, NULL, false, &err);
	if (U_FAILURE(err) || to - made != 1 || p != bytes + n ||
	    ucnv_toUCountPending(icu, &err2) != 0 || (made[0] >= 0xD800 && made[0] < 0xE000))
		return none;
	return make_entry(made[0], n);
}

/* Are the bytes of plain ASCII that, one by one? */
static bool
has_ascii(UConverter *icu)
{
	char bytes[0x80];
	UChar made[0x80], *to = made;
	const char *p = bytes;
	UErrorCode err = U_ZERO_ERROR;
	ptrdiff_t n = 0;

	for (int b = 0; b < 0x80; b++) {
		if (plain_character((uint32_t)b))
			bytes[n++] = (char)b;
	}
	ucnv_toUnicode(icu, &to, made + 0x80, &p, bytes + n, NULL, false, &err);
	bool same = U_SUCCESS(err) && to - made == n;
	for (ptrdiff_t i = 0; same && i < n; i++)
		same = made[i] == bytes[i];
	return same;
}

struct pairs *
pairs_open(UConverter *icu)
{
	struct pairs *t = calloc(1, sizeof *t);

	if (t == NULL) {
		ucnv_close(icu);
		return NULL;
	}
	t->icu = icu;
	t->ascii = has_ascii(icu);
	for (unsigned b = 0; t->ascii && b < 0x80; b++)
		t->single[b] = plain_character(b) ? make_entry(b, 1) : 0;
	return t;
}

void
pairs_close(struct pairs *t)
{
	if (t == NULL)
		return;
	ucnv_close(t->icu);
	free(t);
}

static __attribute__((noinline)) uint32_t
convert_single(struct pairs *t, unsigned byte)
{
	return t->single[byte] = convert(t->icu, (const char[]){(char)byte}, 1);
}

static __attribute__((noinline)) uint32_t
convert_two(struct pairs *t, unsigned pair)
{
	return t->two[pair] = convert(t->icu, (const char[]){(char)(pair >> 8), (char)pair}, 2);
}

static inline unsigned
pair_at(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Tells the search of a character that has been made from `at` on and is not plain, or BESIDE,
 * behind another such one or not. */
static __attribute__((noinline)) void
tell(struct decode_search *search, unsigned what, size_t at, bool behind)
{
	if (what & ALTERS)
		decode_changes_at(search, at);
	else if (what & ENDS)
		decode_search_ends(search, at);
	else if (behind)
		decode_look_at(search, at, at + (what & LENGTH));
}

/* Writes the character at the front of p[0..n), n > 0; answers its bytes, 0: the tables lack it.
 * *beside: behind the last character that is BESIDE. */
static size_t
take_one(struct pairs *t, const unsigned char *p, size_t n, struct decode_search *search,
    unsigned char **out, const unsigned char **beside)
{
	uint32_t e = t->single[p[0]];
	unsigned char *o = *out;
	size_t used = 1;

	if (e == 0)
		e = convert_single(t, p[0]);
	if (what(e) & NONE) {
		if (n < 2)
			return 0;
		e = t->two[pair_at(p)];
		if (e == 0)
			e = convert_two(t, pair_at(p));
		if (what(e) & NONE)
			return 0;
		used = 2;
	}
	memcpy(o, &e, sizeof e);
	*out += what(e) & LENGTH;
	if (what(e) & (ALTERS | BESIDE))
		tell(search, what(e), (size_t)(o - search->base), o == *beside);
	if (what(e) & BESIDE)
		*beside = *out;
	return used;
}

/* Eight bytes, the first one lowest. */
static inline uint64_t
load_low_first(const unsigned char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

/* Goes on by plain ASCII and characters that are EASY, from p to `end`, which are eight bytes or
 * more; it may leave less.  Answers where it stops. */
static inline const unsigned char *
take_usual(
    const struct pairs *t, const unsigned char *p, const unsigned char *end, unsigned char **out)
{
	const unsigned char *last = end - EIGHT;
	const unsigned ascii = t->ascii ? 0x80 : 0;
	unsigned char *o = *out;

	while (p <= last) {
		if (*p >= ascii) {
			uint32_t e = t->two[pair_at(p)];
			memcpy(o, &e, sizeof e);
			if ((what(e) & EASY) == 0)
				break;
			p += 2;
			o += 3;
		} else if (p[1] >= 0x80) {
			/* What follows a space between words need not wait for a length. */
			if (what(t->single[*p]) != 1)
				break;
			*o++ = *p++;
		} else {
			uint64_t stops = plain_stops(load_low_first(p));
			memcpy(o, p, EIGHT);
			size_t more = stops != 0 ? (unsigned)__builtin_ctzll(stops) / 8 : EIGHT;
			if (more == 0)
				break;
			p += more;
			o += more;
		}
	}
	*out = o;
	return p;
}

size_t
pairs_decode(struct pairs *t, const unsigned char *in, size_t n, struct decode_search *search,
    unsigned char **out)
{
	const unsigned char *p = in, *end = in + n;
	const unsigned char *beside = NULL;
	size_t used = 1;

	while (p < end && used > 0) {
		if (end - p >= EIGHT)
			p = take_usual(t, p, end, out);
		if (p == end)
			break;
		/* Single bytes that are not ASCII are often in a row. */
		do {
			used = take_one(t, p, (size_t)(end - p), search, out, &beside);
			p += used;
		} while (used == 1 && p < end && !(t->ascii && *p < 0x80));
	}
	return (size_t)(p - in);
}

void
pairs_where(const struct pairs *t, const unsigned char *in, size_t at, size_t *used, size_t *made)
{
	while (*made < at) {
		const unsigned char *p = in + *used;
		uint32_t e = t->single[*p];
		bool two = what(e) & NONE;
		*used += two ? 2 : 1;
		*made += what(two ? t->two[pair_at(p)] : e) & LENGTH;
	}
}
