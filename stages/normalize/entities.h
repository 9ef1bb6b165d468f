/* HTML entities.  Private to normalize. */
#ifndef NORMALIZE_ENTITIES_H
#define NORMALIZE_ENTITIES_H

#include <stddef.h>

/*
 * Writes p[0..n) to out, which has 2 * n bytes, with the characters that its character references
 * stand for (HTML, section 13.2.5.72 to 80; only those that end with a semicolon), once: &amp;lt;
 * becomes &lt;.  Those that would give a control other than TAB, or no character, stay.  Answers
 * how many there were; *made: the bytes at `out`.
 */
size_t entities_decode(const unsigned char *p, size_t n, unsigned char *out, size_t *made);

#endif
