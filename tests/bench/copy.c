/* A filter that does nothing: the ceiling for any filter here.  Same chunks and pipe sizes. */
#if defined(__linux__)
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#endif
#include <fcntl.h>
#include <unistd.h>

int
main(void)
{
	static char chunk[256 * 1024];
	ssize_t n;

#ifdef F_SETPIPE_SZ
	(void)fcntl(0, F_SETPIPE_SZ, 1024 * 1024);
	(void)fcntl(1, F_SETPIPE_SZ, 1024 * 1024);
#endif
	while ((n = read(0, chunk, sizeof chunk)) > 0)
		for (ssize_t put = 0, w; put < n; put += w)
			if ((w = write(1, chunk + put, (size_t)(n - put))) < 0)
				return 1;
	return n < 0;
}
