/* The plain cases, decided without the rules. */
#ifndef POTOK_SPLIT_PLAIN_H
#define POTOK_SPLIT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is this a plain case, "word. Word" or "word? Word", in which the rules' answer is that the
 * sentence ends? The word is one of plain_key() that no list has, too long for an abbreviation
 * without a vowel or for a part of one; no sign is near.  Asking the rules takes ten times as long.
 */
bool is_plain_end(const unsigned char *p, size_t start, size_t mark, size_t n);

#endif
