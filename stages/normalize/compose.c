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

/* What the pair becomes, or 0 (UAX #15), but for Hangul. */
static inline uint32_t
letter_pair(uint32_t a, uint32_t b)
{
	for (unsigned i = nfc_slot(a, b); nfc_pairs[i][2] != 0; i = (i + 1) % NFC_SLOTS)
		if (nfc_pairs[i][0] == a && nfc_pairs[i][1] == b)
			return nfc_pairs[i][2];
	return 0;
}

/* The same with Hangul (The Unicode Standard, section 3.12). */
static uint32_t
pair(uint32_t a, uint32_t b)
{
	if (a - L_BASE < L_COUNT && b - V_BASE < V_COUNT)
		return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
	if (a - S_BASE < L_COUNT * V_COUNT * T_COUNT && (a - S_BASE) % T_COUNT == 0 &&
	    b - T_BASE - 1 < T_COUNT - 1)
		return a + (b - T_BASE);
	return letter_pair(a, b);
}

static inline unsigned
class_of(uint32_t cp)
{
	return cp < 0x10000 ? nfc_classes[nfc_block[cp >> 6]][cp & 63] : NFC_OTHER;
}

/* May a character with this first byte go into the base before it, by compose_base()? */
static inline bool
may_compose(unsigned char lead)
{
	return (lead & 0xFE) == 0xCC || lead == 0xE1;
}

/* The last of some characters. */
struct base {
	uint32_t cp;
	size_t len;
};

/* Four bytes, the first one the lowest. */
static inline uint32_t
read_four(const unsigned char *p)
{
	const uint16_t one = 1;
	uint32_t x;

	memcpy(&x, p, sizeof x);
	return *(const unsigned char *)&one == 0 ? __builtin_bswap32(x) : x;
}

/* The character of two bytes or three in four bytes from read_four().  Answers its length, or 0. */
static inline size_t
character(uint32_t x, uint32_t *cp)
{
	if ((x & 0xC0E0) == 0x80C0) {
		*cp = (x & 0x1F) << 6 | (x >> 8 & 0x3F);
		return *cp >= 0x80 ? 2 : 0;
	}
	*cp = (x & 0xF) << 12 | (x >> 2 & 0xFC0) | (x >> 16 & 0x3F);
	return (x & 0xC0C0F0) == 0x8080E0 && *cp >= 0x800 && *cp - 0xD800 >= 0x800 ? 3 : 0;
}

/* As potok_utf8_decode(), and quick. */
static inline int
next(const unsigned char *p, size_t n, uint32_t *cp)
{
	size_t len = n >= 4 ? character(read_four(p), cp) : 0;

	return len > 0 ? (int)len : potok_utf8_decode(p, n, cp);
}

/* Copies characters of two bytes or three and class NFC_BASE, up to one that may have something to
 * be composed with behind it, *count at most, which becomes less by what there are.  *base becomes
 * the last one.  Answers their bytes. */
