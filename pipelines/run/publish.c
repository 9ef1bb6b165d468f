/* Publishes an output under a lock. */
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "io.h"
#include "manifest.h"

enum {
	LEASE = 60, /* seconds after which the lock of another machine counts as left behind */
	RENEW = 10, /* seconds between renewals */
	WAIT = 600, /* seconds that we wait for a lock */
	PAUSE = 20  /* milliseconds between two looks at it */
};

/* --- the lock ------------------------------------------------------------------------------- */

static int held = -1;

/* Keeps the lock young while we have it: a slow disk may keep us for long. */
static void
renew(int number)
{
	(void)number;
	int error = errno;
	if (held >= 0)
		futimens(held, NULL);
	alarm(RENEW);
	errno = error;
}

/* Is the owner of a lock gone?  Told at once on its own machine; elsewhere when the lock has not
 * been renewed for a lease, by the clock of the file system. */
static bool
is_left(const char *lock, const struct stat *st, int our_folder_clock)
{
	char text[256], host[128], start[RUN_START];
	long pid;
	struct stat clock;
	int fd = open(lock, O_RDONLY | O_CLOEXEC);
	ptrdiff_t n = fd < 0 ? -1 : io_read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return false;
	text[n] = '\0';
	if (sscanf(text, "%127s %ld %31s", host, &pid, start) == 3 && strcmp(host, run_host()) == 0)
		return run_gone(pid, start);
	return futimens(our_folder_clock, NULL) == 0 && fstat(our_folder_clock, &clock) == 0 &&
	       clock.st_mtim.tv_sec - st->st_mtim.tv_sec > LEASE;
}

/*
 * Removes a lock that was left.  Of several who want that one wins: it makes the second lock, and
 * looks again whether the first is still the same.
 */
static void
break_lock(const char *lock, const struct stat *seen)
{
	char name[PATH_MAX + 8];
	struct stat st;

	snprintf(name, sizeof name, "%s" RUN_BREAK, lock);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		/* Whoever made it has only a moment's work. */
		if (stat(name, &st) == 0 && time(NULL) - st.st_mtim.tv_sec > LEASE)
			unlink(name);
		return;
	}
	if (stat(lock, &st) == 0 && st.st_ino == seen->st_ino &&
	    st.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == seen->st_mtim.tv_nsec)
		unlink(lock);
	close(fd);
	unlink(name);
}

static bool
write_owner(int fd)
{
	char text[256], start[RUN_START];

	run_start_of((long)getpid(), start);
	int n = snprintf(text, sizeof text, "%s %ld %s\n", run_host(), (long)getpid(),
	    start[0] != '\0' ? start : "-");
	return io_write(fd, text, (size_t)n) == 0;
}

/* Takes the lock.  Answers 0, or an exit code after a message. */
static int
take_lock(struct run *run, const char *lock)
{
	struct timespec pause = {0, PAUSE * 1000000L};
	struct sigaction a = {.sa_handler = renew, .sa_flags = SA_RESTART};
	time_t until = time(NULL) + WAIT;
	struct stat st;

	for (;;) {
		int fd = open(lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 && write_owner(fd)) {
			held = fd;
			sigaction(SIGALRM, &a, NULL);
			alarm(RENEW);
			return CLI_OK;
		}
		if (fd >= 0) {
			unlink(lock);
			close(fd);
		}
		if (fd >= 0 || errno != EEXIST) {
			cli_fault(run->cli, CLI_OUTPUT, lock, "cannot lock", strerror(errno));
			return CLI_OUTPUT;
		}
		if (stat(lock, &st) == 0 && is_left(lock, &st, run->fd))
			break_lock(lock, &st);
		else if (time(NULL) > until || child_told() != 0)
			break;
		nanosleep(&pause, NULL);
	}
	cli_fault(run->cli, CLI_RETRY, lock, "another holds the lock", "try again later");
	return CLI_RETRY;
}

static void
drop_lock(const char *lock)
{
	struct stat ours, st;

	alarm(0);
	/* If we were taken for dead it is another's by now. */
	if (fstat(held, &ours) == 0 && stat(lock, &st) == 0 && ours.st_ino == st.st_ino)
		unlink(lock);
	close(held);
	held = -1;
}

/* --- publishing ----------------------------------------------------------------------------- */

void
publish_look(struct publish_before *before, const char *out)
{
	char name[PATH_MAX];

	before->any = run_beside(name, out, RUN_MANIFEST) && stat(name, &before->st) == 0;
}

