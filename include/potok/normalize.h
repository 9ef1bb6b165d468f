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
};

struct potok_normalize_options {
	const char *from; /* a label of the encoding; NULL or "auto": found out from the bytes */
	enum potok_bad bad;
};
#define POTOK_NORMALIZE_DEFAULTS                                                                   \
	{                                                                                          \
		NULL, POTOK_BAD_REPLACE                                                            \
	}

enum {
	POTOK_NORMALIZE_COUNTS = 6,
	POTOK_NORMALIZE_MARKS = 256,           /* characters behind one normalization boundary */
	POTOK_NORMALIZE_EVIDENCE = 256 * 1024, /* bytes held to find out an encoding */
	POTOK_NORMALIZE_LINE = 64 * 1024,      /* bytes of one line held until they are judged */
	POTOK_NORMALIZE_FIRST = 4096,          /* bytes of the first line looked at for UTF-16 */
};

/*
 * The output is well-formed UTF-8 in Normalization Form C, with LF at the end of each line, the
 * last one included.  Normalizing it again changes nothing.  The counts are ill_formed,
 * bom_removed, line_breaks, final_lf_added, joiner_inserted and decoded_bytes; the manual
 * potok-normalize(1) tells what they mean and how an encoding is found out.
 *
 * The members behind `stage` are private.
 */
struct potok_normalize {
	struct potok_stage stage;
	struct potok_count counts[POTOK_NORMALIZE_COUNTS];
	enum potok_bad bad;
	int mode;

	/* What has been written. */
	bool started;   /* anything */
	bool open_line; /* it does not end with LF */
	bool after_cr;  /* the last character taken was CR */

	/* Characters from a normalization boundary on, in UTF-16, to be written together. */
	uint16_t pending[2 * POTOK_NORMALIZE_MARKS + 8];
	size_t npending;
	size_t weight;   /* code points behind the boundary, were they decomposed */
	const void *nfc; /* ICU's normalizer, when it has been needed */

	/* UTF-8 of unknown truth: what of `in` has been looked at. */
	size_t released; /* bytes at the front of `in` that are UTF-8 for good */
	size_t examined; /* bytes behind those that are well-formed */

	/* Other encodings. */
	struct normalize_decoder *decoder;
	unsigned char *decoded; /* text made from the front of `in` */
	size_t ndecoded;
	size_t cleaned; /* bytes of it that have been taken */
	size_t carried; /* bytes of it that were made from bytes before `in` */
	size_t block;   /* bytes at the front of `in` that it was made from */
	char guess[96]; /* says which encoding was guessed */
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

/*
 * The labels that `from` may have: label i, or NULL behind the last one.  *alias tells whether it
 * is another label of the encoding before.  Case, - and _ do not matter in a label.  Labels that
 * only the system's iconv knows are not among them.
 */
POTOK_API const char *potok_normalize_label(size_t i, bool *alias);

/* Writes the versions of Unicode, ICU and iconv, one a line, at most n bytes with the final NUL. */
POTOK_API void potok_normalize_versions(char *buf, size_t n);

#ifdef __cplusplus
}
#endif

#endif
