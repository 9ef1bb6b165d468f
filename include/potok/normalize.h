/* The stage normalize: text in any encoding becomes clean UTF-8. */
#ifndef POTOK_NORMALIZE_H
#define POTOK_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is done with bytes that are no text in the encoding of the input. */
enum potok_bad {
	POTOK_BAD_REPLACE, /* U+FFFD stands for each ill-formed sequence */
	POTOK_BAD_DROP,    /* they are left out */
	POTOK_BAD_STOP,    /* process() answers POTOK_EINPUT */
	POTOK_BAD_ESCAPE,  /* \\x and two hexadecimal digits stand for each byte */
};

/* Normalization forms (UAX #15). */
enum potok_form { POTOK_NFC, POTOK_NFD, POTOK_NFKC, POTOK_NFKD, POTOK_FORM_NONE };

/* Repairs, ored. */
enum {
	POTOK_REPAIR_CONTROLS = 1 << 0,    /* C0 and C1 are left out, but for TAB and line breaks */
	POTOK_REPAIR_ZERO_WIDTH = 1 << 1,  /* U+200B, U+2060, U+FEFF are left out */
	POTOK_REPAIR_SOFT_HYPHEN = 1 << 2, /* U+00AD is left out */
	POTOK_REPAIR_NBSP = 1 << 3,        /* U+00A0, U+2007, U+202F become a space */
	POTOK_REPAIR_QUOTES = 1 << 4,      /* U+2018 to U+201B become ', U+201C to U+201F " */
	POTOK_REPAIR_WIDTH = 1 << 5,       /* full- and halfwidth forms become the usual ones */
	POTOK_REPAIR_MOJIBAKE = 1 << 6,    /* text that was read in a wrong encoding before */
	POTOK_REPAIR_ENTITIES = 1 << 7,    /* HTML entities become characters */
};

struct potok_normalize_options {
	const char *from; /* a label of the encoding; NULL or "auto": found out from the bytes */
	enum potok_bad bad;
	enum potok_form form;
	bool keep_breaks;     /* CR LF, CR, VT, FF, U+0085, U+2028, U+2029 do not become LF */
	unsigned repair;      /* POTOK_REPAIR_..., ored */
	bool pass_binary;     /* what is no text is copied; else POTOK_EINPUT */
	bool explain;         /* rows that tell what is changed are written, and not the text */
	const char *language; /* BCP 47: helps to find out the encoding; NULL: not known; static */
};
#define POTOK_NORMALIZE_DEFAULTS                                                                   \
	{                                                                                          \
		NULL, POTOK_BAD_REPLACE, POTOK_NFC, false,                                         \
		    POTOK_REPAIR_CONTROLS | POTOK_REPAIR_MOJIBAKE, false, false, NULL              \
	}

enum {
	POTOK_NORMALIZE_COUNTS = 17,
	POTOK_NORMALIZE_ENCODINGS = 64,        /* those whose lines are counted, at most */
	POTOK_NORMALIZE_HEAD = 4096,           /* bytes in which a text may name its encoding */
	POTOK_NORMALIZE_MARKS = 256,           /* characters behind one normalization boundary */
	POTOK_NORMALIZE_EVIDENCE = 256 * 1024, /* bytes held to find out an encoding */
	POTOK_NORMALIZE_LINE = 64 * 1024,      /* bytes of one line held until they are judged */
};

/*
 * The output is well-formed UTF-8 in the normalization form, with LF at the end of each line, the
 * last one included.  Normalizing it again changes nothing, but where entities are decoded.  The
 * counts are ill_formed, bom_removed, line_breaks, final_lf_added, joiner_inserted, decoded_bytes,
 * binary_bytes, surrogate_pairs, mojibake_left, controls, zero_width, soft_hyphen, nbsp, quotes,
 * width, mojibake and entities, and when lines are judged one for each encoding that some were in,
 * such as lines_windows_1251; the manual potok-normalize(1) tells what they mean and how an
 * encoding is found out.
 *
 * The members behind `stage` are private.
 */
struct potok_normalize {
	struct potok_stage stage;
	struct potok_count counts[POTOK_NORMALIZE_COUNTS + POTOK_NORMALIZE_ENCODINGS];
	enum potok_bad bad;
	enum potok_form form;
	bool keep_breaks;
	unsigned repair;
	bool pass_binary, explain;
	const char *language;
	int mode;

