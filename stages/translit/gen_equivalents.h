/* Other spellings of a key: text writes the same letters in several ways. */
#ifndef POTOK_TRANSLIT_GEN_EQUIVALENTS_H
#define POTOK_TRANSLIT_GEN_EQUIVALENTS_H

#include <unicode/unorm2.h>

#include "scheme.h"

enum { EQUIVALENTS = 256 };

/*
 * Finds the spellings of `key`, as convert_letter.c reads text: a letter with the marks right behind
 * it that Unicode composes it with.  They are all canonically equivalent strings, also of the key
 * with its tie (U+0361) as halves (U+FE20, U+FE21) before or behind other marks.  The key itself is
 * not among them, nor what is longer than SCHEME_KEY - 1.  Answers how many.
 */
int find_equivalents(
    const UNormalizer2 *nfc, const UChar *key, UChar found[EQUIVALENTS][SCHEME_KEY]);

#endif
