/* Runs the pipeline's shell. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

enum {
	LIVENESS = 100, /* where shells and their scripts have no descriptors of their own */
	GRACE = 2,      /* seconds between SIGTERM and SIGKILL */
	GIVE_UP = 5     /* seconds after SIGKILL */
};

extern char **environ;

static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
enum { NENDING = sizeof ending / sizeof ending[0] };
static volatile sig_atomic_t told;

static void
note(int number)
{
	if (number != SIGCHLD)
		told = number;
}

void
child_signals(void)
{
	struct sigaction a = {.sa_handler = note}, before;
	sigset_t set;

	/* They only arrive while we wait, see await(). */
	sigemptyset(&set);
	sigaction(SIGCHLD, &a, NULL);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < NENDING; i++) {
		if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN)
			continue;
		sigaction(ending[i], &a, NULL);
		sigaddset(&set, ending[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int
child_told(void)
{
	sigset_t pending;

	if (told == 0 && sigpending(&pending) == 0)
		for (size_t i = 0; i < NENDING; i++)
			if (sigismember(&pending, ending[i]))
				return ending[i];
	return told;
}

/* Our environment, where POTOK_RUN is set; for free() with what *set becomes. */
static char **
environment(const char *record, char **set)
{
	static const char name[] = "POTOK_RUN=";
	size_t n = 0, cap = sizeof name + strlen(record);

	while (environ[n] != NULL)
		n++;
	char **words = calloc(n + 2, sizeof *words);
	*set = malloc(cap);
	if (words == NULL || *set == NULL) {
		free(words);
		free(*set);
		return NULL;
	}
	snprintf(*set, cap, "%s%s", name, record);
	words[0] = *set;
	n = 1;
	for (char **p = environ; *p != NULL; p++)
		if (strncmp(*p, name, strlen(name)) != 0)
			words[n++] = *p;
	return words;
}

/* Starts the shell.  Answers 0 or an error number. */
static int
start(const struct child *c, int liveness, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, usual;
	const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	char *set, **words = environment(c->record, &set);
	int error;

	if (words == NULL)
		return ENOMEM;
	if ((error = posix_spawn_file_actions_init(&files)) != 0)
		goto out;
	if ((error = posix_spawnattr_init(&how)) != 0)
		goto out_files;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGCHLD);
	if ((error = posix_spawnattr_setflags(&how, flags)) == 0 &&
	    (error = posix_spawnattr_setpgroup(&how, 0)) == 0 &&
	    (error = posix_spawnattr_setsigmask(&how, &none)) == 0 &&
	    (error = posix_spawnattr_setsigdefault(&how, &usual)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(&files, c->in, STDIN_FILENO)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(&files, c->out, STDOUT_FILENO)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(&files, liveness, LIVENESS)) == 0)
		error = posix_spawn(pid, c->argv[0], &files, &how, c->argv, words);
	posix_spawnattr_destroy(&how);
out_files:
	posix_spawn_file_actions_destroy(&files);
out:
	free(words);
	free(set);
	return error;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The state of the wait. */
struct wait {
	struct child *c;
	pid_t pid;
	int liveness; /* -1: all processes are gone */
	bool ended;   /* the shell has */
};

static void
reap(struct wait *w)
{
	int status;

	if (w->ended || waitpid(w->pid, &status, WNOHANG) != w->pid)
		return;
	w->ended = true;
	w->c->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Waits until all is over, a signal says to end, or a time is reached; 0: none.  Answers true when
 * all is over. */
static bool
await(struct wait *w, double until, bool heed)
{
	sigset_t set;

	sigemptyset(&set);
	for (;;) {
		reap(w);
		if (w->ended && w->liveness < 0)
			return true;
		if (heed && told != 0)
			return false;
		double left = until > 0 ? until - now() : 3600;
		if (left <= 0)
			return false;
		struct timespec t = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
		fd_set read_set;
		FD_ZERO(&read_set);
		if (w->liveness >= 0)
			FD_SET(w->liveness, &read_set);
		int n = pselect(w->liveness + 1, &read_set, NULL, NULL, &t, &set);
		if (n > 0) {
			/* No one writes to it: it ends with the last process that has it. */
			char byte;
			if (io_read(w->liveness, &byte, 1) <= 0) {
				close(w->liveness);
				w->liveness = -1;
			}
		}
	}
}

static void
end_all(struct wait *w)
{
	kill(-w->pid, SIGTERM);
	if (await(w, now() + GRACE, false))
		return;
	kill(-w->pid, SIGKILL);
	w->c->left = !await(w, now() + GIVE_UP, false);
}

bool
child_run(struct child *c)
{
	int ends[2];
	struct wait w = {.c = c};

	if (pipe(ends) < 0)
		return false;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	int error = start(c, ends[1], &w.pid);
	close(ends[1]);
	if (error == EAGAIN || error == ENOMEM) {
		close(ends[0]);
		errno = error;
		return false;
	}
	if (error != 0) {
		close(ends[0]);
		fprintf(stderr, "potok-run: %s: cannot run it: %s\n", c->argv[0], strerror(error));
		c->code = error == ENOENT ? 127 : 126;
		return true;
	}
	w.liveness = ends[0];
	if (!await(&w, c->seconds > 0 ? now() + c->seconds : 0, true)) {
		c->timed_out = told == 0;
		c->signal = told;
		end_all(&w);
	}
	if (w.liveness >= 0)
		close(w.liveness);
	return true;
}