/* Has another published since then? */
static bool
was_published(const struct publish_before *before, const char *manifest)
{
	struct stat st;

	return stat(manifest, &st) == 0 && !(before->any && run_unchanged(&before->st, &st));
}

static int
stale(struct run *run, const char *why)
{
	cli_fault(run->cli, CLI_RETRY, run->out, "not published", why);
	return CLI_RETRY;
}

static bool
changed(const char *path, const struct stat *was)
{
	struct stat is;

	return stat(path, &is) < 0 || !run_unchanged(was, &is);
}

static int
cannot(struct run *run, const char *path)
{
	cli_fault(run->cli, CLI_OUTPUT, path, "cannot write", strerror(errno));
	return CLI_OUTPUT;
}

static bool
sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* The names of the files beside the output, one by one; rename or remove their temporary ones. */
static bool
name_sides(const json_t *m, bool keep)
{
	char path[PATH_MAX], temporary[PATH_MAX];

	for (size_t i = 0; i < json_array_size(json_object_get(m, "beside")); i++) {
		if (!manifest_side(m, i, path, temporary))
			continue;
		if (!keep)
			unlink(temporary);
		else if (rename(temporary, path) < 0)
			return false;
	}
	return true;
}

static bool
sync_sides(const json_t *m)
{
	char path[PATH_MAX], temporary[PATH_MAX];

	for (size_t i = 0; i < json_array_size(json_object_get(m, "beside")); i++)
		if (!manifest_side(m, i, path, temporary) || !sync_path(temporary))
			return false;
	return true;
}

/* Writes the manifest under a temporary name.  It is not synced: one that a crash has left empty or
 * torn is no JSON, and the output counts as not made. */
static bool
write_manifest(const json_t *m, const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		return false;
	bool good = json_dumpf(m, f, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0;
	good = fputc('\n', f) != EOF && good && fflush(f) == 0;
	return fclose(f) == 0 && good;
}

static bool
sync_folder(const char *out)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(out, '/');

	snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - out) + 1 : 1,
	    slash != NULL ? out : ".");
	/* Some file systems know no such thing for folders. */
	return sync_path(folder) || errno == EINVAL || errno == ENOTSUP;
}

/* The renames, under the lock.  Only the last of them, the manifest's, makes the output valid. */
static int
name_all(struct run *run, const struct publish_before *before, const json_t *m,
    const char *manifest, const char *temporary)
{
	if (changed(run->in, &run->in_stat))
		return stale(run, "the input has changed meanwhile");
	if (run->file != NULL && changed(run->file, &run->file_stat))
		return stale(run, "the pipeline has changed meanwhile");
	if (was_published(before, manifest)) {
		json_t *theirs = manifest_read(run->out);
		bool same = manifest_fits(theirs, run->out) && manifest_current(theirs, run);
		json_decref(theirs);
		if (!same)
			return stale(run, "another run has published something else meanwhile");
		unlink(run->temporary);
		unlink(temporary);
		name_sides(m, false);
		return CLI_OK;
	}
	if (rename(run->temporary, run->out) < 0)
		return cannot(run, run->out);
	run->temporary[0] = '\0';
	if (!name_sides(m, true) || rename(temporary, manifest) < 0)
		return cannot(run, manifest);
	return sync_folder(run->out) ? CLI_OK : cannot(run, run->out);
}

int
publish(struct run *run, const struct publish_before *before, const json_t *m)
{
	char lock[PATH_MAX], manifest[PATH_MAX], temporary[PATH_MAX], suffix[128];

	snprintf(suffix, sizeof suffix, RUN_MANIFEST ".tmp.%s.%ld", run_host(), (long)getpid());
	if (!run_beside(lock, run->out, RUN_LOCK) ||
	    !run_beside(manifest, run->out, RUN_MANIFEST) ||
	    !run_beside(temporary, run->out, suffix))
		return cannot(run, run->out);
	/* The slow part before the lock is taken. */
	if (fsync(run->fd) < 0 || !sync_sides(m))
		return cannot(run, run->temporary);
	if (!write_manifest(m, temporary)) {
		int code = cannot(run, manifest);
		unlink(temporary);
		return code;
	}
	int code = take_lock(run, lock);
	if (code == CLI_OK) {
		code = name_all(run, before, m, manifest, temporary);
		drop_lock(lock);
	}
	if (code != CLI_OK)
		unlink(temporary);
	return code;
}
