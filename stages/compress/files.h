/* The files beside a gzip file: its index.  Belongs to the program, not to the library. */
#ifndef POTOK_COMPRESS_FILES_H
#define POTOK_COMPRESS_FILES_H

#include <potok/compress.h>

#include "cli.h"

/* An index that is being written: to temporary files, which get their names when it is complete. */
struct new_index {
	struct potok_index_writer writer;
	const char *base;
	int fd[2]; /* of .gzi and .gzl */
	bool open;
};

/* Begins BASE.gzi and BASE.gzl.  Answers false when that was reported as a fault. */
bool new_index_begin(struct new_index *, struct cli *cli, const char *base);

/* Completes and names them, or, when `good` is false or that fails, which is reported, removes
 * them. */
void new_index_end(struct new_index *, struct cli *cli, bool good, uint64_t gzip_size);

/* An index that is read. */
struct old_index {
	struct potok_index index;
	int fd[3]; /* of the gzip, which is the caller's, .gzi and .gzl */
};

enum { INDEX_GOOD, INDEX_NONE, INDEX_FAULT };

/* The name of an index: the open operand's, unless `named` is not NULL. */
const char *index_base(const struct cli *cli, const char *named);

/* Opens the index of the open operand, whose descriptor is fd.  INDEX_NONE: it has none, or is no
 * regular file; INDEX_FAULT: that is of no use, which has been reported. */
int old_index_open(struct old_index *, struct cli *cli, const char *named, int fd);
void old_index_close(struct old_index *);

/* A regular file as the library reads it; *fd must stay.  False when it is none. */
bool file_of(int *fd, struct potok_file *file);

#endif
