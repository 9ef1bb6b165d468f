/* potok-split: text becomes one sentence a line. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <potok/split.h>

enum {
	OPT_LIST = CLI_OPT_OWN,
	OPT_LIST_RULES,
	OPT_INPUT,
	OPT_PARAGRAPHS,
	OPT_LIST_ITEMS,
	OPT_QUOTES,
	OPT_NO_LOWER,
	OPT_OFFSETS,
	OPT_EXPLAIN,
	OPT_ABBREVIATIONS,
	OPT_MAX_BYTES,
	OPT_WITHOUT
};

enum { ABBREVIATIONS_MAX = 1024 * 1024 };

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
	struct potok_split_language l;

	for (size_t i = 0; potok_split_language(i, &l); i++)
		printf("%s\t%s\t%zu words\n", l.tag, l.name, l.words);
	return cli_flush(cli);
}

static int
list_rules(const struct cli *cli)
{
	for (size_t i = 1; potok_split_rule(i) != NULL; i++)
		puts(potok_split_rule(i));
	return cli_flush(cli);
}

/* Sets *value to the place of the word among the values, which end with NULL; answers the exit
 * code, or -1 to go on. */
static int
choose(const struct cli *cli, const char *option, const char *const values[], const char *word,
    size_t *value)
{
	char all[64] = "";

	for (*value = 0; values[*value] != NULL; ++*value) {
		if (strcmp(values[*value], word) == 0)
			return -1;
		size_t n = strlen(all);
		snprintf(all + n, sizeof all - n, "%s%s", n ? ", " : "", values[*value]);
	}
	return cli_usage(cli, "--%s=%s: the values are %s", option, word, all);
}

/* The whole file as a string, for free(); NULL after a message, with *code the exit code. */
static char *
read_abbreviations(struct cli *cli, const char *file, int *code)
{
	char shown[256], *text = malloc(ABBREVIATIONS_MAX + 2);

	cli_use(cli, "in", "abbreviations", file);
	FILE *f = text ? fopen(file, "r") : NULL;
	size_t n = f ? fread(text, 1, ABBREVIATIONS_MAX + 1, f) : 0;
	bool failed = f == NULL || ferror(f);
	int error = errno;

	if (f != NULL)
		fclose(f);
	if (!failed && n <= ABBREVIATIONS_MAX && memchr(text, '\0', n) == NULL) {
		text[n] = '\0';
		return text;
	}
	*code = text == NULL ? CLI_SYSTEM : failed ? CLI_NOINPUT : CLI_DATA;
	cli_report(cli, (enum cli_exit) * code, UINT64_MAX, "%s: %s",
	    cli_printable(file, shown, sizeof shown),
	    failed ? strerror(error) : "no list of words: longer than 1 MiB, or with NUL bytes");
	free(text);
	return NULL;
}

static int
rule(const struct cli *cli, const char *name, uint64_t *without)
{
	for (size_t i = 0; potok_split_rule(i) != NULL; i++) {
		if (strcmp(potok_split_rule(i), name) == 0) {
			*without |= UINT64_C(1) << i;
			return -1;
		}
	}
	return cli_unknown(cli, "rule", name, potok_split_rule);
}

