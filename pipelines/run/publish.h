/* Publishes an output and what is beside it: all or nothing, and one at a time. */
#ifndef POTOK_RUN_PUBLISH_H
#define POTOK_RUN_PUBLISH_H

#include "run.h"

/* What stood in the place of the manifest before the pipeline began. */
struct publish_before {
	bool any;
	struct stat st;
};

void publish_look(struct publish_before *, const char *out);

/*
 * Gives the temporary output its name, after all is on the disk, with the files beside it and the
 * manifest m.  When another has published the same meanwhile, that stays, and ours is removed.
 * Answers 0, or an exit code after a message; the temporary output then is still there.
 */
int publish(struct run *, const struct publish_before *, const json_t *m);

#endif
