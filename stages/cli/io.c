/* Reading and writing: the only place that calls read() and write(). */
#if defined(__linux__)
#define _GNU_SOURCE /* F_GETPIPE_SZ, F_SETPIPE_SZ */
#endif
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum { PIPE_BYTES = 1024 * 1024 };

/* After a failed call: may it be tried again?  Waits when the descriptor is not ready. */
static int
again(int fd, short events)
{
	if (errno == EINTR)
		return 1;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return 0;
	struct pollfd p = {.fd = fd, .events = events};
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

ptrdiff_t
io_read(int fd, void *buf, size_t cap)
{
	ssize_t n;

	do {
		n = read(fd, buf, cap);
	} while (n < 0 && again(fd, POLLIN));
	return n;
}

int
io_write(int fd, const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n > 0) {
		ssize_t put = write(fd, p, n);
		if (put < 0) {
			if (!again(fd, POLLOUT))
				return -1;
			continue;
		}
		if (put == 0) { /* no progress and no reason: it would go on like that */
			errno = EIO;
			return -1;
		}
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

ptrdiff_t
io_read_at(int fd, void *buf, size_t n, uint64_t offset)
{
	unsigned char *p = buf;
	size_t got = 0;

	while (got < n) {
		ssize_t some = pread(fd, p + got, n - got, (off_t)(offset + got));
		if (some < 0 && !again(fd, POLLIN))
			return -1;
		if (some == 0)
			break;
		got += some > 0 ? (size_t)some : 0;
	}
	return (ptrdiff_t)got;
}

int
io_write_at(int fd, const void *data, size_t n, uint64_t offset)
{
	const unsigned char *p = data;

	while (n > 0) {
		ssize_t put = pwrite(fd, p, n, (off_t)offset);
		if (put < 0 && !again(fd, POLLOUT))
			return -1;
		if (put == 0) {
			errno = EIO;
			return -1;
		}
		size_t done = put > 0 ? (size_t)put : 0;
		p += done;
		offset += done;
		n -= done;
	}
	return 0;
}

ptrdiff_t
io_read_some(int fd, void *buf, size_t cap)
{
	ssize_t n;

	do {
		n = read(fd, buf, cap);
	} while (n < 0 && errno == EINTR);
	return n;
}

ptrdiff_t
io_write_some(int fd, const void *data, size_t n)
{
	ssize_t put;

	do {
		put = write(fd, data, n);
	} while (put < 0 && errno == EINTR);
	return put;
}

void
io_enlarge(int fd)
{
#ifdef F_SETPIPE_SZ
	int size = fcntl(fd, F_GETPIPE_SZ); /* below 0: no pipe */

	/* Refused when the user has too many: then it stays as it is. */
	if (size >= 0 && size < PIPE_BYTES)
		(void)fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
#else
	(void)fd;
#endif
}
