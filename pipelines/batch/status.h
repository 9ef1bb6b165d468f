/* Going through the inputs of a run and their markers. */
#ifndef POTOK_BATCH_STATUS_H
#define POTOK_BATCH_STATUS_H

#include "batch.h"

struct tally {
	size_t inputs, done, bad, missing;
	size_t failed; /* of the missing: those that were tried */
	uint64_t bytes, bytes_done, bytes_out;
	uint64_t retries;
	double seconds;     /* of all items together */
	double first, last; /* when the first began and the last ended */
	double since;       /* the last submission */
	uint64_t bytes_since;
	size_t items_since;
};

/* What is done with each input.  The marker is that of the input, or of the part that decided. */
typedef int visit_fn(struct batch *, const char *name, const struct stat *, enum marker_kind,
    const struct marker *, void *ctx);

/* Counts the inputs by their markers, and visits each, when there is a visitor.  With join, inputs
 * whose parts are all done are joined first, and those with a bad one are marked.  Answers an exit
 * code. */
int status_count(struct batch *, struct tally *, bool join, visit_fn *visit, void *ctx);

#endif
