/* potok-normalize: text in any encoding becomes clean UTF-8. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include <potok/normalize.h>

enum {
	OPT_BAD = CLI_OPT_OWN,
	OPT_FORM,
	OPT_NEWLINE,
	OPT_REPAIR,
	OPT_BINARY,
	OPT_LANG,
	OPT_EXPLAIN,
	OPT_LIST,
	OPT_DETECT
};

struct program {
	struct potok_normalize_options options;
	struct potok_normalize stage;
	struct cli *cli;
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;

	*stage = &p->stage.stage;
	return potok_normalize_init(&p->stage, &p->options);
}

/* Notes for the record what the encoding was. */
static enum potok_status
run(void *ctx, struct potok_chain *chain)
{
	struct program *p = ctx;
	enum potok_status s = potok_chain_run(chain);

	snprintf(
	    p->cli->encoding, sizeof p->cli->encoding, "%s", potok_normalize_encoding(&p->stage));
	return s;
}

/* The labels for "did you mean".  In place of one that cannot be used stands another that can. */
static const char *
label(size_t i)
{
	bool alias;
	const char *name = potok_normalize_label(i, &alias);

	return name != NULL && *name == '\0' ? potok_normalize_label(0, &alias) : name;
}

/* --list: one encoding a line, its other labels behind it. */
static int
list(const struct cli *cli)
{
	const char *name;
	bool alias;

	for (size_t i = 0; (name = potok_normalize_label(i, &alias)) != NULL; i++) {
		if (*name != '\0')
			printf("%s%s", i == 0 ? "" : alias ? " " : "\n", name);
	}
	putchar('\n');
	return cli_flush(cli);
}

/* --detect: a file on the way, and the front of its text. */
struct reading {
	const struct potok_chain *outer; /* reads the file and writes our answer */
	unsigned char text[8192];
	size_t len;
};

static ptrdiff_t
read_file(void *ctx, void *buf, size_t cap)
{
	const struct potok_chain *outer = ((struct reading *)ctx)->outer;

	return outer->read(outer->ctx, buf, cap);
}

static int
keep_front(void *ctx, const void *data, size_t n)
{
	struct reading *r = ctx;
	size_t left = sizeof r->text - r->len;

	n = n < left ? n : left;
	memcpy(r->text + r->len, data, n);
	r->len += n;
	return 0;
}

/* Runs the stage over a file and writes which encoding it found, instead of the text. */
static enum potok_status
detect(void *ctx, struct potok_chain *outer)
{
	struct program *p = ctx;
	struct reading r = {.outer = outer};
	struct potok_chain chain = {.stages = outer->stages,
	    .nstages = outer->nstages,
	    .read = read_file,
	    .write = keep_front,
	    .ctx = &r};
	enum potok_status s = potok_chain_run(&chain);
	const char *encoding = potok_normalize_encoding(&p->stage);
	bool binary = s == POTOK_EINPUT && strcmp(encoding, "binary") == 0;
	char shown[1024], line[2048];

	/* What the text would lose is not lost. */
	p->stage.stage.ncounts = 0;
	outer->failed = chain.failed;
	if (s != POTOK_DONE && !binary)
		return s;
	int n = snprintf(line, sizeof line, "%s\t%s\t%.2f\t%s\n",
	    cli_printable(p->cli->operand, shown, sizeof shown), encoding,
	    potok_normalize_confidence(&p->stage) / 100.0, potok_normalize_language(r.text, r.len));
	return outer->write(outer->ctx, line, (size_t)n) < 0 ? POTOK_EIO : s;
}

/* The place of a word among those of a list that ends with NULL, or -1. */
static int
place(const char *word, size_t n, const char *const words[])
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strlen(words[i]) == n && strncmp(word, words[i], n) == 0)
			return i;
	}
	return -1;
}

/* Reads names of repairs with commas between: `no-` before one turns it off, none all.  Answers
 * false when one is not known. */
static bool
read_repairs(const char *list, unsigned *repair)
{
	static const char *const words[] = {"controls", "zero-width", "soft-hyphen", "nbsp",
	    "quotes", "width", "mojibake", "entities", NULL};

	for (const char *w = list; *w != '\0'; w += *w == ',') {
		size_t n = strcspn(w, ",");
		bool off = n > 3 && strncmp(w, "no-", 3) == 0;
		int i = off ? place(w + 3, n - 3, words) : place(w, n, words);
		if (n == 4 && strncmp(w, "none", 4) == 0)
			*repair = 0;
		else if (i < 0)
			return false;
		else if (off)
			*repair &= ~(1u << i);
		else
			*repair |= 1u << i;
		w += n;
	}
	return *list != '\0';
}

/* With the options so far. */
static bool
lines_independent(struct program *p)
{
	bool alone = potok_normalize_init(&p->stage, &p->options) == POTOK_MORE &&
		     potok_normalize_lines_independent(&p->stage);

	potok_close(&p->stage.stage);
	return alone;
}

