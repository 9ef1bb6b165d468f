/* Running programs and waiting for them. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

extern char **environ;

volatile sig_atomic_t process_asked;
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
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	struct sigaction action = {.sa_handler = pass_on};

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaction(signals[i], &action, NULL);
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

int
process_spawn(char *const argv[], int in, int err, char *out, size_t cap)
{
	posix_spawn_file_actions_t actions;
	int pipes[2] = {-1, -1}, state = 0;
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
	if (error != 0) {
		errno = error;
		return -1;
	}
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
