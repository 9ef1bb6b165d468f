/* Runs one pipeline over one file. */
#include "item.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "hash.h"
#include "io.h"
#include "manifest.h"
#include "publish.h"

enum { PIPELINE_MAX = 1024 * 1024 };

/* --- the pipeline --------------------------------------------------------------------------- */

/* Reads the pipeline's file.  Answers 0, or an exit code after a message. */
static int
read_pipeline(struct run *run)
{
	int fd = open(run->file, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(PIPELINE_MAX + 1);
	size_t n = 0;
	ptrdiff_t got = -1;

	if (text != NULL && fstat(fd, &run->file_stat) == 0) {
		while (n <= PIPELINE_MAX && (got = io_read(fd, text + n, PIPELINE_MAX + 1 - n)) > 0)
			n += (size_t)got;
	}
	const char *why = got < 0 ? strerror(errno) : "longer than 1 MiB";
	if (fd >= 0)
		close(fd);
	if (got == 0 && n <= PIPELINE_MAX) {
		run->text = text;
		run->ntext = n;
		return CLI_OK;
	}
	free(text);
	cli_fault(run->cli, CLI_SETUP, run->file, "cannot read the pipeline", why);
	return CLI_SETUP;
}

/* What the output depends on, beside the input: the pipeline and its arguments. */
static void
set_key(struct run *run)
{
	struct hash h;
	uint64_t n = run->ntext;

	hash_begin(&h);
	/* Lengths and final zeros keep apart what stands side by side. */
	hash_add(&h, run->file != NULL ? "file" : "text", 5);
	hash_add(&h, &n, sizeof n);
	hash_add(&h, run->text, run->ntext);
	for (size_t i = 0; run->args[i] != NULL; i++)
		hash_add(&h, run->args[i], strlen(run->args[i]) + 1);
	run->key = hash_value(&h);
}

/* The command line of the shell, for free(): that of the pipeline's #! line, or sh.  words keeps
 * what it points to. */
static char **
shell_of(const struct run *run, char words[512])
{
	size_t nargs = 0, n = 0;
	char sh[] = "/bin/sh", c[] = "-c", name[] = "potok-run";

	while (run->args[nargs] != NULL)
		nargs++;
	char **argv = calloc(nargs + 6, sizeof *argv);
	if (argv == NULL)
		return NULL;
	memcpy(words, sh, sizeof sh);
	argv[n++] = words;
	if (run->file == NULL) {
		char *p = words + sizeof sh;
		memcpy(p, c, sizeof c);
		argv[n++] = p;
		argv[n++] = (char *)run->text;
		p += sizeof c;
		memcpy(p, name, sizeof name);
		argv[n++] = p;
	} else {
		if (run->ntext > 2 && memcmp(run->text, "#!", 2) == 0) {
			/* As the kernel reads it: a program and at most one argument. */
			size_t len = strcspn(run->text + 2, "\n");
			snprintf(words, 512, "%.*s", len < 511 ? (int)len : 511, run->text + 2);
			words[strcspn(words, "\r")] = '\0';
			argv[0] = words + strspn(words, " \t");
			char *end = argv[0] + strcspn(argv[0], " \t");
			if (*end != '\0') {
				*end++ = '\0';
				end += strspn(end, " \t");
				if (*end != '\0')
					argv[n++] = end;
			}
		}
		argv[n++] = (char *)run->file;
	}
	for (size_t i = 0; i < nargs; i++)
		argv[n++] = run->args[i];
	return argv;
}

/* --- one run -------------------------------------------------------------------------------- */

/* Makes the folder of the records. */
static bool
make_folder(char folder[PATH_MAX])
{
	const char *place;

	for (unsigned i = 0; (place = run_records_place(i)) != NULL; i++) {
		errno = ENAMETOOLONG;
		if ((size_t)snprintf(folder, PATH_MAX, "%s/" RUN_RECORDS "%s.%ld.XXXXXX", place,
			run_host(), (long)getpid()) < PATH_MAX &&
		    mkdtemp(folder) != NULL)
			return true;
	}
	return false;
}

/* Opens the temporary output. */
static bool
open_temporary(struct run *run)
{
	char suffix[128];

	for (unsigned n = 0; n < 1000; n++) {
		snprintf(suffix, sizeof suffix, ".tmp.%s.%ld.%u", run_host(), (long)getpid(), n);
		if (!run_beside(run->temporary, run->out, suffix))
			break;
		run->fd = open(run->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (run->fd >= 0 || errno != EEXIST)
			break;
	}
	if (run->fd >= 0)
		return true;
	run->temporary[0] = '\0';
	cli_fault(run->cli, CLI_OUTPUT, run->out, "cannot write", strerror(errno));
	return false;
}

/* What the pipeline left behind when it failed, beside its output: temporary files that records
 * name. */
static void
remove_sides(const struct records *records)
{
	char path[PATH_MAX];
	json_t *entry;
	size_t k;

	for (size_t i = 0; i < records->n; i++) {
		const json_t *record = records->nodes[i].ctx;
		json_array_foreach(json_object_get(record, "opened"), k,
		    entry) if (records_path(json_object_get(entry, "temporary"),
				   json_object_get(record, "folder"), path)) unlink(path);
	}
}

static void
drop_temporary(struct run *run)
{
	char kept[PATH_MAX], why[PATH_MAX];

	if (run->temporary[0] == '\0')
		return;
	if (run->keep_partial && run_beside(kept, run->out, RUN_PARTIAL) &&
	    rename(run->temporary, kept) == 0)
		fprintf(stderr, "%s: what there is stands in %s\n", run->cli->name,
		    cli_printable(kept, why, sizeof why));
	else
		unlink(run->temporary);
	run->temporary[0] = '\0';
}

/* Judges what was run, and publishes it.  Answers the exit code. */
static int
finish(struct run *run, const struct child *child, struct records *records,
    const struct publish_before *before, double seconds)
{
	struct graph *g = &run->graph;
	char why[2048];
	struct stat st;

	if (fstat(run->fd, &st) < 0) {
		cli_fault(run->cli, CLI_OUTPUT, run->out, "cannot write", strerror(errno));
		return CLI_OUTPUT;
	}
	g->nodes = records->nodes;
	g->nnodes = records->n;
	g->in = (struct graph_id){run->in_stat.st_dev, run->in_stat.st_ino};
	g->in_size = (uint64_t)run->in_stat.st_size;
	g->out = (struct graph_id){st.st_dev, st.st_ino};
	g->out_size = (uint64_t)st.st_size;
	g->code = child->code;
	graph_sort(g);
	int code = graph_judge(g, why, sizeof why);
	if (code != CLI_OK) {
		cli_fault(run->cli, (enum cli_exit)code, run->out, "not made", why);
		return code;
	}
	json_t *m = manifest_make(run, records, seconds);
	if (m == NULL) {
		cli_fault(run->cli, CLI_SYSTEM, run->out, "cannot make its manifest",
		    errno != 0 ? strerror(errno) : "out of memory");
		return CLI_SYSTEM;
	}
	code = publish(run, before, m);
	json_decref(m);
	return code;
}

/* Reads the records and goes on with them. */
static int
read_and_finish(struct run *run, const struct child *child, const char *folder,
    const struct publish_before *before, double seconds)
{
	struct records records;
	char why[1024];
	int code = records_read(&records, folder, why, sizeof why);

	if (child->signal != 0) {
		code = CLI_RETRY;
	} else if (child->timed_out) {
		code = CLI_RETRY;
		cli_fault(run->cli, CLI_RETRY, run->out, "not made",
		    child->left ? "it took too long; some of its programs could not be ended"
				: "it took too long");
	} else if (code != CLI_OK) {
		cli_fault(run->cli, (enum cli_exit)code, run->out, "not made", why);
	} else {
		code = finish(run, child, &records, before, seconds);
	}
	if (code != CLI_OK)
		remove_sides(&records);
	records_free(&records);
	return code;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Runs the pipeline from the open input. */
static int
run_pipeline(struct run *run, int in, const struct publish_before *before)
{
	char folder[PATH_MAX], words[512];
	struct child child = {.in = in, .record = folder, .seconds = run->seconds};
	char **argv = shell_of(run, words);
	int code = CLI_SYSTEM;
	double began = now();

	if (argv == NULL || !make_folder(folder)) {
		cli_fault(run->cli, CLI_SYSTEM, "the folder for the records", "cannot be made",
		    strerror(errno));
		free(argv);
		return CLI_SYSTEM;
	}
	if (!open_temporary(run)) {
		code = CLI_OUTPUT;
	} else {
		child.out = run->fd;
		child.argv = argv;
		if (child_run(&child))
			code = read_and_finish(run, &child, folder, before, now() - began);
		else
			cli_fault(run->cli, CLI_SYSTEM, argv[0], "cannot run it", strerror(errno));
		drop_temporary(run);
		close(run->fd);
	}
	free(argv);
	run_remove_folder(folder);
	if (child.signal != 0) {
		signal(child.signal, SIG_DFL);
		raise(child.signal);
		sigset_t set;
		sigemptyset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
	}
	return code;
}

/* Is the output the input? */
static bool
is_same_file(const char *out, const struct stat *in)
{
	struct stat st;

	return stat(out, &st) == 0 && st.st_dev == in->st_dev && st.st_ino == in->st_ino;
}

static int
run_unless_done(struct run *run)
{
	struct publish_before before;
	struct stat st;
	int in = open(run->in, O_RDONLY | O_CLOEXEC);

	if (in < 0 || fstat(in, &run->in_stat) < 0) {
		cli_fault(run->cli, CLI_NOINPUT, run->in, "cannot open", strerror(errno));
		return CLI_NOINPUT;
	}
	if (!S_ISREG(run->in_stat.st_mode)) {
		cli_fault(run->cli, CLI_NOINPUT, run->in, "cannot read", "it is no regular file");
		return CLI_NOINPUT;
	}
	if (is_same_file(run->out, &run->in_stat))
		return cli_usage(run->cli, "the output is the input");
	if (stat(run->out, &st) == 0 && !S_ISREG(st.st_mode)) {
		cli_fault(run->cli, CLI_OUTPUT, run->out, "cannot write", "it is no regular file");
		return CLI_OUTPUT;
	}
	publish_look(&before, run->out);
	json_t *m = manifest_read(run->out);
	bool done = manifest_fits(m, run->out) && manifest_current(m, run);
	json_decref(m);
	int code = done ? CLI_OK : run_pipeline(run, in, &before);
	close(in);
	return code;
}

int
item_run(struct run *run)
{
	int code = CLI_OK;

	if (run->file != NULL)
		code = read_pipeline(run);
	else
		run->ntext = strlen(run->text);
	if (code != CLI_OK)
		return code;
	set_key(run);
	code = run_unless_done(run);
	if (run->file != NULL)
		free((char *)run->text);
	return code;
}
