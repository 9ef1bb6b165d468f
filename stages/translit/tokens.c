/* Where text is divided into tokens, and which parts of a token are links and addresses. */
#include "tokens.h"

#include <string.h>

#include <potok/translit.h>
#include <potok/utf8.h>

#include "simd.h"

enum {
	SCHEME_MAX = 32,  /* bytes of a URL's scheme */
	LOCAL_MAX = 64,   /* bytes of an address before @ (RFC 5321, 4.5.3.1.1) */
	DOMAIN_MAX = 255, /* bytes of a domain (4.5.3.1.2) */
};

/* Classes of bytes; the first two are the features of tokens.h. */
enum {
	CYRILLIC = TOKEN_CYRILLIC, /* lead byte of U+0400 to U+053F */
	SPECIAL = TOKEN_SPECIAL,
	END = 1 << 2,   /* ends a token */
	LEAD = 1 << 3,  /* with the bytes behind it, it may end a token or be Cyrillic */
	ALNUM = 1 << 4, /* of words, and with the next two of domains and addresses */
	DASH = 1 << 5,
	DOT = 1 << 6,
};

#define C0 END, END, END, END, END, END, END, END
#define A8 ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM
#define A16 A8, A8

static const uint8_t classes[256] = {C0, C0, C0, C0, END, 0, END, 0, 0, 0, 0, 0, /* SP ! " # */
    0, 0, 0, 0, 0, DASH, DOT, SPECIAL,                                           /* ( */
    A8, ALNUM, ALNUM, 0, 0, END, 0, END, 0,                                      /* 0 */
    SPECIAL, A8, A8, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, SPECIAL | ALNUM,  /* @ A to W */
    ALNUM, ALNUM, ALNUM, 0, 0, SPECIAL, 0, ALNUM,                                /* X Y Z [ */
    SPECIAL, A8, A8, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, SPECIAL | ALNUM,  /* ` a to w */
    ALNUM, ALNUM, ALNUM, 0, 0, 0, 0, END,                                        /* x y z { */
    A16, A16, A16, A16,                                                          /* 80 to BF */
    ALNUM, ALNUM, ALNUM | LEAD, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM, A8,           /* C0 */
    ALNUM | CYRILLIC, ALNUM | CYRILLIC, ALNUM | CYRILLIC, ALNUM | CYRILLIC, ALNUM | CYRILLIC, ALNUM,
    ALNUM, ALNUM, A8,                                                            /* D0 */
    ALNUM, ALNUM | LEAD, ALNUM | LEAD, ALNUM | LEAD, ALNUM, ALNUM, ALNUM, ALNUM, /* E0 */
    ALNUM, ALNUM, ALNUM | LEAD, ALNUM, ALNUM, ALNUM, ALNUM, ALNUM | LEAD, A16};  /* E8, F0 */

/* A character of more than one byte at p that ends a token: its length; 0: it is none; -1: it is
 * cut at the end of p[0..n). */
static int
end_character(const unsigned char *p, size_t n)
{
	if (n < 2)
		return classes[p[0]] & LEAD ? -1 : 0;
	if (p[0] == 0xC2) /* Latin-1: NBSP, « » and other signs; not soft hyphen, ª, ´, µ, º */
		return p[1] >= 0x80 && p[1] < 0xC0 && p[1] != 0xAA && p[1] != 0xAD &&
			       p[1] != 0xB4 && p[1] != 0xB5 && p[1] != 0xBA
			   ? 2
			   : 0;
	bool general = p[0] == 0xE2 && (p[1] == 0x80 || p[1] == 0x81);
	bool cjk = p[0] == 0xE3 && p[1] == 0x80;
	bool wide = p[0] == 0xEF && (p[1] == 0xBC || p[1] == 0xBD || p[1] == 0xBB);
	if (!general && !cjk && !wide)
		return 0;
	if (n < 3)
		return -1;
	unsigned char c = p[2];
	if (c < 0x80 || c >= 0xC0)
		return 0;
	if (general) /* spaces, dashes, quotes; not ZWNJ, ZWJ, word joiner and apostrophes */
		return p[1] == 0x80 ? (c == 0x8C || c == 0x8D || c == 0x98 || c == 0x99 ? 0 : 3)
				    : (c == 0xA0 ? 0 : 3);
	if (cjk)
		return 3;
	if (p[1] == 0xBB) /* U+FEFF */
		return c == 0xBF ? 3 : 0;
	if (p[1] == 0xBC) /* full-width punctuation */
		return c < 0x90 || (c >= 0x9A && c <= 0xA0) || c >= 0xBB ? 3 : 0;
	return c == 0x80 || (c >= 0x9B && c <= 0xA5) ? 3 : 0;
}

