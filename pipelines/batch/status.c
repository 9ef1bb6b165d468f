/* What a run has come to, as its markers tell. */
#include "batch.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status.h"

static void
add_time(struct tally *t, const struct marker *m, uint64_t bytes)
{
	if (m->started > 0 && (t->first <= 0 || m->started < t->first))
		t->first = m->started;
	if (m->ended > t->last)
		t->last = m->ended;
	t->seconds += m->seconds;
	t->retries += m->tries > 1 ? m->tries - 1 : 0;
	if (m->ended > t->since) {
		t->bytes_since += bytes;
		t->items_since++;
	}
}

/* The state of one input, by its own marker or those of its parts; *parts_done: all of these are
 * done, and it can be joined. */
static enum marker_kind
judge(const struct batch *b, char *name, struct stat *st, struct marker *m, struct cut *cut,
    bool *parts_done, struct tally *t)
{
	char path[BATCH_PATH];
	struct item item = {.name = name, .part = -1};
	bool there = input_path(b, name, path) && stat(path, st) == 0;
	uint64_t done = 0;

	*cut = (struct cut){0};
	*parts_done = false;
	marker_read(b, &item, there ? st : NULL, m);
	if (there)
		t->bytes += (uint64_t)st->st_size;
	if (m->kind != MARKER_NONE) {
		if (m->kind != MARKER_MISSING && there)
			t->bytes_done += (uint64_t)st->st_size;
		t->bytes_out += m->out_size;
		add_time(t, m, there && m->kind != MARKER_MISSING ? (uint64_t)st->st_size : 0);
		return m->kind;
	}
	if (!there || b->split == 0 || !cut_read(b, name, st, cut) || cut->n < 2)
		return MARKER_NONE;
	enum marker_kind kind = MARKER_OK;
	for (size_t i = 0; i < cut->n; i++) {
		struct item part = {.name = name, .part = (long)i, .start = cut->starts[i]};
		struct marker of_part;
		part.length = cut->starts[i + 1] - part.start;
		marker_read(b, &part, st, &of_part);
		if (of_part.kind == MARKER_OK)
			done += part.length;
		if (of_part.kind != MARKER_NONE)
			add_time(t, &of_part, of_part.kind == MARKER_OK ? part.length : 0);
		/* One bad part makes the whole bad; a missing one says more than one not tried. */
		if (of_part.kind == MARKER_BAD ||
		    (of_part.kind == MARKER_MISSING && kind != MARKER_BAD) ||
		    (of_part.kind == MARKER_NONE && kind == MARKER_OK)) {
			kind = of_part.kind;
			*m = of_part;
		}
	}
	t->bytes_done += done;
	*parts_done = kind == MARKER_OK;
	return kind == MARKER_OK ? MARKER_NONE : kind;
}

/* When the last submission was made. */
static double
last_submission(const struct batch *b)
{
	DIR *dir = opendir(b->run);
	const struct dirent *entry;
	char path[BATCH_PATH];
	double last = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct stat st;
		if (strncmp(entry->d_name, "groups.", 7) == 0 &&
		    path_of(path, "%s/%s", b->run, entry->d_name) && stat(path, &st) == 0 &&
		    (double)mtime_of(&st) / 1e9 > last)
			last = (double)mtime_of(&st) / 1e9;
	}
	if (dir != NULL)
		closedir(dir);
	return last;
}

int
status_count(struct batch *b, struct tally *t, bool join, visit_fn *visit, void *ctx)
{
	struct names names;
	int code = inputs_read(b, &names);

	*t = (struct tally){.since = last_submission(b)};
	for (size_t i = 0; code == CLI_OK && i < names.n; i++) {
		struct stat st;
		struct marker m;
		struct cut cut;
		bool parts_done;
		enum marker_kind kind = judge(b, names.at[i], &st, &m, &cut, &parts_done, t);
		if (join && parts_done) {
			code = cut_join(b, names.at[i], &st, &cut);
			kind = MARKER_OK;
		} else if (join && kind == MARKER_BAD && cut.n > 0) {
			struct item item = {.name = names.at[i], .part = -1};
			if (!marker_write(b, &item, &m))
				code = fault(b, CLI_OUTPUT, names.at[i], strerror(errno));
		}
		t->inputs++;
		t->done += kind == MARKER_OK;
		t->bad += kind == MARKER_BAD;
		t->missing += kind == MARKER_NONE || kind == MARKER_MISSING;
		t->failed += kind == MARKER_MISSING;
		if (code == CLI_OK && visit != NULL)
			code = visit(b, names.at[i], &st, kind, &m, ctx);
		free(cut.starts);
	}
	if (code != CLI_NOINPUT)
		names_free(&names);
	return code;
}

static int
exit_code(const struct tally *t)
{
	return t->missing > 0 ? BATCH_RETRY : t->bad > 0 ? CLI_NO : CLI_OK;
}

int
finish(struct batch *b)
{
	struct tally t;
	int code = status_count(b, &t, true, NULL, NULL);

	if (code != CLI_OK)
		return code;
	code = exit_code(&t);
	if (code != CLI_OK || isatty(STDERR_FILENO))
		fprintf(stderr, "%s: %zu done, %zu bad, %zu missing%s\n", b->cli.name, t.done,
		    t.bad, t.missing,
		    code != CLI_OK ? "; 'potok-batch report RUN' tells more" : "");
	return code;
}

/* Bytes a second since the last submission, and the seconds that the rest will take. */
static double
speed(const struct tally *t, double *eta)
{
	double until = t->missing > 0 ? now() : t->last;
	double rate = until > t->since ? (double)t->bytes_since / (until - t->since) : 0;

	*eta = rate > 0 ? (double)(t->bytes - t->bytes_done) / rate : -1;
	return rate;
}

int
status(struct batch *b, bool json)
{
	struct tally t;
	double eta;
	int code = status_count(b, &t, false, NULL, NULL);

	if (code != CLI_OK)
		return code;
	double rate = speed(&t, &eta);
	if (json) {
		printf("{\"inputs\":%zu,\"done\":%zu,\"bad\":%zu,\"missing\":%zu,\"failed\":%zu,"
		       "\"bytes\":%" PRIu64 ",\"bytes_done\":%" PRIu64 ",\"bytes_per_second\":%.0f",
		    t.inputs, t.done, t.bad, t.missing, t.failed, t.bytes, t.bytes_done, rate);
		if (t.missing > 0 && eta >= 0)
			printf(",\"eta_seconds\":%.0f", eta);
		puts("}");
	} else {
		printf("inputs   %zu\ndone     %zu\nbad      %zu\nmissing  %zu", t.inputs, t.done,
		    t.bad, t.missing);
		if (t.failed > 0)
			printf(", of them tried in vain %zu", t.failed);
		printf("\nbytes    %" PRIu64 " of %" PRIu64 "\nspeed    %.1f MB/s\n", t.bytes_done,
		    t.bytes, rate / 1e6);
		if (t.missing > 0 && eta >= 0)
			printf("time     %.0f s more\n", eta);
	}
	return cli_flush(&b->cli);
}
