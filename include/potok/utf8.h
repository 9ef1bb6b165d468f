/*
 * UTF-8 as Unicode defines it: The Unicode Standard, section 3.9, D92 and table 3-7 (well-formed
 * byte sequences).  Ill-formed input is divided by the practice of that section, "U+FFFD
 * substitution of maximal subparts", which is also that of the WHATWG Encoding Standard.
 * All functions are pure; any thread may call them.  p may be NULL when n is 0.
 */
#ifndef POTOK_UTF8_H
#define POTOK_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include <potok/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { POTOK_REPLACEMENT = 0xFFFD };

/* The length in bytes of the longest prefix of p[0..n) that consists of whole, well-formed
 * characters.  n when all of it does. */
POTOK_API size_t potok_utf8_valid(const unsigned char *p, size_t n);

/*
 * Looks at the character at the front of p[0..n).  Answers
 *   > 0  its length in bytes (1 to 4); *cp is its code point;
 *   0    p[0..n) is the beginning of a character and is cut there (also when n is 0);
 *   < 0  ill-formed: minus the length of the maximal subpart (1 to 3 bytes); *cp is U+FFFD.
 */
POTOK_API int potok_utf8_decode(const unsigned char *p, size_t n, uint32_t *cp);

/* Writes cp as UTF-8 and answers the length (1 to 4), or 0 and writes nothing when cp is a
 * surrogate or above U+10FFFF. */
POTOK_API int potok_utf8_encode(uint32_t cp, unsigned char out[4]);

#ifdef __cplusplus
}
#endif

#endif
