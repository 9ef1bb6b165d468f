/* The user's own abbreviations. */
#ifndef POTOK_SPLIT_USER_H
#define POTOK_SPLIT_USER_H

#include "rules.h"

/*
 * Reads lines `WORD` or `KIND: WORD...` (kinds: those before a full stop, see data/mul.txt; `never`
 * where none is named) and makes *user of them, for free().  POTOK_EUSAGE: *why points to
 * `message`, which says what is wrong in which line.
 */
enum potok_status user_words(const char *text, struct potok_split_user **user, char *message,
    size_t nmessage, const char **why);

#endif
