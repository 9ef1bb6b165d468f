/*
 * stage [-n RUNS] [-o] FILE [FROM [FORM]]: MB of input per CPU-second of the stage normalize from
 * memory to memory: the first 8 MB of FILE through potok_process() in the chunks of a program, what
 * it writes is dropped.  FROM is an encoding, "auto" by default; FORM is nfc or nfd.  Median of
 * RUNS (5).  With -o text that is not changed is copied, too.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <potok/normalize.h>

enum { RUNS_MAX = 100, BYTES = 8 * 1000 * 1000, ENOUGH = 64 * 1000 * 1000 };

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* One stream. */
static bool
run(const struct potok_normalize_options *options, const unsigned char *text, size_t n,
    struct potok_buf *out)
{
	struct potok_normalize stage;
	enum potok_status s = potok_normalize_init(&stage, options);
	size_t taken = 0, given = 0;

	while (s == POTOK_MORE || s == POTOK_FULL) {
		if (s == POTOK_MORE)
			given = n - given < POTOK_CHUNK ? n : given + POTOK_CHUNK;
		struct potok_slice in = {text + taken, given - taken};
		s = potok_process(&stage.stage, &in, out, given == n);
		taken = given - in.len;
		potok_buf_clear(out);
	}
	potok_close(&stage.stage);
	return s == POTOK_DONE;
}

/* The same without a stage. */
static bool
copy(const unsigned char *text, size_t n, struct potok_buf *out)
{
	for (size_t i = 0; i < n; i += POTOK_CHUNK) {
		potok_buf_clear(out);
		if (potok_buf_add(out, text + i, n - i < POTOK_CHUNK ? n - i : POTOK_CHUNK) < 0)
			return false;
	}
	potok_buf_clear(out);
	return true;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static unsigned char text[BYTES];
	struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;
	struct potok_buf out = {.limit = POTOK_CHUNK};
	double speeds[RUNS_MAX];
	bool copies = false;
	int runs = 5, c;

	while ((c = getopt(argc, argv, "n:c")) != -1) {
		if (c == 'n')
			runs = (int)strtol(optarg, NULL, 10);
		else if (c == 'c')
			copies = true;
		else
			return 64;
	}
	FILE *f = optind < argc ? fopen(argv[optind], "rb") : NULL;
	if (f == NULL || runs < 1 || runs > RUNS_MAX) {
		fputs("usage: stage [-n RUNS] [-c] FILE [FROM]\n", stderr);
		return 64;
	}
	size_t n = fread(text, 1, sizeof text, f);
	fclose(f);
	if (optind + 1 < argc)
		options.from = argv[optind + 1];
	for (int i = -1; i < runs; i++) {
		double bytes = 0, start = cpu(), took;
		do {
			if (n == 0 ||
			    !(copies ? copy(text, n, &out) : run(&options, text, n, &out)))
				return 1;
			bytes += (double)n;
			took = cpu() - start;
		} while (bytes < ENOUGH && took < 0.3);
		if (i >= 0)
			speeds[i] = bytes / 1e6 / took;
	}
	potok_buf_free(&out);
	qsort(speeds, (size_t)runs, sizeof speeds[0], by_value);
	printf("%.0f\n", speeds[runs / 2]);
	return 0;
}
