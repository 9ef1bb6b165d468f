/* What a stage or a library function answers. */
#ifndef POTOK_STATUS_H
#define POTOK_STATUS_H

#if defined(__GNUC__)
#define POTOK_API __attribute__((visibility("default")))
#else
#define POTOK_API
#endif

/*
 * Answers of process() (see stage.h) and results of library functions.  Functions that only
 * succeed or fail answer POTOK_MORE (0) for success.  No function of the library prints, exits or
 * aborts.
 */
enum potok_status {
	POTOK_MORE = 0, /* input is used as far as whole units go; bring more */
	POTOK_FULL,     /* out has passed its limit; drain it and call again */
	POTOK_DONE,     /* the stream is finished (only after last) */

	POTOK_ENOMEM = -1, /* an allocation failed */
	POTOK_EINPUT = -2, /* the input is not what the stage accepts; the stage's `why` tells */
	POTOK_EIO = -3,    /* reading or writing failed; errno tells */
	POTOK_EUSAGE = -4, /* options or call order are wrong */
	POTOK_EBUG = -5,   /* a stage broke the contract of stage.h */
};

#endif
