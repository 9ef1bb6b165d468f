/*
 * Reading and writing: interrupted, short and not ready calls, and the size of pipes.  Linked with
 * --wrap for read, write, poll and fcntl, which play a script here.
 */
#if defined(__linux__)
#define _GNU_SOURCE /* F_GETPIPE_SZ, F_SETPIPE_SZ */
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/types.h>

#include "io.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { FD = 42, STEPS = 8 };

/* One call that io.c must make, and what it answers: n bytes, or -1 and err. */
struct step {
	char call; /* r, w, p; g, s: get and set the size of a pipe; 0 ends the script */
	int n, err;
};

static const struct step *script;
static const char *taken; /* what read gives and write must get */

static ssize_t
play(char call, int fd)
{
	struct step s = *script;

	assert_int_equal(s.call, call);
	assert_int_equal(fd, FD);
	script++;
	errno = s.err;
	return s.n;
}

ssize_t __wrap_read(int, void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);
int __wrap_poll(struct pollfd *, nfds_t, int);

ssize_t
__wrap_read(int fd, void *buf, size_t cap)
{
	ssize_t n = play('r', fd);

	assert_int_equal(cap, 10);
	if (n > 0)
		memcpy(buf, taken, (size_t)n);
	return n;
}

ssize_t
__wrap_write(int fd, const void *data, size_t n)
{
	ssize_t put = play('w', fd);

	assert_int_equal(n, strlen(taken));
	assert_memory_equal(data, taken, n);
	if (put > 0)
		taken += put;
	return put;
}

static short awaited;

int
__wrap_poll(struct pollfd *p, nfds_t n, int timeout)
{
	assert_int_equal(n, 1);
	assert_int_equal(timeout, -1);
	assert_int_equal(p->events, awaited);
	return (int)play('p', p->fd);
}

static const struct {
	const char *name;
	struct step steps[STEPS];
	ptrdiff_t want;
	int err;
} reads[] = {
    {"at once", {{'r', 5, 0}}, 5, 0},
    {"short reads are answered as they are", {{'r', 1, 0}}, 1, 0},
    {"end", {{'r', 0, 0}}, 0, 0},
    {"interrupted", {{'r', -1, EINTR}, {'r', -1, EINTR}, {'r', 5, 0}}, 5, 0},
    {"not ready", {{'r', -1, EAGAIN}, {'p', 1, 0}, {'r', 5, 0}}, 5, 0},
    {"interrupted while waiting", {{'r', -1, EAGAIN}, {'p', -1, EINTR}, {'r', 0, 0}}, 0, 0},
    {"waiting fails", {{'r', -1, EAGAIN}, {'p', -1, ENOMEM}}, -1, ENOMEM},
    {"error", {{'r', -1, EIO}}, -1, EIO},
    {"error after an interruption", {{'r', -1, EINTR}, {'r', -1, EISDIR}}, -1, EISDIR},
};

static void
test_read(void **state)
{
	(void)state;
	awaited = POLLIN;
	for (size_t i = 0; i < COUNT(reads); i++) {
		char buf[10];
		print_message("read: %s\n", reads[i].name);
		script = reads[i].steps;
		taken = "12345";
		assert_int_equal(io_read(FD, buf, sizeof buf), reads[i].want);
		if (reads[i].want < 0)
			assert_int_equal(errno, reads[i].err);
		if (reads[i].want > 0)
			assert_memory_equal(buf, taken, (size_t)reads[i].want);
		assert_int_equal(script->call, 0);
	}
}

static const struct {
	const char *name;
	struct step steps[STEPS];
	int want, err;
} writes[] = {
    {"at once", {{'w', 5, 0}}, 0, 0},
    {"short writes go on", {{'w', 2, 0}, {'w', 1, 0}, {'w', 2, 0}}, 0, 0},
    {"interrupted", {{'w', -1, EINTR}, {'w', 5, 0}}, 0, 0},
    {"interrupted after a part", {{'w', 2, 0}, {'w', -1, EINTR}, {'w', 3, 0}}, 0, 0},
    {"not ready", {{'w', 2, 0}, {'w', -1, EAGAIN}, {'p', 1, 0}, {'w', 3, 0}}, 0, 0},
    {"disk full after a part", {{'w', 2, 0}, {'w', -1, ENOSPC}}, -1, ENOSPC},
    {"nothing is taken", {{'w', 0, 0}}, -1, EIO},
    {"nothing more is taken", {{'w', 2, 0}, {'w', 0, 0}}, -1, EIO},
    {"reader gone", {{'w', -1, EPIPE}}, -1, EPIPE},
};

static void
test_write(void **state)
{
	(void)state;
	awaited = POLLOUT;
	for (size_t i = 0; i < COUNT(writes); i++) {
		print_message("write: %s\n", writes[i].name);
		script = writes[i].steps;
		taken = "12345";
		assert_int_equal(io_write(FD, taken, 5), writes[i].want);
		if (writes[i].want < 0)
			assert_int_equal(errno, writes[i].err);
		else
			assert_string_equal(taken, "");
		assert_int_equal(script->call, 0);
	}
}

#ifdef F_SETPIPE_SZ
int __wrap_fcntl(int, int, ...);

int
__wrap_fcntl(int fd, int command, ...)
{
	va_list ap;

	if (command == F_GETPIPE_SZ)
		return (int)play('g', fd);
	assert_int_equal(command, F_SETPIPE_SZ);
	va_start(ap, command);
	assert_int_equal(va_arg(ap, int), 1 << 20);
	va_end(ap);
	return (int)play('s', fd);
}

static const struct {
	const char *name;
	struct step steps[STEPS];
} pipes[] = {
    {"no pipe", {{'g', -1, EBADF}}},
    {"smaller", {{'g', 64 << 10, 0}, {'s', 1 << 20, 0}}},
    {"smaller by a page", {{'g', (1 << 20) - 4096, 0}, {'s', 1 << 20, 0}}},
    {"as large", {{'g', 1 << 20, 0}}},
    {"larger", {{'g', 4 << 20, 0}}},
    {"the user has too many", {{'g', 4096, 0}, {'s', -1, EPERM}}},
};

static void
test_enlarge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pipes); i++) {
		print_message("pipe: %s\n", pipes[i].name);
		script = pipes[i].steps;
		io_enlarge(FD);
		assert_int_equal(script->call, 0);
	}
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_write),
#ifdef F_SETPIPE_SZ
	    cmocka_unit_test(test_enlarge),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
