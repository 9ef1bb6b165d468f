/* Large inputs: where they are cut, their parts, and one output of the parts' outputs. */
#include "batch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <potok/compress.h>

#include "blocks.h"
#include "hash.h"
#include "io.h"
#include "process.h"
#include "run.h"

/* --- text --------------------------------------------------------------------------------- */

struct text {
	int fd;
	uint64_t at; /* offset of what next() answers */
	size_t n, i;
	unsigned char buf[65536];
};

static int
next(struct text *t)
{
	if (t->i == t->n) {
		ptrdiff_t n = io_read_at(t->fd, t->buf, sizeof t->buf, t->at);
		if (n <= 0)
			return n < 0 ? -2 : -1;
		t->n = (size_t)n;
		t->i = 0;
	}
	t->at++;
	return t->buf[t->i++];
}

/* A line that begins with U+FEFF must not become the first of a part: potok-normalize takes it for
 * a byte order mark there. */
static bool
begins_with_mark(const unsigned char *p, size_t n)
{
	return (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) ||
	       (n >= 4 && memcmp(p, "\x84\x31\x95\x33", 4) == 0);
}

static bool
mark_at(const struct text *t, uint64_t at)
{
	unsigned char front[4];
	ptrdiff_t n = io_read_at(t->fd, front, sizeof front, at);

	return n > 0 && begins_with_mark(front, (size_t)n);
}

/* The first line that begins at `from` or behind; with at_blank the first behind a blank line.  The
 * end of the file when there is none.  False: it cannot be read. */
static bool
find_line(int fd, uint64_t from, bool at_blank, uint64_t *found)
{
	struct text t = {.fd = fd, .at = from - 1};
	bool known = false, empty = false, after_blank = false;
	uint64_t line = 0;
	int c;

	while ((c = next(&t)) >= 0) {
		if (known &&
		    (at_blank ? after_blank && empty && c != '\r' && c != '\n'
			      : t.at == line + 1) &&
		    !mark_at(&t, line)) {
			*found = line;
			return true;
		}
		if (c == '\n') {
			after_blank = known && empty;
			known = empty = true;
			line = t.at;
		} else if (c != '\r') {
			empty = false;
		}
	}
	*found = t.at;
	return c == -1;
}

static bool
add_start(uint64_t **starts, size_t *n, uint64_t at)
{
	if (*n % 64 == 0) {
		uint64_t *more = realloc(*starts, (*n + 66) * sizeof *more);
		if (more == NULL)
			return false;
		*starts = more;
	}
	(*starts)[(*n)++] = at;
	return true;
}

static int
cut_text(struct batch *b, const char *name, int fd, uint64_t size, uint64_t **starts, size_t *n)
{
	uint64_t at = 0;

	for (uint64_t target = b->split; at < size; target += b->split) {
		if (!add_start(starts, n, at))
			return fault(b, CLI_SYSTEM, name, "out of memory");
		if (target <= at)
			target = at + b->split;
		if (target >= size)
			break;
		if (!find_line(fd, target, b->at_blank, &at))
			return fault(b, CLI_NOINPUT, name, strerror(errno));
	}
	(*starts)[*n] = size;
	return CLI_OK;
}

/* --- block gzip --------------------------------------------------------------------------- */

/* Whether a part may begin with block `at`: the text before it ends a line, or a blank one. */
static bool
may_begin(const struct text *before, size_t nbefore, bool at_blank)
{
	const unsigned char *end = before->buf + nbefore;

	if (nbefore == 0 || end[-1] != '\n')
		return false;
	if (!at_blank)
		return true;
	return nbefore >= 2 &&
	       (end[-2] == '\n' || (nbefore >= 3 && end[-2] == '\r' && end[-3] == '\n'));
}

