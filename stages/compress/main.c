/* potok-compress: text becomes block gzip; with -d gzip becomes text. */
#include "cli.h"

#include <potok/compress.h>

enum { OPT_BEST = CLI_OPT_OWN, LEVEL_NONE = 1000 };

struct program {
	bool reading; /* -d, -t */
	struct potok_compress_options options;
	struct potok_decompress_options reading_options;
	struct potok_compress compress;
	struct potok_decompress decompress;
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;

	if (p->reading) {
		*stage = &p->decompress.stage;
		return potok_decompress_init(&p->decompress, &p->reading_options);
	}
	*stage = &p->compress.stage;
	return potok_compress_init(&p->compress, &p->options);
}

/* The argument that getopt_long() goes on with: it passes over operands. */
static const char *
next_argument(char *const argv[])
{
	int i = optind;

	while (argv[i] != NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
		i++;
	return argv[i];
}

/* One digit more of a level; what is too large stays too large. */
static int
append_digit(int level, char digit)
{
	int longer = level * 10 + (digit - '0');

	return longer < LEVEL_NONE ? longer : LEVEL_NONE;
}

static int
wrong_level(const struct cli *cli, int level)
{
	int max = potok_compress_level_max();

	if (level > max && level <= 12)
		return cli_usage(
		    cli, "levels above %d need libdeflate, which is not built in", max);
	return cli_usage(cli, "the level is a number from 1 to %d", max);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {CLI_LONG, {"best", no_argument, NULL, OPT_BEST},
	    {"decompress", no_argument, NULL, 'd'}, {"stdout", no_argument, NULL, 'c'},
	    {"test", no_argument, NULL, 't'}, CLI_LONG_END};
	static struct program p = {.options = POTOK_COMPRESS_DEFAULTS};
	char libraries[128];
	struct cli cli = {
	    .name = "potok-compress",
	    .synopsis = "[-1..-12] [-cdt] [--best] [FILE...]",
	    .options_help =
		"  -1 ... -12           level: 1 is the fastest; 6 when none is given;\n"
		"                       10 to 12 only with libdeflate\n"
		"      --best           the highest level\n"
		"  -d, --decompress     read gzip of any kind, verify it, write its text\n"
		"  -t, --test           as -d, but write nothing\n"
		"  -c, --stdout         accepted, for hands that know gzip\n",
	    .examples = "  potok-compress < text > text.gz\n"
			"  potok-compress -d text.gz | wc -l\n",
	    .libraries = libraries,
	    .start = start,
	    .program = &p,
	};
	const char *numbered = NULL; /* the argument that the option before, a digit, stood in */
	int c, code;

	cli_begin();
	potok_compress_versions(libraries, sizeof libraries);
	for (;;) {
		const char *argument = next_argument(argv);
		if ((c = getopt_long(argc, argv, CLI_SHORT "0123456789cdt", longs, NULL)) == -1)
			break;
		if (c >= '0' && c <= '9') {
			int before = numbered == argument ? p.options.level : 0;
			p.options.level = append_digit(before, (char)c);
			numbered = argument;
			continue;
		}
		numbered = NULL;
		if (c == OPT_BEST)
			p.options.level = potok_compress_level_max();
		else if (c == 'd' || c == 't')
			p.reading = true;
		else if (c != 'c' && (code = cli_option(&cli, c, argv)) >= 0)
			return code;
		p.reading_options.test = p.reading_options.test || c == 't';
	}
	if (p.options.level < 1 || p.options.level > potok_compress_level_max())
		return wrong_level(&cli, p.options.level);
	cli.joined = !p.reading;
	return cli_run_files(&cli, argv + optind);
}
