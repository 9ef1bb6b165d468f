/* The stage translit: Cyrillic text in Latin letters, by published schemes. */
#ifndef POTOK_TRANSLIT_H
#define POTOK_TRANSLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What becomes of Cyrillic letters that a scheme does not have. */
enum potok_translit_unknown {
	POTOK_UNKNOWN_ISO9, /* they are written by ISO 9:1995 */
	POTOK_UNKNOWN_PASS,
	POTOK_UNKNOWN_DROP,
	POTOK_UNKNOWN_STOP /* the stage answers POTOK_EINPUT */
};

/* How a scheme's signs for ь, ъ and the apostrophe are written. */
enum potok_translit_signs {
	POTOK_SIGNS_STANDARD, /* as the standard has them */
	POTOK_SIGNS_ASCII,    /* as ' and " */
	POTOK_SIGNS_NONE
};

/* What passes as it is. */
enum {
	POTOK_KEEP_URLS = 1 << 0,
	POTOK_KEEP_EMAILS = 1 << 1,
	POTOK_KEEP_MENTIONS = 1 << 2, /* @handles */
	POTOK_KEEP_CODE = 1 << 3,     /* between backquotes in one line; not with `reverse` */
	POTOK_KEEP_ALL = 15
};

struct potok_translit_options {
	const char *scheme; /* a name or alias of a scheme; there is no default */
	bool both;          /* each line of input, a TAB, the line of output */
	bool reverse;       /* from Latin to Cyrillic */
	/* With marks, so that `reverse`, the other options at their defaults, gives back every
	 * well-formed UTF-8 text; not with `reverse`, drop_stress and other signs. */
	bool reversible;
	bool drop_stress;                    /* U+0300 and U+0301 behind vowels are left out */
	enum potok_translit_unknown unknown; /* not with `reverse` */
	enum potok_translit_signs signs;     /* not with `reverse` */
	unsigned keep;                       /* POTOK_KEEP_..., ored */
};
#define POTOK_TRANSLIT_DEFAULTS                                                                    \
	{                                                                                          \
		NULL, false, false, false, false, POTOK_UNKNOWN_ISO9, POTOK_SIGNS_STANDARD,        \
		    POTOK_KEEP_ALL                                                                 \
	}

enum {
	POTOK_TRANSLIT_COUNTS = 9,
	POTOK_TRANSLIT_TOKEN = 4096,      /* bytes of one word, link or other token */
	POTOK_TRANSLIT_ADDRESS = 320,     /* bytes of one e-mail address */
	POTOK_TRANSLIT_LINE = 1024 * 1024 /* bytes of one line, with `both` */
};

/*
 * Cyrillic letters are written in Latin letters, or Latin ones in Cyrillic; everything else passes,
 * byte for byte, ill-formed UTF-8 too.  The counts are letters, protected_tokens, unknown_letters,
 * mixed_words, stress_dropped, marked_tokens, tabs_replaced, line_cut and token_cut; the manual
 * potok-translit(1) tells the rules.
 *
 * The members behind `stage` are private.
 */
struct potok_translit {
	struct potok_stage stage;
	struct potok_count counts[POTOK_TRANSLIT_COUNTS];
	struct translit_table *table;
	bool both, reverse, drop_stress;
	int simd; /* the vector code that this machine has */
	enum potok_translit_unknown unknown;
	unsigned keep;
	size_t line_examined; /* bytes at the front of `in` without LF */

	/* The token at the front of `in`, so far. */
	size_t examined;   /* bytes of it that have been looked at */
	unsigned features; /* what they hold */
	bool cut;          /* it begins at a cut that is not counted yet */

	/* The character before, in the same word. */
	uint16_t prev, cased;
	uint64_t mixed_place; /* where letters of two scripts met last: 1 + its offset */
	bool stopped;        /* at an unknown letter */

	/* Text that comes back: the marks that are open, and what is tried on the way. */
	bool reversible, open, verbatim, empty;
	struct potok_translit *back;
	struct potok_buf tried, made, whole;
	size_t apart; /* bytes of `in` whose tokens are tried one by one */
};

/* Makes a stage.  Answers POTOK_MORE, POTOK_ENOMEM, or POTOK_EUSAGE when options is NULL, `scheme`
 * is NULL or no known name, there is no way back in that scheme, or options exclude each other.
 * `scheme` is not kept. */
POTOK_API enum potok_status potok_translit_init(
    struct potok_translit *, const struct potok_translit_options *);

/* Facts about a scheme; static text. */
struct potok_translit_scheme {
	const char *name;
	const char *aliases;   /* other names, with spaces between; may be "" */
	const char *languages; /* BCP 47, with spaces between; "und-Cyrl": all */
	const char *standard;
	const char *status; /* begins with official, secondary or draft */
	bool back;          /* there is a way back to Cyrillic */
	bool reversible;    /* no two letters are written alike */
};

/* Fills *s with the facts of scheme i, in the order of the names.  Answers false behind the last
 * one. */
POTOK_API bool potok_translit_scheme(size_t i, struct potok_translit_scheme *s);

/* The name of the scheme that `name` means: a name, an alias, or the beginning of the names of an
 * authority's schemes (bgn, alalc, un, odni, gost): the newest of them for that language (BCP 47 or
 * ISO 639-3), which goes before a name, or for Russian when language is NULL.  NULL: there is none.
 */
POTOK_API const char *potok_translit_find(const char *name, const char *language);

/* Appends what people want to know about a scheme: the standard, and its table.  Answers
 * POTOK_MORE, POTOK_ENOMEM, or POTOK_EUSAGE when the name is not known. */
POTOK_API enum potok_status potok_translit_describe(const char *scheme, struct potok_buf *);

enum {
	POTOK_TRANSFORM_COUNTS = 2,
	POTOK_TRANSFORM_LINE = 64 * 1024 /* bytes of one line */
};

/* One of id and rules is given. */
struct potok_transform_options {
	const char *id;    /* of ICU: "Greek-Latin", "Any-Latin; Latin-ASCII" */
	const char *rules; /* in ICU's syntax, UTF-8 */
	size_t nrules;     /* bytes */

	/* Set by potok_transform_init() when it answers POTOK_EUSAGE. */
	const char *why; /* static text of ICU */
	int line;        /* of the rules, from 1 */
};

/*
 * Any script by a transform of ICU.  Each line is transformed by itself, without its LF, so that
 * cuts do not matter; one longer than POTOK_TRANSFORM_LINE is cut behind its last space there, else
 * before a character, and counted.  Ill-formed bytes pass.  The counts are line_cut and ill_formed.
 *
 * The members behind `stage` are private.
 */
struct potok_transform {
	struct potok_stage stage;
	struct potok_count counts[POTOK_TRANSFORM_COUNTS];
	void **transliterator;
	uint16_t *text;
	size_t cap, examined;
};

/* Makes a stage.  Answers POTOK_MORE, POTOK_ENOMEM, or POTOK_EUSAGE when ICU does not know the id
 * or the rules are wrong. */
POTOK_API enum potok_status potok_transform_init(
    struct potok_transform *, struct potok_transform_options *);

/* Writes the id of ICU's transform i, with a zero behind it, to id[0..cap).  Answers false behind
 * the last one. */
POTOK_API bool potok_transform_id(size_t i, char *id, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
