/* Composition by tables of our own, for text whose marks are in canonical order. */
#include "compose.h"

#include <stdint.h>
#include <string.h>

#include <potok/utf8.h>

#include "nfc.h"
#include "plain.h"

enum {
	MARKS_MAX = 16, /* behind one character; more are left to ICU */
	QUIET_MAX = 32, /* characters without marks in a row */
	L_BASE = 0x1100,
	V_BASE = 0x1161,
	T_BASE = 0x11A7,
	S_BASE = 0xAC00,
	L_COUNT = 19,
	V_COUNT = 21,
	T_COUNT = 28,
};

/* What the pair becomes, or 0 (UAX #15; Hangul: The Unicode Standard, section 3.12). */
static uint32_t
pair(uint32_t a, uint32_t b)
{
	if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
		return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
	if (a - S_BASE < L_COUNT * V_COUNT * T_COUNT && (a - S_BASE) % T_COUNT == 0 &&
	    b - T_BASE - 1 < T_COUNT - 1)
		return a + (b - T_BASE);
	for (unsigned i = nfc_slot(a, b); nfc_pairs[i][2] != 0; i = (i + 1) % NFC_SLOTS)
		if (nfc_pairs[i][0] == a && nfc_pairs[i][1] == b)
			return nfc_pairs[i][2];
	return 0;
}

/* As potok_utf8_decode(), and quick. */
static inline int
next(const unsigned char *p, size_t n, uint32_t *cp)
{
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] < 0xE0 && n >= 2 && (p[1] & 0xC0) == 0x80) {
		*cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
		return 2;
	}
	if (p[0] >= 0xE0 && p[0] < 0xED && n >= 3 && (p[1] & 0xC0) == 0x80 &&
	    (p[2] & 0xC0) == 0x80 && (p[0] > 0xE0 || p[1] >= 0xA0)) {
		*cp = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		return 3;
	}
	return potok_utf8_decode(p, n, cp);
}

/* How many of the first eight bytes of ASCII text, without controls, there are at p; big-endian
 * machines are told of none. */
static inline size_t
text_bytes(const unsigned char *p)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
	const uint16_t one = 1;
	uint64_t x;

	if (*(const unsigned char *)&one == 0)
		return 0;
	memcpy(&x, p, sizeof x);
	uint64_t low = x & ~high;
	uint64_t other = ~((low + (0x80 - 0x20) * ones) & ~(low + ones) & ~x) & high;
	/* The bits below the first that is set, by eights. */
	uint64_t below = ~other & (other - 1) & high;
	return (size_t)((below >> 7) * ones >> 56);
}

/* Copies one character; four bytes are written where there are as many. */
static inline void
copy(unsigned char *to, const unsigned char *p, size_t len, size_t n)
{
	if (n >= 4) {
		memcpy(to, p, 4);
		return;
	}
	while (len-- > 0)
		*to++ = *p++;
}

/* The character that is being composed: where its parts stand in the output. */
struct group {
	uint32_t base;
	size_t at, len;      /* the bytes of base; marks that stayed follow */
	unsigned last_class; /* of the last of those, or 0 */
	unsigned order;      /* the class of the last character, composed or not */
	unsigned nmarks;     /* characters behind the boundary */
};

/* Takes a character that may be composed with the base.  Answers false when it is not simple. */
static bool
take_mark(struct group *g, unsigned class, uint32_t cp, const unsigned char *p, size_t len,
    size_t n, unsigned char *out, size_t *o)
{
	unsigned k = class == NFC_BACK ? 0 : class;
	uint32_t both = 0;

	if (++g->nmarks > MARKS_MAX || (k != 0 && k < g->order))
		return false;
	g->order = k;
	if (g->last_class == 0 || k > g->last_class)
		both = pair(g->base, cp);
	if (both != 0) {
		/* It is never longer than what it is made of. */
		size_t made = both < 0x800 ? 2 : 3, end = g->at + g->len;
		if (*o > end)
			memmove(out + g->at + made, out + end, *o - end);
		unsigned char *to = out + g->at;
		if (made == 3)
			*to++ = (unsigned char)(0xE0 | both >> 12);
		*to++ = (unsigned char)(made == 3 ? 0x80 | (both >> 6 & 0x3F) : 0xC0 | both >> 6);
		*to = (unsigned char)(0x80 | (both & 0x3F));
		*o = *o - g->len + made;
		g->base = both;
		g->len = made;
		return true;
	}
	if (k == 0) {
		g->base = cp;
		g->at = *o;
		g->len = len;
	}
	g->last_class = k;
	copy(out + *o, p, len, n);
	*o += len;
	return true;
}

size_t
compose_run(const unsigned char *p, size_t n, bool last, unsigned char *out, size_t *made)
{
	struct group g = {0};
	size_t i = 0, o = 0, used = 0, quiet = 0;
	bool any = false, whole = false;

	*made = 0;
	while (i < n) {
		uint32_t cp;
		/* ASCII before ASCII, which is no mark. */
		size_t text = p[i] < 0x80 && n - i >= 8 ? text_bytes(p + i) : 0;
		if (text > 1 && quiet <= QUIET_MAX) {
			memcpy(out + o, p + i, 8);
			i += text - 1;
			o += text - 1;
			quiet += text - 1;
			if (text == 8)
				continue;
		}
		int len = next(p + i, n - i, &cp);
		if (len <= 0)
			break;
		unsigned class =
		    cp < 0x10000 ? nfc_classes[nfc_block[cp >> 6]][cp & 63] : NFC_OTHER;
		if (class == NFC_BASE || (class == NFC_OTHER && any && plain_character(cp))) {
			used = i;
			*made = o;
			quiet = g.nmarks > 0 ? 0 : quiet + 1;
			if (class == NFC_OTHER || quiet > QUIET_MAX)
				break;
			g = (struct group){.base = cp, .at = o, .len = (size_t)len};
			any = true;
			copy(out + o, p + i, (size_t)len, n - i);
			o += (size_t)len;
		} else if (class == NFC_OTHER || !any ||
			   !take_mark(&g, class, cp, p + i, (size_t)len, n - i, out, &o)) {
			break;
		}
		i += (size_t)len;
		whole = i == n;
	}
	if (whole && last) {
		used = n;
		*made = o;
	}
	return used;
}
