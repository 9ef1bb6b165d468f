/*
 * measure [-p] [-n RUNS] INPUT COMMAND [ARG...]: runs COMMAND RUNS times (5) over the file INPUT
 * and prints, separated by TABs: median CPU seconds (user + system), median wall seconds, largest
 * resident memory in KiB.  Standard output of COMMAND is /dev/null, or with -p a pipe that is read
 * by another process, and its input then a pipe as well.  One run before the counted ones fills the
 * caches.  Exits with 1 when COMMAND fails.
 */
#if defined(__linux__)
#define _GNU_SOURCE /* F_SETPIPE_SZ, wait4 */
#endif
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 100, CHUNK = 256 * 1024 };

static void
die(const char *what)
{
	perror(what);
	exit(71);
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
copy(int from, int to)
{
	static char chunk[CHUNK];
	ssize_t n;

	while ((n = read(from, chunk, sizeof chunk)) > 0)
		for (ssize_t put = 0, w; to >= 0 && put < n; put += w)
			if ((w = write(to, chunk + put, (size_t)(n - put))) < 0)
				_exit(1);
}

static void
make_pipe(int ends[2])
{
	if (pipe(ends) < 0)
		die("pipe");
#ifdef F_SETPIPE_SZ
	(void)fcntl(ends[0], F_SETPIPE_SZ, 1024 * 1024);
#endif
}

/* Forks; the child copies from one descriptor to another (or nowhere: -1) and exits. */
static pid_t
copier(int from, int to, int close_too)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		close(close_too);
		copy(from, to);
		_exit(0);
	}
	return pid;
}

struct run {
	double cpu, wall;
	long rss;
};

static struct run
run(bool pipes, const char *input, char **argv)
{
	struct run r = {0};
	struct rusage u;
	int status, in = open(input, O_RDONLY | O_CLOEXEC), out, feed[2], drain[2];
	pid_t feeder = 0, drainer = 0;

	if (in < 0)
		die(input);
	if (pipes) {
		make_pipe(feed);
		make_pipe(drain);
		feeder = copier(in, feed[1], feed[0]);
		close(feed[1]);
		drainer = copier(drain[0], -1, drain[1]);
		close(drain[0]);
		close(in);
		in = feed[0];
		out = drain[1];
	} else {
		out = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (out < 0)
			die("/dev/null");
	}
	double start = now();
	pid_t pid = fork();
	if (pid == 0) {
		dup2(in, 0);
		dup2(out, 1);
		close(in);
		close(out);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	close(in);
	close(out);
	if (wait4(pid, &status, 0, &u) < 0)
		die("wait4");
	r.wall = now() - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "measure: %s failed (wait status %d)\n", argv[0], status);
		exit(1);
	}
	if (pipes) {
		waitpid(feeder, NULL, 0);
		waitpid(drainer, NULL, 0);
	}
	r.cpu = seconds(u.ru_utime) + seconds(u.ru_stime);
	r.rss = u.ru_maxrss;
	return r;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	bool pipes = false;
	int n = 5, c;
	double cpu[RUNS_MAX], wall[RUNS_MAX];
	long rss = 0;

	while ((c = getopt(argc, argv, "+pn:")) != -1) {
		if (c == 'p')
			pipes = true;
		else if (c == 'n')
			n = (int)strtol(optarg, NULL, 10);
		else
			return 64;
	}
	if (argc - optind < 2 || n < 1 || n > RUNS_MAX) {
		fputs("usage: measure [-p] [-n RUNS] INPUT COMMAND [ARG...]\n", stderr);
		return 64;
	}
	run(pipes, argv[optind], argv + optind + 1);
	for (int i = 0; i < n; i++) {
		struct run r = run(pipes, argv[optind], argv + optind + 1);
		cpu[i] = r.cpu;
		wall[i] = r.wall;
		rss = r.rss > rss ? r.rss : rss;
	}
	qsort(cpu, (size_t)n, sizeof cpu[0], by_value);
	qsort(wall, (size_t)n, sizeof wall[0], by_value);
	printf("%.4f\t%.4f\t%ld\n", cpu[n / 2], wall[n / 2], rss);
	return 0;
}
