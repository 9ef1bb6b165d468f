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

struct potok_translit_options {
	const char *scheme; /* one of potok_translit_scheme(); there is no default */
	bool both;          /* each line of input, a TAB, the line of output */
};
#define POTOK_TRANSLIT_DEFAULTS                                                                    \
	{                                                                                          \
		NULL, false                                                                        \
	}

enum {
	POTOK_TRANSLIT_COUNTS = 6,
	POTOK_TRANSLIT_TOKEN = 4096,      /* bytes of one word, link or other token */
	POTOK_TRANSLIT_ADDRESS = 320,     /* bytes of one e-mail address */
	POTOK_TRANSLIT_LINE = 1024 * 1024 /* bytes of one line, with `both` */
};

/*
 * Cyrillic letters that the scheme knows are written in Latin letters; everything else passes, byte
 * for byte, ill-formed UTF-8 too.  Links, e-mail addresses and @handles pass whole.  The counts are
 * letters, protected_tokens, unknown_letters, tabs_replaced, line_cut and token_cut; the manual
 * potok-translit(1) tells the rules.
 *
 * The members behind `stage` are private.
 */
struct potok_translit {
	struct potok_stage stage;
	struct potok_count counts[POTOK_TRANSLIT_COUNTS];
	const struct translit_scheme *scheme;
	bool both;
	size_t line_examined; /* bytes at the front of `in` without LF */

	/* The token at the front of `in`, so far. */
	size_t examined;   /* bytes of it that have been looked at */
	unsigned features; /* what they hold */
	bool cut;          /* it begins at a cut that is not counted yet */

	/* The letter before, in the same word. */
	uint8_t sets;   /* sets of the scheme that it is in */
	uint8_t before; /* what kind of letter it is */
};

/* Makes a stage.  Answers POTOK_MORE, or POTOK_EUSAGE when options is NULL or `scheme` is NULL or
 * no known name.  `scheme` is not kept. */
POTOK_API enum potok_status potok_translit_init(
    struct potok_translit *, const struct potok_translit_options *);

/* The name of scheme i, or NULL behind the last one. */
POTOK_API const char *potok_translit_scheme(size_t i);

/* What people want to know about a scheme: the standard and its table, as lines of static text.
 * NULL when the name is not known. */
POTOK_API const char *potok_translit_about(const char *scheme);

#ifdef __cplusplus
}
#endif

#endif
