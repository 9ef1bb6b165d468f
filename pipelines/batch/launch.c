/* Starting groups: GNU parallel or xargs here, parallel over ssh, job arrays of Slurm. */
#include "batch.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

/* Adds a word to a line of shell, quoted. */
static void
add_word(char *line, size_t cap, const char *word)
{
	size_t n = strlen(line);

	if (n + 2 < cap && n > 0)
		line[n++] = ' ';
	if (n + 1 < cap)
		line[n++] = '\'';
	for (; *word != '\0' && n + 6 < cap; word++) {
		if (*word == '\'') {
			memcpy(line + n, "'\\''", 4);
			n += 4;
		} else {
			line[n++] = *word;
		}
	}
	line[n++] = '\'';
	line[n] = '\0';
}

static bool
have_parallel(void)
{
	char said[256];
	char *argv[] = {"parallel", "--will-cite", "--version", NULL};

	/* moreutils has another program of that name. */
	return process_run(argv, said, sizeof said) == 0 && strncmp(said, "GNU parallel", 12) == 0;
}

/* Runs groups, whose numbers stand in a file, in njobs slots. */
static int
run_groups(struct batch *b, unsigned number, FILE *groups, bool on_hosts)
{
	char line[3 * BATCH_PATH] = "", n[16], jobs[16], each[BATCH_PATH];
	char *argv[32];
	const char *tmp = getenv("TMPDIR");
	size_t i = 0;

	snprintf(n, sizeof n, "%u", number);
	/* As many as the list of machines says of each. */
	if (on_hosts && !b->njobs_given)
		strcpy(jobs, "100%");
	else
		snprintf(jobs, sizeof jobs, "%u", b->njobs);
	bool parallel = have_parallel();
	if (!parallel && (on_hosts || b->memfree != NULL))
		return fault(b, BATCH_SETUP, "parallel",
		    "GNU parallel is not here; --on ssh and --memfree need it");
	if (parallel) {
		argv[i++] = "parallel";
		argv[i++] = "--will-cite";
		argv[i++] = "-j";
		argv[i++] = jobs;
		/* The name of the run may have {}. */
		argv[i++] = "-I";
		argv[i++] = "{group}";
		argv[i++] = "--retries";
		argv[i++] = "3";
		argv[i++] = "--halt";
		argv[i++] = "soon,fail=30%";
		if (isatty(STDERR_FILENO))
			argv[i++] = "--bar";
		if (b->memfree != NULL) {
			argv[i++] = "--memfree";
			argv[i++] = (char *)b->memfree;
		}
		if (on_hosts) {
			argv[i++] = "--filter-hosts";
			argv[i++] = "--sshlogin";
			argv[i++] = (char *)b->hosts;
		}
		if (on_hosts) {
			/* What the pipeline finds here it finds there. */
			snprintf(each, sizeof each, "PATH=%s", getenv("PATH"));
			strcpy(line, "env");
			add_word(line, sizeof line, each);
		} else if (tmp == NULL || *tmp == '\0') {
			/* parallel sets it, and then the records are kept on a disk. */
			strcpy(line, "env -u TMPDIR");
		}
		add_word(line, sizeof line, b->self);
		add_word(line, sizeof line, "group");
		add_word(line, sizeof line, b->run);
		add_word(line, sizeof line, n);
		strncat(line, " {group}", sizeof line - strlen(line) - 1);
		argv[i++] = line;
	} else {
		argv[i++] = "xargs";
		argv[i++] = "-P";
		argv[i++] = jobs;
		argv[i++] = "-n";
		argv[i++] = "1";
		argv[i++] = b->self;
		argv[i++] = "group";
		argv[i++] = b->run;
		argv[i++] = n;
	}
	argv[i] = NULL;
	process_catch();
	int code = process_spawn(argv, fileno(groups), -1, NULL, 0);
	if (code < 0)
		return fault(b, BATCH_SETUP, argv[0], strerror(errno));
	int why = stopped(b, number, true);
	if (why != 0)
		return why;
	return code == 0 || process_asked ? CLI_OK : BATCH_RETRY;
}

static int
run_task(struct batch *b, unsigned number, long task, bool on_hosts)
{
	FILE *groups = plan_groups(b, number, task);

	if (groups == NULL)
		return CLI_SYSTEM;
	int code = run_groups(b, number, groups, on_hosts);
	fclose(groups);
	return code;
}

/* --- Slurm -------------------------------------------------------------------------------- */

int
launch_task(struct batch *b, unsigned number, unsigned task)
{
	const char *job = getenv("SLURM_ARRAY_JOB_ID"), *cpus = getenv("SLURM_CPUS_PER_TASK");
	uint64_t n;
	char id[64];

	b->njobs = cpus != NULL && cli_number(cpus, 1, 4096, &n) ? (unsigned)n : 1;
	int code = run_task(b, number, task, false);
	int why = process_asked;
	/* What we run from here on is not to end. */
	process_asked = 0;
	if (why == SIGUSR1 && job != NULL) {
		/* The time limit is near.  What is done is done; the rest runs again. */
		snprintf(id, sizeof id, "%s_%u", job, task);
		char *argv[] = {"scontrol", "requeue", id, NULL};
		if (process_run(argv, NULL, 0) == 0)
			return CLI_OK;
		return fault(
		    b, BATCH_RETRY, id, "the time limit is near, and scontrol cannot requeue it");
	}
	return why != 0 ? 128 + why : code;
}

