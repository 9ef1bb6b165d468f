/* Running programs and waiting for them. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "io.h"

extern char **environ;

volatile sig_atomic_t process_asked;
static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
enum { NCAUGHT = sizeof caught / sizeof caught[0] };
static volatile sig_atomic_t running; /* 0: nothing */

static void
pass_on(int sig)
{
	process_asked = sig;
	if (running > 0)
		kill((pid_t)running, SIGTERM);
}

void
process_catch(void)
{
	struct sigaction action = {.sa_handler = pass_on};

	for (size_t i = 0; i < NCAUGHT; i++)
		sigaction(caught[i], &action, NULL);
}

/* Reads all that comes, and keeps what fits. */
static void
take(int fd, char *out, size_t cap)
{
	char rest[512];
	size_t n = 0;

	for (ptrdiff_t got = 1; got > 0;) {
		bool room = n < cap - 1;
		got = io_read(fd, room ? out + n : rest, room ? cap - 1 - n : sizeof rest);
		n += room && got > 0 ? (size_t)got : 0;
	}
	out[n] = '\0';
}

/* Waits for what was begun; its exit code. */
static int
await(pid_t pid)
{
	int state = 0;

	running = (sig_atomic_t)pid;
	if (process_asked)
		kill(pid, SIGTERM);
	while (waitpid(pid, &state, 0) < 0) {
		if (errno != EINTR)
			return -1;
		/* GNU parallel ends what it runs only when it is told a second time. */
		struct timespec moment = {.tv_nsec = 300000000};
		if (process_asked && nanosleep(&moment, NULL) == 0)
			kill(pid, SIGTERM);
	}
	running = 0;
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

int
process_spawn(char *const argv[], int in, int err, char *out, size_t cap)
{
	posix_spawn_file_actions_t actions;
	int pipes[2] = {-1, -1};
	pid_t pid;

	if (out != NULL && pipe(pipes) != 0)
		return -1;
	int error = posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		if (in >= 0)
			posix_spawn_file_actions_adddup2(&actions, in, 0);
		else
			posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
		if (err >= 0)
			posix_spawn_file_actions_adddup2(&actions, err, 2);
		posix_spawn_file_actions_adddup2(&actions, out != NULL ? pipes[1] : 2, 1);
		if (out != NULL) {
			posix_spawn_file_actions_addclose(&actions, pipes[0]);
			posix_spawn_file_actions_addclose(&actions, pipes[1]);
		}
		error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	if (out != NULL) {
		close(pipes[1]);
		if (error == 0)
			take(pipes[0], out, cap);
		close(pipes[0]);
	}
	if (error == 0)
		return await(pid);
	errno = error;
	return -1;
}

/* The child of process_call(). */
static void
become(int (*call)(int, char **), char *argv[], int err, const sigset_t *mask)
{
	struct sigaction usual = {.sa_handler = SIG_DFL};
	int argc = 0;

	for (size_t i = 0; i < NCAUGHT; i++)
		sigaction(caught[i], &usual, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	int null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(err, 2) < 0 || dup2(err, 1) < 0)
		_exit(CLI_SYSTEM);
	close(null);
	while (argv[argc] != NULL)
		argc++;
	optind = 0; /* getopt_long() begins anew */
	int code = call(argc, argv);
	fflush(stdout);
	/* Not exit(): it would move files that the parent reads. */
	_exit(code);
}

int
process_call(int (*call)(int, char **), char *argv[], int err)
{
	sigset_t all, before;

	/* One that comes before the child has its own handlers would be lost. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		become(call, argv, err, &before);
	int error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid > 0)
		return await(pid);
	errno = error;
	return -1;
}
