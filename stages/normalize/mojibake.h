/* Text that was read in the wrong encoding, found and repaired.  Private to normalize. */
#ifndef NORMALIZE_MOJIBAKE_H
#define NORMALIZE_MOJIBAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language.h"

enum {
	MOJIBAKE_LINE = 65536, /* the longest line, in bytes */
	MOJIBAKE_LAYERS = 4,   /* as many are undone */
	MOJIBAKE_SOURCES = 5,  /* encodings of single bytes that text was in, when not UTF-8 */
};

/* The encoding that the text was wrongly read in. */
enum mojibake_kind {
	MOJIBAKE_WINDOWS_1252, /* and ISO-8859-1: bytes that it has not are C1 controls */
	MOJIBAKE_WINDOWS_1251,
	MOJIBAKE_KOI8, /* R and U */
	MOJIBAKE_IBM866,
	MOJIBAKE_ISO_8859_5,
	MOJIBAKE_MAC_CYRILLIC,
	MOJIBAKE_IBM437,
	MOJIBAKE_KINDS,
};

/* What was done to a line. */
struct mojibake {
	unsigned layers; /* how often something was undone */
	unsigned utf8;   /* a set of 1 << kind: UTF-8 was read as those, ... */
	unsigned single; /* ... and another Cyrillic encoding of single bytes as those */
	bool deep;       /* the line would need more than MOJIBAKE_LAYERS, and stays as it is */
};

/* A word, and what it would be. */
struct mojibake_word {
	uint32_t from, to;           /* in the line, in symbols */
	uint32_t made_from, made_to; /* in what is made */
	uint32_t rare;               /* what its rare characters cost, in eighths of a bit, ... */
	uint32_t doubt;              /* what it proves less than it gains */
	int32_t gain;                /* ... and what it costs less than it did */
	bool chosen;
};

/* Room to work in, for one caller at a time, zeroed before it is used first. */
struct mojibake_work {
	struct symbol line[MOJIBAKE_LINE + 1], made[MOJIBAKE_LINE + 1];
	uint64_t bytes[MOJIBAKE_LINE + 1];          /* of each symbol of the line, in each kind */
	struct symbol upper[MOJIBAKE_SOURCES][128]; /* of other encodings of single bytes */
	uint64_t cyrillic;                          /* languages written in them; 0: not yet */
	struct mojibake_word words[MOJIBAKE_LINE / 2 + 1];
	unsigned char text[2][2 * MOJIBAKE_LINE];
};

/*
 * Looks for what may be mojibake in p[0..n), well-formed UTF-8 that begins where a line begins and
 * whose last character may be cut, at p[from] and behind.  Answers n when there is none; else the
 * place of a character by which the line that it stands in has to be judged.  What is answered
 * depends on nothing behind that character, and sequences do not go across ASCII: a text may be
 * given in pieces, each with the unfinished line at the end of the one before.
 */
size_t mojibake_suspect(const unsigned char *p, size_t n, size_t from);

/*
 * Judges a line, well-formed UTF-8 without its LF, n <= MOJIBAKE_LINE.  When it is mojibake for
 * certain, writes what it was to out, which has 2 * n bytes, and answers its length, never 0.
 * Answers 0 when it stays as it is.  *what is filled in either way.  Judging the answer again
 * answers 0.
 */
size_t mojibake_repair(struct mojibake_work *, const unsigned char *line, size_t n,
    unsigned char *out, struct mojibake *what);

#endif
