/*
 * Cuts the input of a golden case everywhere.  Linked with a program's own main(), it stands in for
 * cli_run_files(): called as `cut-NAME OPTIONS... IN OUT`, it runs the program's stage over the
 * file IN uncut, cut once at each of the first 200 bytes, in chunks of several sizes (a large file
 * not in the smallest ones), with large and tiny output limits, and compares bytes, counts, status
 * and error offset.  OUT is the expected output; "-" when only the runs are to be compared with
 * each other.
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS = 200, PIECES = 25000, COUNTS_MAX = 64 };

struct bytes {
	unsigned char *data;
	size_t len, cap;
};

/* What one run gave. */
struct result {
	struct bytes out;
	enum potok_status status;
	uint64_t offset;
	uint64_t counts[COUNTS_MAX][2];
	size_t ncounts;
};

static void
die(const char *what)
{
	fprintf(stderr, "cut: %s\n", what);
	exit(CLI_BUG);
}

static void
append(struct bytes *b, const unsigned char *data, size_t n)
{
	if (n == 0)
		return;
	if (b->cap - b->len < n) {
		b->cap = (b->len + n) * 2;
		b->data = realloc(b->data, b->cap);
		if (b->data == NULL)
			die("out of memory");
	}
	memcpy(b->data + b->len, data, n);
	b->len += n;
}

static struct bytes
read_file(const char *name)
{
	struct bytes b = {0};
	unsigned char chunk[65536];
	size_t n;
	FILE *f = fopen(name, "rb");

	b.data = malloc(b.cap = 1);
	if (f == NULL || b.data == NULL)
		die("cannot open a file of the case");
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		append(&b, chunk, n);
	fclose(f);
	return b;
}

/*
 * Runs a fresh stage over input; piece i ends at ends[i], the last piece at the end of the input.
 * Every call sees memory of its own, of the exact size, so that a sanitizer sees what a stage keeps
 * or reads too much.
 */
static struct result
run(struct cli *cli, struct bytes input, const size_t *ends, size_t npieces, size_t limit)
{
	struct result r = {0};
	struct potok_stage *stage = NULL;
	size_t taken = 0, given = 0, piece = 0;

	r.status = cli->start(cli->program, &stage);
	while (r.status >= 0 && r.status != POTOK_DONE) {
		if (r.status == POTOK_MORE && piece <= npieces)
			given = piece < npieces ? ends[piece] : input.len, piece++;
		bool last = piece > npieces;
		size_t n = given - taken;
		unsigned char *copy = malloc(n + 1);
		if (copy == NULL)
			die("out of memory");
		/* Placed at the end of the block: reading behind the slice is caught. */
		memcpy(copy + 1, input.data + taken, n);
		struct potok_slice in = {copy + 1, n};
		struct potok_buf out = {.limit = limit};
		r.status = potok_process(stage, &in, &out, last);
		taken += n - in.len;
		struct potok_slice made = potok_buf_bytes(&out);
		append(&r.out, made.data, made.len);
		potok_buf_free(&out);
		free(copy);
	}
	if (stage != NULL) {
		r.offset = stage->offset;
		r.ncounts = stage->ncounts;
		for (size_t i = 0; i < stage->ncounts && i < COUNTS_MAX; i++) {
			r.counts[i][0] = stage->counts[i].n;
			r.counts[i][1] = stage->counts[i].first;
		}
	}
	potok_close(stage);
	potok_close(stage); /* allowed twice */
	return r;
}

/* Compares with the uncut run; tells the first difference. */
static bool
same(const struct result *want, const struct result *got, const char *how, size_t at)
{
	const char *what = NULL;
	size_t i = 0;

	while (i < want->out.len && i < got->out.len && want->out.data[i] == got->out.data[i])
		i++;
	if (want->status != got->status)
		what = "status";
	else if (i < want->out.len || i < got->out.len)
		what = "output";
	else if (want->offset != got->offset)
		what = "offset";
	else if (memcmp(want->counts, got->counts, sizeof want->counts) != 0)
		what = "counts";
	if (what == NULL)
		return true;
	fprintf(stderr,
	    "cut: %s %zu: other %s; output differs at byte %zu of %zu, %zu; status %d, %d;"
	    " offset %" PRIu64 ", %" PRIu64 "\n",
	    how, at, what, i, want->out.len, got->out.len, want->status, got->status, want->offset,
	    got->offset);
	return false;
}

static bool
check(struct cli *cli, struct bytes input, const struct result *want, const char *how, size_t at,
    const size_t *ends, size_t npieces, size_t limit)
{
	struct result got = run(cli, input, ends, npieces, limit);
	bool ok = same(want, &got, how, at);

	free(got.out.data);
	return ok;
}

int
cli_run_files(struct cli *cli, char *const files[])
{
	static const size_t chunks[] = {1, 2, 3, 7, 4096};

	if (files[0] == NULL || files[1] == NULL)
		die("usage: cut-NAME OPTIONS... IN OUT");
	struct bytes input = read_file(files[0]);
	struct result want = run(cli, input, NULL, 0, SIZE_MAX);
	bool ok = true;

	if (strcmp(files[1], "-") != 0) {
		struct result expected = want;
		expected.out = read_file(files[1]);
		ok = same(&expected, &want, "uncut, against the expected output;", 0);
		free(expected.out.data);
	}
	ok = check(cli, input, &want, "uncut, output limit", 1, NULL, 0, 1) && ok;
	for (size_t cut = 0; cut <= input.len && cut <= CUTS; cut++) {
		ok = check(cli, input, &want, "cut at", cut, &cut, 1, SIZE_MAX) && ok;
		ok = check(cli, input, &want, "cut, output limit 1, at", cut, &cut, 1, 1) && ok;
	}
	size_t *ends = malloc((input.len + 1) * sizeof *ends);
	if (ends == NULL)
		die("out of memory");
	for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++) {
		size_t n = 0;
		if (input.len / chunks[c] > PIECES)
			continue; /* each piece costs a copy of what waits */
		for (size_t end = chunks[c]; end < input.len; end += chunks[c])
			ends[n++] = end;
		ok = check(cli, input, &want, "chunks of", chunks[c], ends, n, SIZE_MAX) && ok;
		ok =
		    check(cli, input, &want, "chunks, output limit 1, of", chunks[c], ends, n, 1) &&
		    ok;
	}
	free(ends);
	free(want.out.data);
	free(input.data);
	return ok ? CLI_OK : CLI_NO;
}
