/* The report of a run: what became of each input, and what the stages counted. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "run.h"
#include "status.h"

struct reporting {
	json_t *counts;    /* of each program by name */
	json_t *encodings; /* how many inputs or parts were read as what */
	FILE *bad;         /* what is said of bad and missing inputs */
	bool json, any;
};

/* Adds to the number of that name. */
static void
add(json_t *sums, const char *name, json_int_t n)
{
	json_t *old = json_object_get(sums, name);

	json_object_set_new(sums, name, json_integer(json_integer_value(old) + n));
}

/* Adds what the stages of one output counted. */
static void
add_record(struct reporting *r, const char *output)
{
	char path[PATH_MAX];
	const char *name;
	size_t i, k;
	json_t *stage, *stream, *n;
	json_t *m = run_beside(path, output, RUN_MANIFEST) ? json_load_file(path, 0, NULL) : NULL;

	json_array_foreach(json_object_get(m, "stages"), i, stage)
	{
		const char *program = json_string_value(json_object_get(stage, "program"));
		json_array_foreach(json_object_get(stage, "opened"), k, stream)
		{
			const char *encoding =
			    json_string_value(json_object_get(stream, "encoding"));
			if (encoding != NULL)
				add(r->encodings, encoding, 1);
		}
		if (program == NULL)
			continue;
		if (json_object_get(r->counts, program) == NULL)
			json_object_set_new(r->counts, program, json_object());
		json_object_foreach(json_object_get(stage, "counts"), name, n)
		    add(json_object_get(r->counts, program), name, json_integer_value(n));
	}
	json_decref(m);
}

static int
report_input(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, void *ctx)
{
	struct reporting *r = ctx;
	struct cut whole = {0};
	char path[BATCH_PATH], shown[1024];

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
print_sums(const char *what, const json_t *sums)
{
	const char *name;
	json_t *n;

	json_object_foreach((json_t *)sums, name, n) printf("  %s%s%s  %" JSON_INTEGER_FORMAT "\n",
	    what, *what != '\0' ? "  " : "", name, json_integer_value(n));
}

static void
print_report(const struct tally *t, struct reporting *r, const char *bad)
{
	double span = t->last > t->first ? t->last - t->first : 0;
	const char *program;
	json_t *counts;

	if (r->json) {
		printf(
		    "{\"inputs\":%zu,\"done\":%zu,\"bad\":%zu,\"missing\":%zu,\"bytes_in\":%" PRIu64
		    ",\"bytes_out\":%" PRIu64
		    ",\"seconds\":%.3f,\"item_seconds\":%.3f,\"retries\":%" PRIu64
		    ",\"encodings\":",
		    t->inputs, t->done, t->bad, t->missing, t->bytes, t->bytes_out, span,
		    t->seconds, t->retries);
		json_dumpf(r->encodings, stdout, JSON_COMPACT | JSON_SORT_KEYS);
		fputs(",\"counts\":", stdout);
		json_dumpf(r->counts, stdout, JSON_COMPACT | JSON_SORT_KEYS);
		printf(",\"not_done\":[%s]}\n", bad);
		return;
	}
	printf("inputs     %zu\ndone       %zu\nbad        %zu\nmissing    %zu\nbytes in   %" PRIu64
	       "\nbytes out  %" PRIu64
	       "\ntime       %.1f s, of all items together %.1f s\nretries    %" PRIu64 "\n",
	    t->inputs, t->done, t->bad, t->missing, t->bytes, t->bytes_out, span, t->seconds,
	    t->retries);
	if (json_object_size(r->encodings) > 0)
		puts("encodings, of inputs or their parts:");
	print_sums("", r->encodings);
	if (json_object_size(r->counts) > 0)
		puts("counts:");
	json_object_foreach(r->counts, program, counts) print_sums(program, counts);
	if (*bad != '\0')
		puts("not done:");
	fputs(bad, stdout);
}

int
report(struct batch *b, bool json)
{
	struct tally t;
	char *bad = NULL;
	size_t n;
	struct reporting r = {.json = json,
	    .bad = open_memstream(&bad, &n),
	    .counts = json_object(),
	    .encodings = json_object()};

	if (r.bad == NULL || r.counts == NULL || r.encodings == NULL)
		return fault(b, CLI_SYSTEM, b->run, "out of memory");
	int code = status_count(b, &t, false, report_input, &r);
	fclose(r.bad);
	if (code == CLI_OK) {
		print_report(&t, &r, bad);
		code = cli_flush(&b->cli);
	}
	free(bad);
	json_decref(r.counts);
	json_decref(r.encodings);
	return code;
}
