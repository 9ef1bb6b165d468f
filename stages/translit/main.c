/* potok-translit: Cyrillic text in Latin letters. */
#include "cli.h"

#include <stdio.h>

#include <potok/translit.h>

enum { OPT_BOTH = CLI_OPT_OWN, OPT_LIST, OPT_DESCRIBE };

struct program {
	struct potok_translit_options options;
	struct potok_translit stage;
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;

	*stage = &p->stage.stage;
	return potok_translit_init(&p->stage, &p->options);
}

static int
list(const struct cli *cli)
{
	const char *name;

	for (size_t i = 0; (name = potok_translit_scheme(i)) != NULL; i++)
		puts(name);
	return cli_flush(cli);
}

static int
describe(const struct cli *cli, const char *scheme)
{
	const char *about = potok_translit_about(scheme);

	if (about == NULL)
		return cli_unknown(cli, "scheme", scheme, potok_translit_scheme);
	fputs(about, stdout);
	return cli_flush(cli);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {CLI_LONG, {"scheme", required_argument, NULL, 's'},
	    {"both", no_argument, NULL, OPT_BOTH}, {"list", no_argument, NULL, OPT_LIST},
	    {"describe", required_argument, NULL, OPT_DESCRIBE}, CLI_LONG_END};
	struct program p = {.options = POTOK_TRANSLIT_DEFAULTS};
	struct cli cli = {
	    .name = "potok-translit",
	    .synopsis = "-s SCHEME [--both] [FILE...]",
	    .options_help =
		"  -s, --scheme=SCHEME    the scheme to write by; --list has the names\n"
		"      --both             each line, a tab, the line in Latin letters\n"
		"      --list             the schemes\n"
		"      --describe=SCHEME  the standard behind a scheme, and its table\n",
	    .examples = "  echo Щука | potok-translit -s bgnpcgn-rus-1947\n"
			"  potok-translit -s iso9-1995 --both < names.txt > names.tsv\n",
	    .line_to_line = true,
	    .lines_independent = true,
	    .start = start,
	    .program = &p,
	};
	int c, code;

	cli_begin();
	while ((c = getopt_long(argc, argv, CLI_SHORT "s:", longs, NULL)) != -1) {
		if (c == 's')
			p.options.scheme = optarg;
		else if (c == OPT_BOTH)
			p.options.both = true;
		else if (c == OPT_LIST)
			return list(&cli);
		else if (c == OPT_DESCRIBE)
			return describe(&cli, optarg);
		else if ((code = cli_option(&cli, c, argv)) >= 0)
			return code;
	}
	if (p.options.scheme == NULL)
		return cli_usage(&cli, "-s SCHEME is needed; --list has the names");
	if (potok_translit_about(p.options.scheme) == NULL)
		return cli_unknown(&cli, "scheme", p.options.scheme, potok_translit_scheme);
	return cli_run_files(&cli, argv + optind);
}
