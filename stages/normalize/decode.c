/* The decoders: tables for single bytes, UTF-16 and UTF-32 by hand, ICU or iconv for the rest. */
#include "decode.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ucnv.h>

#include <potok/utf8.h>

#include "decode_simd.h"
#include "detect.h"
#include "pairs.h"
#include "plain.h"

enum {
	SLOW_IN = 2048,         /* bytes for ICU or iconv in one go */
	PIECE_IN = 32,          /* for ICU, where we have tables */
	SLOW_OUT = 8 * SLOW_IN, /* UTF-16 units that they may give */
	NAME_MAX_BYTES = 63,
	CHARACTER_MAX = 16, /* bytes of one character, for iconv */
};

struct normalize_decoder {
	struct encoding encoding;
	char name[NAME_MAX_BYTES + 1];
	struct decode_single single;
	struct decode_packs *packs; /* NULL: no SIMD */
	bool big_endian;

	/* ICU and iconv: what the last run gave, and where in `in` each character began. */
	UConverter *icu;
	UConverter *before;  /* as ICU's was before the last run, until it has told the places */
	size_t begun, fed;   /* bytes of `in` that the last run began and ended with */
	struct pairs *pairs; /* NULL: ICU does it all */
	bool by_pairs;       /* the last run was theirs */
	iconv_t iconv;
	UChar *units;
	int32_t *from;
	size_t nunits;
	bool by_lines;    /* ICU gets whole lines */
	size_t ahead;     /* bytes at the front of `in` that ICU has got already */
	bool ill;         /* an ill-formed sequence stands at the front of `in`, ... */
	size_t bad;       /* ... this long */
	bool finished;    /* ICU or iconv has been told of the end */
	bool plain_lines; /* ICU: see has_plain_lines() */

	struct place { /* as far as decoder_where() has got in what the last run gave */
		size_t made, used, unit;
	} known;
};

bool
decoder_line_by_line(const struct normalize_decoder *d)
{
	return d->encoding.kind == ENCODING_UTF8 || d->encoding.kind == ENCODING_SINGLE ||
	       (d->encoding.kind == ENCODING_ICU && d->plain_lines);
}

/* Makes what the SIMD variants need, where there are some. */
static enum potok_status
open_packs(struct normalize_decoder *d)
{
	if (potok_simd() < POTOK_SIMD_AVX2)
		return POTOK_MORE;
	d->packs = malloc(sizeof *d->packs);
	if (d->packs == NULL)
		return POTOK_ENOMEM;
	decode_packs_fill(d->packs);
	return POTOK_MORE;
}

static void
open_single(struct normalize_decoder *d)
{
	const uint16_t *upper = decode_upper_half(d->encoding.name);

	for (unsigned b = 0; b < 0x80; b++)
		d->single.entry[b] = decode_entry(b);
	for (unsigned b = 0; b < 0x80; b++)
		d->single.entry[0x80 + b] =
		    upper[b] == 0xFFFF ? (struct decode_entry){{0}, 0, 0} : decode_entry(upper[b]);
	decode_single_fill(&d->single);
}

/* A converter in the same state, or NULL. */
static UConverter *
clone(const UConverter *icu)
{
	UErrorCode err = U_ZERO_ERROR;
#if U_ICU_VERSION_MAJOR_NUM >= 71
	UConverter *made = ucnv_clone(icu, &err);
#else
	UConverter *made = ucnv_safeClone(icu, NULL, NULL, &err);
#endif

	return U_SUCCESS(err) ? made : NULL;
}

/* A converter without state in which the byte 0A is LF. */
static bool
has_plain_lines(UConverter *icu)
{
	UErrorCode err = U_ZERO_ERROR;
	const char lf = '\n';
	const char *p = &lf;
	UConverterType type = ucnv_getType(icu);
	bool plain = (type == UCNV_SBCS || type == UCNV_MBCS || type == UCNV_LATIN_1 ||
			 type == UCNV_US_ASCII || type == UCNV_UTF8 || type == UCNV_CESU8) &&
		     ucnv_getNextUChar(icu, &p, p + 1, &err) == '\n' && U_SUCCESS(err);

	ucnv_resetToUnicode(icu);
	return plain;
}

