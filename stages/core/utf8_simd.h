/* SIMD variants behind potok_utf8_valid(). */
#ifndef POTOK_CORE_UTF8_SIMD_H
#define POTOK_CORE_UTF8_SIMD_H

#include <stddef.h>

#include "simd.h"

/*
 * Both answer i, a multiple of the vector size: p[0..i) has no error, except that its last
 * character may be cut at i.  Behind i there is an error, or less than one vector.
 */
size_t utf8_valid_blocks_avx2(const unsigned char *p, size_t n);
size_t utf8_valid_blocks_avx512(const unsigned char *p, size_t n);

/*
 * The method of J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte"
 * (Software: Practice and Experience 51, 2021): three nibbles of two neighbouring bytes look up
 * sets of errors; an error that stands in all three sets is real.
 */
enum {
	TOO_SHORT = 1 << 0,  /* lead byte not followed by enough continuation bytes */
	TOO_LONG = 1 << 1,   /* ASCII followed by a continuation byte */
	OVERLONG_3 = 1 << 2, /* E0 80..9F */
	TOO_LARGE = 1 << 3,  /* F4 90..BF, and F5..FF 90..BF */
	SURROGATE = 1 << 4,  /* ED A0..BF */
	OVERLONG_2 = 1 << 5, /* C0, C1 */
	OVERLONG_4 = 1 << 6, /* F0 80..8F, and F5..FF 80..8F */
	TWO_CONTS = 1 << 7,  /* two continuation bytes: right only as bytes 3 and 4 */
	ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTS, /* errors that the low nibble does not decide */
};

#define UTF8_FIRST_HIGH                                                                            \
	TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TWO_CONTS, \
	    TWO_CONTS, TWO_CONTS, TWO_CONTS, TOO_SHORT | OVERLONG_2, TOO_SHORT,                    \
	    TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | OVERLONG_4

#define UTF8_FIRST_LOW                                                                             \
	ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, ANY_LOW | OVERLONG_2, ANY_LOW, ANY_LOW,    \
	    ANY_LOW | TOO_LARGE, ANY_LOW | TOO_LARGE | OVERLONG_4,                                 \
	    ANY_LOW | TOO_LARGE | OVERLONG_4, ANY_LOW | TOO_LARGE | OVERLONG_4,                    \
	    ANY_LOW | TOO_LARGE | OVERLONG_4, ANY_LOW | TOO_LARGE | OVERLONG_4,                    \
	    ANY_LOW | TOO_LARGE | OVERLONG_4, ANY_LOW | TOO_LARGE | OVERLONG_4,                    \
	    ANY_LOW | TOO_LARGE | OVERLONG_4, ANY_LOW | TOO_LARGE | OVERLONG_4 | SURROGATE,        \
	    ANY_LOW | TOO_LARGE | OVERLONG_4, ANY_LOW | TOO_LARGE | OVERLONG_4

#define UTF8_SECOND_HIGH                                                                           \
	TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,    \
	    TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | OVERLONG_4,                           \
	    TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE,                            \
	    TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,                             \
	    TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE, TOO_SHORT, TOO_SHORT,       \
	    TOO_SHORT, TOO_SHORT

#endif