/* U+1C80 to U+1CBF, U+A640 to U+A6BF, U+2DC0 to U+2DFF: Cyrillic that is not at the lead bytes D0
 * to D4; and U+2100 to U+213F with the numero sign. */
static bool
far_cyrillic(const unsigned char *p)
{
	return (p[0] == 0xE1 && p[1] == 0xB2) || (p[0] == 0xEA && (p[1] == 0x99 || p[1] == 0x9A)) ||
	       (p[0] == 0xE2 && (p[1] == 0xB7 || p[1] == 0x84));
}

/* Bytes of p, POTOK_TRANSLIT_TOKEN at most, that do not end inside of a character. */
static size_t
cut_length(const unsigned char *p)
{
	size_t len = POTOK_TRANSLIT_TOKEN;

	for (int i = 0; i < 4; i++, len--) {
		if ((p[len] & 0xC0) != 0x80)
			return len;
	}
	return POTOK_TRANSLIT_TOKEN;
}

/* The end of the code that the backquotes at byte i begin: as many others in the same line.  0:
 * there is none in p[0..n). */
static size_t
code_end(const unsigned char *p, size_t n, size_t i)
{
	const unsigned char *line = memchr(p + i, '\n', n - i), *found;
	size_t end = line != NULL ? (size_t)(line - p) : n, quotes = 0;

	while (i + quotes < end && p[i + quotes] == '`')
		quotes++;
	for (size_t k = i + quotes; k < end && (found = memchr(p + k, '`', end - k)) != NULL;) {
		size_t start = (size_t)(found - p);
		for (k = start; k < end && p[k] == '`'; k++)
			;
		if (k - start == quotes)
			return k;
	}
	return 0;
}

size_t
token_end(const unsigned char *p, size_t n, size_t from, bool last, bool whole_code,
    unsigned *features, size_t *examined, bool *cut)
{
	size_t max = n < POTOK_TRANSLIT_TOKEN ? n : POTOK_TRANSLIT_TOKEN;
	size_t i = from, start = 0, code = 0; /* where the last code begins and ends */
	unsigned f = *features;

	*cut = false;
	for (; i < max; i++) {
		unsigned c = classes[p[i]];
		f |= c;
		if (whole_code && p[i] == '`' && i >= code && (i == 0 || p[i - 1] != '`')) {
			bool open = !last && n <= POTOK_TRANSLIT_TOKEN;
			start = i;
			code = code_end(p, max, i);
			/* What follows may end it, or may be one more backquote. */
			if (open &&
			    (code == n || (code == 0 && memchr(p + i, '\n', n - i) == NULL)))
				break;
		}
		if (!(c & (END | LEAD)) || (i < code && !(c & LEAD)))
			continue;
		int end = c & END ? 1 : end_character(p + i, n - i);
		if (end < 0 && !last)
			break;
		if (end > 0 && i >= code) {
			*features = f;
			return i;
		}
		if (n - i > 1 && far_cyrillic(p + i))
			f |= TOKEN_CYRILLIC;
	}
	*features = f;
	*examined = i < code ? start : i;
	if (n > POTOK_TRANSLIT_TOKEN && i == max) {
		/* It may end right there. */
		int end = classes[p[i]] & END ? 1 : end_character(p + i, n - i);
		if (end < 0 && !last)
			return 0;
		*cut = end <= 0 || i < code;
		return *cut ? cut_length(p) : i;
	}
	return last ? n : 0;
}

