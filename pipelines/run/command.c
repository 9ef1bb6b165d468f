/* potok-run's options. */
#include "command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "cli.h"
#include "item.h"
#include "manifest.h"

enum { OPT_KEEP = CLI_OPT_OWN, OPT_EARLY, OPT_UNACCOUNTED, OPT_TIMEOUT, OPT_VERIFY, OPT_EXPLAIN };

enum { SECONDS_MAX = 100 * 24 * 3600 };

struct program {
	struct run run;
	const char *text; /* of -c */
	bool verify, explain;
};

static int
each_output(struct program *p, char *const outs[])
{
	int code = CLI_OK;

	if (outs[0] == NULL || (p->explain && outs[1] != NULL))
		return cli_usage(
		    p->run.cli, p->explain ? "--explain wants one OUT" : "--verify wants an OUT");
	for (; *outs != NULL; outs++) {
		int one = p->explain ? manifest_explain(p->run.cli, *outs)
				     : manifest_verify(p->run.cli, *outs);
		code = code != CLI_OK ? code : one;
	}
	return code;
}

/* Takes an option; answers the exit code, or -1 to go on. */
static int
option(struct program *p, int c, char *const argv[])
{
	uint64_t seconds;

	switch (c) {
	case 'i':
		p->run.in = optarg;
		return -1;
	case 'o':
		p->run.out = optarg;
		return -1;
	case 'c':
		p->text = optarg;
		return -1;
	case OPT_KEEP:
		p->run.keep_partial = true;
		return -1;
	case OPT_EARLY:
		p->run.graph.allow_early_close = true;
		return -1;
	case OPT_UNACCOUNTED:
		p->run.graph.allow_unaccounted = true;
		return -1;
	case OPT_TIMEOUT:
		if (!cli_number(optarg, 1, SECONDS_MAX, &seconds))
			return cli_usage(p->run.cli, "--timeout wants seconds, from 1 on");
		p->run.seconds = (unsigned)seconds;
		return -1;
	case OPT_VERIFY:
		p->verify = true;
		return -1;
	case OPT_EXPLAIN:
		p->explain = true;
		return -1;
	default:
		return cli_option(p->run.cli, c, argv);
	}
}

int
run_command(int argc, char **argv)
{
	static const struct option longs[] = {{"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'}, {"keep-partial", no_argument, NULL, OPT_KEEP},
	    {"allow-early-close", no_argument, NULL, OPT_EARLY},
	    {"allow-unaccounted", no_argument, NULL, OPT_UNACCOUNTED},
	    {"timeout", required_argument, NULL, OPT_TIMEOUT},
	    {"verify", no_argument, NULL, OPT_VERIFY}, {"explain", no_argument, NULL, OPT_EXPLAIN},
	    CLI_LONG_END};
	char libraries[64];
	struct cli cli = {
	    .name = "potok-run",
	    .arguments = argv,
	    .is_driver = true,
	    .synopsis = "-i IN -o OUT [OPTION...] PIPELINE [ARG...]\n"
			"       potok-run -i IN -o OUT [OPTION...] -c TEXT [ARG...]\n"
			"       potok-run --verify OUT...\n"
			"       potok-run --explain OUT",
	    .options_help =
		"Runs a pipeline of the shell from IN to OUT; OUT appears whole, or not at all.\n\n"
		"  -i IN                the input\n"
		"  -o OUT               the output; OUT.potok.json tells how it was made\n"
		"  -c TEXT              the pipeline itself, instead of a file\n"
		"      --keep-partial   after a fault keep what there is, as OUT.partial\n"
		"      --allow-early-close  programs need not read to the end, as head\n"
		"      --allow-unaccounted  programs need not keep a record\n"
		"      --timeout=T      seconds that it may take\n"
		"      --verify         read each OUT, and compare it with what was made\n"
		"      --explain        tell how OUT was made, stage by stage\n",
	    .examples = "  potok-run -i page.txt -o page.gz -c 'potok-normalize | potok-compress'\n"
			"  potok-run -i page.txt -o page.tsv.gz newspage.sh -f koi8-r\n"
			"  potok-run --verify *.gz\n",
	    .libraries = libraries,
	};
	struct program p = {.run = {.cli = &cli, .fd = -1}};
	int c, code;

	cli_begin();
	snprintf(libraries, sizeof libraries, "jansson %s\n", JANSSON_VERSION);
	while ((c = getopt_long(argc, argv, "+" CLI_SHORT "i:o:c:", longs, NULL)) != -1)
		if ((code = option(&p, c, argv)) >= 0)
			return code;
	if (p.verify || p.explain)
		return p.verify && p.explain
			   ? cli_usage(&cli, "--verify and --explain are two things")
			   : each_output(&p, argv + optind);
	if (p.run.in == NULL || p.run.out == NULL)
		return cli_usage(&cli, "-i IN and -o OUT are needed");
	p.run.args = argv + optind;
	p.run.text = p.text;
	if (p.text == NULL) {
		if (argv[optind] == NULL)
			return cli_usage(&cli, "a PIPELINE or -c TEXT is needed");
		p.run.file = argv[optind];
		p.run.args++;
	}
	child_signals();
	return item_run(&p.run);
}
