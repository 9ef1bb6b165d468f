/* Running programs and waiting for them. */
#ifndef POTOK_BATCH_PROCESS_H
#define POTOK_BATCH_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* The signal that asked us to end, after process_catch(); it is handed to what runs. */
extern volatile sig_atomic_t process_asked;

/* SIGTERM, SIGINT, SIGHUP and SIGUSR1 are from now on noted in process_asked, and handed to the
 * running program as SIGTERM. */
void process_catch(void);

/*
 * Runs a program of PATH and waits.  Standard input is descriptor `in`, /dev/null when below 0;
 * standard error is `err` unless below 0; standard output is our standard error, or what out[cap]
 * takes of it, ended by NUL.  Answers its exit code, 128 and more for a signal, or below 0 with
 * errno set when it cannot be started.
 */
int process_spawn(char *const argv[], int in, int err, char *out, size_t cap);

/* The same without input. */
static inline int
process_run(char *const argv[], char *out, size_t cap)
{
	return process_spawn(argv, -1, -1, out, cap);
}

/*
 * Runs the main function of another program in a process of its own, which saves starting it: with
 * many small files that is much.  Standard input is /dev/null, standard output and error are `err`.
 * Answers as process_spawn().
 */
int process_call(int (*main)(int argc, char **argv), char *argv[], int err);

#endif
