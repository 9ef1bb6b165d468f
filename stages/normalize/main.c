/* potok-normalize: text in any encoding becomes clean UTF-8. */
#include "cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <potok/normalize.h>

#include "io.h"

enum { OPT_BAD = CLI_OPT_OWN, OPT_LIST, OPT_DETECT };

struct program {
	struct potok_normalize_options options;
	struct potok_normalize stage;
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;

	*stage = &p->stage.stage;
	return potok_normalize_init(&p->stage, &p->options);
}

/* The labels for "did you mean". */
static const char *
label(size_t i)
{
	bool alias;

	return potok_normalize_label(i, &alias);
}

/* --list: one encoding a line, its other labels behind it. */
static int
list(const struct cli *cli)
{
	const char *name;
	bool alias;

	for (size_t i = 0; (name = potok_normalize_label(i, &alias)) != NULL; i++)
		printf("%s%s", i == 0 ? "" : alias ? " " : "\n", name);
	putchar('\n');
	return cli_flush(cli);
}

static ptrdiff_t
read_file(void *ctx, void *buf, size_t cap)
{
	return io_read(*(int *)ctx, buf, cap);
}

static int
discard(void *ctx, const void *data, size_t n)
{
	(void)ctx, (void)data, (void)n;
	return 0;
}

/* --detect: runs the stage over each file and tells which encoding it found. */
static int
detect(const struct cli *cli, struct program *p, char *const files[])
{
	struct potok_stage *stage = &p->stage.stage;
	char shown[1024];
	int code = CLI_OK;

	p->options = (struct potok_normalize_options)POTOK_NORMALIZE_DEFAULTS;
	for (; *files != NULL; files++) {
		int fd =
		    strcmp(*files, "-") == 0 ? STDIN_FILENO : open(*files, O_RDONLY | O_CLOEXEC);
		struct potok_chain chain = {.stages = &stage,
		    .nstages = 1,
		    .read = read_file,
		    .write = discard,
		    .ctx = &fd};
		enum potok_status s = start(p, &stage);
		if (s >= 0)
			s = fd < 0 ? POTOK_EIO : potok_chain_run(&chain);
		cli_printable(*files, shown, sizeof shown);
		if (s == POTOK_DONE)
			printf("%s\t%s\n", shown, potok_normalize_encoding(&p->stage));
		else
			fprintf(stderr, "%s: %s: %s\n", cli->name, shown,
			    s == POTOK_ENOMEM ? "out of memory" : "cannot be read");
		if (s != POTOK_DONE && code == CLI_OK)
			code = s == POTOK_ENOMEM ? CLI_SYSTEM : CLI_NOINPUT;
		potok_close(stage);
		if (fd > STDIN_FILENO)
			close(fd);
	}
	return cli_flush(cli) != CLI_OK ? CLI_OUTPUT : code;
}

static bool
read_bad(const char *word, enum potok_bad *bad)
{
	static const char *const words[] = {"replace", "drop", "stop"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(word, words[i]) == 0) {
			*bad = (enum potok_bad)i;
			return true;
		}
	}
	return false;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {CLI_LONG, {"from", required_argument, NULL, 'f'},
	    {"bad", required_argument, NULL, OPT_BAD}, {"list", no_argument, NULL, OPT_LIST},
	    {"detect", no_argument, NULL, OPT_DETECT}, CLI_LONG_END};
	struct program p = {.options = POTOK_NORMALIZE_DEFAULTS};
	char libraries[256], word[128];
	bool detecting = false;
	struct cli cli = {
	    .name = "potok-normalize",
	    .synopsis = "[-f ENCODING] [--bad=replace|drop|stop] [FILE...]",
	    .options_help =
		"  -f, --from=ENCODING  the encoding of the input; auto: found out (default)\n"
		"      --bad=WHAT       ill-formed input: replace (default), drop, stop\n"
		"      --list           the encodings and their other names\n"
		"      --detect         only tell the encoding of each FILE\n",
	    .examples = "  potok-normalize < page.txt > clean.txt\n"
			"  potok-normalize -f koi8-r old.txt | grep Москва\n",
	    .libraries = libraries,
	    .start = start,
	    .program = &p,
	};
	int c, code;

	cli_begin();
	potok_normalize_versions(libraries, sizeof libraries);
	while ((c = getopt_long(argc, argv, CLI_SHORT "f:", longs, NULL)) != -1) {
		if (c == 'f')
			p.options.from = optarg;
		else if (c == OPT_LIST)
			return list(&cli);
		else if (c == OPT_DETECT)
			detecting = true;
		else if (c == OPT_BAD && !read_bad(optarg, &p.options.bad))
			return cli_usage(&cli, "--bad is replace, drop or stop, not '%s'",
			    cli_printable(optarg, word, sizeof word));
		else if (c != OPT_BAD && (code = cli_option(&cli, c, argv)) >= 0)
			return code;
	}
	if (detecting)
		return argv[optind] != NULL ? detect(&cli, &p, argv + optind)
					    : cli_usage(&cli, "--detect wants a FILE");
	enum potok_status s = potok_normalize_init(&p.stage, &p.options);
	potok_close(&p.stage.stage);
	if (s == POTOK_EUSAGE)
		return cli_unknown(&cli, "encoding", p.options.from, label);
	cli.count_lines = p.options.bad == POTOK_BAD_STOP;
	return cli_run_files(&cli, argv + optind);
}
