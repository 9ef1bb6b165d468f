/* One group of items, one after another, each through potok-run. */
#include "batch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "process.h"
#include "run.h"

enum { TRIES = 3, LINES_KEPT = 8 };

/* --- stopping ----------------------------------------------------------------------------- */

int
stopped(struct batch *b, unsigned number, bool tell)
{
	char path[BATCH_PATH];
	size_t n;
	int code = 0;

	if (!path_of(path, "%s/stop.%u", b->run, number) || access(path, F_OK) != 0)
		return 0;
	char *text = read_file(path, &n);
	if (text == NULL || sscanf(text, "%d", &code) != 1)
		code = BATCH_SETUP;
	const char *why = text != NULL ? strchr(text, '\n') : NULL;
	if (tell && why != NULL)
		fprintf(stderr, "%s: the run was stopped: %s", b->cli.name, why + 1);
	free(text);
	return code;
}

/* Ends the submission on all machines: a broken set-up breaks every item. */
static int
stop(struct batch *b, unsigned number, int code, const char *name, const char *why)
{
	char path[BATCH_PATH], text[4096], shown[1024];

	/* What a shell says of a command that it cannot run. */
	code = code == 126 || code == 127 ? BATCH_SETUP : code;
	int n = snprintf(text, sizeof text, "%d\n%s: exit code %d\n%s", code,
	    cli_printable(name, shown, sizeof shown), code, why);
	n = n < (int)sizeof text ? n : (int)sizeof text - 1;
	/* A full disk takes no note; then the exit code alone has to do. */
	if (path_of(path, "%s/stop.%u", b->run, number) && !write_file(path, text, (size_t)n))
		fprintf(stderr, "%s: %s: %s\n", b->cli.name, path, strerror(errno));
	return code;
}

/* --- one item ----------------------------------------------------------------------------- */

/* The last lines of what potok-run and its pipeline said, and the stage that the last of them
 * names.
 */
static void
keep_last_lines(int fd, struct marker *m)
{
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > (off_t)sizeof m->text - 1 ? size - (off_t)sizeof m->text + 1 : 0;
	ssize_t n = size > 0 ? pread(fd, m->text, sizeof m->text - 1, from) : 0;
	char *p = m->text + (n > 0 ? n : 0);

	*p = '\0';
	for (char *q = m->text; q < p; q++) {
		if (*q == '\0')
			*q = ' ';
	}
	for (int lines = 0; p > m->text && (lines < LINES_KEPT || p[-1] != '\n'); p--)
		lines += p[-1] == '\n' && p[0] != '\0';
	p += strspn(p, "\n");
	memmove(m->text, p, strlen(p) + 1);
	for (p = m->text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t len = strcspn(p, " :\n");
		if (p[len] == ':' && strncmp(p, "potok-", 6) == 0 &&
		    strncmp(p, "potok-run:", 10) != 0 && len < sizeof m->stage)
			snprintf(m->stage, sizeof m->stage, "%.*s", (int)len, p);
	}
}

char **
run_words(struct batch *b, const char *in, const char *out, const char *from, char *pipeline)
{
	char **words = calloc(b->run_args.n + b->args.n + 9, sizeof *words);
	size_t n = 0;

	if (words == NULL || !names_index(&b->args) || !names_index(&b->run_args) ||
	    !path_of(pipeline, "%s/pipeline", b->run)) {
		free(words);
		return NULL;
	}
	words[n++] = "potok-run";
	words[n++] = "-i";
	words[n++] = (char *)in;
	words[n++] = "-o";
	words[n++] = (char *)out;
	for (size_t i = 0; i < b->run_args.n; i++)
		words[n++] = b->run_args.at[i];
	words[n++] = pipeline;
	for (size_t i = 0; i < b->args.n; i++)
		words[n++] = b->args.at[i];
	if (from[0] != '\0') {
		words[n++] = "-f";
		words[n++] = (char *)from;
	}
	return words;
}

/* Runs potok-run once.  Answers its exit code, or 128 and more for a signal. */
static int
run_once(struct batch *b, const char *in, const char *out, const char *from, int log)
{
	char pipeline[BATCH_PATH];
	char **words = run_words(b, in, out, from, pipeline);
	int code = -1;

	if (words != NULL && ftruncate(log, 0) == 0 && lseek(log, 0, SEEK_SET) == 0)
		code = process_call(run_command, words, log);
	int error = errno;
	free(words);
	if (code >= 0)
		return code;
	dprintf(log, "potok-run: %s\n", strerror(error));
	return CLI_SYSTEM;
}

/* A pause before another try: what failed may need time to come back. */
static void
rest(unsigned tries)
{
	struct timespec t = {.tv_sec = tries > 1, .tv_nsec = 200000000};

	nanosleep(&t, NULL);
}

static bool
worth_a_retry(int code)
{
	return code == CLI_NOINPUT || code == CLI_SYSTEM || code == BATCH_RETRY || code > 128;
}

/* Runs one item until it is done, bad or given up, and writes its marker.  Answers CLI_OK, or the
 * code that stops the run. */
