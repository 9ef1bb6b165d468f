/* One pipeline over one file. */
#ifndef POTOK_RUN_ITEM_H
#define POTOK_RUN_ITEM_H

#include "run.h"

/* Runs the pipeline and publishes its output, unless that is up to date; the exit code.  Signals
 * are noted already, see child_signals(). */
int item_run(struct run *);

#endif