bool
token_ends(uint32_t c)
{
	unsigned char text[4];
	int n = potok_utf8_encode(c, text);

	return n > 0 && token_between(text, (size_t)n) > 0;
}

size_t
token_between(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		int end = classes[p[i]] & END ? 1 : end_character(p + i, n - i);
		if (end <= 0)
			break;
		i += (size_t)end;
	}
	return i;
}

/* Bytes at the front of p[0..n), a multiple of 64, that are ASCII without backquotes.  The compiler
 * makes vector code of the inner loop. */
static size_t
ascii_blocks(const unsigned char *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		unsigned char found = 0;
		for (size_t k = 0; k < 64; k++)
			found |= (unsigned char)((p[i + k] & 0x80) | (p[i + k] == '`'));
		if (found)
			break;
	}
	return i;
}

/* Bytes at the front of p[0..n) before the first that may begin a Cyrillic character or code. */
static size_t
before_cyrillic(const unsigned char *p, size_t n)
{
	size_t i = 0;

#if POTOK_SIMD_X86
	if (potok_simd() >= POTOK_SIMD_AVX2)
		i = token_before_cyrillic_avx2(p, n);
#endif
	while (i < n) {
		if (n - i >= 64 && p[i] < 0x80)
			i += ascii_blocks(p + i, n - i);
		/* To the end of what may be a block, or past what is not ASCII. */
		size_t end = n - i > 64 ? i + 64 : n;
		for (; i < end; i++) {
			bool far = p[i] == 0xE1 || p[i] == 0xE2 || p[i] == 0xEA;
			if ((classes[p[i]] & CYRILLIC) || p[i] == '`' ||
			    (far && (n - i < 2 || far_cyrillic(p + i))))
				return i;
		}
	}
	return i;
}

/* Does a character that ends a token stand before p + n? */
static bool
ends_before(const unsigned char *p, size_t n)
{
	if (p[n - 1] < 0x80)
		return classes[p[n - 1]] & END;
	return (n >= 2 && end_character(p + n - 2, 2) == 2) ||
	       (n >= 3 && end_character(p + n - 3, 3) == 3);
}

size_t
token_skip(const unsigned char *p, size_t n, bool last, bool *cut)
{
	size_t found = before_cyrillic(p, n);
	size_t start = found;

	*cut = false;
	if (found == n && last)
		return n;
	while (start > 0 && !ends_before(p, start))
		start--;
	/* Pieces of a long token without Cyrillic: cut as token_end() does. */
	while (found - start >= POTOK_TRANSLIT_TOKEN + 3) {
		start += cut_length(p + start);
		*cut = true;
	}
	return start;
}

/* Bytes at the front of p[0..n), a multiple of 64, that before_special() passes.  The compiler
 * makes vector code of the inner loop. */
static size_t
plain_blocks(const unsigned char *p, size_t n, unsigned char quote)
{
	size_t i = 0;

	for (; n - i > 64; i += 64) {
		unsigned char found = 0;
		for (size_t k = 0; k < 64; k++) {
			unsigned char c = p[i + k], next = p[i + k + 1];
			unsigned char one = c == '@' || c == '/' || c == quote;
			unsigned char two = (c | 0x20) == 'w' && (next | 0x20) == 'w';
			unsigned char link = c == ']' && next == '(';
			found = (unsigned char)(found | one | two | link);
		}
		if (found)
			break;
	}
	return i;
}

/* Bytes at the front of p[0..n) in which no link, address or code can begin or show itself: no @, /
 * or `, no ww and no ](; ` does not count without `code`. */