static enum potok_status
open_icu(struct normalize_decoder *d)
{
	UErrorCode err = U_ZERO_ERROR;

	d->icu = ucnv_open(d->name, &err);
	ucnv_setToUCallBack(d->icu, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &err);
	if (U_SUCCESS(err)) {
		UConverterType type = ucnv_getType(d->icu);
		d->by_lines = type != UCNV_SBCS && type != UCNV_DBCS && type != UCNV_MBCS &&
			      type != UCNV_EBCDIC_STATEFUL && type != UCNV_US_ASCII;
		d->plain_lines = has_plain_lines(d->icu);
		bool stateless = type == UCNV_SBCS || type == UCNV_DBCS || type == UCNV_MBCS;
		UConverter *fresh = stateless ? clone(d->icu) : NULL;
		if (fresh != NULL)
			d->pairs = pairs_open(fresh);
		if (stateless && d->pairs == NULL)
			err = U_MEMORY_ALLOCATION_ERROR;
	}
	if (err == U_MEMORY_ALLOCATION_ERROR)
		return POTOK_ENOMEM;
	return U_FAILURE(err) ? POTOK_EUSAGE : POTOK_MORE;
}

/*
 * Makes a table of an encoding of iconv, when each byte is one character or none, whatever stands
 * before it: it is asked for each byte in a state that no byte has changed.
 */
static bool
single_from_iconv(struct normalize_decoder *d)
{
	for (unsigned b = 0; b < 256; b++) {
		unsigned char cp[8];
		char byte = (char)b, *from = &byte, *to = (char *)cp;
		size_t nfrom = 1, nto = sizeof cp;
		size_t failed = iconv(d->iconv, &from, &nfrom, &to, &nto);
		bool none = failed == (size_t)-1 && errno == EILSEQ && nto == sizeof cp;
		bool one = failed == 0 && nto == sizeof cp - 4 && (cp[2] | cp[3]) == 0;
		iconv(d->iconv, NULL, NULL, NULL, NULL);
		if (!none && !one)
			return false;
		struct decode_entry *e = &d->single.entry[b];
		*e = none ? (struct decode_entry){{0}, 0, 0}
			  : decode_entry((uint32_t)cp[0] | (uint32_t)cp[1] << 8);
		if (b < 0x80 && (e->len != 1 || e->utf8[0] != b))
			return false;
	}
	decode_single_fill(&d->single);
	return true;
}

static enum potok_status
open_iconv(struct normalize_decoder *d)
{
	d->encoding.kind = ENCODING_ICONV;
	d->iconv = iconv_open("UTF-32LE", d->name);
	if (d->iconv == (iconv_t)-1)
		return errno == ENOMEM ? POTOK_ENOMEM : POTOK_EUSAGE;
	if (single_from_iconv(d)) {
		d->encoding.kind = ENCODING_SINGLE;
		iconv_close(d->iconv);
		d->iconv = (iconv_t)-1;
	}
	return POTOK_MORE;
}

enum potok_status
decoder_open(struct normalize_decoder **made, const struct encoding *e)
{
	struct normalize_decoder *d = calloc(1, sizeof *d);
	enum potok_status s = POTOK_MORE;

	if (d == NULL)
		return POTOK_ENOMEM;
	d->encoding = *e;
	d->iconv = (iconv_t)-1;
	strncpy(d->name, e->name, NAME_MAX_BYTES);
	d->big_endian = e->kind == ENCODING_UTF16BE || e->kind == ENCODING_UTF32BE;
	if (e->kind == ENCODING_SINGLE) {
		open_single(d);
	} else if (e->kind == ENCODING_ICU || e->kind == ENCODING_ICONV) {
		d->units = malloc(SLOW_OUT * sizeof *d->units);
		d->from = malloc(SLOW_OUT * sizeof *d->from);
		if (d->units == NULL || d->from == NULL)
			s = POTOK_ENOMEM;
		else
			s = e->kind == ENCODING_ICU ? open_icu(d) : POTOK_EUSAGE;
		/* ICU has names without a table. */
		if (s == POTOK_EUSAGE)
			s = open_iconv(d);
	}
	if (e->kind == ENCODING_UTF16 || e->kind == ENCODING_UTF16LE || e->kind == ENCODING_UTF16BE)
		decode_cyrillic_fill(&d->single);
	if (s >= 0)
		s = open_packs(d);
	if (s < 0) {
		decoder_close(d);
		return s;
	}
	*made = d;
	return s;
}

