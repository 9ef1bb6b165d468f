/* Writes the run record. */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <potok/utf8.h>

enum { HOST_MAX = 64, MESSAGE_MAX = 1024 };

struct record {
	char base[PATH_MAX]; /* the names of its files, without what follows the last dot */
	char who[128];       /* HOST.PID.STARTTIME */
	FILE *f;             /* the end record, under its temporary name */
	char *head;          /* what both records begin with, for free() */
	bool any;            /* something stands in "opened" */
	bool dies;           /* SIGPIPE would end the program */
	bool reader_gone;
	struct timespec began;
	char message[MESSAGE_MAX];
	uint64_t byte;
};

/* --- JSON ----------------------------------------------------------------------------------- */

/* A path; when it is no UTF-8 its bytes too. */
static void
put_path(FILE *f, const char *path)
{
	fputs("\"path\":", f);
	cli_json(f, path);
	if (potok_utf8_valid((const unsigned char *)path, strlen(path)) == strlen(path))
		return;
	fputs(",\"path_bytes\":\"", f);
	for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++)
		fprintf(f, "%02x", *p);
	fputc('"', f);
}

static const char *
kind_of(mode_t mode)
{
	return S_ISREG(mode)    ? "file"
	       : S_ISFIFO(mode) ? "pipe"
	       : S_ISSOCK(mode) ? "socket"
	       : S_ISCHR(mode)  ? "device"
				: "other";
}

static void
put_id(FILE *f, const struct stat *st)
{
	fprintf(f, "\"%ju:%ju\"", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino);
}

