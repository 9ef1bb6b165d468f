/* potok-batch: one pipeline over a whole corpus, here, over ssh or on a cluster. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "batch.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPT_ON = 0x10000,
	OPT_FROM,
	OPT_ARG,
	OPT_SPLIT,
	OPT_AT,
	OPT_FOREIGN_LINES,
	OPT_HOSTS,
	OPT_SLURM_ARGS,
	OPT_TASKS,
	OPT_WAIT,
	OPT_MEMFREE,
	OPT_RECHECK,
	OPT_RUN_OPTION,
	OPT_TIMEOUT,
	OPT_JSON,
	OPT_BAD,
	OPT_ALL,
};

static const char usage[] = "-p PIPELINE -o RUN [-j N] [OPTION...] [INPUT... | --from=LIST [-0]]\n"
			    "       potok-batch status|retry|sweep|verify|report [OPTION...] RUN\n";

static const char help[] =
    "  -p, --pipeline=FILE  the pipeline: a file of shell, standard input to output\n"
    "  -o, --output=RUN     the folder of the run; its outputs are RUN/out/INPUT\n"
    "      --from=LIST      inputs, one a line; - is standard input\n"
    "  -0                   LIST is separated by NUL\n"
    "      --arg=WORD       an argument of the pipeline; may be given again\n"
    "  -j, --jobs=N         items at once on each machine; the processors, if not given\n"
    "      --on=WHERE       local (default), ssh, slurm\n"
    "      --sshlogin=LIST  the machines of ssh, as GNU parallel takes them\n"
    "      --slurm-args=S   more options of sbatch\n"
    "      --tasks=N        how many tasks of Slurm\n"
    "      --wait           wait until all of Slurm's jobs have ended\n"
    "      --memfree=SIZE   begin nothing while less memory than that is free\n"
    "      --split=SIZE     cut inputs larger than SIZE (1M, 2G), join their outputs\n"
    "      --at=WHERE       cut behind lines (default) or behind blank lines\n"
    "      --foreign-lines  foreign commands treat each line alone: cut all the same\n"
    "      --recheck        have potok-run look again at what is done\n"
    "      --timeout=T, --allow-early-close, --allow-unaccounted: see potok-run(1)\n"
    "      --bad            retry: bad inputs, too\n"
    "      --all            sweep: also what other machines began\n"
    "      --json           status, report: as JSON\n"
    "  -h, --help           this text\n"
    "  -V, --version        the version\n"
    "\n"
    "examples:\n"
    "  potok-batch -p clean.sh -o run corpus/\n"
    "  find corpus -name '*.gz' -print0 | potok-batch -p clean.sh -o run --from=- -0\n"
    "  potok-batch -p clean.sh -o run --on=slurm --slurm-args='--time=2:00:00' corpus/\n"
    "  potok-batch status run\n"
    "  potok-batch retry run\n";

static const struct option longs[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"pipeline", required_argument, NULL, 'p'},
    {"output", required_argument, NULL, 'o'},
    {"jobs", required_argument, NULL, 'j'},
    {"on", required_argument, NULL, OPT_ON},
    {"from", required_argument, NULL, OPT_FROM},
    {"arg", required_argument, NULL, OPT_ARG},
    {"split", required_argument, NULL, OPT_SPLIT},
    {"at", required_argument, NULL, OPT_AT},
    {"foreign-lines", no_argument, NULL, OPT_FOREIGN_LINES},
    {"sshlogin", required_argument, NULL, OPT_HOSTS},
    {"slurm-args", required_argument, NULL, OPT_SLURM_ARGS},
    {"tasks", required_argument, NULL, OPT_TASKS},
    {"wait", no_argument, NULL, OPT_WAIT},
    {"memfree", required_argument, NULL, OPT_MEMFREE},
    {"recheck", no_argument, NULL, OPT_RECHECK},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"allow-early-close", no_argument, NULL, OPT_RUN_OPTION},
    {"allow-unaccounted", no_argument, NULL, OPT_RUN_OPTION},
    {"json", no_argument, NULL, OPT_JSON},
    {"bad", no_argument, NULL, OPT_BAD},
    {"all", no_argument, NULL, OPT_ALL},
    {NULL, 0, NULL, 0},
};

struct call {
	const char *pipeline, *run, *list;
	bool nul, json, bad, all;
};

/* A number with K, M, G or T behind it, in bytes. */
static bool
read_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMGT";
	char number[24];
	size_t n = strspn(text, "0123456789");
	const char *unit = text[n] != '\0' ? strchr(units, text[n]) : NULL;
	unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;

	if (n == 0 || n >= sizeof number ||
	    (text[n] != '\0' && (unit == NULL || text[n + 1] != '\0')))
		return false;
	memcpy(number, text, n);
	number[n] = '\0';
	if (!cli_number(number, 1, UINT64_MAX >> (shift + 1), size))
		return false;
	*size <<= shift;
	return true;
}

