/* The stage split: text becomes one sentence a line. */
#ifndef POTOK_SPLIT_H
#define POTOK_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <potok/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

struct potok_split_options {
	const char *language; /* a BCP 47 tag; NULL or "mul": rules by script */
};
#define POTOK_SPLIT_DEFAULTS                                                                       \
	{                                                                                          \
		NULL                                                                               \
	}

enum {
	POTOK_SPLIT_COUNTS = 4,
	POTOK_SPLIT_SENTENCE = 1024 * 1024, /* bytes: a longer sentence is cut */
	POTOK_SPLIT_CONTEXT = 256,          /* bytes looked at on either side of a mark */
};

/*
 * Each line of the input is a paragraph, each line of the output a sentence; an empty line, or one of
 * white space, gives an empty line.  White space between sentences and at both ends of a line goes;
 * nothing else is added or removed.  Ill-formed UTF-8 passes as it is.  The counts are sentences,
 * paragraphs, final_lf_added and sentence_cut; see potok-split(1).
 *
 * The members behind `stage` are private.
 */
struct potok_split {
	struct potok_stage stage;
	struct potok_count counts[POTOK_SPLIT_COUNTS];
	size_t examined; /* bytes at the front of `in` that hold no undecided mark */
	bool in_line;    /* a sentence of the line at hand has been written */
	bool blank;      /* of the line at hand only white space has been seen */
};

/*
 * Makes a stage; options NULL: the defaults.  POTOK_EUSAGE when the language is not a well-formed
 * tag (RFC 5646, section 2.1, in outline).  Nothing is allocated.
 */
POTOK_API enum potok_status potok_split_init(
    struct potok_split *, const struct potok_split_options *);

/* The tags of the languages that have word lists, by number; NULL behind the last. */
POTOK_API const char *potok_split_language(size_t i);

#ifdef __cplusplus
}
#endif

#endif