static int
cut_blocks(struct batch *b, const char *name, int fd, uint64_t size, uint64_t **starts, size_t *n)
{
	struct text *before = malloc(sizeof *before), *first = malloc(sizeof *first);
	uint64_t previous = 0, target = b->split;
	int code = before != NULL && first != NULL && add_start(starts, n, 0)
		       ? CLI_OK
		       : fault(b, CLI_SYSTEM, name, "out of memory");

	for (uint64_t at = 0; code == CLI_OK && at < size;) {
		size_t nbefore, nfirst;
		int64_t length = block_length(fd, at);
		if (length <= 0) {
			code = fault(b, CLI_USAGE, name,
			    "is gzip, but not all of it in blocks, so it cannot be cut: write it "
			    "anew with potok-compress");
			break;
		}
		/* An end block between others, where files were put one behind another, begins no
		 * part. */
		if (at >= target && at > previous &&
		    block_text(fd, at, first->buf, sizeof first->buf, &nfirst, false) &&
		    nfirst > 0 &&
		    block_text(fd, previous, before->buf, sizeof before->buf, &nbefore, true) &&
		    may_begin(before, nbefore, b->at_blank) &&
		    !begins_with_mark(first->buf, nfirst) &&
		    !(b->at_blank && (first->buf[0] == '\n' || first->buf[0] == '\r'))) {
			if (!add_start(starts, n, at))
				code = fault(b, CLI_SYSTEM, name, "out of memory");
			while (target <= at)
				target += b->split;
		}
		previous = at;
		at += (uint64_t)length;
	}
	if (code == CLI_OK)
		(*starts)[*n] = size;
	free(before);
	free(first);
	return code;
}

/* --- plans -------------------------------------------------------------------------------- */

static void
remove_parts(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[BATCH_PATH];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' && path_of(path, "%s/%s", folder, entry->d_name))
			unlink(path);
	}
	if (dir != NULL)
		closedir(dir);
}

static int
plan_line(const struct batch *b, const struct stat *st, char *buf, size_t cap)
{
	return snprintf(buf, cap,
	    "potok-cut 1 %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %" PRIx64 "\n",
	    (uint64_t)st->st_size, mtime_of(st), b->split, b->at_blank, b->pipeline_hash);
}

bool
cut_read(const struct batch *b, const char *name, const struct stat *st, struct cut *cut)
{
	char folder[BATCH_PATH], path[BATCH_PATH], line[256];
	size_t len, n = 0;

	*cut = (struct cut){0};
	plan_line(b, st, line, sizeof line);
	char *text = parts_path(b, name, folder) && path_of(path, "%s/plan", folder)
			 ? read_file(path, &len)
			 : NULL;
	if (text == NULL || strncmp(text, line, strlen(line)) != 0) {
		free(text);
		return false;
	}
	char *p = text + strlen(line);
	char *end = strchr(p, '\n');
	bool good = end != NULL && end - p < (ptrdiff_t)sizeof cut->from;
	if (good) {
		*end = '\0';
		snprintf(cut->from, sizeof cut->from, "%s", strcmp(p, "-") == 0 ? "" : p);
		for (p = end + 1; good && *p != '\0'; p = strchr(p, '\n') + 1)
			good = strchr(p, '\n') != NULL &&
			       add_start(&cut->starts, &n, strtoull(p, NULL, 10));
	}
	free(text);
	if (good && n >= 2) {
		cut->n = n - 1;
		return true;
	}
	free(cut->starts);
	*cut = (struct cut){0};
	return false;
}

static int
write_plan(struct batch *b, const char *name, const struct stat *st, const struct cut *cut)
{
	char folder[BATCH_PATH], path[BATCH_PATH], line[256];
	struct names text = {0};
	int n = plan_line(b, st, line, sizeof line);
	bool good = names_add(&text, line, (size_t)n - 1);

	good = good && names_add(&text, cut->from[0] != '\0' ? cut->from : "-",
			   cut->from[0] != '\0' ? strlen(cut->from) : 1);
	for (size_t i = 0; good && i <= cut->n; i++) {
		n = snprintf(line, sizeof line, "%" PRIu64, cut->starts[i]);
		good = names_add(&text, line, (size_t)n);
	}
	for (size_t i = 0; good && i < text.nbytes; i++) {
		if (text.bytes[i] == '\0')
			text.bytes[i] = '\n';
	}
	good = good && parts_path(b, name, folder) && path_of(path, "%s/plan", folder) &&
	       make_folders(path) && write_file(path, text.bytes, text.nbytes);
	names_free(&text);
	return good ? CLI_OK : fault(b, CLI_OUTPUT, name, strerror(errno));
}

static bool
is_gzip(int fd)
{
	unsigned char front[2];

	return io_read_at(fd, front, 2, 0) == 2 && front[0] == 0x1F && front[1] == 0x8B;
}