static int
take_value(struct batch *b, int c, char *word)
{
	uint64_t n;
	char text[128];

	switch (c) {
	case 'j':
		if (!cli_number(word, 1, 4096, &n))
			return cli_usage(&b->cli, "-j is a number from 1 to 4096");
		b->njobs = (unsigned)n;
		b->njobs_given = true;
		break;
	case OPT_ON:
		b->on = strcmp(word, "ssh") == 0     ? ON_SSH
			: strcmp(word, "slurm") == 0 ? ON_SLURM
						     : ON_LOCAL;
		if (b->on == ON_LOCAL && strcmp(word, "local") != 0)
			return cli_usage(&b->cli, "--on is local, ssh or slurm");
		break;
	case OPT_ARG:
		if (!names_add(&b->args, word, strlen(word)))
			return fault(b, CLI_SYSTEM, "--arg", "out of memory");
		break;
	case OPT_SPLIT:
		if (!read_size(word, &b->split))
			return cli_usage(
			    &b->cli, "--split is a number of bytes, as 500000, 64M or 2G");
		break;
	case OPT_AT:
		b->at_blank = strcmp(word, "blank") == 0;
		if (!b->at_blank && strcmp(word, "lines") != 0)
			return cli_usage(&b->cli, "--at is lines or blank");
		break;
	case OPT_TASKS:
		if (!cli_number(word, 1, 1000000, &b->ntasks))
			return cli_usage(&b->cli, "--tasks is a number from 1 to 1000000");
		break;
	case OPT_TIMEOUT:
		snprintf(text, sizeof text, "--timeout=%s", word);
		if (!names_add(&b->run_args, text, strlen(text)))
			return fault(b, CLI_SYSTEM, "--timeout", "out of memory");
		break;
	}
	return -1;
}

/* Takes an option; an exit code, or -1 to go on. */
static int
take_option(struct batch *b, struct call *call, int c, char *const argv[])
{
	static const char *const switches[] = {"--allow-early-close", "--allow-unaccounted"};

	switch (c) {
	case 'h':
		printf("usage: %s %s\n%s", b->cli.name, usage, help);
		return cli_flush(&b->cli);
	case 'p':
		call->pipeline = optarg;
		break;
	case 'o':
		call->run = optarg;
		break;
	case '0':
		call->nul = true;
		break;
	case OPT_FROM:
		call->list = optarg;
		break;
	case OPT_FOREIGN_LINES:
		b->foreign_lines = true;
		break;
	case OPT_HOSTS:
		b->hosts = optarg;
		break;
	case OPT_SLURM_ARGS:
		b->slurm_args = optarg;
		break;
	case OPT_WAIT:
		b->wait = true;
		break;
	case OPT_MEMFREE:
		b->memfree = optarg;
		break;
	case OPT_RECHECK:
		b->recheck = true;
		break;
	case OPT_RUN_OPTION:
		for (int i = 0; i < 2; i++) {
			if (strncmp(argv[optind - 1], switches[i], strlen(argv[optind - 1])) == 0 &&
			    !names_add(&b->run_args, switches[i], strlen(switches[i])))
				return fault(b, CLI_SYSTEM, switches[i], "out of memory");
		}
		break;
	case OPT_JSON:
		call->json = true;
		break;
	case OPT_BAD:
		call->bad = true;
		break;
	case OPT_ALL:
		call->all = true;
		break;
	case 'j':
	case OPT_ON:
	case OPT_ARG:
	case OPT_SPLIT:
	case OPT_AT:
	case OPT_TASKS:
	case OPT_TIMEOUT:
		return take_value(b, c, optarg);
	default:
		return cli_option(&b->cli, c, argv);
	}
	return -1;
}

/* The program's own file, and its folder first in PATH, where potok-run and the stages are. */
static int
find_self(struct batch *b, const char *name)
{
	char path[BATCH_PATH], found[PATH_MAX];
	const char *old = getenv("PATH");
	const char *p = strchr(name, '/') == NULL ? old : NULL;

	found[0] = '\0';
	if (p == NULL && realpath(name, found) == NULL)
		found[0] = '\0';
	while (p != NULL && *p != '\0') {
		size_t n = strcspn(p, ":");
		if (path_of(path, "%.*s/%s", (int)n, p, name) && access(path, X_OK) == 0 &&
		    realpath(path, found) != NULL)
			break;
		found[0] = '\0';
		p += n + (p[n] == ':');
	}
	if (found[0] == '\0')
		return fault(b, BATCH_SETUP, name, "its own file is not found");
	snprintf(b->self, sizeof b->self, "%s", found);
	*strrchr(found, '/') = '\0';
	if (!path_of(path, "%s:%s", found, old != NULL ? old : "/usr/bin:/bin") ||
	    setenv("PATH", path, 1) != 0)
		return fault(b, CLI_SYSTEM, "PATH", strerror(errno));
	return CLI_OK;
}