void
decoder_close(struct normalize_decoder *d)
{
	if (d == NULL)
		return;
	if (d->icu != NULL) {
		ucnv_close(d->before);
		ucnv_close(d->icu);
	}
	pairs_close(d->pairs);
	if (d->iconv != (iconv_t)-1)
		iconv_close(d->iconv);
	free(d->units);
	free(d->from);
	free(d->packs);
	free(d);
}

const char *
decoder_name(const struct normalize_decoder *d)
{
	return d->name;
}

/* Decodes in[0..n), moving *out, up to a byte that is no character.  Answers the bytes used. */
static size_t
single_scalar(
    const struct normalize_decoder *d, const unsigned char *in, size_t n, unsigned char **out)
{
	unsigned char *o = *out;
	size_t i = 0;

	while (i < n) {
		uint64_t eight;
		if (n - i >= sizeof eight) {
			memcpy(&eight, in + i, sizeof eight);
			if ((eight & 0x8080808080808080u) == 0) {
				memcpy(o, &eight, sizeof eight);
				o += sizeof eight;
				i += sizeof eight;
				continue;
			}
		}
		const struct decode_entry *e = &d->single.entry[in[i]];
		if (e->len == 0)
			break;
		/* Four bytes are written, what is too much is written over. */
		memcpy(o, e, sizeof *e);
		o += e->len;
		i++;
	}
	*out = o;
	return i;
}

static enum potok_status
run_single(struct normalize_decoder *d, const unsigned char *in, size_t n, unsigned char *out,
    struct decoded *r)
{
	struct decode_search search = {.base = out};
	unsigned char *o = out;
	size_t i = 0;

#if POTOK_SIMD_X86
	if (d->packs != NULL)
		i = decode_single_avx2(d->packs, &d->single, in, n, &search, &o);
#endif
	if (d->packs == NULL) {
		i = single_scalar(d, in, n, &o);
		search.ended = search.changes = true;
	}
	*r = (struct decoded){.used = i, .made = (size_t)(o - out), .bad = 1};
	r->ill = i == 0 && n > 0;
	r->plain = search.changes ? search.plain : r->made;
	r->clear = search.ended ? search.clear : r->made;
	return POTOK_MORE;
}