static __attribute__((noinline)) size_t
copy_bases(const unsigned char *p, size_t n, unsigned char *out, int *count, struct base *base)
{
	const unsigned char *start = p, *last = NULL, *end = p + n - 8;
	uint32_t cp = 0;
	int left = *count;

	while (p <= end && left > 0) {
		uint32_t c;
		size_t len = character(read_four(p), &c);
		if (len == 0)
			break;
		if (nfc_classes[nfc_block[c >> 6]][c & 63] != NFC_BASE)
			break;
		memcpy(out, p, 4);
		last = p;
		cp = c;
		left--;
		out += len;
		p += len;
		if (may_compose(*p))
			break;
	}
	*count = left;
	if (last != NULL)
		*base = (struct base){cp, (size_t)(p - last)};
	return (size_t)(p - start);
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

/* Writes a character of two bytes or three.  Answers how many. */
static inline size_t
encode(uint32_t cp, unsigned char *to)
{
	bool three = cp >= 0x800;

	if (three)
		*to++ = (unsigned char)(0xE0 | cp >> 12);
	*to++ = (unsigned char)(three ? 0x80 | (cp >> 6 & 0x3F) : 0xC0 | cp >> 6);
	*to = (unsigned char)(0x80 | (cp & 0x3F));
	return three ? 3 : 2;
}

/* Composes the base, a consonant of Hangul, with the vowel at p[0..n) and the consonant behind
 * that.  Answers their bytes. */
static inline size_t
compose_hangul(struct group *g, const unsigned char *p, size_t n)
{
	/* Vowels are E1 85 A1 to B5; consonants behind them E1 86 A8 to E1 87 82. */
	if (n < 3 || p[0] != 0xE1 || p[1] != 0x85 || p[2] - 0xA1u >= V_COUNT)
		return 0;
	g->base = S_BASE + ((g->base - L_BASE) * V_COUNT + (p[2] - 0xA1u)) * T_COUNT;
	g->nmarks = 1;
	if (n < 6 || p[3] != 0xE1 || (p[4] & 0xFE) != 0x86 || (p[5] & 0xC0) != 0x80)
		return 3;
	uint32_t t = (0x1000 | (p[4] & 0x3Fu) << 6 | (p[5] & 0x3Fu)) - T_BASE;
	if (t - 1 >= T_COUNT - 1)
		return 3;
	g->base += t;
	g->nmarks = 2;
	return 6;
}

/* Composes the base with what is at p[0..n), as long as it goes into it: marks of U+0300 to U+037F
 * and Hangul.  Answers their bytes. */
static inline size_t
compose_base(struct group *g, const unsigned char *p, size_t n)
{
	size_t i = 0;

	if (g->base - L_BASE < L_COUNT)
		return compose_hangul(g, p, n);
	while (n - i >= 2 && (p[i] & 0xFE) == 0xCC && (p[i + 1] & 0xC0) == 0x80) {
		uint32_t mark = (p[i] & 0x1Fu) << 6 | (p[i + 1] & 0x3Fu), both = 0;
		unsigned class = class_of(mark);
		if (class != NFC_OTHER && class < NFC_BACK && class >= g->order &&
		    g->nmarks < MARKS_MAX)
			both = letter_pair(g->base, mark);
		if (both == 0)
			break;
		g->base = both;
		g->order = class;
		g->nmarks++;
		i += 2;
	}
	return i;
}

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
		encode(both, out + g->at);
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
	size_t i = 0, o = 0, used = 0, at = 0;
	int quiet = 0;
	/* Is there a base, and is `g` about it already? */
	bool any = false, grouped = false;
	uint32_t base = 0;

	while (i < n) {
		struct base b = {p[i], 1};
		bool many = n - i >= 8 && quiet <= QUIET_MAX;
		size_t text = many && p[i] < 0x80 ? text_bytes(p + i) : 0, run = 0;
		if (text > 0) {
			/* ASCII before ASCII, which is no mark. */
			memcpy(out + o, p + i, 8);
			i += text - 1;
			o += text - 1;
			quiet += (int)text - 1;
			if (text == 8)
				continue;
			b.cp = p[i];
			run = 1;
		} else {
			int bytes = next(p + i, n - i, &b.cp);
			if (bytes <= 0)
				break;
			unsigned class = class_of(b.cp);
			b.len = run = (size_t)bytes;
			if (class == NFC_OTHER && any && plain_character(b.cp)) {
				used = i;
				at = o;
			}
			if (class == NFC_OTHER || (class != NFC_BASE && !any))
				break;
			if (class != NFC_BASE) {
				if (!grouped)
					g = (struct group){.base = base, .at = at, .len = o - at};
				grouped = true;
				if (!take_mark(&g, class, b.cp, p + i, run, n - i, out, &o))
					break;
				i += run;
				quiet = -1;
				continue;
			}
			copy(out + o, p + i, run, n - i);
			if (many && p[i + run] >= 0x80 && !may_compose(p[i + run])) {
				int count = QUIET_MAX - quiet;
				run +=
				    copy_bases(p + i + run, n - i - run, out + o + run, &count, &b);
				quiet = QUIET_MAX - count;
			}
		}
		used = i + run - b.len;
		at = o + run - b.len;
		if (++quiet > QUIET_MAX)
			break;
		i += run;
		o += run;
		base = b.cp;
		any = true;
		grouped = i < n && may_compose(p[i]);
		if (!grouped)
			continue;
		g = (struct group){.base = base, .at = at, .len = b.len};
		size_t more = compose_base(&g, p + i, n - i);
		if (more > 0) {
			g.len = encode(g.base, out + at);
			o = at + g.len;
			i += more;
			quiet = -1;
		}
	}
	bool end = i == n && last;
	*made = end ? o : at;
	return end ? n : used;
}