int
cut_plan(struct batch *b, const char *name, const struct stat *st, struct cut *cut)
{
	char path[BATCH_PATH], folder[BATCH_PATH];

	if (cut_read(b, name, st, cut))
		return CLI_OK;
	if (!parts_path(b, name, folder) || !input_path(b, name, path))
		return fault(b, CLI_USAGE, name, "this name is too long");
	remove_parts(folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault(b, CLI_NOINPUT, name, strerror(errno));
	uint64_t size = (uint64_t)st->st_size;
	int code = is_gzip(fd) ? cut_blocks(b, name, fd, size, &cut->starts, &cut->n)
			       : cut_text(b, name, fd, size, &cut->starts, &cut->n);
	close(fd);
	if (code == CLI_OK && cut->n > 1)
		code = cut_allowed(b, name, cut);
	if (code == CLI_OK)
		code = write_plan(b, name, st, cut);
	if (code != CLI_OK)
		free(cut->starts);
	return code;
}

int
cut_copy(struct batch *b, const char *name, uint64_t start, uint64_t length, const char *to)
{
	char path[BATCH_PATH];
	struct stat st;
	int code = CLI_OK;
	int in = input_path(b, name, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (in < 0 || fstat(in, &st) != 0) {
		code = fault(b, CLI_NOINPUT, name, strerror(errno));
		if (in >= 0)
			close(in);
		return code;
	}
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	char *buf = malloc(POTOK_CHUNK);
	if (out < 0 || buf == NULL)
		code = fault(b, CLI_OUTPUT, to, strerror(errno));
	for (uint64_t at = start, end = start + length; code == CLI_OK && at < end;) {
		size_t n = end - at < POTOK_CHUNK ? (size_t)(end - at) : POTOK_CHUNK;
		ptrdiff_t got = io_read_at(in, buf, n, at);
		if (got <= 0)
			code = fault(
			    b, CLI_NOINPUT, name, got < 0 ? strerror(errno) : "has become shorter");
		else if (io_write(out, buf, (size_t)got) != 0)
			code = fault(b, CLI_OUTPUT, to, strerror(errno));
		at += got > 0 ? (uint64_t)got : 0;
	}
	if (code == CLI_OK && start + length < (uint64_t)st.st_size && is_gzip(in)) {
		size_t n;
		const unsigned char *end_block = block_end(in, &n);
		if (end_block != NULL && io_write(out, end_block, n) != 0)
			code = fault(b, CLI_OUTPUT, to, strerror(errno));
	}
	free(buf);
	close(in);
	if (out >= 0 && close(out) != 0 && code == CLI_OK)
		code = fault(b, CLI_OUTPUT, to, strerror(errno));
	if (code != CLI_OK)
		unlink(to);
	return code;
}

uint64_t
cut_sample(struct batch *b, const char *name, uint64_t about)
{
	char path[BATCH_PATH];
	uint64_t end = 0;
	int fd = input_path(b, name, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return 0;
	if (!is_gzip(fd)) {
		if (!find_line(fd, about, false, &end))
			end = 0;
	} else {
		for (int64_t n; end < about && (n = block_length(fd, end)) > 0;)
			end += (uint64_t)n;
	}
	close(fd);
	return end;
}

/* --- joining ------------------------------------------------------------------------------ */

struct joining {
	int out;
	uint64_t size;
	struct hash hash;
	char buf[POTOK_CHUNK];
};

/* Appends a part's output, without its end block when there is one and more follows. */
static int
append(struct batch *b, struct joining *j, const char *path, bool last, bool *blocks)
{
	struct stat st;
	size_t nend = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC), code = CLI_OK;

	if (fd < 0 || fstat(fd, &st) != 0)
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	uint64_t size = (uint64_t)st.st_size;
	const unsigned char *end = block_end(fd, &nend);
	if (end != NULL) {
		*blocks = true;
		if (size < nend || io_read_at(fd, j->buf, nend, size - nend) != (ptrdiff_t)nend ||
		    memcmp(j->buf, end, nend) != 0)
			code = fault(b, CLI_BUG, path, "does not end with an end block");
		else if (!last)
			size -= nend;
	}
	for (uint64_t at = 0; code == CLI_OK && at < size;) {
		size_t n = size - at < sizeof j->buf ? (size_t)(size - at) : sizeof j->buf;
		ptrdiff_t got = io_read_at(fd, j->buf, n, at);
		if (got <= 0)
			code = fault(
			    b, CLI_NOINPUT, path, got < 0 ? strerror(errno) : "has become shorter");
		else if (io_write(j->out, j->buf, (size_t)got) != 0)
			code = fault(b, CLI_OUTPUT, path, strerror(errno));
		if (got > 0) {
			hash_add(&j->hash, j->buf, (size_t)got);
			j->size += (uint64_t)got;
			at += (uint64_t)got;
		}
	}
	close(fd);
	return code;
}

/* The index of the joined file; --reindex verifies every block of it, too. */
static int
reindex(struct batch *b, const char *temporary, const char *out)
{
	static const char *const ends[] = {"gzi", "gzl"};
	char *argv[] = {"potok-compress", "--reindex", (char *)temporary, NULL};
	char from[BATCH_PATH], to[BATCH_PATH];

	int code = process_run(argv, NULL, 0);
	for (int i = 0; i < 2; i++) {
		bool good = path_of(from, "%s.%s", temporary, ends[i]) &&
			    path_of(to, "%s.%s", out, ends[i]);
		if (code == 0 && (!good || rename(from, to) != 0))
			code = fault(b, CLI_OUTPUT, to, strerror(errno));
		else if (code != 0 && good)
			unlink(from);
	}
	return code;
}

/* Publishes under the name, on the disk. */
static int
publish(struct batch *b, const char *temporary, const char *out)
{
	char folder[BATCH_PATH];

	if (rename(temporary, out) != 0)
		return fault(b, CLI_OUTPUT, out, strerror(errno));
	snprintf(folder, sizeof folder, "%s", out);
	*strrchr(folder, '/') = '\0';
	int fd = open(folder, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return CLI_OK;
}

int
cut_join(struct batch *b, const char *name, const struct stat *st, const struct cut *cut)
{
	char out[BATCH_PATH], temporary[PATH_MAX], path[BATCH_PATH];
	struct item item = {.name = (char *)name, .part = -1};
	struct marker m = {.kind = MARKER_OK,
	    .size = (uint64_t)st->st_size,
	    .mtime = mtime_of(st),
	    .pipeline = b->pipeline_hash,
	    .started = now()};
	struct stat made;
	bool blocks = false;
	struct joining *j = malloc(sizeof *j);

	if (j == NULL || !output_path(b, &item, out) || !temporary_name(temporary, out) ||
	    !make_folders(out)) {
		free(j);
		return fault(b, CLI_OUTPUT, name, strerror(errno));
	}
	j->size = 0;
	hash_begin(&j->hash);
	j->out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int code = j->out >= 0 ? CLI_OK : fault(b, CLI_OUTPUT, temporary, strerror(errno));
	for (size_t i = 0; code == CLI_OK && i < cut->n; i++) {
		struct item part = {.name = (char *)name, .part = (long)i};
		struct marker of_part;
		part.start = cut->starts[i];
		part.length = cut->starts[i + 1] - cut->starts[i];
		marker_read(b, &part, st, &of_part);
		if (of_part.started < m.started)
			m.started = of_part.started;
		m.seconds += of_part.seconds;
		m.tries += i == 0 ? of_part.tries : of_part.tries - 1;
		code = output_path(b, &part, path) ? append(b, j, path, i + 1 == cut->n, &blocks)
						   : CLI_BUG;
	}
	if (code == CLI_OK && fsync(j->out) != 0)
		code = fault(b, CLI_OUTPUT, temporary, strerror(errno));
	if (j->out >= 0 && close(j->out) != 0 && code == CLI_OK)
		code = fault(b, CLI_OUTPUT, temporary, strerror(errno));
	if (code == CLI_OK && blocks)
		code = reindex(b, temporary, out);
	if (code == CLI_OK)
		code = publish(b, temporary, out);
	if (code == CLI_OK && stat(out, &made) == 0) {
		m.ended = now();
		m.out_size = j->size;
		m.out_mtime = mtime_of(&made);
		m.out_hash = hash_value(&j->hash);
		snprintf(m.host, sizeof m.host, "%s", run_host());
		if (!marker_write(b, &item, &m))
			code = fault(b, CLI_OUTPUT, name, strerror(errno));
	}
	/* The outputs of the parts have done their duty; what potok-run said of them stays. */
	for (size_t i = 0; code == CLI_OK && i < cut->n; i++) {
		struct item part = {.name = (char *)name, .part = (long)i};
		if (output_path(b, &part, path))
			unlink(path);
	}
	if (code != CLI_OK)
		unlink(temporary);
	free(j);
	return code;
}
