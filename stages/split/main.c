/* potok-split: text becomes one sentence a line. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include <potok/split.h>

enum { OPT_LIST = CLI_OPT_OWN };

struct program {
	struct potok_split_options options;
	struct potok_split stage;
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;

	*stage = &p->stage.stage;
	return potok_split_init(&p->stage, &p->options);
}

static int
list(const struct cli *cli)
{
	for (size_t i = 0; potok_split_language(i) != NULL; i++)
		puts(potok_split_language(i));
	return cli_flush(cli);
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
	    CLI_LONG,
	    {"language", required_argument, NULL, 'l'},
	    {"list", no_argument, NULL, OPT_LIST},
	    CLI_LONG_END,
	};
	struct program p = {.options = POTOK_SPLIT_DEFAULTS};
	struct cli cli = {
	    .name = "potok-split",
	    .synopsis = "[-l LANG] [--stats[=FILE]] [FILE...]",
	    .options_help =
		"Writes one sentence a line; each line of the input is a paragraph.\n\n"
		"  -l, --language=LANG  a BCP 47 tag; mul, the default, goes by the script\n"
		"      --list           the languages with word lists of their own\n",
	    .examples = "  potok-split -l ru page.txt\n"
			"  potok-normalize dump.txt | potok-split | sort -u\n",
	    .libraries = "Unicode 15.0 (built in)\n",
	    .lines_independent = true,
	    .start = start,
	    .program = &p,
	};
	int c, code;

	cli_begin();
	while ((c = getopt_long(argc, argv, CLI_SHORT "l:", options, NULL)) != -1) {
		if (c == 'l')
			p.options.language = optarg;
		else if (c == OPT_LIST)
			return list(&cli);
		else if ((code = cli_option(&cli, c, argv)) >= 0)
			return code;
	}
	if (potok_split_init(&p.stage, &p.options) == POTOK_EUSAGE)
		return cli_usage(&cli, "'%s' is no BCP 47 language tag, such as en, ru or sr-Latn",
		    p.options.language);
	return cli_run_files(&cli, argv + optind);
}
