/* What gzip is read in: blocks, and pieces of other members.  Private to stages/compress. */
#ifndef POTOK_COMPRESS_UNITS_H
#define POTOK_COMPRESS_UNITS_H

#include <potok/compress.h>

#include "block.h"
#include "header.h"

/* What comes next in `in`.  The parts of a block are taken together, as FRONT. */
enum part { FRONT, NAME, COMMENT, HEADER_CRC, BODY, TRAILER };

/* The unit that was taken from the front of the input. */
struct unit {
	enum { PADDING, BLOCK, TEXT, NOTHING } kind;
	struct potok_slice bytes; /* of a block: the member, in the input */
	struct header header;     /* of a block */
	size_t ntext;             /* of a block: what its trailer says */
	uint64_t at;              /* offset of the unit, or of the member that it ends */
	bool ends;                /* a member that is no block ends with it */
};

/*
 * Takes the next unit from the front of `in`; text of a stream goes to `out`.  Answers POTOK_DONE
 * when it is taken, with NOTHING when the input has ended well; POTOK_MORE when it is not all
 * there; or an error.
 */
enum potok_status unit_take(struct potok_decompress *, struct potok_slice *in,
    struct potok_buf *out, bool last, struct unit *u);

/* Sets why, and answers POTOK_EINPUT. */
enum potok_status unit_refuse(struct potok_decompress *, const char *why);

/* What is wrong with a block, for people. */
const char *unit_why(enum block_fault fault);

/* The offset of the member at fault, or of what stands where one should begin. */
uint64_t unit_fault_at(const struct potok_decompress *);

/* Takes n bytes from the front of `in`. */
static inline void
unit_drop(struct potok_decompress *d, struct potok_slice *in, size_t n)
{
	/* C allows no addition to NULL, which `in` may have when it is empty. */
	if (n == 0)
		return;
	in->data += n;
	in->len -= n;
	d->taken += n;
}

#endif
