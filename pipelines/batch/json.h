/* Reading JSON that our own programs wrote. */
#ifndef POTOK_BATCH_JSON_H
#define POTOK_BATCH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value is the text from its first byte on; NULL is none, and every question about it is answered
 * with none. */

/* The member of an object. */
const char *json_member(const char *object, const char *name);

/* The first member or element of an object or array, and the one behind it; *name is that of a
 * member, as it stands between its quotes, *n bytes; both may be NULL. */
const char *json_first(const char *container, const char **name, size_t *n);
const char *json_next(const char *value, const char **name, size_t *n);

/* The string as UTF-8, for free(); NULL when it is none. */
char *json_string(const char *value);

/* A number without sign; 0 when it is none. */
uint64_t json_number(const char *value);

bool json_is_true(const char *value);

#endif