	/* What has been written. */
	bool started;   /* anything */
	bool open_line; /* it does not end with LF */
	bool after_cr;  /* the last character taken was CR */

	/* Where the text is that would be written, from 0, and the offset of what is pending. */
	uint64_t line, column, pending_at;

	/* Characters from a normalization boundary on, in UTF-16, to be written together. */
	uint16_t pending[2 * POTOK_NORMALIZE_MARKS + 8];
	size_t npending;
	size_t weight;          /* code points behind the boundary, were they decomposed */
	const void *normalizer; /* ICU's, when it has been needed */

	/* UTF-8 of unknown truth: what of `in` has been looked at. */
	bool ascii;      /* all of it has been ASCII */
	size_t released; /* bytes at the front of `in` that are UTF-8 for good */
	size_t examined; /* bytes behind those that are well-formed */
	unsigned char head[POTOK_NORMALIZE_HEAD];
	size_t nhead;
	struct normalize_fit *fit; /* tells encodings, when it has been needed */
	const char *encoding;      /* what it has told; NULL: nothing yet */
	size_t
	    judged; /* bytes at the front of `in`, or of `decoded`, that need no repair of lines */
	size_t region;   /* bytes behind those that are whole lines, or a piece of a longer one */
	size_t safe;     /* bytes at the front of those in which nothing is suspect */
	size_t unbroken; /* bytes behind those, or not yet decoded, that hold no end of a line */
	struct normalize_repair *repairing; /* room for that, when it has been needed */
	struct normalize_lines *lines;      /* of text whose lines are judged */
	size_t plain; /* bytes at the front of `in`, or of `decoded`, that are known to be plain */
	size_t clear; /* bytes at the front of the same in which nothing is suspect either */
	bool within;  /* what follows the region begins within a line */
	bool alone;   /* the region does: it is judged for itself */

	/* Other encodings. */
	struct normalize_decoder *decoder;
	unsigned char *decoded; /* text made from the front of `in` */
	size_t ndecoded;
	bool by_lines;       /* what is decoded ends where lines end */
	bool straight;       /* the block before was clear as a whole, and ended with LF */
	size_t cleaned;      /* bytes of it that have been taken */
	size_t carried;      /* bytes of it that were made from bytes before `in` */
	size_t block;        /* bytes at the front of `in` that it was made from */
	char guess[96];      /* says which encoding was guessed */
	unsigned confidence; /* in it, 0 to 99; 0: nothing was guessed */
};

/*
 * Makes a stage.  Options may be NULL: the defaults.  Answers POTOK_MORE, POTOK_EUSAGE when `from`
 * is no known label or `bad` no known policy, or POTOK_ENOMEM.  `from` is not kept.
 */
POTOK_API enum potok_status potok_normalize_init(
    struct potok_normalize *, const struct potok_normalize_options *);

/* The name of the encoding that the input is read as: so far, when it is to be found out.  Static,
 * or valid until the stage is closed. */
POTOK_API const char *potok_normalize_encoding(const struct potok_normalize *);

/* How sure that is: 100 when it was stated, is UTF-8 or has a byte order mark; else less. */
POTOK_API unsigned potok_normalize_confidence(const struct potok_normalize *);

/*
 * Of a fresh stage: whether a text may be cut behind any LF and the pieces be read alone, each by a
 * stage with the same options, so that their outputs one behind another are that of the whole.  The
 * encoding must have been named, and must keep nothing from line to line.  A piece must not begin
 * with U+FEFF.
 */
POTOK_API bool potok_normalize_lines_independent(const struct potok_normalize *);

/* The language that the UTF-8 text[0..n) is written in (BCP 47), by the letters of its first 2,000
 * characters; "und" when that is not clear. */
POTOK_API const char *potok_normalize_language(const unsigned char *text, size_t n);

/*
 * The labels that `from` may have: label i, or NULL behind the last one; "" in place of one that
 * the system's iconv does not have.  *alias tells whether it is another label of the encoding
 * before.  Case, - and _ do not matter in a label.  What the system's iconv calls by yet other
 * names is not among them, but `from` may have it.
 */
POTOK_API const char *potok_normalize_label(size_t i, bool *alias);

/* Writes the versions of Unicode, ICU (of its headers, which it is built with) and iconv, one a
 * line, at most n bytes with the final NUL. */
POTOK_API void potok_normalize_versions(char *buf, size_t n);

#ifdef __cplusplus
}
#endif

#endif