/* What the launchers call: group|task|finish RUN N [K]. */
static int
inner(struct batch *b, int argc, char *argv[])
{
	uint64_t number, k = 0;

	if (argc < 4 || !cli_number(argv[3], 1, UINT_MAX, &number) ||
	    (argc > 4 && !cli_number(argv[4], 0, UINT_MAX, &k)))
		return cli_usage(&b->cli, "%s is not for people", argv[1]);
	int code = folder_open(b, argv[2]);
	if (code == CLI_OK && chdir(b->base) != 0)
		code = fault(b, CLI_NOINPUT, b->base, strerror(errno));
	if (code != CLI_OK)
		return code;
	if (strcmp(argv[1], "group") == 0)
		return group_run(b, (unsigned)number, (size_t)k);
	if (strcmp(argv[1], "task") == 0)
		return launch_task(b, (unsigned)number, (unsigned)k);
	code = stopped(b, (unsigned)number, true);
	return code != 0 ? code : finish(b);
}

static int
begin(struct batch *b, const struct call *call, char *const operands[])
{
	char here[BATCH_PATH];
	bool inputs = *operands != NULL || call->list != NULL;

	if (call->pipeline == NULL || call->run == NULL)
		return cli_usage(&b->cli, "-p PIPELINE and -o RUN are wanted");
	if (!inputs)
		return cli_usage(&b->cli,
		    "inputs are wanted, or --from; 'retry RUN' goes on with those of a run");
	if (getcwd(here, sizeof here) == NULL || (b->base = strdup(here)) == NULL)
		return fault(b, CLI_SYSTEM, ".", strerror(errno));
	int code = folder_make(b, call->run, call->pipeline);
	if (code == CLI_OK)
		code = plan_inputs(b, operands, call->list, call->nul);
	return code == CLI_OK ? launch(b) : code;
}

static int
about(struct batch *b, const struct call *call, const char *what, char *const operands[])
{
	if (operands[0] == NULL || operands[1] != NULL)
		return cli_usage(&b->cli, "%s wants one RUN", what);
	int code = folder_open(b, operands[0]);
	if (code != CLI_OK)
		return code;
	if (strcmp(what, "status") == 0)
		return status(b, call->json);
	if (strcmp(what, "report") == 0)
		return report(b, call->json);
	if (chdir(b->base) != 0)
		return fault(b, CLI_NOINPUT, b->base, strerror(errno));
	if (strcmp(what, "verify") == 0)
		return verify(b);
	if (strcmp(what, "sweep") == 0)
		return sweep(b, call->all);
	code = call->bad ? forget_bad(b) : CLI_OK;
	return code == CLI_OK ? launch(b) : code;
}

/* Reads the options and does what is asked. */
static int
act(struct batch *b, int argc, char *argv[])
{
	static const char *const whats[] = {"status", "retry", "sweep", "verify", "report", NULL};
	static const char *const inners[] = {"group", "task", "finish", NULL};
	struct call call = {0};
	const char *what = NULL;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int c, code;

	code = find_self(b, argv[0]);
	if (code != CLI_OK)
		return code;
	for (int i = 0; argc > 1 && inners[i] != NULL; i++) {
		if (strcmp(argv[1], inners[i]) == 0)
			return inner(b, argc, argv);
	}
	for (int i = 0; argc > 1 && whats[i] != NULL; i++) {
		if (strcmp(argv[1], whats[i]) == 0)
			what = whats[i];
	}
	if (what != NULL)
		optind = 2;
	while ((c = getopt_long(argc, argv, ":hVp:o:j:0", longs, NULL)) != -1) {
		code = take_option(b, &call, c, argv);
		if (code >= 0)
			return code;
	}
	if (!b->njobs_given)
		b->njobs = b->on == ON_SLURM || processors < 1 ? 1 : (unsigned)processors;
	if ((b->on == ON_SSH) != (b->hosts != NULL))
		return cli_usage(&b->cli, "--on=ssh and --sshlogin belong together");
	return what != NULL ? about(b, &call, what, argv + optind) : begin(b, &call, argv + optind);
}

int
main(int argc, char *argv[])
{
	struct batch b = {.cli = {.name = "potok-batch", .libraries = ""}};

	cli_begin();
	int code = act(&b, argc, argv);
	free(b.base);
	names_free(&b.args);
	names_free(&b.run_args);
	return code;
}
