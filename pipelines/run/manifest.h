/* OUT.potok.json: what an output was made from, and how. */
#ifndef POTOK_RUN_MANIFEST_H
#define POTOK_RUN_MANIFEST_H

#include "run.h"

/* Reads that of an output; NULL: there is none that can be read.  For json_decref(). */
json_t *manifest_read(const char *out);

/* Does the output, with the files beside it, belong to the manifest? */
bool manifest_fits(const json_t *, const char *out);

/* Was it made from what the item names now?  Looks at sizes and times, never at the text. */
bool manifest_current(const json_t *, const struct run *);

/* The same, of the pipeline and the input alone. */
bool manifest_same_key(const json_t *, const struct run *);

/* Makes the manifest of what was run; the temporary output is complete.  NULL, with errno. */
json_t *manifest_make(const struct run *, const struct records *, double seconds);

/* The files beside the output: the i-th's name, and its temporary one.  False: there is none, or
 * its name cannot be used. */
bool manifest_side(const json_t *, size_t i, char path[PATH_MAX], char temporary[PATH_MAX]);

/* Reads an output and what is beside it.  Answers an exit code after a message, or 0. */
int manifest_verify(struct cli *, const char *out);

/* Tells how an output was made.  Answers the exit code. */
int manifest_explain(struct cli *, const char *out);

#endif
