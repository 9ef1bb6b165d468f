/* potok-echo: a program of the tests, made like those of the stages.  It passes whole lines. */
#include "cli.h"

#include <string.h>

enum { LINE_LONGEST = 1024 * 1024, OPT_FAIL_AT = CLI_OPT_OWN };
enum { LINES, LONG_LINES, NCOUNTS };

struct echo {
	struct potok_stage stage;
	uint64_t fail_at; /* the line that is refused, from 1; 0: none */
	size_t seen;      /* bytes at the front of `in` known to hold no LF */
	struct potok_count counts[NCOUNTS];
};

static const struct potok_count counts[NCOUNTS] = {
    {.name = "lines", .what = "lines passed"},
    {.name = "long_lines", .what = "lines longer than 1 MiB cut", .loss = true},
};

/* The length of the line at the front of `in`, of its first part when it is too long; 0: not there
 * as a whole. */
static size_t
line_length(struct echo *echo, const struct potok_slice *in, uint64_t at, bool last)
{
	size_t n = in->len < LINE_LONGEST ? in->len : LINE_LONGEST;
	const unsigned char *lf = memchr(in->data + echo->seen, '\n', n - echo->seen);

	echo->seen = 0;
	if (lf != NULL)
		return (size_t)(lf - in->data) + 1;
	if (n == LINE_LONGEST)
		potok_count_at(&echo->counts[LONG_LINES], at);
	else if (!last)
		echo->seen = n;
	return echo->seen > 0 ? 0 : n;
}

static enum potok_status
echo_process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct echo *echo = (struct echo *)stage;
	uint64_t at = stage->offset;

	while (in->len > 0) {
		if (potok_buf_full(out))
			return POTOK_FULL;
		size_t n = line_length(echo, in, at, last);
		if (n == 0)
			return POTOK_MORE;
		if (echo->counts[LINES].n + 1 == echo->fail_at) {
			stage->why = "this line is refused, as --fail-at asks";
			return POTOK_EINPUT;
		}
		if (potok_buf_pass(out, in->data, n) < 0)
			return POTOK_ENOMEM;
		potok_count_at(&echo->counts[LINES], at);
		in->data += n;
		in->len -= n;
		at += n;
	}
	return last ? POTOK_DONE : POTOK_MORE;
}

struct program {
	struct echo echo;
	uint64_t fail_at;
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *program = ctx;

	program->echo = (struct echo){
	    .stage = {.process = echo_process, .name = "echo"}, .fail_at = program->fail_at};
	memcpy(program->echo.counts, counts, sizeof counts);
	program->echo.stage.counts = program->echo.counts;
	program->echo.stage.ncounts = NCOUNTS;
	*stage = &program->echo.stage;
	return POTOK_MORE;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    CLI_LONG, {"fail-at", required_argument, NULL, OPT_FAIL_AT}, CLI_LONG_END};
	static struct program program;
	struct cli cli = {
	    .name = "potok-echo",
	    .arguments = argv,
	    .synopsis = "[--fail-at=LINE] [FILE...]",
	    .options_help = "Passes whole lines.\n\n"
			    "      --fail-at=LINE   refuse that line of each file\n",
	    .examples = "  potok-echo <in >out\n",
	    .line_to_line = true,
	    .lines_independent = true,
	    .start = start,
	    .program = &program,
	    .count_lines = true,
	};
	int c, code;

	cli_begin();
	while ((c = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1) {
		switch (c) {
		case OPT_FAIL_AT:
			if (!cli_number(optarg, 1, UINT64_MAX, &program.fail_at))
				return cli_usage(&cli, "--fail-at wants a number from 1");
			break;
		default:
			if ((code = cli_option(&cli, c, argv)) >= 0)
				return code;
		}
	}
	return cli_run_files(&cli, argv + optind);
}
