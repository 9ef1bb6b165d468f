/* The front of a gzip member: RFC 1952, section 2.3, and SAM format specification, section 4.1. */
#include "header.h"

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

/* The length of the member that the subfield BC of an extra field tells; 0 when it has none. */
static size_t
block_length(const unsigned char *extra, size_t n)
{
	while (n >= SUBFIELD_LEN) {
		size_t len = get16(extra + 2);
		if (len > n - SUBFIELD_LEN)
			break;
		if (extra[0] == 'B' && extra[1] == 'C' && len == 2)
			return get16(extra + SUBFIELD_LEN) + 1;
		extra += SUBFIELD_LEN + len;
		n -= SUBFIELD_LEN + len;
	}
	return 0;
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
	if (h->flags == HEADER_FEXTRA)
		h->member = block_length(p + FIXED_LEN + XLEN_LEN, nextra);
	if (h->member > 0 && h->member < h->len + BLOCK_TRAILER_LEN)
		return HEADER_BLOCK;
	return HEADER_GOOD;
}
