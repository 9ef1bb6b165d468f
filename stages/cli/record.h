/*
 * The run record: what a program did with its streams, written to the folder in POTOK_RUN for
 * potok-run, see potok-run-record(5).  Nothing is done when that is not set.  Never installed.
 */
#ifndef POTOK_CLI_RECORD_H
#define POTOK_CLI_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <potok/stage.h>

#include "cli.h"
#include "hash.h"

struct record;

/* One stream of the program. */
struct record_stream {
	struct hash hash;
	uint64_t at;    /* offset in a file at which it began */
	uint64_t bytes; /* so far */
	bool end;       /* of an input: its end was seen */
	bool open;
	const char *way, *role; /* static text: "in", "out"; "operand", "stdout" ... */
	const char *path;       /* as the user named it; NULL: it has no name */
	const char *encoding;   /* what it was read as; NULL or "": not told */
	struct stat st;
};

/* Writes the begin record and keeps the record in cli->record; SIGPIPE is ignored from now on.
 * Answers false when that failed, which has been reported; true, and nothing is done, when no
 * record is wanted. */
bool record_begin(struct cli *);

/* Ends a begun record: writes the end record with the counts, unless there is none.  Answers false
 * when that failed, which has been reported. */
bool record_end(struct cli *, const struct potok_count *counts, size_t ncounts);

/* Frees it.  When the reader of the output was gone, and the parent did not ignore that, the
 * program ends here by SIGPIPE. */
void record_close(struct cli *);

/* Writes the end record of a fault before the record was begun or after it was ended. */
void record_refusal(const struct cli *, int code, const char *message);

/* Is it begun and not ended?  False of NULL. */
bool record_is_open(const struct record *);

/* Keeps the first fault.  byte: where in the input; UINT64_MAX: nowhere. */
void record_fault(struct record *, const char *message, uint64_t byte);
/* The reader of the output is gone. */
void record_reader_gone(struct record *);
/* Will the program end by SIGPIPE? */
bool record_dies(const struct record *);

/* Begins a stream; fd is open. */
void record_stream_begin(
    struct record_stream *, const char *way, const char *role, int fd, const char *path);
static inline void
record_bytes(struct record_stream *s, const void *data, size_t n)
{
	s->bytes += n;
	hash_add(&s->hash, data, n);
}
/* The file was moved in before its first byte. */
void record_stream_moved(struct record_stream *, int fd);
/* Writes it to the record; nothing when it is not open. */
void record_stream_end(struct record *, struct record_stream *);

/* A file that was opened on the way, for reading or writing; it is named, not hashed.  NULL is
 * allowed for the record. */
void record_file(struct record *, const char *way, const char *role, const char *path);

/* The temporary name of a file beside the output, for potok-run to rename to `path` when the output
 * is published: PATH.tmp.HOST.PID.STARTTIME, of at most cap bytes.  Answers false when it is too
 * long. */
bool record_side_name(const struct record *, const char *path, char *name, size_t cap);
/* Names such a file in the record, complete. */
void record_side(struct record *, const char *path, const char *temporary);

#endif
