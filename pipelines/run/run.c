/* What the parts of potok-run share. */
#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "hash.h"
#include "io.h"

enum {
	NAME_LONGEST = 255, /* bytes of a name in the usual file systems */
	KEPT = 100,         /* bytes of a name that stay when it is shortened */
	SUFFIX_LONGEST = 120
};

/* Where Linux has a file system in memory for all; used while so many bytes are free. */
#define MEMORY "/dev/shm"
static const unsigned long MEMORY_LEAST = 16 * 1024 * 1024;

bool
run_beside(char name[PATH_MAX], const char *out, const char *suffix)
{
	const char *slash = strrchr(out, '/');
	size_t folder = slash != NULL ? (size_t)(slash - out) + 1 : 0, n = strlen(out);
	int made;

	if (n - folder + SUFFIX_LONGEST <= NAME_LONGEST) {
		made = snprintf(name, PATH_MAX, "%s%s", out, suffix);
	} else {
		struct hash h;
		hash_begin(&h);
		hash_add(&h, out + folder, n - folder);
		/* Not in the midst of a character. */
		size_t kept = n - folder < KEPT ? n - folder : KEPT;
		while (kept > 0 && ((unsigned char)out[folder + kept] & 0xC0) == 0x80)
			kept--;
		made = snprintf(name, PATH_MAX, "%.*s~%016" PRIx64 "%s", (int)(folder + kept), out,
		    hash_value(&h), suffix);
	}
	if (made > 0 && made < PATH_MAX)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

const char *
run_host(void)
{
	static struct utsname host;

	if (host.nodename[0] == '\0' && uname(&host) < 0)
		strcpy(host.nodename, "unknown");
	host.nodename[64] = '\0'; /* long names would leave no room for others */
	return host.nodename;
}

/* State and start of a process, fields 3 and 22 of proc_pid_stat(5); false where there are none. */
static bool
read_stat(long pid, char *state, char start[RUN_START])
{
	char path[64], text[1024];

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ptrdiff_t n = fd < 0 ? -1 : io_read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* The name of the program may hold spaces and parentheses: field 3 follows the last one. */
	char *p = strrchr(text, ')');
	if (p == NULL || p[1] == '\0')
		return false;
	*state = p[2];
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	snprintf(start, RUN_START, "%.*s", p != NULL ? (int)strcspn(p + 1, " ") : 0,
	    p != NULL ? p + 1 : "");
	return true;
}

void
run_start_of(long pid, char text[RUN_START])
{
	char state;

	if (!read_stat(pid, &state, text))
		text[0] = '\0';
}

bool
run_gone(long pid, const char *start)
{
	char state, now[RUN_START];

	if (pid <= 0)
		return false;
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return true;
	if (!read_stat(pid, &state, now))
		return false;
	return state == 'Z' || state == 'X' ||
	       (start != NULL && now[0] != '\0' && strcmp(now, start) != 0);
}

const char *
run_records_place(unsigned i)
{
	const char *tmp = getenv("TMPDIR");
	struct statvfs space;

	if (tmp != NULL && *tmp != '\0')
		return i == 0 ? tmp : NULL;
	/* Small files that live for a moment, several for each program: on a disk they may cost
	 * more than the programs. */
	if (i == 0 && statvfs(MEMORY, &space) == 0 &&
	    space.f_bavail >= MEMORY_LEAST / space.f_frsize)
		return MEMORY;
	return i <= 1 ? "/tmp" : NULL;
}

void
run_remove_folder(const char *folder)
{
	char path[PATH_MAX];
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    (size_t)snprintf(path, sizeof path, "%s/%s", folder, e->d_name) < sizeof path)
			unlink(path);
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

bool
run_unchanged(const struct stat *was, const struct stat *is)
{
	return was->st_size == is->st_size && was->st_ino == is->st_ino &&
	       was->st_mtim.tv_sec == is->st_mtim.tv_sec &&
	       was->st_mtim.tv_nsec == is->st_mtim.tv_nsec;
}

bool
run_hash_file(const char *path, uint64_t *hash, uint64_t *size)
{
	enum { CHUNK = 256 * 1024 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *buf = fd < 0 ? NULL : malloc(CHUNK);
	ptrdiff_t n = buf != NULL ? 1 : -1;
	struct hash h;

	hash_begin(&h);
	*size = 0;
	while (n > 0 && (n = io_read(fd, buf, CHUNK)) > 0) {
		hash_add(&h, buf, (size_t)n);
		*size += (uint64_t)n;
	}
	*hash = hash_value(&h);
	int error = errno;
	free(buf);
	if (fd >= 0)
		close(fd);
	errno = error;
	return n == 0;
}
