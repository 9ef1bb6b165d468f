/* Looking after a run: verifying outputs, sweeping, forgetting what was bad. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "run.h"
#include "status.h"

enum { VERIFY_AT_ONCE = 64 };

struct verifying {
	char *argv[VERIFY_AT_ONCE + 3];
	size_t n;
	int code;
};

/* Has potok-run verify the outputs that wait. */
static int
verify_waiting(struct batch *b, struct verifying *v)
{
	v->argv[0] = "potok-run";
	v->argv[1] = "--verify";
	v->argv[2 + v->n] = NULL;
	int code = v->n > 0 ? process_run(v->argv, NULL, 0) : 0;
	int error = errno;
	for (size_t i = 0; i < v->n; i++)
		free(v->argv[2 + i]);
	v->n = 0;
	if (code < 0)
		return fault(b, BATCH_SETUP, "potok-run", strerror(error));
	if (code != 0)
		v->code = CLI_NO;
	return CLI_OK;
}

/* An output that was joined: the marker has its hash. */
static int
verify_joined(struct batch *b, struct verifying *v, const char *path, const struct marker *m)
{
	uint64_t hash, size;

	if (!run_hash_file(path, &hash, &size))
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	if (hash != m->out_hash || size != m->out_size)
		v->code = fault(b, CLI_NO, path, "is not what was written");
	return CLI_OK;
}

static int
verify_input(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, void *ctx)
{
	struct verifying *v = ctx;
	struct item item = {.name = (char *)name, .part = -1};
	char path[BATCH_PATH];

	(void)st;
	if (kind != MARKER_OK || !output_path(b, &item, path))
		return CLI_OK;
	if (m->out_hash != 0)
		return verify_joined(b, v, path, m);
	if ((v->argv[2 + v->n] = strdup(path)) == NULL)
		return fault(b, CLI_SYSTEM, name, "out of memory");
	return ++v->n == VERIFY_AT_ONCE ? verify_waiting(b, v) : CLI_OK;
}

int
verify(struct batch *b)
{
	struct tally t;
	struct verifying v = {.code = CLI_OK};
	int code = status_count(b, &t, false, verify_input, &v);

	if (code == CLI_OK)
		code = verify_waiting(b, &v);
	if (code == CLI_OK && t.done < t.inputs)
		fprintf(stderr, "%s: %zu of %zu outputs are not there to be verified\n",
		    b->cli.name, t.inputs - t.done, t.inputs);
	return code != CLI_OK ? code : v.code;
}

static int
forget(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, void *ctx)
{
	struct item item = {.name = (char *)name, .part = -1};
	struct cut plan;

	(void)m;
	(void)ctx;
	if (kind != MARKER_BAD)
		return CLI_OK;
	marker_remove(b, &item);
	if (cut_read(b, name, st, &plan)) {
		for (size_t i = 0; i < plan.n; i++) {
			struct item part = {
			    .name = (char *)name, .part = (long)i, .start = plan.starts[i]};
			struct marker of_part;
			part.length = plan.starts[i + 1] - part.start;
			marker_read(b, &part, st, &of_part);
			if (of_part.kind == MARKER_BAD)
				marker_remove(b, &part);
		}
		free(plan.starts);
	}
	return CLI_OK;
}

int
forget_bad(struct batch *b)
{
	struct tally t;

	return status_count(b, &t, false, forget, NULL);
}

/* --- sweeping ----------------------------------------------------------------------------- */

struct sweeping {
	struct names names; /* the manifest */
	bool all;
	size_t n;
};

/* Whether a process is one of this machine, and gone. */
static bool
is_gone(const char *host, size_t n, long pid, const char *start)
{
	return strlen(run_host()) == n && strncmp(host, run_host(), n) == 0 && run_gone(pid, start);
}

/* Whether nobody has touched a file for a minute. */
static bool
is_old(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && time(NULL) - st.st_mtim.tv_sec > 60;
}

/* Whether the one that made a lock is gone.  One that was killed before it could sign leaves the
 * lock empty; live ones renew it. */
