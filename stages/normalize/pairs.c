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
	LENGTH = 7,      /* bytes of UTF-8 */
	NONE = 1 << 3,   /* no character; with a LENGTH, it may begin one */
	ALTERS = 1 << 4, /* it is not plain */
	BESIDE = 1 << 5, /* it may be a place of mojibake, or stand before one */
	ENDS = 1 << 6,   /* it may be one with a space behind it */
	EASY = 1 << 7,   /* it has two bytes, of UTF-8 three, and is nothing of that */
};

enum { EIGHT = 8, LONGEST = 4, LONG_BITS = 12 };

/* What bytes become that are no character. */
enum { ILL = 0x110000, CUT };

/* A character of more than two bytes, or above U+FFFF. */
struct long_character {
	unsigned char bytes[LONGEST], n, utf8[4], what;
};

struct pairs {
	UConverter *icu;
	bool ascii; /* the bytes of its plain characters are */
	/* ICU is asked for what occurs. */
	uint32_t single[0x100], two[0x10000];
	struct long_character longer[1 << LONG_BITS]; /* the last ones, by a hash of their bytes */
};

/* The last byte of an entry. */
static inline unsigned
what(uint32_t entry)
{
	unsigned char bytes[sizeof entry];

	memcpy(bytes, &entry, sizeof entry);
	return bytes[3];
}

/* What the character is, and its UTF-8. */
static unsigned char
examine(uint32_t cp, unsigned char utf8[4])
{
	if (cp >= ILL)
		return cp == CUT ? NONE | 1 : NONE;
	unsigned is = (unsigned)potok_utf8_encode(cp, utf8);
	is |= plain_character(cp) ? 0 : ALTERS;
	is |= mojibake_beside(utf8[0]) ? BESIDE : 0;
	is |= cp == 0xC3 ? ENDS : 0;
	return (unsigned char)is;
}

/* The entry of n bytes that are the character cp. */
static uint32_t
make_entry(uint32_t cp, size_t n)
{
	unsigned char bytes[4] = {0};
	uint32_t entry;

	/* There is no room for one of four bytes: it is looked for with longer ones. */
	unsigned is = examine(cp >= 0x10000 && cp < ILL ? CUT : cp, bytes);
	bytes[3] = (unsigned char)(n == 2 && is == 3 ? is | EASY : is);
	memcpy(&entry, bytes, sizeof entry);
	return entry;
}

/* The character that all n bytes become, or ILL, or CUT. */
static uint32_t
convert(UConverter *icu, const unsigned char *bytes, size_t n)
{
	UChar made[8], *to = made;
	UErrorCode err = U_ZERO_ERROR, err2 = U_ZERO_ERROR;
	const char *p = (const char *)bytes, *end = p + n;

	ucnv_resetToUnicode(icu);
	ucnv_toUnicode(icu, &to, made + 8, &p, end, NULL, false, &err);
	if (U_FAILURE(err) || p != end)
		return ILL;
	if (to == made)
		return CUT;
	if (ucnv_toUCountPending(icu, &err2) != 0)
		return ILL;
	if (to - made == 2 && U16_IS_LEAD(made[0]) && U16_IS_TRAIL(made[1]))
		return (uint32_t)U16_GET_SUPPLEMENTARY(made[0], made[1]);
	return to - made == 1 && !U16_IS_SURROGATE(made[0]) ? made[0] : ILL;
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
	uint32_t cp = convert(t->icu, (const unsigned char[]){(unsigned char)byte}, 1);

	return t->single[byte] = make_entry(cp, 1);
}

static inline unsigned
pair_at(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static __attribute__((noinline)) uint32_t
convert_two(struct pairs *t, const unsigned char *p)
{
	return t->two[pair_at(p)] = make_entry(convert(t->icu, p, 2), 2);
}

/* The character of at most n bytes at p that no table has, NULL: there is none. */
static __attribute__((noinline)) const struct long_character *
find_long(struct pairs *t, const unsigned char *p, size_t n)
{
	for (unsigned char k = 2; k <= LONGEST && k <= n; k++) {
		struct long_character made = {.n = k};
		uint32_t key;
		memcpy(made.bytes, p, k);
		memcpy(&key, made.bytes, sizeof key);
		struct long_character *l = &t->longer[key * 0x9E3779B1u >> (32 - LONG_BITS)];
		if (l->n != k || memcmp(l->bytes, made.bytes, LONGEST) != 0) {
			made.what = examine(convert(t->icu, p, k), made.utf8);
			*l = made;
		}
		if ((l->what & NONE) == 0)
			return l;
		if ((l->what & LENGTH) == 0)
			break;
	}
	return NULL;
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
			e = convert_two(t, p);
		used = 2;
	}
	unsigned is = what(e);
	memcpy(o, &e, sizeof e);
	if (is & NONE) {
		const struct long_character *l = is & LENGTH ? find_long(t, p, n) : NULL;
		if (l == NULL)
			return 0;
		is = l->what;
		used = l->n;
		memcpy(o, l->utf8, sizeof l->utf8);
	}
	*out += is & LENGTH;
	if (is & (ALTERS | BESIDE))
		tell(search, is, (size_t)(o - search->base), o == *beside);
	if (is & BESIDE)
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
pairs_where(struct pairs *t, const unsigned char *in, size_t at, size_t *used, size_t *made)
{
	while (*made < at) {
		const unsigned char *p = in + *used;
		unsigned is = what(t->single[*p]);
		size_t n = is & NONE ? 2 : 1;
		if (n == 2)
			is = what(t->two[pair_at(p)]);
		if (is & NONE) {
			const struct long_character *l = find_long(t, p, LONGEST);
			is = l->what;
			n = l->n;
		}
		*used += n;
		*made += is & LENGTH;
	}
}
