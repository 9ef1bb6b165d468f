/* Reading and writing: the only place that calls read() and write().  Never installed. */
#ifndef POTOK_CLI_IO_H
#define POTOK_CLI_IO_H

#include <stddef.h>
#include <stdint.h>

/* As read(2) and write(2) of everything, but go on after EINTR and short writes, and wait where the
 * descriptor does not block.  Below 0: errno tells; EIO also when write(2) takes nothing. */
ptrdiff_t io_read(int fd, void *buf, size_t cap);
int io_write(int fd, const void *data, size_t n);

/* The same at an offset: all n bytes, or up to the end of the file. */
ptrdiff_t io_read_at(int fd, void *buf, size_t n, uint64_t offset);
int io_write_at(int fd, const void *data, size_t n, uint64_t offset);

/* One read or write of what is there or has room, without waiting where the descriptor does not
 * block: EAGAIN then. */
ptrdiff_t io_read_some(int fd, void *buf, size_t cap);
ptrdiff_t io_write_some(int fd, const void *data, size_t n);

/* Asks for a large pipe buffer when fd is a pipe with a smaller one: fewer switches between the
 * programs.  Whoever gave it a larger one keeps that. */
void io_enlarge(int fd);

#endif
