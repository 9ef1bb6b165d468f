/* From bytes of any encoding to UTF-8, and the names of the encodings.  Private to normalize. */
#ifndef NORMALIZE_DECODE_H
#define NORMALIZE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/status.h>
#include <potok/utf8.h>

enum encoding_kind {
	ENCODING_UTF8,
	ENCODING_SINGLE, /* single_bytes[index] */
	ENCODING_UTF16,  /* the byte order is found out */
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_UTF32,
	ENCODING_UTF32LE,
	ENCODING_UTF32BE,
	ENCODING_ICU,
	ENCODING_ICONV,
};

struct encoding {
	enum encoding_kind kind;
	size_t index;
	const char *name; /* static; ICU, iconv: as given */
	bool big_endian;  /* ENCODING_UTF16: when neither a mark nor the look tells the order */
};

/* Finds the encoding of a label.  Answers false when the label is not one that could be known. */
bool encoding_find(const char *label, struct encoding *);

enum {
	DECODE_IN = 16 * 1024,           /* bytes looked at in one go */
	DECODE_OUT = 3 * DECODE_IN + 96, /* bytes that this may give */
};

struct normalize_decoder;

/* What stands at the front of the bytes given.  All 0: more bytes are needed. */
struct decoded {
	size_t used;  /* bytes of text, ... */
	size_t made;  /* ... and of the UTF-8 made of them */
	bool ill;     /* used and made are 0: an ill-formed sequence, ... */
	size_t bad;   /* ... of so many bytes; 0 when they have been used before */
	size_t plain; /* bytes at the front of what was made that are known to be plain (plain.h) */
	size_t clear; /* the same, and no character of them is one that mojibake_suspect() stops at
		       * when a line begins with them */
};

/* Makes a decoder.  Answers POTOK_EUSAGE when neither ICU nor iconv knows the name. */
enum potok_status decoder_open(struct normalize_decoder **, const struct encoding *);
void decoder_close(struct normalize_decoder *);

/* The name of what is decoded; of UTF-16 and UTF-32 the byte order too, once it is known. */
const char *decoder_name(const struct normalize_decoder *);

/* Whether LF is the byte 0A and nothing else is, and no line changes how the next one is read. */
bool decoder_line_by_line(const struct normalize_decoder *);

/*
 * Decodes the front of in[0..n) to out, which has DECODE_OUT bytes.  The next call must begin
 * behind the bytes used, or behind the ill-formed ones.
 */
enum potok_status decoder_run(struct normalize_decoder *, const unsigned char *in, size_t n,
    bool last, unsigned char *out, struct decoded *);

/* Can it tell lines before they are decoded? */
bool decoder_knows_lines(const struct normalize_decoder *);

/* How many bytes at the front of in[0..n), where a line begins, are whole lines and fit in one run,
 * or else a piece as long as a run.  0: more bytes are needed.  The first `known` bytes hold no
 * end of a line. */
size_t decoder_lines(
    const struct normalize_decoder *, const unsigned char *in, size_t n, size_t known, bool last);

/* Tells the decoder that the ill-formed sequence which it found has been taken. */
void decoder_skip(struct normalize_decoder *, const struct decoded *);

/* Forgets what it has been given, all of which has been used: other text begins. */
void decoder_reset(struct normalize_decoder *);

/* Which byte of `in`, as it was given to the last decoder_run(), began the character at out[at]. */
size_t decoder_where(struct normalize_decoder *, const unsigned char *in, size_t at);

/* The scalar value at text[*i], i < n, and moves behind it; U+FFFD for a lone surrogate. */
static inline uint32_t
utf16_next(const uint16_t *text, size_t *i, size_t n)
{
	uint32_t c = text[(*i)++];

	if (c < 0xD800 || c >= 0xE000)
		return c;
	if (c >= 0xDC00 || *i == n || text[*i] < 0xDC00 || text[*i] >= 0xE000)
		return 0xFFFD;
	return 0x10000 + ((c - 0xD800) << 10) + (text[(*i)++] - 0xDC00u);
}

/*
 * A character above U+FFFF as two surrogates of three bytes each, as CESU-8 (UTR #26) and programs
 * that take UTF-16 for characters write it.  Answers 6; 0 when it may be one but is cut; -1 when it
 * is none.
 */
static inline int
surrogate_pair(const unsigned char *p, size_t n, uint32_t *cp)
{
	static const unsigned char from[6] = {0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80},
				   to[6] = {0xED, 0xAF, 0xBF, 0xED, 0xBF, 0xBF};

	for (size_t i = 0; i < 6; i++) {
		if (i == n)
			return 0;
		if (p[i] < from[i] || p[i] > to[i])
			return -1;
	}
	*cp = 0x10000 + ((uint32_t)(p[1] & 0xF) << 16 | (uint32_t)(p[2] & 0x3F) << 10 |
			    (uint32_t)(p[4] & 0xF) << 6 | (p[5] & 0x3Fu));
	return 6;
}

/* As potok_utf8_decode(), but surrogate_pair() is one character of 6 bytes. */
static inline int
decode_with_pairs(const unsigned char *p, size_t n, uint32_t *cp)
{
	int len = potok_utf8_decode(p, n, cp);

	return len < 0 && surrogate_pair(p, n, cp) > 0 ? 6 : len;
}

/* The characters of the bytes 80 to FF, 0xFFFF for none; NULL unless it is a single-byte encoding
 * of ours. */
const uint16_t *decode_upper_half(const char *name);

#endif