/* Takes an option of our own; answers the exit code, or -1 to go on. */
static int
option(struct cli *cli, struct potok_split_options *o, int c, const char *value, char **words)
{
	static const char *const inputs[] = {"lines", "wrapped", "markdown", NULL};
	static const char *const marks[] = {"none", "blank", "p", NULL};
	static const char *const items[] = {"auto", "keep", "break", NULL};
	static const char *const quotes[] = {"break", "keep", NULL};
	size_t n = 0;
	uint64_t number;
	int code = -1;

	switch (c) {
	case 'l':
		o->language = value;
		break;
	case OPT_INPUT:
		code = choose(cli, "input", inputs, value, &n);
		o->input = (enum potok_split_input)n;
		break;
	case OPT_PARAGRAPHS:
		code = choose(cli, "paragraphs", marks, value, &n);
		o->paragraphs = (enum potok_split_paragraphs)n;
		break;
	case OPT_LIST_ITEMS:
		code = choose(cli, "list-items", items, value, &n);
		o->list_items = (enum potok_split_list_items)n;
		break;
	case OPT_QUOTES:
		code = choose(cli, "quotes", quotes, value, &n);
		o->keep_quotes = n == 1;
		break;
	case OPT_NO_LOWER:
		o->no_break_before_lower = true;
		break;
	case OPT_OFFSETS:
		o->offsets = true;
		break;
	case OPT_EXPLAIN:
		o->explain = true;
		break;
	case OPT_ABBREVIATIONS:
		free(*words);
		o->abbreviations = *words = read_abbreviations(cli, value, &code);
		break;
	case OPT_MAX_BYTES:
		if (!cli_number(
			value, POTOK_SPLIT_SENTENCE_LEAST, POTOK_SPLIT_SENTENCE_MOST, &number))
			return cli_usage(
			    cli, "--max-bytes is a number from 256 to 16777216, not '%s'", value);
		o->max_bytes = (size_t)number;
		break;
	default: /* OPT_WITHOUT */
		code = rule(cli, value, &o->without);
		break;
	}
	return code;
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
	    CLI_LONG,
	    {"language", required_argument, NULL, 'l'},
	    {"list", no_argument, NULL, OPT_LIST},
	    {"list-rules", no_argument, NULL, OPT_LIST_RULES},
	    {"input", required_argument, NULL, OPT_INPUT},
	    {"paragraphs", required_argument, NULL, OPT_PARAGRAPHS},
	    {"list-items", required_argument, NULL, OPT_LIST_ITEMS},
	    {"quotes", required_argument, NULL, OPT_QUOTES},
	    {"no-break-before-lower", no_argument, NULL, OPT_NO_LOWER},
	    {"offsets", no_argument, NULL, OPT_OFFSETS},
	    {"explain", no_argument, NULL, OPT_EXPLAIN},
	    {"abbreviations", required_argument, NULL, OPT_ABBREVIATIONS},
	    {"max-bytes", required_argument, NULL, OPT_MAX_BYTES},
	    {"without", required_argument, NULL, OPT_WITHOUT},
	    CLI_LONG_END,
	};
	struct program p = {.options = POTOK_SPLIT_DEFAULTS};
	struct cli cli = {
	    .name = "potok-split",
	    .arguments = argv,
	    .synopsis = "[-l LANG] [--input=KIND] [--offsets | --explain] [FILE...]",
	    .options_help =
		"Writes one sentence a line.\n\n"
		"  -l, --language=LANG  a BCP 47 tag; mul, the default, tells it from each "
		"paragraph\n"
		"      --input=KIND     lines: each line is a paragraph (default); wrapped: blank\n"
		"                       lines end them; markdown\n"
		"      --paragraphs=HOW marks their ends: none (default), blank, p\n"
		"      --offsets        begin and end of each sentence in the input, in bytes\n"
		"      --explain        instead of text, what was decided at each mark, and why\n"
		"      --abbreviations=FILE  more abbreviations\n"
		"      --quotes=HOW     break (default) or keep quotations whole\n"
		"      --list-items=HOW auto (default), keep or break list numbers\n"
		"      --no-break-before-lower  no sentence begins with a small letter\n"
		"      --max-bytes=N    cuts longer sentences (default 1048576)\n"
		"      --without=RULE   does without a rule, to measure it\n"
		"      --list           the languages, with the sizes of their word lists\n"
		"      --list-rules     the rules\n",
	    .examples = "  potok-split -l ru page.txt\n"
			"  potok-split --explain page.txt | grep goes-on\n"
			"  potok-normalize dump.txt | potok-split | sort -u\n",
	    .libraries = "Unicode 15.0 (built in)\n",
	    .start = start,
	    .program = &p,
	};
	char *words = NULL;
	int c, code = -1;

	cli_begin();
	while (code < 0 && (c = getopt_long(argc, argv, CLI_SHORT "l:", options, NULL)) != -1) {
		if (c == OPT_LIST)
			code = list(&cli);
		else if (c == OPT_LIST_RULES)
			code = list_rules(&cli);
		else if (c == 'l' || c >= OPT_INPUT)
			code = option(&cli, &p.options, c, optarg, &words);
		else {
			/* Those of the options so far. */
			bool alone = !p.options.offsets && !p.options.explain;
			cli.lines_independent = alone && p.options.input == POTOK_SPLIT_LINES;
			cli.blank_independent = alone && p.options.input == POTOK_SPLIT_WRAPPED;
			code = cli_option(&cli, c, argv);
		}
	}
	if (code < 0 && p.options.offsets && p.options.explain)
		code = cli_usage(&cli, "--offsets and --explain are two kinds of output");
	if (code < 0 && potok_split_init(&p.stage, &p.options) == POTOK_EUSAGE)
		code = cli_usage(&cli, "%s", p.stage.stage.why);
	potok_close(&p.stage.stage);
	if (code < 0)
		code = cli_run_files(&cli, argv + optind);
	free(words);
	return code;
}