static uint32_t
unit16(const struct normalize_decoder *d, const unsigned char *p)
{
	return d->big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static uint32_t
unit32(const struct normalize_decoder *d, const unsigned char *p)
{
	return d->big_endian
		   ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		   : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool
is_wide(const struct normalize_decoder *d)
{
	return d->encoding.kind == ENCODING_UTF32LE || d->encoding.kind == ENCODING_UTF32BE;
}

/*
 * Reads one character of UTF-16 or UTF-32.  Answers its length in bytes; 0 when it is cut; minus
 * the length of what is ill-formed.
 */
static int
wide_character(const struct normalize_decoder *d, const unsigned char *p, size_t n, uint32_t *cp)
{
	if (is_wide(d)) {
		if (n < 4)
			return 0;
		*cp = unit32(d, p);
		return *cp > 0x10FFFF || (*cp >= 0xD800 && *cp < 0xE000) ? -4 : 4;
	}
	if (n < 2)
		return 0;
	*cp = unit16(d, p);
	if (*cp < 0xD800 || *cp >= 0xE000)
		return 2;
	if (*cp >= 0xDC00)
		return -2;
	if (n < 4)
		return 0;
	uint32_t low = unit16(d, p + 2);
	if (low < 0xDC00 || low >= 0xE000)
		return -2;
	*cp = 0x10000 + ((*cp - 0xD800) << 10) + (low - 0xDC00);
	return 4;
}

/* The byte order of UTF-16 or UTF-32: by U+FEFF; of UTF-16 by what makes text, else the encoding's
 * own; of UTF-32 else big endian.  Answers false when more bytes are needed. */
static bool
find_order(struct normalize_decoder *d, const unsigned char *p, size_t n, bool last)
{
	bool wide = d->encoding.kind == ENCODING_UTF32;
	bool little;

	if (n < 4 && !last)
		return false;
	if (wide) {
		little = n >= 4 && p[0] == 0xFF && p[1] == 0xFE && p[2] == 0 && p[3] == 0;
	} else if (n >= 2 && ((p[0] == 0xFE && p[1] == 0xFF) || (p[0] == 0xFF && p[1] == 0xFE))) {
		little = p[0] == 0xFF;
	} else {
		if (n < DETECT_LOOK && !last)
			return false;
		const char *name = detect_utf16(p, n < DETECT_LOOK ? n : DETECT_LOOK);
		little = name != NULL ? strcmp(name, "UTF-16LE") == 0 : !d->encoding.big_endian;
	}
	d->big_endian = !little;
	d->encoding.kind = wide     ? little ? ENCODING_UTF32LE : ENCODING_UTF32BE
			   : little ? ENCODING_UTF16LE
				    : ENCODING_UTF16BE;
	strcat(d->name, little ? "LE" : "BE");
	return true;
}

/* Writes the UTF-16 units at the front that are no surrogates, moving *out; answers their bytes.
 * search NULL: none is wanted. */
static size_t
units_to_utf8(const struct normalize_decoder *d, const unsigned char *in, size_t n, bool big_endian,
    struct decode_search *search, unsigned char **out)
{
	unsigned char *o = *out;
	size_t i = 0;
	unsigned high = !big_endian;

#if POTOK_SIMD_X86
	if (d->packs != NULL && search != NULL && !search->dense)
		i = decode_text_units_avx2(d->packs, &d->single, in, n, big_endian, search, &o);
	if (d->packs != NULL && (search == NULL || search->dense))
		i += decode_units_avx2(d->packs, in + i, n - i, big_endian, &o);
#else
	(void)d;
	(void)search;
#endif
	for (; n - i >= 2; i += 2) {
		uint32_t c = (uint32_t)in[i + high] << 8 | in[i + 1 - high];
		if (c < 0x80) {
			*o++ = (unsigned char)c;
		} else if (c < 0x800) {
			*o++ = (unsigned char)(0xC0 | c >> 6);
			*o++ = (unsigned char)(0x80 | (c & 0x3F));
		} else if (c < 0xD800 || c >= 0xE000) {
			*o++ = (unsigned char)(0xE0 | c >> 12);
			*o++ = (unsigned char)(0x80 | (c >> 6 & 0x3F));
			*o++ = (unsigned char)(0x80 | (c & 0x3F));
		} else {
			break;
		}
	}
	*out = o;
	return i;
}

static enum potok_status
run_wide(struct normalize_decoder *d, const unsigned char *in, size_t n, bool last,
    unsigned char *out, struct decoded *r)
{
	struct decode_search search = {.base = out, .ended = d->packs == NULL || is_wide(d)};
	size_t i = 0;
	unsigned char *o = out;
	int len = 0;

	*r = (struct decoded){0};
	if ((d->encoding.kind == ENCODING_UTF16 || d->encoding.kind == ENCODING_UTF32) &&
	    !find_order(d, in, n, last))
		return POTOK_MORE;
	while (i < n && i < DECODE_IN) {
		uint32_t cp = 0;
		if (!is_wide(d)) {
			size_t most = n < DECODE_IN ? n : DECODE_IN;
			i += units_to_utf8(d, in + i, most - i, d->big_endian, &search, &o);
			if (i >= most)
				break;
		}
		len = wide_character(d, in + i, n - i, &cp);
		if (len <= 0)
			break;
		if (!search.ended && !plain_character(cp))
			decode_search_ends(&search, (size_t)(o - out));
		o += potok_utf8_encode(cp, o);
		i += (size_t)len;
	}
	*r = (struct decoded){.used = i, .made = (size_t)(o - out)};
	r->plain = r->clear = search.ended ? search.clear : r->made;
	if (i > 0 || n == 0)
		return POTOK_MORE;
	r->ill = len < 0 || last;
	r->bad = len < 0 ? (size_t)-len : n; /* n: the stream ends inside a unit or a pair */
	return POTOK_MORE;
}

/* Writes what ICU or iconv gave as UTF-8.  Lone surrogates do not come from them; were there any,
 * U+FFFD would stand for each. */
static size_t
write_units(const struct normalize_decoder *d, unsigned char *out)
{
	unsigned char *o = out;
	size_t i = 0;

	while (i < d->nunits) {
		const unsigned char *bytes = (const unsigned char *)(d->units + i);
		const uint16_t one = 1;
		bool big_endian = *(const unsigned char *)&one == 0;
		i += units_to_utf8(d, bytes, 2 * (d->nunits - i), big_endian, NULL, &o) / 2;
		if (i < d->nunits)
			o += potok_utf8_encode(utf16_next(d->units, &i, d->nunits), o);
	}
	return (size_t)(o - out);
}

/*
 * How far ICU is fed.  Its converters by tables do not mind where the text is cut; those with more
 * state do when it is ill-formed, so they get whole lines, or SLOW_IN bytes of a longer one.
 */
static size_t
icu_piece(const struct normalize_decoder *d, const unsigned char *in, size_t n, bool last)
{
	/* Of what the tables lack there is little. */
	size_t piece = d->pairs != NULL ? PIECE_IN : SLOW_IN;
	size_t most = n - d->ahead < piece ? n - d->ahead : piece;

	if (!d->by_lines)
		return d->ahead + most;
	for (size_t i = most; i > 0; i--) {
		if (in[d->ahead + i - 1] == '\n')
			return d->ahead + i;
	}
	return most == SLOW_IN || last ? d->ahead + most : d->ahead;
}

/*
 * ICU keeps the bytes of an unfinished character to itself.  They stay in `in` until it is
 * finished, and `ahead` tells how many ICU has got already.
 */
static enum potok_status
run_icu(struct normalize_decoder *d, const unsigned char *in, size_t n, bool last,
    unsigned char *out, struct decoded *r)
{
	UErrorCode err = U_ZERO_ERROR;
	size_t fed = n < d->ahead ? 0 : icu_piece(d, in, n, last);
	const char *p = (const char *)in + d->ahead;
	UChar *to = d->units;

	*r = (struct decoded){.ill = d->ill, .bad = d->bad};
	if (d->ill || (fed <= d->ahead && !last) || d->finished)
		return POTOK_MORE;
	ucnv_close(d->before);
	d->before = clone(d->icu);
	if (d->before == NULL)
		return POTOK_ENOMEM;
	d->begun = d->ahead;
	d->fed = fed;
	ucnv_toUnicode(d->icu, &to, d->units + SLOW_OUT, &p, (const char *)in + fed, NULL,
	    last && fed == n, &err);
	d->nunits = (size_t)(to - d->units);

	size_t seen = (size_t)(p - (const char *)in), bad = 0;
	d->finished = last && fed == n && U_SUCCESS(err);
	if (U_FAILURE(err)) {
		char invalid[32];
		int8_t ninvalid = sizeof invalid;
		UErrorCode err2 = U_ZERO_ERROR;
		if (err != U_TRUNCATED_CHAR_FOUND && err != U_ILLEGAL_CHAR_FOUND &&
		    err != U_INVALID_CHAR_FOUND && err != U_ILLEGAL_ESCAPE_SEQUENCE &&
		    err != U_UNSUPPORTED_ESCAPE_SEQUENCE)
			return err == U_MEMORY_ALLOCATION_ERROR ? POTOK_ENOMEM : POTOK_EBUG;
		ucnv_getInvalidChars(d->icu, invalid, &ninvalid, &err2);
		bad = ninvalid > 0 ? (size_t)ninvalid : 1;
	}
	UErrorCode err3 = U_ZERO_ERROR;
	int32_t kept = ucnv_toUCountPending(d->icu, &err3);
	size_t behind = bad + (kept > 0 ? (size_t)kept : 0);
	r->used = behind < seen ? seen - behind : 0;
	r->made = write_units(d, out);
	d->ahead = seen - r->used;
	/* Some converters do not tell that they hold bytes, and find fault with them later. */
	d->ill = bad > 0;
	d->bad = bad < d->ahead ? bad : d->ahead;
	r->ill = d->ill && r->used == 0 && r->made == 0;
	r->bad = d->bad;
	return POTOK_MORE;
}

/* Has ICU convert the last piece once more to tell where each character began: it takes a third
 * longer so, and is asked for seldom. */
static void
find_places(struct normalize_decoder *d, const unsigned char *in)
{
	UErrorCode err = U_ZERO_ERROR;
	const char *p = (const char *)in + d->begun;
	UChar *to = d->units;

	if (d->before == NULL)
		return;
	ucnv_toUnicode(d->before, &to, d->units + d->nunits, &p, (const char *)in + d->fed, d->from,
	    false, &err);
	for (size_t i = 0; i < d->nunits; i++)
		d->from[i] = d->from[i] < 0 ? 0 : d->from[i] + (int32_t)d->begun;
	ucnv_close(d->before);
	d->before = NULL;
}

/* Decodes by our tables, to the end of a line where there is one.  Answers false when they lack the
 * first character. */
static bool
run_pairs(struct normalize_decoder *d, const unsigned char *in, size_t n, unsigned char *out,
    struct decoded *r)
{
	struct decode_search search = {.base = out};
	unsigned char *o = out;
	size_t most = n < DECODE_IN ? n : DECODE_IN, end = most;

	while (end > 0 && in[end - 1] != '\n')
		end--;
	size_t used = pairs_decode(d->pairs, in, end > 0 ? end : most, &search, &o);
	if (used == 0)
		return false;
	d->by_pairs = true;
	*r = (struct decoded){.used = used, .made = (size_t)(o - out)};
	r->plain = search.changes ? search.plain : r->made;
	r->clear = search.ended ? search.clear : r->made;
	return true;
}

/* By our tables, else as run_icu(), piece after piece until there is something to tell, or all has
 * been fed. */
static enum potok_status
run_icu_on(struct normalize_decoder *d, const unsigned char *in, size_t n, bool last,
    unsigned char *out, struct decoded *r)
{
	d->by_pairs = false;
	if (d->pairs != NULL && d->ahead == 0 && !d->ill && n > 0 && run_pairs(d, in, n, out, r))
		return POTOK_MORE;
	for (;;) {
		size_t before = d->ahead;
		enum potok_status s = run_icu(d, in, n, last, out, r);
		if (s < 0 || r->used > 0 || r->made > 0 || r->ill || d->ahead == before)
			return s;
	}
}

/*
 * Converts the character at the front of in[0..n): iconv gets one byte more until it is content,
 * so that it tells where each character begins and never lacks room, after which some converters
 * of glibc write a character twice.  Answers the bytes used; *made code points stand in cps.
 */
static size_t
step_iconv(struct normalize_decoder *d, const unsigned char *in, size_t n, unsigned char cps[64],
    size_t *made, int *why)
{
	size_t used = 0;

	*made = 0;
	*why = EINVAL;
	for (size_t len = 1; len <= n && *why == EINVAL && used == 0 && *made == 0; len++) {
		/* iconv() takes char ** for const bytes and does not write to them. */
		char *from = (char *)(uintptr_t)in, *to = (char *)cps;
		size_t nfrom = len, nto = 64;
		errno = 0;
		*why = iconv(d->iconv, &from, &nfrom, &to, &nto) == (size_t)-1 ? errno : 0;
		*made = (64 - nto) / 4;
		used = len - nfrom;
		if (len == CHARACTER_MAX && *why == EINVAL)
			*why = EILSEQ;
	}
	return used;
}

static void
add_units(struct normalize_decoder *d, const unsigned char *cps, size_t ncps, size_t from)
{
	for (size_t i = 0; i < ncps; i++) {
		const unsigned char *p = cps + 4 * i;
		uint32_t c = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
		size_t before = d->nunits;
		if (p[3] != 0 || c > 0x10FFFF)
			c = POTOK_REPLACEMENT;
		U16_APPEND_UNSAFE(d->units, d->nunits, c);
		for (size_t u = before; u < d->nunits; u++)
			d->from[u] = (int32_t)from;
	}
}

/* The last bytes: what iconv still holds, written once. */
static void
finish_iconv(struct normalize_decoder *d, size_t at)
{
	unsigned char cps[64];
	char *to = (char *)cps;
	size_t nto = sizeof cps;

	if (d->finished)
		return;
	d->finished = true;
	iconv(d->iconv, NULL, NULL, &to, &nto);
	add_units(d, cps, (sizeof cps - nto) / 4, at);
}

static enum potok_status
run_iconv(struct normalize_decoder *d, const unsigned char *in, size_t n, bool last,
    unsigned char *out, struct decoded *r)
{
	unsigned char cps[64];
	size_t i = 0, made = 0;
	int why = 0;

	d->nunits = 0;
	while (i < n && i < SLOW_IN && why == 0) {
		size_t used = step_iconv(d, in + i, n - i, cps, &made, &why);
		add_units(d, cps, made, i);
		i += used;
		if (why == ENOMEM)
			return POTOK_ENOMEM;
		if (why == EINVAL && used > 0)
			why = 0;
	}
	if (i == n && last)
		finish_iconv(d, n);
	*r = (struct decoded){.used = i, .made = write_units(d, out)};
	r->bad = why == EILSEQ ? 1 : n;
	if (r->used == 0 && r->made == 0 && n > 0)
		r->ill = why == EILSEQ || (why == EINVAL && last);
	return POTOK_MORE;
}

enum potok_status
decoder_run(struct normalize_decoder *d, const unsigned char *in, size_t n, bool last,
    unsigned char *out, struct decoded *r)
{
	d->known = (struct place){0};
	switch (d->encoding.kind) {
	case ENCODING_SINGLE:
		return run_single(d, in, n < DECODE_IN ? n : DECODE_IN, out, r);
	case ENCODING_ICU:
		return run_icu_on(d, in, n, last, out, r);
	case ENCODING_ICONV:
		return run_iconv(d, in, n, last, out, r);
	default:
		return run_wide(d, in, n, last, out, r);
	}
}

bool
decoder_knows_lines(const struct normalize_decoder *d)
{
	return d->encoding.kind != ENCODING_ICU && d->encoding.kind != ENCODING_ICONV &&
	       d->encoding.kind != ENCODING_UTF16 && d->encoding.kind != ENCODING_UTF32;
}

size_t
decoder_lines(
    const struct normalize_decoder *d, const unsigned char *in, size_t n, size_t known, bool last)
{
	size_t unit = d->encoding.kind == ENCODING_SINGLE ? 1 : is_wide(d) ? 4 : 2;
	size_t window = n < DECODE_IN ? n : DECODE_IN;

	for (size_t i = window - window % unit; i > known - known % unit; i -= unit) {
		const unsigned char *p = in + i - unit;
		uint32_t c = unit == 1 ? p[0] : unit == 2 ? unit16(d, p) : unit32(d, p);
		if (c == '\n')
			return i;
	}
	return last || n >= DECODE_IN ? window : 0;
}

void
decoder_skip(struct normalize_decoder *d, const struct decoded *r)
{
	d->ahead -= r->bad < d->ahead ? r->bad : d->ahead;
	d->bad = 0;
	d->ill = false;
}

void
decoder_reset(struct normalize_decoder *d)
{
	if (d->icu != NULL)
		ucnv_resetToUnicode(d->icu);
	if (d->iconv != (iconv_t)-1)
		iconv(d->iconv, NULL, NULL, NULL, NULL);
	d->nunits = d->ahead = d->bad = 0;
	d->ill = d->finished = false;
}

size_t
decoder_where(struct normalize_decoder *d, const unsigned char *in, size_t at)
{
	struct place p = at < d->known.made ? (struct place){0} : d->known;

	if (d->icu != NULL && !d->by_pairs)
		find_places(d, in);
	if (d->by_pairs) {
		pairs_where(d->pairs, in, at, &p.used, &p.made);
	} else if (d->icu != NULL || d->iconv != (iconv_t)-1) {
		while (p.unit < d->nunits && p.made < at) {
			uint32_t cp = utf16_next(d->units, &p.unit, d->nunits);
			p.made += (size_t)U8_LENGTH(cp);
		}
		p.used = p.unit < d->nunits ? (size_t)d->from[p.unit] : 0;
	} else {
		while (p.made < at) {
			uint32_t cp;
			if (d->encoding.kind == ENCODING_SINGLE) {
				p.made += d->single.entry[in[p.used++]].len;
			} else {
				p.used += (size_t)wide_character(d, in + p.used, 4, &cp);
				p.made += (size_t)U8_LENGTH(cp);
			}
		}
	}
	d->known = p;
	return p.used;
}
