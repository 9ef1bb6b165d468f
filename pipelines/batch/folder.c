/* The run folder: names, settings, manifest, markers. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "batch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hash.h"
#include "run.h"

int
fault(struct batch *b, int code, const char *file, const char *why)
{
	char shown[1024];

	fprintf(stderr, "%s: %s: %s\n", b->cli.name, cli_printable(file, shown, sizeof shown), why);
	return code;
}

/* --- names -------------------------------------------------------------------------------- */

bool
names_add(struct names *names, const char *name, size_t n)
{
	if (n >= names->cap - names->nbytes) {
		size_t cap = 2 * names->cap + n + 4096;
		char *bytes = realloc(names->bytes, cap);
		if (bytes == NULL)
			return false;
		names->bytes = bytes;
		names->cap = cap;
	}
	memcpy(names->bytes + names->nbytes, name, n);
	names->nbytes += n;
	names->bytes[names->nbytes++] = '\0';
	names->n++;
	return true;
}

bool
names_index(struct names *names)
{
	char *p = names->bytes;

	free(names->at);
	names->at = calloc(names->n + 1, sizeof *names->at);
	if (names->at == NULL)
		return false;
	for (size_t i = 0; i < names->n; i++) {
		names->at[i] = p;
		p += strlen(p) + 1;
	}
	return true;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
names_sort(struct names *names)
{
	size_t n = 0;

	if (!names_index(names))
		return false;
	qsort(names->at, names->n, sizeof *names->at, by_bytes);
	for (size_t i = 0; i < names->n; i++) {
		if (n == 0 || strcmp(names->at[n - 1], names->at[i]) != 0)
			names->at[n++] = names->at[i];
	}
	names->n = n;
	return true;
}

bool
names_has(const struct names *names, const char *name, size_t n)
{
	size_t low = 0, high = names->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(names->at[middle], name, n);
		if (order == 0 && names->at[middle][n] == '\0')
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

void
names_free(struct names *names)
{
	free(names->bytes);
	free(names->at);
	*names = (struct names){0};
}

uint64_t
hash_of(const void *data, size_t n)
{
	struct hash h;

	hash_begin(&h);
	hash_add(&h, data, n);
	return hash_value(&h);
}

/* --- files -------------------------------------------------------------------------------- */

char *
read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t len = 0, cap = 0;

	if (f == NULL)
		return NULL;
	do {
		if (len + 1 >= cap) {
			cap = 2 * cap + 65536;
			char *more = realloc(text, cap);
			if (more == NULL)
				goto failed;
			text = more;
		}
		len += fread(text + len, 1, cap - 1 - len, f);
	} while (!feof(f) && !ferror(f));
	if (ferror(f))
		goto failed;
	fclose(f);
	text[len] = '\0';
	*n = len;
	return text;
failed:
	free(text);
	fclose(f);
	return NULL;
}

bool
temporary_name(char *buf, const char *path)
{
	char end[128];

	snprintf(end, sizeof end, ".tmp.%s.%ld.0", run_host(), (long)getpid());
	return run_beside(buf, path, end);
}

bool
write_file(const char *path, const void *data, size_t n)
{
	char temporary[PATH_MAX];

	/* Two machines may write the same marker at once. */
	if (!temporary_name(temporary, path))
		return false;
	FILE *f = fopen(temporary, "w");
	if (f == NULL)
		return false;
	bool written = fwrite(data, 1, n, f) == n;
	int error = errno;
	if (fclose(f) != 0 && written) {
		error = errno;
		written = false;
	}
	if (written && rename(temporary, path) == 0)
		return true;
	if (written)
		error = errno;
	unlink(temporary);
	errno = error;
	return false;
}

bool
make_folders(char *path)
{
	char *slash = strrchr(path, '/');
	bool made = true;

	if (slash == NULL || slash == path)
		return true;
	*slash = '\0';
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		made = errno == ENOENT && make_folders(path) &&
		       (mkdir(path, 0777) == 0 || errno == EEXIST);
	*slash = '/';
	return made;
}

bool
path_of(char *buf, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(buf, BATCH_PATH, format, ap);
	va_end(ap);
	if (n >= 0 && n < BATCH_PATH)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

bool
input_path(const struct batch *b, const char *name, char *buf)
{
	if (name[0] == '/')
		return path_of(buf, "%s", name);
	return path_of(buf, "%s/%s", b->base, name);
}

bool
parts_path(const struct batch *b, const char *name, char *buf)
{
	return path_of(buf, "%s/parts/%016" PRIx64, b->run, hash_of(name, strlen(name)));
}

bool
output_path(const struct batch *b, const struct item *item, char *buf)
{
	char folder[BATCH_PATH];

	if (item->part < 0)
		return path_of(buf, "%s/out/%s", b->run, item->name + (item->name[0] == '/'));
	return parts_path(b, item->name, folder) && path_of(buf, "%s/%06ld", folder, item->part);
}

uint64_t
mtime_of(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
}

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- markers ------------------------------------------------------------------------------ */

static const char *const kinds[] = {"", "ok", "bad", "missing"};

/* Names of any length and with any byte, so their hash: of the name alone, and with the part, which
 * together are 128 bits. */
static bool
marker_path(const struct batch *b, const struct item *item, enum marker_kind kind, char *buf)
{
	struct hash h;
	uint64_t part[3] = {0}, name = hash_of(item->name, strlen(item->name));

	if (item->part >= 0) {
		part[0] = (uint64_t)item->part + 1;
		part[1] = item->start;
		part[2] = item->length;
	}
	hash_begin(&h);
	hash_add(&h, part, sizeof part);
	hash_add(&h, item->name, strlen(item->name));
	return path_of(buf, "%s/status/%02x/%016" PRIx64 "%016" PRIx64 ".%s", b->run,
	    (unsigned)(name >> 56), name, hash_value(&h), kinds[kind]);
}

static bool
parse(char *text, struct marker *m)
{
	char *body = strstr(text, "\n\n");

	if (body != NULL) {
		body[1] = '\0';
		snprintf(m->text, sizeof m->text, "%s", body + 2);
	}
	if (strncmp(text, "potok-batch 1\n", 14) != 0)
		return false;
	for (char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
		sscanf(line, "input %" SCNu64 " %" SCNu64, &m->size, &m->mtime);
		sscanf(line, "pipeline %" SCNx64, &m->pipeline);
		sscanf(line, "output %" SCNu64 " %" SCNu64 " %" SCNx64, &m->out_size, &m->out_mtime,
		    &m->out_hash);
		sscanf(line, "code %d", &m->code);
		sscanf(line, "tries %u", &m->tries);
		sscanf(line, "at %" SCNu64, &m->at);
		sscanf(line, "time %lf %lf %lf", &m->started, &m->ended, &m->seconds);
		sscanf(line, "stage %63s", m->stage);
		sscanf(line, "host %127s", m->host);
		if (strchr(line, '\n') == NULL)
			return false;
	}
	return true;
}

/* Whether the output stands there as the marker says. */
static bool
published(const struct batch *b, const struct item *item, const struct marker *m)
{
	char path[BATCH_PATH];
	struct stat st;

	return output_path(b, item, path) && stat(path, &st) == 0 &&
	       (uint64_t)st.st_size == m->out_size && mtime_of(&st) == m->out_mtime;
}

void
marker_read(const struct batch *b, const struct item *item, const struct stat *st, struct marker *m)
{
	char path[BATCH_PATH];

	for (int kind = MARKER_OK; kind <= MARKER_MISSING; kind++) {
		size_t n;
		char *text;
		*m = (struct marker){.kind = (enum marker_kind)kind};
		if (!marker_path(b, item, m->kind, path) || (text = read_file(path, &n)) == NULL)
			continue;
		bool fits = parse(text, m) && m->pipeline == b->pipeline_hash;
		free(text);
		/* What is missing may be so because the input is. */
		if (fits && kind != MARKER_MISSING)
			fits = st != NULL && m->size == (uint64_t)st->st_size &&
			       m->mtime == mtime_of(st);
		if (fits && (kind != MARKER_OK || published(b, item, m)))
			return;
	}
	*m = (struct marker){.kind = MARKER_NONE};
}

void
marker_remove(const struct batch *b, const struct item *item)
{
	char path[BATCH_PATH];

	for (int kind = MARKER_OK; kind <= MARKER_MISSING; kind++) {
		if (marker_path(b, item, (enum marker_kind)kind, path))
			unlink(path);
	}
}

bool
marker_write(const struct batch *b, const struct item *item, const struct marker *m)
{
	char path[BATCH_PATH], text[8192], shown[1024];

	cli_printable(item->name, shown, sizeof shown);
	int n = snprintf(text, sizeof text,
	    "potok-batch 1\nname %s\ninput %" PRIu64 " %" PRIu64 "\npipeline %" PRIx64
	    "\noutput %" PRIu64 " %" PRIu64 " %" PRIx64 "\ncode %d\ntries %u\nat %" PRIu64
	    "\ntime %.3f %.3f %.3f\nstage %s\nhost %s\n\n%s",
	    shown, m->size, m->mtime, m->pipeline, m->out_size, m->out_mtime, m->out_hash, m->code,
	    m->tries, m->at, m->started, m->ended, m->seconds, m->stage[0] != '\0' ? m->stage : "-",
	    m->host, m->text);
	if (n < 0 || (size_t)n >= sizeof text || !marker_path(b, item, m->kind, path))
		return false;
	if (!write_file(path, text, (size_t)n) &&
	    (errno != ENOENT || !make_folders(path) || !write_file(path, text, (size_t)n)))
		return false;
	for (int kind = MARKER_OK; kind <= MARKER_MISSING; kind++) {
		if (kind != (int)m->kind && marker_path(b, item, (enum marker_kind)kind, path))
			unlink(path);
	}
	return true;
}

/* --- the folder --------------------------------------------------------------------------- */

/* The hash by which markers know the pipeline. */
static int
hash_pipeline(struct batch *b)
{
	char path[BATCH_PATH];
	size_t n;
	struct hash h;

	char *text = path_of(path, "%s/pipeline", b->run) ? read_file(path, &n) : NULL;
	if (text == NULL)
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	hash_begin(&h);
	hash_add(&h, text, n);
	hash_add(&h, "", 1);
	hash_add(&h, b->args.bytes ? b->args.bytes : "", b->args.nbytes);
	hash_add(&h, "", 1);
	hash_add(&h, b->run_args.bytes ? b->run_args.bytes : "", b->run_args.nbytes);
	b->pipeline_hash = hash_value(&h);
	free(text);
	return CLI_OK;
}

static int
settings_write(struct batch *b)
{
	char path[BATCH_PATH], number[64];
	struct names s = {0};
	bool good = names_add(&s, b->base, strlen(b->base));

	snprintf(
	    number, sizeof number, "%" PRIu64 " %d %d", b->split, b->at_blank, b->foreign_lines);
	good = good && names_add(&s, number, strlen(number));
	for (int i = 0; i < 2; i++) {
		struct names *list = i == 0 ? &b->args : &b->run_args;
		snprintf(number, sizeof number, "%zu", list->n);
		good = good && names_add(&s, number, strlen(number));
		const char *p = list->bytes;
		for (size_t k = 0; good && k < list->n; k++, p += strlen(p) + 1)
			good = names_add(&s, p, strlen(p));
	}
	good = good && path_of(path, "%s/settings", b->run) && write_file(path, s.bytes, s.nbytes);
	names_free(&s);
	return good ? CLI_OK : fault(b, CLI_OUTPUT, b->run, strerror(errno));
}

static int
settings_read(struct batch *b)
{
	char path[BATCH_PATH];
	size_t n;
	int blank, foreign;
	char *text = path_of(path, "%s/settings", b->run) ? read_file(path, &n) : NULL;

	if (text == NULL)
		return fault(b, CLI_NOINPUT, path,
		    errno == ENOENT ? "this is no folder of a run" : strerror(errno));
	const char *p = text, *end = text + n;
	b->base = strdup(p);
	p += strlen(p) + 1;
	bool good = b->base != NULL && p < end &&
		    sscanf(p, "%" SCNu64 " %d %d", &b->split, &blank, &foreign) == 3;
	if (good) {
		b->at_blank = blank;
		b->foreign_lines = foreign;
		p += strlen(p) + 1;
	}
	for (int i = 0; good && i < 2; i++) {
		struct names *list = i == 0 ? &b->args : &b->run_args;
		size_t count;
		good = p < end && sscanf(p, "%zu", &count) == 1;
		p += good ? strlen(p) + 1 : 0;
		for (size_t k = 0; good && k < count; k++) {
			good = p < end && names_add(list, p, strlen(p));
			p += good ? strlen(p) + 1 : 0;
		}
	}
	free(text);
	return good ? CLI_OK : fault(b, CLI_DATA, path, "is damaged");
}

int
folder_open(struct batch *b, const char *run)
{
	if (realpath(run, b->run) == NULL)
		return fault(b, CLI_NOINPUT, run, strerror(errno));
	int code = settings_read(b);
	return code != CLI_OK ? code : hash_pipeline(b);
}

int
folder_make(struct batch *b, const char *run, const char *pipeline)
{
	static const char *const folders[] = {"", "/out", "/status", "/parts", "/log"};
	char path[BATCH_PATH];
	size_t n;
	char *text = read_file(pipeline, &n);

	if (text == NULL)
		return fault(b, CLI_NOINPUT, pipeline, strerror(errno));
	int code = CLI_OK;
	for (size_t i = 0; code == CLI_OK && i < sizeof folders / sizeof folders[0]; i++) {
		if (!path_of(path, "%s%s", i == 0 ? run : b->run, folders[i]) ||
		    (mkdir(path, 0777) != 0 && errno != EEXIST))
			code = fault(b, CLI_OUTPUT, path, strerror(errno));
		else if (i == 0 && realpath(run, b->run) == NULL)
			code = fault(b, CLI_OUTPUT, run, strerror(errno));
	}
	if (code == CLI_OK && (!path_of(path, "%s/pipeline", b->run) || !write_file(path, text, n)))
		code = fault(b, CLI_OUTPUT, path, strerror(errno));
	if (code == CLI_OK && chmod(path, 0777) != 0)
		code = fault(b, CLI_OUTPUT, path, strerror(errno));
	free(text);
	if (code == CLI_OK)
		code = settings_write(b);
	return code != CLI_OK ? code : hash_pipeline(b);
}

int
inputs_read(struct batch *b, struct names *names)
{
	char path[BATCH_PATH];
	size_t n;
	char *text = path_of(path, "%s/manifest", b->run) ? read_file(path, &n) : NULL;

	if (text == NULL)
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	*names = (struct names){.bytes = text, .nbytes = n, .cap = n + 1};
	for (size_t i = 0; i < n; i++)
		names->n += text[i] == '\0';
	return names_index(names) ? CLI_OK : fault(b, CLI_SYSTEM, path, "out of memory");
}

int
inputs_write(struct batch *b, struct names *names)
{
	char path[BATCH_PATH];
	struct names sorted = {0};
	bool good = names_sort(names);

	for (size_t i = 0; good && i < names->n; i++)
		good = names_add(&sorted, names->at[i], strlen(names->at[i]));
	if (good)
		good = path_of(path, "%s/manifest", b->run) &&
		       write_file(path, sorted.bytes ? sorted.bytes : "", sorted.nbytes);
	names_free(&sorted);
	return good ? CLI_OK : fault(b, CLI_OUTPUT, b->run, strerror(errno));
}