static int
run_item(struct batch *b, unsigned number, const struct item *item, int log)
{
	char in[BATCH_PATH], out[BATCH_PATH], part[PATH_MAX];
	struct stat st, made;
	struct marker m;
	struct cut cut = {0};

	if (!input_path(b, item->name, in) || !output_path(b, item, out))
		return stop(b, number, CLI_USAGE, item->name, "this name is too long\n");
	bool there = stat(in, &st) == 0;
	marker_read(b, item, there ? &st : NULL, &m);
	if (m.kind == MARKER_BAD || (m.kind == MARKER_OK && !b->recheck))
		return CLI_OK;
	if (!make_folders(out))
		return stop(b, number, CLI_OUTPUT, item->name, strerror(errno));

	m = (struct marker){.pipeline = b->pipeline_hash, .started = now(), .at = item->start};
	snprintf(m.host, sizeof m.host, "%s", run_host());
	if (there) {
		m.size = (uint64_t)st.st_size;
		m.mtime = mtime_of(&st);
	}
	if (item->part >= 0) {
		char name[BATCH_PATH];
		if (!path_of(name, "%s.in", out) || !temporary_name(part, name))
			return stop(b, number, CLI_USAGE, item->name, "this name is too long\n");
		/* An input that has changed since is cut anew by the next submission. */
		if (!there || !cut_read(b, item->name, &st, &cut))
			return CLI_OK;
		free(cut.starts);
		int code = cut_copy(b, item->name, item->start, item->length, part);
		if (code == CLI_OUTPUT)
			return stop(b, number, code, item->name, "a part cannot be written\n");
	}
	do {
		m.code = run_once(b, item->part < 0 ? in : part, out, cut.from, log);
		m.tries++;
		if (m.code == 0 || !worth_a_retry(m.code) || process_asked)
			break;
		if (m.tries < TRIES)
			rest(m.tries);
	} while (m.tries < TRIES);
	if (item->part >= 0)
		unlink(part);
	if (process_asked)
		return CLI_OK;

	m.ended = now();
	m.seconds = m.ended - m.started;
	if (m.code != 0)
		keep_last_lines(log, &m);
	if (m.code == 0) {
		m.kind = MARKER_OK;
		if (stat(out, &made) != 0)
			return stop(b, number, CLI_BUG, item->name, "potok-run left no output\n");
		m.out_size = (uint64_t)made.st_size;
		m.out_mtime = mtime_of(&made);
	} else if (m.code == CLI_DATA) {
		m.kind = MARKER_BAD;
	} else if (worth_a_retry(m.code)) {
		m.kind = MARKER_MISSING;
	} else {
		return stop(b, number, m.code, item->name, m.text);
	}
	if (!marker_write(b, item, &m))
		return stop(b, number, CLI_OUTPUT, item->name, "its marker cannot be written\n");
	return CLI_OK;
}

/* --- the group ---------------------------------------------------------------------------- */

/* Reads what line `group` of groups.N says: where in todo.N the group begins, and its items. */
static bool
find_group(struct batch *b, unsigned number, size_t group, long *at, size_t *count)
{
	enum { LINE = 43 };
	char path[BATCH_PATH], line[64];
	unsigned task;
	FILE *f = path_of(path, "%s/groups.%u", b->run, number) ? fopen(path, "r") : NULL;
	bool found = f != NULL && fseek(f, (long)group * LINE, SEEK_SET) == 0 &&
		     fgets(line, sizeof line, f) != NULL &&
		     sscanf(line, "%u %ld %zu", &task, at, count) == 3;

	if (f != NULL)
		fclose(f);
	return found;
}

int
group_run(struct batch *b, unsigned number, size_t group)
{
	char path[BATCH_PATH], *line = NULL;
	size_t count, cap = 0;
	long at;
	FILE *todo = NULL, *log = tmpfile();
	int code = CLI_OK;

	if (log == NULL)
		code = fault(b, CLI_SYSTEM, b->run, strerror(errno));
	fcntl(log ? fileno(log) : -1, F_SETFD, FD_CLOEXEC);
	/* What every child would look up for itself. */
	tzset();
	json_object_seed(0);
	process_catch();
	if (code == CLI_OK &&
	    (!find_group(b, number, group, &at, &count) ||
		!path_of(path, "%s/todo.%u", b->run, number) ||
		(todo = fopen(path, "re")) == NULL || fseek(todo, at, SEEK_SET) != 0))
		code = fault(b, CLI_NOINPUT, b->run, "there is no such group");
	for (size_t i = 0; code == CLI_OK && !process_asked && i < count; i++) {
		struct item item;
		int n;
		/* Whoever stopped the run has told why. */
		if (stopped(b, number, false) != 0)
			break;
		if (getdelim(&line, &cap, '\0', todo) < 0 ||
		    sscanf(line, "%ld %" SCNu64 " %" SCNu64 "%n", &item.part, &item.start,
			&item.length, &n) != 3)
			code = fault(b, CLI_DATA, path, "is damaged");
		else {
			item.name = line + n + 1;
			code = run_item(b, number, &item, fileno(log));
		}
	}
	free(line);
	if (todo != NULL)
		fclose(todo);
	if (log != NULL)
		fclose(log);
	return process_asked ? 128 + (int)process_asked : code;
}