static size_t
before_special(const unsigned char *p, size_t n, bool code)
{
	const unsigned char quote = code ? '`' : '@';
	bool blocks = true;
	size_t i = 0;

#if POTOK_SIMD_X86
	if (potok_simd() >= POTOK_SIMD_AVX2) {
		i = token_before_special_avx2(p, n, code);
		blocks = false;
	}
#endif
	while (i < n) {
		i += blocks ? plain_blocks(p + i, n - i, quote) : 0;
		size_t end = n - i > 64 ? i + 64 : n;
		for (; i < end; i++) {
			if (!(classes[p[i]] & SPECIAL))
				continue;
			unsigned char next = n - i > 1 ? p[i + 1] : 0;
			if (p[i] == '@' || p[i] == '/' || p[i] == quote ||
			    ((p[i] | 0x20) == 'w' && (next | 0x20) == 'w') ||
			    (p[i] == ']' && next == '('))
				return i;
		}
	}
	return i;
}

size_t
token_simple(const unsigned char *p, size_t n, bool code)
{
	n = before_special(p, n < POTOK_TRANSLIT_TOKEN ? n : POTOK_TRANSLIT_TOKEN, code);
	while (n > 0 && !ends_before(p, n))
		n--;
	return n;
}

bool
token_cyrillic(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((classes[p[i]] & CYRILLIC) || (n - i > 1 && far_cyrillic(p + i)))
			return true;
	}
	return false;
}

static bool
is(unsigned char c, unsigned class)
{
	return (classes[c] & class) != 0;
}

static bool
ascii_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The end of a link that goes on at byte i: the end of the token, or a bracket that closes nothing
 * in the link. */
static size_t
link_end(const unsigned char *p, size_t n, size_t i)
{
	int round = 0, square = 0;

	for (; i < n && !(classes[p[i]] & END) && end_character(p + i, n - i) <= 0; i++) {
		if (n - i >= 3 && memcmp(p + i, "\xE2\x80", 2) == 0) /* ‘ or ’ */
			break;
		round += p[i] == '(' ? 1 : p[i] == ')' ? -1 : 0;
		square += p[i] == '[' ? 1 : p[i] == ']' ? -1 : 0;
		if (round < 0 || square < 0)
			break;
	}
	return i;
}

/* Top-level domains in Cyrillic (IANA's list); others in Cyrillic are not taken for a domain, since
 * "г.Москва/Питер" is none. */
static bool
top_level(const unsigned char *p, size_t n)
{
	static const char *const known[] = {
	    "рф", "бел", "бг", "ею", "қаз", "мкд", "мон", "срб", "укр"};
	size_t letters = 0;

	while (letters < n && ascii_letter(p[letters]))
		letters++;
	if (letters == n)
		return n >= 2;
	if (n >= 8 && memcmp(p, "xn--", 4) == 0)
		return true;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strlen(known[i]) == n && memcmp(known[i], p, n) == 0)
			return true;
	}
	return false;
}

/* The end of the domain at byte i: at least two labels, of which the last looks like a top-level
 * domain when strict; 0 when there is none. */
static size_t
domain_end(const unsigned char *p, size_t n, size_t i, bool strict)
{
	size_t start = i, label = i, end = 0;

	for (; i <= n; i++) {
		if (i < n && is(p[i], ALNUM | DASH))
			continue;
		if (i == label)
			break;
		if (label > start && i - label >= 2 && (!strict || top_level(p + label, i - label)))
			end = i;
		if (i == n || p[i] != '.')
			break;
		label = i + 1;
	}
	return end - start <= DOMAIN_MAX ? end : 0;
}

/* scheme:// before and behind the colon at byte i. */
static bool
url(const unsigned char *p, size_t n, size_t from, size_t i, struct span *s)
{
	size_t start = i;

	while (start > from && i - start < SCHEME_MAX && p[start - 1] < 0x80 &&
	       (is(p[start - 1], ALNUM | DASH | DOT) || p[start - 1] == '+'))
		start--;
	while (start < i && !ascii_letter(p[start]))
		start++;
	*s = (struct span){start, link_end(p, n, i + 3)};
	return start < i;
}

