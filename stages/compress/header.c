/* The front of a gzip member: RFC 1952, section 2.3, and SAM format specification, section 4.1. */
#include "header.h"

#include <string.h>

#include "block.h"

enum { FIXED_LEN = 10, XLEN_LEN = 2, SUBFIELD_LEN = 4 };

/* Judges the first four bytes, as many of them as are there, in their order. */
static enum header_answer
judge(const unsigned char *p, size_t n)
{
	if ((n > 0 && p[0] != 0x1F) || (n > 1 && p[1] != 0x8B))
		return HEADER_MAGIC;
	if (n > 2 && p[2] != 8)
		return HEADER_METHOD;
	if (n > 3 && (p[3] & HEADER_RESERVED) != 0)
		return HEADER_FLAGS;
	return n < FIXED_LEN ? HEADER_CUT : HEADER_GOOD;
}

/*
 * Sets the length of the member when a subfield of its extra field tells it: BC, the length less
 * one, or MZ alone, that of the deflate data.  False: such a subfield is there, but what follows it
 * in the extra field are no subfields.  Then the length of the field is damaged, which may hide the
 * whole block and others; readers of gzip that pass over the field do not see it.
 */
static bool
find_length(const unsigned char *extra, size_t n, struct header *h)
{
	bool alone = n == SUBFIELD_LEN + 4, found = false;

	while (n >= SUBFIELD_LEN) {
		size_t len = get16(extra + 2);
		if (len > n - SUBFIELD_LEN)
			break;
		bool bc = memcmp(extra, "BC\2", SUBFIELD_LEN) == 0;
		bool mz = memcmp(extra, "MZ\4", SUBFIELD_LEN) == 0;
		if (bc && h->member == 0) {
			h->member = get16(extra + SUBFIELD_LEN) + 1;
		} else if (mz && alone) {
			size_t body = get32(extra + SUBFIELD_LEN);
			h->mz = true;
			if (body < BLOCK_READ_MEMBER)
				h->member = h->len + body + BLOCK_TRAILER_LEN;
		}
		found = found || bc || mz;
		extra += SUBFIELD_LEN + len;
		n -= SUBFIELD_LEN + len;
	}
	return n == 0 || !found;
}

enum header_answer
header_read(const unsigned char *p, size_t n, struct header *h)
{
	enum header_answer answer = judge(p, n);

	if (answer != HEADER_GOOD)
		return answer;
	*h = (struct header){.flags = p[3], .len = FIXED_LEN};
	if ((h->flags & HEADER_FEXTRA) == 0)
		return HEADER_GOOD;
	if (n < FIXED_LEN + XLEN_LEN)
		return HEADER_CUT;
	size_t nextra = get16(p + FIXED_LEN);
	h->len += XLEN_LEN + nextra;
	if (n < h->len)
		return HEADER_CUT;
	/* A member with a name is nobody's block: it is read as any other. */
	if (h->flags == HEADER_FEXTRA && !find_length(p + FIXED_LEN + XLEN_LEN, nextra, h))
		return HEADER_BLOCK;
	/* Other writers of MZ have no end block; they differ in the fixed bytes. */
	h->ours = !h->mz || memcmp(p, block_mz.header, FIXED_LEN) == 0;
	if (h->member > 0 && h->member < h->len + BLOCK_TRAILER_LEN)
		return HEADER_BLOCK;
	return HEADER_GOOD;
}
