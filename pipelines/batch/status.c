/* What a run has come to, as its markers tell. */
#include "batch.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "process.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct tally {
	size_t inputs, done, bad, missing;
	size_t failed; /* of the missing: those that were tried */
	uint64_t bytes, bytes_done, bytes_out;
	uint64_t retries;
	double seconds;     /* of all items together */
	double first, last; /* when the first began and the last ended */
	double since;       /* the last submission */
	uint64_t bytes_since;
	size_t items_since;
};

static void
add_time(struct tally *t, const struct marker *m, uint64_t bytes)
{
	double end = m->started + m->seconds;

	if (m->started > 0 && (t->first <= 0 || m->started < t->first))
		t->first = m->started;
	if (end > t->last)
		t->last = end;
	t->seconds += m->seconds;
	t->retries += m->tries > 1 ? m->tries - 1 : 0;
	if (end > t->since) {
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

/* What is done with each input. */
typedef int visit_fn(struct batch *, const char *name, const struct stat *, enum marker_kind,
    const struct marker *, const struct cut *, void *ctx);

static int
count(struct batch *b, struct tally *t, bool join, visit_fn *visit, void *ctx)
{
	struct names names;
	int code = manifest_read(b, &names);

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
			code = visit(b, names.at[i], &st, kind, &m, &cut, ctx);
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
	int code = count(b, &t, true, NULL, NULL);

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
	int code = count(b, &t, false, NULL, NULL);

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

/* --- report ------------------------------------------------------------------------------- */

/* Something counted by name. */
struct sum {
	char *stage, *name;
	uint64_t n;
};
struct sums {
	struct sum *at;
	size_t n, cap;
};

static void
add_sum(struct sums *s, const char *stage, const char *name, size_t nname, uint64_t n)
{
	size_t i = 0;

	while (i < s->n && (strcmp(s->at[i].stage, stage) != 0 || strlen(s->at[i].name) != nname ||
			       strncmp(s->at[i].name, name, nname) != 0))
		i++;
	if (i == s->cap) {
		size_t cap = 2 * s->cap + 32;
		struct sum *at = realloc(s->at, cap * sizeof *at);
		if (at == NULL)
			return;
		s->at = at;
		s->cap = cap;
	}
	if (i == s->n) {
		s->at[i] = (struct sum){strdup(stage), strndup(name, nname), 0};
		if (s->at[i].stage == NULL || s->at[i].name == NULL)
			return;
		s->n++;
	}
	s->at[i].n += n;
}

struct reporting {
	struct sums counts, encodings;
	FILE *bad; /* what is said of bad and missing inputs */
	bool json, any;
};

/* Adds what the stages of one output counted. */
static void
add_record(struct reporting *r, const char *output)
{
	char path[BATCH_PATH];
	size_t n;
	char *text = path_of(path, "%s.potok.json", output) ? read_file(path, &n) : NULL;

	if (text == NULL)
		return;
	const char *stages = json_member(text, "stages");
	for (const char *s = json_first(stages, NULL, NULL); s != NULL;
	     s = json_next(s, NULL, NULL)) {
		char *program = json_string(json_member(s, "program"));
		char *encoding = json_string(json_member(s, "encoding"));
		const char *name, *counts = json_member(s, "counts");
		size_t len;
		if (program != NULL && encoding != NULL)
			add_sum(&r->encodings, "", encoding, strlen(encoding), 1);
		for (const char *c = program ? json_first(counts, &name, &len) : NULL; c != NULL;
		     c = json_next(c, &name, &len))
			add_sum(&r->counts, program, name, len, json_number(c));
		free(program);
		free(encoding);
	}
	free(text);
}

static int
report_input(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, const struct cut *cut, void *ctx)
{
	struct reporting *r = ctx;
	struct cut whole = {0};
	char path[BATCH_PATH], shown[1024];

	(void)cut;
	if (kind == MARKER_OK) {
		struct item item = {.name = (char *)name, .part = -1};
		size_t n = m->out_hash != 0 && cut_read(b, name, st, &whole) ? whole.n : 0;
		if (n == 0 && output_path(b, &item, path))
			add_record(r, path);
		for (size_t i = 0; i < n; i++) {
			item.part = (long)i;
			if (output_path(b, &item, path))
				add_record(r, path);
		}
		free(whole.starts);
		return CLI_OK;
	}
	if (r->json) {
		fprintf(r->bad, "%s{\"name\":", r->any ? "," : "");
		cli_json(r->bad, name);
		fprintf(r->bad, ",\"state\":\"%s\"", kind == MARKER_BAD ? "bad" : "missing");
		if (kind != MARKER_NONE) {
			fprintf(r->bad, ",\"exit\":%d,\"tries\":%u,\"host\":", m->code, m->tries);
			cli_json(r->bad, m->host);
			if (strcmp(m->stage, "-") != 0) {
				fputs(",\"stage\":", r->bad);
				cli_json(r->bad, m->stage);
			}
			if (m->at > 0)
				fprintf(r->bad, ",\"part_at\":%" PRIu64, m->at);
			fputs(",\"messages\":", r->bad);
			cli_json(r->bad, m->text);
		}
		fputc('}', r->bad);
	} else {
		fprintf(r->bad, "%s: %s", cli_printable(name, shown, sizeof shown),
		    kind == MARKER_BAD ? "bad" : "missing");
		if (kind != MARKER_NONE)
			fprintf(r->bad, ", exit code %d after %u tries on %s", m->code, m->tries,
			    m->host);
		if (m->at > 0)
			fprintf(r->bad, ", in the part from byte %" PRIu64, m->at);
		fputc('\n', r->bad);
		for (const char *p = m->text; kind != MARKER_NONE && *p != '\0';) {
			size_t n = strcspn(p, "\n");
			fprintf(r->bad, "    %.*s\n", (int)n, p);
			p += n + (p[n] == '\n');
		}
	}
	r->any = true;
	return CLI_OK;
}

static void
print_sums(const struct sums *s, bool json, bool stages)
{
	const char *stage = NULL;

	for (size_t i = 0; i < s->n; i++) {
		/* The names are those of programs, of counts and of encodings. */
		if (!json) {
			printf("  %s%s%s  %" PRIu64 "\n", s->at[i].stage, stages ? "  " : "",
			    s->at[i].name, s->at[i].n);
			continue;
		}
		bool first = stage == NULL || strcmp(stage, s->at[i].stage) != 0;
		if (first && stages) {
			printf("%s", stage != NULL ? "}," : "");
			cli_json(stdout, s->at[i].stage);
			fputs(":{", stdout);
		}
		printf("%s", first && (stages || i == 0) ? "" : ",");
		cli_json(stdout, s->at[i].name);
		printf(":%" PRIu64, s->at[i].n);
		stage = s->at[i].stage;
	}
	if (json && stages && stage != NULL)
		putchar('}');
}

static int
by_stage(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;
	int order = strcmp(x->stage, y->stage);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static void
print_report(const struct tally *t, struct reporting *r, const char *bad)
{
	double span = t->last > t->first ? t->last - t->first : 0;
	struct sums *all[] = {&r->counts, &r->encodings};

	for (int i = 0; i < 2; i++) {
		if (all[i]->n > 0)
			qsort(all[i]->at, all[i]->n, sizeof *all[i]->at, by_stage);
	}
	if (r->json) {
		printf(
		    "{\"inputs\":%zu,\"done\":%zu,\"bad\":%zu,\"missing\":%zu,\"bytes_in\":%" PRIu64
		    ",\"bytes_out\":%" PRIu64
		    ",\"seconds\":%.3f,\"item_seconds\":%.3f,\"retries\":%" PRIu64
		    ",\"encodings\":{",
		    t->inputs, t->done, t->bad, t->missing, t->bytes, t->bytes_out, span,
		    t->seconds, t->retries);
		print_sums(&r->encodings, true, false);
		fputs("},\"counts\":{", stdout);
		print_sums(&r->counts, true, true);
		printf("},\"not_done\":[%s]}\n", bad);
		return;
	}
	printf("inputs     %zu\ndone       %zu\nbad        %zu\nmissing    %zu\nbytes in   %" PRIu64
	       "\nbytes out  %" PRIu64
	       "\ntime       %.1f s, of all items together %.1f s\nretries    %" PRIu64 "\n",
	    t->inputs, t->done, t->bad, t->missing, t->bytes, t->bytes_out, span, t->seconds,
	    t->retries);
	if (r->encodings.n > 0)
		puts("encodings, inputs or parts of them:");
	print_sums(&r->encodings, false, false);
	if (r->counts.n > 0)
		puts("counts:");
	print_sums(&r->counts, false, true);
	if (*bad != '\0')
		puts("not done:");
	fputs(bad, stdout);
}

static void
free_sums(struct sums *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->at[i].stage);
		free(s->at[i].name);
	}
	free(s->at);
}

int
report(struct batch *b, bool json)
{
	struct tally t;
	char *bad = NULL;
	size_t n;
	struct reporting r = {.json = json, .bad = open_memstream(&bad, &n)};

	if (r.bad == NULL)
		return fault(b, CLI_SYSTEM, b->run, "out of memory");
	int code = count(b, &t, false, report_input, &r);
	fclose(r.bad);
	if (code == CLI_OK) {
		print_report(&t, &r, bad);
		code = cli_flush(&b->cli);
	}
	free(bad);
	free_sums(&r.counts);
	free_sums(&r.encodings);
	return code;
}

/* --- verify, sweep, retry ----------------------------------------------------------------- */

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
	static char buf[POTOK_CHUNK];
	XXH3_state_t state;
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	XXH3_64bits_reset(&state);
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		XXH3_64bits_update(&state, buf, n);
	bool failed = ferror(f);
	fclose(f);
	if (failed)
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	if (XXH3_64bits_digest(&state) != m->out_hash)
		v->code = fault(b, CLI_NO, path, "is not what was written");
	return CLI_OK;
}

static int
verify_input(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, const struct cut *cut, void *ctx)
{
	struct verifying *v = ctx;
	struct item item = {.name = (char *)name, .part = -1};
	char path[BATCH_PATH];

	(void)st;
	(void)cut;
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
	int code = count(b, &t, false, verify_input, &v);

	if (code == CLI_OK)
		code = verify_waiting(b, &v);
	if (code == CLI_OK && t.done < t.inputs)
		fprintf(stderr, "%s: %zu of %zu outputs are not there to be verified\n",
		    b->cli.name, t.inputs - t.done, t.inputs);
	return code != CLI_OK ? code : v.code;
}

static int
forget(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, const struct cut *cut, void *ctx)
{
	struct item item = {.name = (char *)name, .part = -1};
	struct cut plan;

	(void)m;
	(void)cut;
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

	return count(b, &t, false, forget, NULL);
}

int
sweep(struct batch *b)
{
	(void)b;
	return CLI_OK;
}