/* Kind and identity; of a file also what tells whether it has changed. */
static void
put_stat(FILE *f, const struct stat *st)
{
	fprintf(f, ",\"kind\":\"%s\",\"id\":", kind_of(st->st_mode));
	put_id(f, st);
	/* Seconds and nanoseconds together are more than JSON's numbers hold everywhere. */
	if (S_ISREG(st->st_mode))
		fprintf(f, ",\"size\":%jd,\"mtime\":\"%jd.%09ld\"", (intmax_t)st->st_size,
		    (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

static void
put_descriptor(FILE *f, const char *name, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return;
	fprintf(f, ",\"%s\":", name);
	put_id(f, &st);
}

static void
put_strings(FILE *f, const char *name, char *const strings[])
{
	fprintf(f, ",\"%s\":[", name);
	for (size_t i = 0; strings != NULL && strings[i] != NULL; i++) {
		if (i > 0)
			fputc(',', f);
		cli_json(f, strings[i]);
	}
	fputc(']', f);
}

/* The lines of a text. */
static void
put_lines(FILE *f, const char *name, const char *text)
{
	char line[256];

	fprintf(f, ",\"%s\":[", name);
	for (bool first = true; text != NULL && *text != '\0'; first = false) {
		size_t n = strcspn(text, "\n");
		snprintf(line, sizeof line, "%.*s", n < sizeof line ? (int)n : 255, text);
		if (!first)
			fputc(',', f);
		cli_json(f, line);
		text += n + (text[n] == '\n');
	}
	fputc(']', f);
}

/* The program's own file. */
static void
put_executable(FILE *f)
{
	char path[PATH_MAX];
	struct stat st;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n <= 0)
		return;
	path[n] = '\0';
	if (stat(path, &st) < 0)
		return;
	fputs(",\"executable\":{", f);
	put_path(f, path);
	put_stat(f, &st);
	fputc('}', f);
}

static void
put_head(FILE *f, const struct cli *cli, const struct record *r)
{
	char text[PATH_MAX];
	time_t now = time(NULL);
	struct tm tm;

	fputs("{\"record\":1,\"program\":", f);
	cli_json(f, cli->name);
	if (cli->command != NULL) {
		fputs(",\"command\":", f);
		cli_json(f, cli->command);
	}
	fprintf(f, ",\"version\":\"%s\"", POTOK_VERSION);
	put_lines(f, "libraries", cli->libraries);
	fputs(",\"who\":", f);
	cli_json(f, r->who);
	fprintf(f, ",\"pid\":%ld", (long)getpid());
	if (gmtime_r(&now, &tm) != NULL && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		fprintf(f, ",\"began\":\"%s\"", text);
	put_executable(f);
	put_strings(f, "arguments", cli->arguments);
	if (getcwd(text, sizeof text) != NULL) {
		fputs(",\"folder\":{", f);
		put_path(f, text);
		fputc('}', f);
	}
	put_descriptor(f, "stdin", STDIN_FILENO);
	put_descriptor(f, "stdout", STDOUT_FILENO);
}

/* Keeps it: asking the system twice takes time of a short run.  Answers false with errno. */
static bool
make_head(struct record *r, const struct cli *cli)
{
	size_t n;
	FILE *f = open_memstream(&r->head, &n);

	if (f == NULL)
		return false;
	put_head(f, cli, r);
	bool good = !ferror(f);
	return fclose(f) == 0 && good;
}

/* Begins an entry of "opened". */
static void
put_entry(struct record *r, const char *way, const char *role)
{
	fprintf(r->f, "%s{\"way\":\"%s\",\"role\":\"%s\"", r->any ? "," : "", way, role);
	r->any = true;
}

/* A file that is named. */
static void
put_file(
    struct record *r, const char *way, const char *role, const char *path, const struct stat *st)
{
	put_entry(r, way, role);
	fputc(',', r->f);
	put_path(r->f, path);
	put_stat(r->f, st);
	fputc('}', r->f);
}

/* --- the files of the record ---------------------------------------------------------------- */

/* When the process began, as the system counts it: with the number that makes it unlike all others
 * of this machine. */
static uint64_t
start_time(const struct timespec *now)
{
	char text[1024];
	FILE *f = fopen("/proc/self/stat", "r");
	size_t n = f != NULL ? fread(text, 1, sizeof text - 1, f) : 0;
	uint64_t value;

	if (f != NULL)
		fclose(f);
	text[n] = '\0';
	/* The name of the program may hold spaces and parentheses: field 3 follows the last one. */
	char *p = strrchr(text, ')');
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p == NULL || sscanf(p, " %" SCNu64, &value) != 1)
		return (uint64_t)now->tv_sec * 1000000 + (uint64_t)now->tv_nsec / 1000;
	return value;
}

/* Answers false when none is wanted, or, with errno, when its names are too long. */
static bool
set_names(struct record *r, const struct cli *cli)
{
	const char *folder = getenv("POTOK_RUN");
	struct utsname host;
	uint64_t start;

	errno = 0;
	if (folder == NULL || *folder == '\0')
		return false;
	r->byte = UINT64_MAX;
	clock_gettime(CLOCK_REALTIME, &r->began);
	start = start_time(&r->began);
	clock_gettime(CLOCK_MONOTONIC, &r->began);
	if (uname(&host) < 0)
		strcpy(host.nodename, "unknown");
	snprintf(r->who, sizeof r->who, "%.*s.%ld.%" PRIu64, HOST_MAX, host.nodename,
	    (long)getpid(), start);
	int n = snprintf(r->base, sizeof r->base, "%s/%.*s-%ld-%" PRIu64 "-%s", folder, HOST_MAX,
	    host.nodename, (long)getpid(), start, cli->name);
	if (n > 0 && (size_t)n < sizeof r->base - sizeof ".begin.tmp")
		return true;
	errno = ENAMETOOLONG;
	return false;
}

/* Opens BASE.WHAT.tmp. */
static FILE *
open_part(const struct record *r, const char *what)
{
	char name[PATH_MAX + 16];

	snprintf(name, sizeof name, "%s.%s.tmp", r->base, what);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? NULL : fdopen(fd, "w");
}

/* Closes it and gives it its name.  Answers false, with errno, when anything failed. */
static bool
close_part(const struct record *r, const char *what, FILE *f)
{
	char from[PATH_MAX + 16], to[PATH_MAX + 16];
	bool good = fflush(f) == 0 && !ferror(f);

	if (fclose(f) != 0 || !good)
		return false;
	snprintf(from, sizeof from, "%s.%s.tmp", r->base, what);
	snprintf(to, sizeof to, "%s.%s", r->base, what);
	return rename(from, to) == 0;
}

/* Begins the end record. */
static bool
open_end(struct record *r, const struct cli *cli)
{
	r->f = open_part(r, "end");
	if (r->f == NULL)
		return false;
	fprintf(r->f, "%s,\"opened\":[", r->head);
	for (size_t i = 0; i < cli->nuses; i++) {
		const struct cli_use *use = &cli->uses[i];
		put_file(r, use->way, use->role, use->path, &use->st);
	}
	return true;
}

/* Completes it. */
static bool
close_end(struct record *r, int code, const struct potok_count *counts, size_t ncounts)
{
	FILE *f = r->f;
	struct timespec now;
	struct rusage own = {0}, children = {0};
	const char *status = r->reader_gone ? "reader-gone" : code != CLI_OK ? "error" : "ok";

	r->f = NULL;
	free(r->head);
	r->head = NULL;
	clock_gettime(CLOCK_MONOTONIC, &now);
	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	fputs("],\"counts\":{", f);
	for (size_t i = 0; i < ncounts; i++)
		fprintf(f, "%s\"%s\":%" PRIu64, i ? "," : "", counts[i].name, counts[i].n);
	fprintf(f, "},\"status\":\"%s\",\"exit\":%d", status, code);
	if (r->message[0] != '\0') {
		fputs(",\"message\":", f);
		cli_json(f, r->message);
	}
	if (r->byte != UINT64_MAX)
		fprintf(f, ",\"byte\":%" PRIu64, r->byte);
	fprintf(f, ",\"seconds\":%.6f,\"cpu\":%.6f}\n",
	    (double)(now.tv_sec - r->began.tv_sec) + (double)(now.tv_nsec - r->began.tv_nsec) / 1e9,
	    (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec + children.ru_utime.tv_sec +
		     children.ru_stime.tv_sec) +
		(double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec + children.ru_utime.tv_usec +
			 children.ru_stime.tv_usec) /
		    1e6);
	return close_part(r, "end", f);
}

static bool
refuse(struct cli *cli)
{
	cli_report(
	    cli, CLI_OUTPUT, UINT64_MAX, "POTOK_RUN: cannot write the record: %s", strerror(errno));
	return false;
}

bool
record_begin(struct cli *cli)
{
	static struct record record; /* a program has one, and it is large */
	struct record *r = &record;
	struct sigaction before, ignore = {.sa_handler = SIG_IGN};

	if (!set_names(r, cli))
		return errno == 0 || refuse(cli);
	FILE *f = make_head(r, cli) ? open_part(r, "begin") : NULL;
	if (f == NULL)
		return refuse(cli);
	fprintf(f, "%s}\n", r->head);
	if (!close_part(r, "begin", f) || !open_end(r, cli))
		return refuse(cli);
	cli->record = r;
	if (sigaction(SIGPIPE, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
		r->dies = sigaction(SIGPIPE, &ignore, NULL) == 0;
	return true;
}

bool
record_end(struct cli *cli, const struct potok_count *counts, size_t ncounts)
{
	struct record *r = cli->record;

	if (r == NULL)
		return true;
	int code = record_dies(r) ? 128 + SIGPIPE : cli->code;
	return close_end(r, code, counts, ncounts) || refuse(cli);
}

void
record_close(struct cli *cli)
{
	struct record *r = cli->record;
	struct sigaction usual = {.sa_handler = SIG_DFL};

	cli->record = NULL;
	if (r == NULL || !record_dies(r))
		return;
	sigaction(SIGPIPE, &usual, NULL);
	raise(SIGPIPE);
}

void
record_refusal(const struct cli *cli, int code, const char *message)
{
	static struct record r;

	r = (struct record){0};
	if (!set_names(&r, cli) || !make_head(&r, cli) || !open_end(&r, cli))
		return;
	record_fault(&r, message, UINT64_MAX);
	close_end(&r, code, NULL, 0);
}

bool
record_is_open(const struct record *r)
{
	return r != NULL && r->f != NULL;
}

void
record_fault(struct record *r, const char *message, uint64_t byte)
{
	if (r->message[0] != '\0')
		return;
	snprintf(r->message, sizeof r->message, "%s", message);
	r->byte = byte;
}

void
record_reader_gone(struct record *r)
{
	r->reader_gone = true;
}

bool
record_dies(const struct record *r)
{
	return r != NULL && r->reader_gone && r->dies;
}

/* --- streams and files ---------------------------------------------------------------------- */

void
record_stream_begin(
    struct record_stream *s, const char *way, const char *role, int fd, const char *path)
{
	hash_begin(&s->hash);
	s->bytes = 0;
	s->end = false;
	s->open = fstat(fd, &s->st) == 0;
	s->way = way;
	s->role = role;
	s->path = path;
	s->encoding = NULL;
	record_stream_moved(s, fd);
}

void
record_stream_moved(struct record_stream *s, int fd)
{
	off_t at = S_ISREG(s->st.st_mode) ? lseek(fd, 0, SEEK_CUR) : 0;

	s->at = at > 0 ? (uint64_t)at : 0;
}

void
record_stream_end(struct record *r, struct record_stream *s)
{
	if (!record_is_open(r) || !s->open)
		return;
	s->open = false;
	put_entry(r, s->way, s->role);
	if (s->path != NULL) {
		fputc(',', r->f);
		put_path(r->f, s->path);
	}
	put_stat(r->f, &s->st);
	fprintf(r->f, ",\"at\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"xxh3\":\"%016" PRIx64 "\"",
	    s->at, s->bytes, hash_value(&s->hash));
	if (strcmp(s->way, "in") == 0)
		fprintf(r->f, ",\"end\":%s", s->end ? "true" : "false");
	if (s->encoding != NULL && s->encoding[0] != '\0') {
		fputs(",\"encoding\":", r->f);
		cli_json(r->f, s->encoding);
	}
	fputc('}', r->f);
}

void
record_file(struct record *r, const char *way, const char *role, const char *path)
{
	struct stat st;

	if (record_is_open(r) && stat(path, &st) == 0)
		put_file(r, way, role, path, &st);
}

bool
record_side_name(const struct record *r, const char *path, char *name, size_t cap)
{
	int n = snprintf(name, cap, "%s.tmp.%s", path, r->who);

	return n > 0 && (size_t)n < cap;
}

void
record_side(struct record *r, const char *path, const char *temporary)
{
	struct stat st;

	if (!record_is_open(r) || stat(temporary, &st) < 0)
		return;
	put_entry(r, "out", "side");
	fputc(',', r->f);
	put_path(r->f, path);
	fputs(",\"temporary\":{", r->f);
	put_path(r->f, temporary);
	fputc('}', r->f);
	put_stat(r->f, &st);
	fputc('}', r->f);
}