/* How many tasks an array may have here. */
static uint64_t
array_most(void)
{
	static char said[65536];
	char *argv[] = {"scontrol", "show", "config", NULL};
	uint64_t most = 0;

	if (process_run(argv, said, sizeof said) != 0)
		return 0;
	const char *p = strstr(said, "MaxArraySize");
	return p != NULL && sscanf(p, "MaxArraySize = %" SCNu64, &most) == 1 ? most : 0;
}

/* Submits a script; its number goes to id. */
static int
submit(struct batch *b, const char *name, unsigned number, const char *options, const char *command,
    char *id, size_t cap)
{
	char path[BATCH_PATH], script[3 * BATCH_PATH], line[4 * BATCH_PATH] = "";

	/* Slurm may tell of the time as early as the task begins; untold is better than killed. */
	int n = snprintf(script, sizeof script, "#!/bin/sh\ntrap '' USR1\nexec %s\n", command);
	if (!path_of(path, "%s/%s.%u.sh", b->run, name, number) ||
	    !write_file(path, script, (size_t)n))
		return fault(b, CLI_OUTPUT, path, strerror(errno));
	snprintf(line, sizeof line, "sbatch --parsable %s %s", options,
	    b->slurm_args != NULL ? b->slurm_args : "");
	add_word(line, sizeof line, path);
	/* --slurm-args is words as in a shell. */
	char *argv[] = {"sh", "-c", line, NULL};
	int code = process_run(argv, id, cap);
	id[strcspn(id, ";\n")] = '\0';
	/* With --wait it ends as the job did, which is judged by the markers. */
	if (code == 0 || (id[0] != '\0' && code > 0))
		return CLI_OK;
	return fault(b, BATCH_SETUP, "sbatch", "did not take the job");
}

static int
submit_all(struct batch *b, unsigned number, size_t ntasks)
{
	char options[3 * BATCH_PATH], command[3 * BATCH_PATH], word[BATCH_PATH],
	    quoted[2 * BATCH_PATH];
	char job[64], check[64];

	for (int i = 0; i < 2; i++) {
		snprintf(word, sizeof word, "%d", (int)number);
		command[0] = '\0';
		add_word(command, sizeof command, b->self);
		add_word(command, sizeof command, i == 0 ? "task" : "finish");
		add_word(command, sizeof command, b->run);
		add_word(command, sizeof command, word);
		if (i == 0)
			strncat(command, " \"$SLURM_ARRAY_TASK_ID\"",
			    sizeof command - strlen(command) - 1);
		if (!path_of(word, "--output=%s/log/%s", b->run, i == 0 ? "%A_%a" : "%A"))
			return fault(b, CLI_USAGE, b->run, strerror(errno));
		quoted[0] = '\0';
		add_word(quoted, sizeof quoted, word);
		if (i == 0)
			snprintf(options, sizeof options,
			    "--array=0-%zu --cpus-per-task=%u --requeue --open-mode=append "
			    "--signal=B:USR1@120 --job-name=potok-batch %s",
			    ntasks - 1, b->njobs, quoted);
		else
			snprintf(options, sizeof options,
			    "--dependency=afterany:%s --requeue --open-mode=append "
			    "--job-name=potok-batch-finish %s%s",
			    job, quoted, b->wait ? " --wait" : "");
		int code = submit(b, i == 0 ? "task" : "finish", number, options, command,
		    i == 0 ? job : check, sizeof job);
		if (i == 1 && !b->wait && code == CLI_OK)
			printf("%s %s\n", job, check);
		if (code != CLI_OK)
			return code;
	}
	return CLI_OK;
}

/* How many items can run at once, of one task of Slurm: groups are made for that. */
static unsigned
slots(const struct batch *b)
{
	unsigned n = 0;

	if (b->on != ON_SSH)
		return b->njobs;
	for (const char *p = b->hosts; p != NULL && n < 100000; p = strchr(p, ',')) {
		p += *p == ',';
		unsigned of_host = (unsigned)strtoul(p, NULL, 10);
		n += b->njobs_given || of_host == 0 ? b->njobs : of_host;
	}
	return n;
}

/* --- all of them -------------------------------------------------------------------------- */

int
launch(struct batch *b)
{
	unsigned number = 0;
	size_t ngroups, ntasks = b->on == ON_SLURM ? (size_t)b->ntasks : 1;
	uint64_t most = 1;

	if (b->on == ON_SLURM && (most = array_most()) == 0)
		return fault(
		    b, BATCH_SETUP, "scontrol", "does not tell the MaxArraySize of a cluster");
	int code = plan_todo(b, slots(b), most, &number, &ngroups, &ntasks);
	if (code != CLI_OK)
		return code;
	if (ngroups > 0 && b->on == ON_SLURM) {
		code = submit_all(b, number, ntasks);
		if (code != CLI_OK || !b->wait)
			return code;
		code = stopped(b, number, true);
		return code != 0 ? code : finish(b);
	}
	if (ngroups > 0)
		code = run_task(b, number, -1, b->on == ON_SSH);
	if (process_asked) {
		signal((int)process_asked, SIG_DFL);
		raise((int)process_asked);
	}
	/* Some groups may have been lost; what counts are the markers. */
	return code != CLI_OK && code != BATCH_RETRY ? code : finish(b);
}
