/* The files beside a gzip file. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "record.h"

static const char *const suffixes[] = {".gzi", ".gzl"};

/* Writes BASE, the suffix and what follows it to name.  False, and reported: it is too long. */
static bool
name_of(char name[PATH_MAX], struct cli *cli, const char *base, int i, const char *behind)
{
	int n = snprintf(name, PATH_MAX, "%s%s%s", base, suffixes[i], behind);

	if (n > 0 && n < PATH_MAX)
		return true;
	cli_fault(cli, CLI_OUTPUT, base, "cannot use its index", "its name is too long");
	return false;
}

/* The temporary name of a file of the index.  While a run record is kept it stays until potok-run
 * gives it its own, with that of the output. */
static bool
new_name_of(char name[PATH_MAX], struct cli *cli, const char *base, int i)
{
	char behind[32], last[PATH_MAX];

	if (cli->record != NULL) {
		if (!name_of(last, cli, base, i, ""))
			return false;
		if (record_side_name(cli->record, last, name, PATH_MAX))
			return true;
		cli_fault(cli, CLI_OUTPUT, base, "cannot use its index", "its name is too long");
		return false;
	}
	snprintf(behind, sizeof behind, ".%ld.tmp", (long)getpid());
	return name_of(name, cli, base, i, behind);
}

static int
write_at(void *ctx, const void *data, size_t n, uint64_t offset)
{
	return io_write_at(*(const int *)ctx, data, n, offset);
}

static ptrdiff_t
read_at(void *ctx, void *buf, size_t n, uint64_t offset)
{
	return io_read_at(*(const int *)ctx, buf, n, offset);
}

bool
new_index_begin(struct new_index *x, struct cli *cli, const char *base)
{
	char name[PATH_MAX];

	*x = (struct new_index){.base = base, .fd = {-1, -1}};
	x->writer.gzi = (struct potok_index_file){write_at, &x->fd[0]};
	x->writer.gzl = (struct potok_index_file){write_at, &x->fd[1]};
	for (int i = 0; i < 2; i++) {
		if (!new_name_of(name, cli, base, i))
			break;
		/* One that is there was left by a run that was killed: in a container each may have
		 * the same number. */
		unlink(name);
		x->fd[i] = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (x->fd[i] < 0) {
			cli_fault(cli, CLI_OUTPUT, name, "cannot write", strerror(errno));
			break;
		}
	}
	x->open = true;
	if (x->fd[1] < 0)
		new_index_end(x, cli, false, 0);
	return x->open;
}

void
new_index_end(struct new_index *x, struct cli *cli, bool good, uint64_t gzip_size)
{
	char name[PATH_MAX], temporary[PATH_MAX];

	if (!x->open)
		return;
	x->open = false;
	if (good && potok_index_finish(&x->writer, gzip_size) < 0) {
		good = false;
		cli_fault(cli, CLI_OUTPUT, x->base, "cannot write its index", strerror(errno));
	}
	for (int i = 0; i < 2; i++) {
		if (x->fd[i] < 0)
			continue;
		if (close(x->fd[i]) < 0 && good) {
			good = false;
			cli_fault(
			    cli, CLI_OUTPUT, x->base, "cannot write its index", strerror(errno));
		}
	}
	/* The .gzl, which tells what both belong to, comes last. */
	for (int i = 0; i < 2; i++) {
		if (x->fd[i] < 0 || !new_name_of(temporary, cli, x->base, i) ||
		    !name_of(name, cli, x->base, i, ""))
			continue;
		if (good && cli->record != NULL) {
			record_side(cli->record, name, temporary);
		} else if (good && rename(temporary, name) < 0) {
			good = false;
			cli_fault(cli, CLI_OUTPUT, name, "cannot write", strerror(errno));
		}
		if (!good)
			unlink(temporary);
	}
}

bool
file_of(int *fd, struct potok_file *file)
{
	struct stat st;

	if (fstat(*fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	*file = (struct potok_file){read_at, fd, (uint64_t)st.st_size};
	return true;
}

void
old_index_close(struct old_index *x)
{
	for (int i = 1; i < 3; i++)
		if (x->fd[i] >= 0)
			close(x->fd[i]);
}

const char *
index_base(const struct cli *cli, const char *named)
{
	return named != NULL ? named : cli->operand;
}

int
old_index_open(struct old_index *x, struct cli *cli, const char *named, int fd)
{
	const char *base = index_base(cli, named);
	char name[PATH_MAX];
	struct potok_file file[3];

	*x = (struct old_index){.fd = {fd, -1, -1}};
	if (!file_of(&x->fd[0], &file[0]) || (named == NULL && strcmp(cli->operand, "-") == 0))
		return INDEX_NONE;
	for (int i = 0; i < 2; i++) {
		if (!name_of(name, cli, base, i, ""))
			goto fault;
		record_file(cli->record, "in", "index", name);
		x->fd[i + 1] = open(name, O_RDONLY | O_CLOEXEC);
		if (x->fd[i + 1] < 0 && errno != ENOENT) {
			cli_fault(cli, CLI_NOINPUT, name, "cannot open", strerror(errno));
			goto fault;
		}
	}
	if (x->fd[1] < 0 || x->fd[2] < 0) {
		old_index_close(x);
		return INDEX_NONE;
	}
	for (int i = 0; i < 3; i++) {
		if (!file_of(&x->fd[i], &file[i])) {
			cli_fault(cli, CLI_NOINPUT, base, "cannot use its index",
			    "an index needs regular files");
			goto fault;
		}
	}
	enum potok_status s = potok_index_open(&x->index, &file[0], &file[1], &file[2]);
	if (s == POTOK_MORE)
		return INDEX_GOOD;
	if (s == POTOK_EINPUT)
		cli_fault(cli, CLI_DATA, base, "cannot use its index", x->index.why);
	else
		cli_fault(cli, s == POTOK_EIO ? CLI_NOINPUT : CLI_SYSTEM, base,
		    "cannot use its index", s == POTOK_EIO ? strerror(errno) : "out of memory");
fault:
	old_index_close(x);
	return INDEX_FAULT;
}
