/* Runs the pipeline's shell. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

static void
become(const struct child *c, int liveness)
{
	struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t none;

	setpgid(0, 0);
	if (dup2(c->in, STDIN_FILENO) < 0 || dup2(c->out, STDOUT_FILENO) < 0 ||
	    fcntl(liveness, F_DUPFD, LIVENESS) < 0 || setenv("POTOK_RUN", c->record, 1) < 0)
		_exit(126);
	sigaction(SIGCHLD, &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(c->argv[0], c->argv);
	fprintf(stderr, "potok-run: %s: ", c->argv[0]);
	perror("cannot run it");
	_exit(errno == ENOENT ? 127 : 126);
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
	w.pid = fork();
	if (w.pid == 0)
		become(c, ends[1]);
	close(ends[1]);
	w.liveness = ends[0];
	if (w.pid < 0) {
		close(ends[0]);
		return false;
	}
	setpgid(w.pid, w.pid);
	if (!await(&w, c->seconds > 0 ? now() + c->seconds : 0, true)) {
		c->timed_out = told == 0;
		c->signal = told;
		end_all(&w);
	}
	if (w.liveness >= 0)
		close(w.liveness);
	return true;
}
