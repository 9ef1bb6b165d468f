/* Runs the pipeline's shell, and awaits every process that it began. */
#ifndef POTOK_RUN_CHILD_H
#define POTOK_RUN_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	char *const *argv;  /* of the shell */
	int in, out;        /* its standard input and output */
	const char *record; /* the folder for POTOK_RUN */
	unsigned seconds;   /* it may take; 0: as long as it wants */

	/* Set by child_run(). */
	int code;       /* its exit code, or 128 and the signal that ended it */
	bool timed_out; /* it took too long, and was ended */
	bool left;      /* some of its processes could not be ended, and were left behind */
	int signal;     /* which we were told to end by; 0: none */
};

/* Has the signals that end a program noted from now on, so that work can be undone first. */
void child_signals(void);
/* The signal that was noted; 0: none. */
int child_told(void);

/* Answers false, with errno, when it could not be begun. */
bool child_run(struct child *);

#endif