/* Reads one of this program's own options.  Answers false when its value is not known. */
static bool
take_option(struct program *p, int c)
{
	static const char *const bads[] = {"replace", "drop", "stop", "escape", NULL};
	static const char *const forms[] = {"nfc", "nfd", "nfkc", "nfkd", "none", NULL};
	static const char *const breaks[] = {"lf", "keep", NULL};
	static const char *const binaries[] = {"stop", "pass", NULL};
	int i = 0;

	switch (c) {
	case OPT_BAD:
		i = place(optarg, strlen(optarg), bads);
		p->options.bad = (enum potok_bad)i;
		break;
	case OPT_FORM:
		i = place(optarg, strlen(optarg), forms);
		p->options.form = (enum potok_form)i;
		break;
	case OPT_NEWLINE:
		i = place(optarg, strlen(optarg), breaks);
		p->options.keep_breaks = i == 1;
		break;
	case OPT_BINARY:
		i = place(optarg, strlen(optarg), binaries);
		p->options.pass_binary = i == 1;
		break;
	case OPT_LANG:
		p->options.language = optarg;
		break;
	case OPT_REPAIR:
		return read_repairs(optarg, &p->options.repair);
	default:
		p->options.from = optarg;
		break;
	}
	return i >= 0;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {CLI_LONG, {"from", required_argument, NULL, 'f'},
	    {"bad", required_argument, NULL, OPT_BAD}, {"form", required_argument, NULL, OPT_FORM},
	    {"newline", required_argument, NULL, OPT_NEWLINE},
	    {"repair", required_argument, NULL, OPT_REPAIR},
	    {"binary", required_argument, NULL, OPT_BINARY},
	    {"lang", required_argument, NULL, OPT_LANG},
	    {"explain", no_argument, NULL, OPT_EXPLAIN}, {"list", no_argument, NULL, OPT_LIST},
	    {"detect", no_argument, NULL, OPT_DETECT}, CLI_LONG_END};
	struct program p = {.options = POTOK_NORMALIZE_DEFAULTS};
	static const char *const own_names[] = {
	    "bad", "form", "newline", "repair", "binary", "lang"};
	char libraries[256], word[128];
	bool detecting = false;
	struct cli cli = {
	    .name = "potok-normalize",
	    .arguments = argv,
	    .synopsis = "[-f ENCODING] [OPTION...] [FILE...]",
	    .options_help =
		"  -f, --from=ENCODING  the encoding of the input; auto: found out (default)\n"
		"      --bad=WHAT       ill-formed input: replace (default), drop, stop, escape\n"
		"      --form=FORM      nfc (default), nfd, nfkc, nfkd, none\n"
		"      --newline=WHAT   line breaks become lf (default), or keep them\n"
		"      --repair=LIST    mojibake, controls (on; no-mojibake: off), entities,\n"
		"                       zero-width, soft-hyphen, nbsp, quotes, width; none\n"
		"      --binary=WHAT    what is no text: stop (default), or pass it on\n"
		"      --lang=LANG      a hint: the language, as a BCP 47 tag\n"
		"      --explain        tell each change, instead of text: line, column, byte,\n"
		"                       kind, before, after\n"
		"      --list           the encodings and their other names\n"
		"      --detect         only tell the encoding of each FILE\n",
	    .examples = "  potok-normalize < page.txt > clean.txt\n"
			"  potok-normalize -f koi8-r old.txt | grep Москва\n",
	    .libraries = libraries,
	    .start = start,
	    .run = run,
	    .program = &p,
	};
	int c, code;

	p.cli = &cli;
	cli_begin();
	potok_normalize_versions(libraries, sizeof libraries);
	while ((c = getopt_long(argc, argv, CLI_SHORT "f:", longs, NULL)) != -1) {
		bool own = c == 'f' || (c >= OPT_BAD && c <= OPT_LANG);
		if (own && !take_option(&p, c))
			return cli_usage(&cli, "--%s: '%s' is none of its values",
			    own_names[c - OPT_BAD], cli_printable(optarg, word, sizeof word));
		else if (c == OPT_LIST)
			return list(&cli);
		else if (c == OPT_DETECT)
			detecting = true;
		else if (c == CLI_OPT_CAPABILITIES)
			cli.lines_independent = lines_independent(&p);
		if (c == OPT_EXPLAIN)
			p.options.explain = true;
		else if (!own && c != OPT_DETECT && (code = cli_option(&cli, c, argv)) >= 0)
			return code;
	}
	if (detecting) {
		if (argv[optind] == NULL)
			return cli_usage(&cli, "--detect wants a FILE");
		p.options.from = NULL;
		p.options.bad = POTOK_BAD_REPLACE;
		cli.run = detect;
	}
	enum potok_status s = potok_normalize_init(&p.stage, &p.options);
	potok_close(&p.stage.stage);
	if (s == POTOK_EUSAGE)
		return cli_unknown(&cli, "encoding", p.options.from, label);
	cli.count_lines = p.options.bad == POTOK_BAD_STOP;
	return cli_run_files(&cli, argv + optind);
}
