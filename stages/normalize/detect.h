/* Which encoding bytes are in.  Private to normalize. */
#ifndef NORMALIZE_DETECT_H
#define NORMALIZE_DETECT_H

#include <stdbool.h>
#include <stddef.h>

enum { DETECT_UTF16_BYTES = 4096 };

enum detected { DETECTED_NONE, DETECTED_UTF16LE, DETECTED_UTF16BE };

/* Are the bytes at the start of a stream UTF-16 without a byte order mark? */
enum detected detect_utf16(const unsigned char *p, size_t n);

/*
 * The name of the encoding of p[0..n), which are not all well-formed UTF-8: a name of our own list,
 * "UTF-8" when they are that with errors.  at_start: nothing stands before them, so that UTF-16 is
 * possible; at_end: nothing follows.
 */
const char *detect_encoding(const unsigned char *p, size_t n, bool at_start, bool at_end);

#endif