static bool
lock_is_left(const char *path)
{
	char host[128], start[RUN_START];
	long pid;
	FILE *f = fopen(path, "r");

	if (f == NULL)
		return false;
	bool left = fscanf(f, "%127s %ld %31s", host, &pid, start) == 3
			? is_gone(host, strlen(host), pid, start)
			: is_old(path);
	fclose(f);
	return left;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* Whether a file is one that nobody will finish: NAME.tmp.HOST.PID.N or a lock, of a process of
 * this machine that is gone, or, when all are to go, of any. */
static bool
is_left(const char *path, const char *name, bool all)
{
	size_t n;
	const char *at = NULL;

	if (ends_with(name, RUN_LOCK))
		return all || lock_is_left(path);
	if (ends_with(name, RUN_LOCK RUN_BREAK))
		return all || is_old(path);
	for (const char *p = strstr(name, ".tmp."); p != NULL; p = strstr(p + 1, ".tmp."))
		at = p + strlen(".tmp.");
	if (at == NULL || all)
		return at != NULL;
	/* The name of a machine may have dots. */
	n = strlen(run_host());
	return strlen(at) > n && at[n] == '.' && is_gone(at, n, strtol(at + n + 1, NULL, 10), NULL);
}

/* Sweeps a folder and those below.  `under` is what an output's name has before it; 0: there are no
 * outputs. */
static int
sweep_folder(struct batch *b, struct sweeping *s, const char *folder, size_t under)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int code = CLI_OK;

	if (dir == NULL)
		return fault(b, CLI_NOINPUT, folder, strerror(errno));
	while (code == CLI_OK && (entry = readdir(dir)) != NULL) {
		char path[BATCH_PATH];
		struct stat st;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!path_of(path, "%s/%s", folder, entry->d_name) || lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			code = sweep_folder(b, s, path, under);
			continue;
		}
		/* An input may be called like that, with a slash before it or without. */
		const char *name = path + under;
		bool output = under > 0 && (names_has(&s->names, name, strlen(name)) ||
					       names_has(&s->names, name - 1, strlen(name - 1)));
		if (output || !is_left(path, entry->d_name, s->all))
			continue;
		if (unlink(path) != 0)
			code = fault(b, CLI_OUTPUT, path, strerror(errno));
		s->n += code == CLI_OK;
	}
	closedir(dir);
	return code;
}

/* The folders of records that a potok-run has left.  Of other users they stay. */
static void
sweep_records(struct sweeping *s)
{
	char path[BATCH_PATH];
	const char *place;
	size_t n = strlen(RUN_RECORDS), host = strlen(run_host());

	for (unsigned i = 0; (place = run_records_place(i)) != NULL; i++) {
		DIR *dir = opendir(place);
		const struct dirent *entry;
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			const char *at = entry->d_name + n;
			if (strncmp(entry->d_name, RUN_RECORDS, n) != 0 || strlen(at) <= host ||
			    at[host] != '.' ||
			    !is_gone(at, host, strtol(at + host + 1, NULL, 10), NULL) ||
			    !path_of(path, "%s/%s", place, entry->d_name))
				continue;
			run_remove_folder(path);
			s->n += access(path, F_OK) != 0;
		}
		if (dir != NULL)
			closedir(dir);
	}
}

int
sweep(struct batch *b, bool all)
{
	static const char *const folders[] = {"out", "parts", "status"};
	struct sweeping s = {.all = all};
	char path[BATCH_PATH];
	int code = inputs_read(b, &s.names);

	for (size_t i = 0; code == CLI_OK && i < sizeof folders / sizeof folders[0]; i++)
		code = path_of(path, "%s/%s", b->run, folders[i])
			   ? sweep_folder(b, &s, path, i == 0 ? strlen(path) + 1 : 0)
			   : CLI_USAGE;
	names_free(&s.names);
	if (code == CLI_OK)
		sweep_records(&s);
	if (code == CLI_OK)
		printf("%zu temporary files removed\n", s.n);
	return code != CLI_OK ? code : cli_flush(&b->cli);
}
