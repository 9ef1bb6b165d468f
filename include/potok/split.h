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

enum potok_split_input {
	POTOK_SPLIT_LINES,   /* each line is a paragraph */
	POTOK_SPLIT_WRAPPED, /* blank lines end paragraphs; the lines of one are joined */
	POTOK_SPLIT_MARKDOWN /* as wrapped, and blocks of CommonMark 0.31 begin paragraphs, too */
};

enum potok_split_paragraphs {
	POTOK_SPLIT_PLAIN, /* the ends of paragraphs are not marked; empty lines stay */
	POTOK_SPLIT_BLANK, /* an empty line behind each paragraph, and no other */
	POTOK_SPLIT_P      /* a line <p> behind each paragraph, and no empty lines */
};

enum potok_split_list_items {
	POTOK_SPLIT_LIST_ITEMS_AUTO, /* a number stays with its item, but in languages that do else
				      */
	POTOK_SPLIT_LIST_ITEMS_KEEP, /* it stays, and the next item begins a sentence, in a line as
					well */
	POTOK_SPLIT_LIST_ITEMS_BREAK /* a number with a full stop is a sentence */
};

struct potok_split_options {
	const char *language; /* a BCP 47 tag; NULL or "mul": found out for each paragraph */
	enum potok_split_input input;
	enum potok_split_paragraphs paragraphs;
	enum potok_split_list_items list_items;
	bool keep_quotes;           /* no sentence ends within quotation marks or brackets */
	bool no_break_before_lower; /* no sentence begins with a small letter */
	bool offsets;               /* byte offsets of begin and end stand before each sentence */
	bool explain; /* instead of text a line for each mark: what was decided, and why */
	const char *abbreviations; /* more words, as in potok-split(1), or NULL; copied */
	size_t max_bytes;          /* a longer sentence is cut; 0: POTOK_SPLIT_SENTENCE */
	uint64_t without; /* rules that are off, a bit for each number of potok_split_rule() */
};
#define POTOK_SPLIT_DEFAULTS                                                                       \
	{                                                                                          \
		.language = NULL                                                                   \
	}

enum {
	POTOK_SPLIT_COUNTS = 4,
	POTOK_SPLIT_SENTENCE = 1024 * 1024,           /* bytes */
	POTOK_SPLIT_SENTENCE_LEAST = 256,             /* of max_bytes */
	POTOK_SPLIT_SENTENCE_MOST = 16 * 1024 * 1024, /* of max_bytes */
	POTOK_SPLIT_CONTEXT = 256,                    /* bytes looked at on either side of a mark */
	POTOK_SPLIT_HEAD = 4096, /* bytes of a paragraph that tell its language */
	POTOK_SPLIT_QUOTE = 1024 /* bytes after which an open quotation or code span is none */
};

/*
 * Each line of the output is a sentence; an empty line, or one of white space, gives an empty line.
 * White space between sentences and at both ends of a line goes; inside a sentence line ends, with
 * the white space around them, become one space; each line ends in LF; nothing else is added or
 * removed.  Ill-formed UTF-8 passes as it is.  The counts are sentences, paragraphs, final_lf_added
 * and sentence_cut; see potok-split(1).
 *
 * The members behind `stage` are private.
 */
struct potok_split {
	struct potok_stage stage;
	struct potok_count counts[POTOK_SPLIT_COUNTS];
	struct potok_split_options options;
	int language; /* its number */
	struct potok_split_user *user;
	char why[96];

	bool in_paragraph;   /* a sentence of the paragraph at hand has been written */
	bool blank;          /* of the line at hand only white space has been seen */
	bool line_begins;    /* nothing of the line at hand has been taken */
	bool one_line;       /* the paragraph at hand ends with its first line */
	bool whole;          /* the line at hand is not split */
	unsigned char fence; /* ` or ~ within a code block */

	/* Of the sentence at the front of `in`; offsets from its begin. */
	size_t examined; /* holds no undecided mark */
	size_t token;    /* the word at `tokened` begins here, or none stands there */
	size_t tokened;
	size_t seen;          /* the members below are of what stands before it */
	size_t opened;        /* the open quotation begins here */
	uint32_t closer;      /* ends the open quotation; 0: none is open */
	unsigned char inside; /* Markdown: ` in a code span, ( in the target of a link */
	size_t inside_from;

	/* Of the paragraph: what tells its languages. */
	uint64_t languages[5]; /* for each script; 0: not yet known */
	size_t nhead;
	unsigned char head[POTOK_SPLIT_HEAD];
};

/*
 * Makes a stage; options NULL: the defaults.  POTOK_EUSAGE when the language is not a well-formed
 * tag (RFC 5646, section 2.1, in outline), a number is out of range or `abbreviations` cannot be
 * read; then stage.why says which.  POTOK_ENOMEM; only `abbreviations` take memory, until close.
 */
POTOK_API enum potok_status potok_split_init(
    struct potok_split *, const struct potok_split_options *);

/* A language that split knows. */
struct potok_split_language {
	const char *tag;  /* BCP 47 */
	const char *name; /* in English */
	size_t words;     /* in its lists; 0: the marks of its script decide */
};

/* By number, sorted by tag; false behind the last. */
POTOK_API bool potok_split_language(size_t i, struct potok_split_language *);

/* The names of the rules, by number; NULL behind the last. */
POTOK_API const char *potok_split_rule(size_t i);

#ifdef __cplusplus
}
#endif

#endif