/* A bare domain before the slash at byte i, perhaps with a port, and a path behind it. */
static bool
bare(const unsigned char *p, size_t n, size_t from, size_t i, struct span *s)
{
	size_t host = i, start;

	while (host > from && p[host - 1] >= '0' && p[host - 1] <= '9')
		host--;
	host = host > from && host < i && p[host - 1] == ':' ? host - 1 : i;
	start = host;
	while (start > from && host - start <= DOMAIN_MAX && is(p[start - 1], ALNUM | DASH | DOT))
		start--;
	if (host == start || domain_end(p, host, start, true) != host)
		return false;
	*s = (struct span){start, link_end(p, n, i)};
	return true;
}

/* An address around the @ at byte i, or a handle behind it. */
static bool
address(const unsigned char *p, size_t n, size_t from, size_t i, unsigned keep, struct span *s)
{
	size_t start = i, end = i + 1;

	while (start > from && i - start <= LOCAL_MAX &&
	       (is(p[start - 1], ALNUM | DASH | DOT) || p[start - 1] == '+' || p[start - 1] == '%'))
		start--;
	while (start < i && (p[start] == '.' || p[start] == '-'))
		start++;
	if (start < i) {
		end = domain_end(p, n, i + 1, false);
		*s = (struct span){start, end};
		return (keep & POTOK_KEEP_EMAILS) && end > 0 && i - start <= LOCAL_MAX &&
		       end - start <= POTOK_TRANSLIT_ADDRESS;
	}
	while (end < n && is(p[end], ALNUM))
		end++;
	if (end > i + 1 && end < n && p[end] == '@') { /* @name@server */
		size_t server = domain_end(p, n, end + 1, false);
		end = server > 0 ? server : end;
	}
	*s = (struct span){i, end};
	return (keep & POTOK_KEEP_MENTIONS) && end > i + 1;
}

/* www. at byte i, at the beginning of a word. */
static bool
www(const unsigned char *p, size_t n, size_t from, size_t i, struct span *s)
{
	if (n - i < 5 || (i > from && is(p[i - 1], ALNUM)))
		return false;
	for (size_t k = i; k < i + 3; k++) {
		if (p[k] != 'w' && p[k] != 'W')
			return false;
	}
	if (p[i + 3] != '.' || !is(p[i + 4], ALNUM))
		return false;
	*s = (struct span){i, link_end(p, n, i + 4)};
	return true;
}

/* Code between the backquotes at byte i and as many others. */
static bool
code(const unsigned char *p, size_t n, size_t i, struct span *s)
{
	size_t end = code_end(p, n, i);

	*s = (struct span){i, end};
	return end > 0;
}

/* The target of a Markdown link, up to the bracket that closes it, behind the ] at byte i. */
static bool
target(const unsigned char *p, size_t n, size_t i, struct span *s)
{
	if (n - i < 2 || p[i + 1] != '(')
		return false;
	*s = (struct span){i + 2, link_end(p, n, i + 2)};
	return s->end > s->start;
}

bool
token_protected(const unsigned char *p, size_t n, size_t from, unsigned keep, struct span *s)
{
	for (size_t i = from; i < n; i++) {
		bool found = false;
		if (!is(p[i], SPECIAL))
			continue;
		if (p[i] == '`')
			found = (keep & POTOK_KEEP_CODE) && code(p, n, i, s);
		else if (p[i] == '@')
			found = address(p, n, from, i, keep, s);
		else if (!(keep & POTOK_KEEP_URLS))
			continue;
		else if (p[i] == ']')
			found = target(p, n, i, s);
		else if (p[i] == '/' && i > from && p[i - 1] == ':' && i + 1 < n && p[i + 1] == '/')
			found = url(p, n, from, i - 1, s);
		else if (p[i] == '/')
			found = bare(p, n, from, i, s);
		else
			found = www(p, n, from, i, s);
		if (found)
			return true;
	}
	return false;
}
