/* Reads the records of a run, as potok-run-record(5) describes them. */
#ifndef POTOK_RUN_RECORDS_H
#define POTOK_RUN_RECORDS_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "graph.h"

/* The JSON of each record is the ctx of its node. */
struct records {
	struct graph_node *nodes;
	size_t n, cap;
};

/* Reads all of a folder.  Answers 0, or an exit code with a message. */
int records_read(struct records *, const char *folder, char *message, size_t cap);
void records_free(struct records *);

/* Reads "DEV:INO". */
bool records_id(const char *text, struct graph_id *id);

/* Writes the name of a file as this program can open it: the member "path" of an object, or its
 * bytes, behind the folder, which may be NULL, when it does not begin with a slash.  Answers false
 * when there is none or it is too long. */
bool records_path(const json_t *object, const json_t *folder, char path[PATH_MAX]);

/* A member that is a text; NULL: there is none. */
const char *records_text(const json_t *object, const char *name);
/* A member that is a number; 0: there is none. */
uint64_t records_number(const json_t *object, const char *name);

#endif
