/* Runs a program's stage over its operands, and tells how it went. */
#include "cli.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "pair.h"
#include "record.h"

enum { COUNTS_MAX = 128, COUNT_NAME = 48, NAME_SHOWN = 1024 };

/* One run of the program. */
struct job {
	struct cli *cli;
	char *const *next; /* operands still to open */
	bool refused;      /* the one in cli->operand could not be opened; that has been reported */
	bool write_failed;

	uint64_t operands, bytes_in, bytes_out;
	struct potok_count total[COUNTS_MAX];
	char total_names[COUNTS_MAX]
			[COUNT_NAME]; /* a stage may take its own along when it is closed */
	size_t ntotal;
	struct pair pair; /* used while a record is kept */
};

static const char *
shown(const char *operand, char buf[NAME_SHOWN])
{
	return strcmp(operand, "-") == 0 ? "<stdin>" : cli_printable(operand, buf, NAME_SHOWN);
}

/* Reports a fault that belongs to the open operand. */
static void
report(struct job *job, enum cli_exit code, const char *what, const char *why)
{
	cli_fault(job->cli, code, job->cli->operand, what, why);
}

/* A file that is appended to while it is read would never end. */
static bool
is_own_output(int fd)
{
	struct stat in, out;

	return fstat(fd, &in) == 0 && fstat(STDOUT_FILENO, &out) == 0 && S_ISREG(in.st_mode) &&
	       in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

static void
close_operand(struct job *job)
{
	pair_part(&job->pair);
	job->pair.in.encoding = job->cli->encoding;
	record_stream_end(job->cli->record, &job->pair.in);
	job->cli->encoding[0] = '\0';
	if (job->cli->fd > STDIN_FILENO)
		close(job->cli->fd);
	job->cli->fd = -1;
}

static void
begin_input(struct job *job)
{
	bool named = strcmp(job->cli->operand, "-") != 0;

	record_stream_begin(&job->pair.in, "in", named ? "operand" : "stdin", job->cli->fd,
	    named ? job->cli->operand : NULL);
}

/* Opens the next operand, or reports why not.  Answers false when none is left. */
static bool
open_next(struct job *job)
{
	if (*job->next == NULL)
		return false;
	job->cli->operand = *job->next++;
	job->operands++;
	job->cli->fd = strcmp(job->cli->operand, "-") == 0
			   ? STDIN_FILENO
			   : open(job->cli->operand, O_RDONLY | O_CLOEXEC);
	job->refused = true;
	if (job->cli->fd < 0) {
		bool system = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
		report(job, system ? CLI_SYSTEM : CLI_NOINPUT, "cannot open", strerror(errno));
	} else if (is_own_output(job->cli->fd)) {
		report(job, CLI_NOINPUT, "cannot read", "it is also the output");
		close_operand(job);
	} else {
		job->refused = false;
		io_enlarge(job->cli->fd);
		if (job->cli->record != NULL)
			begin_input(job);
	}
	return true;
}

/* Reads; what runs this in a thread of its own may cancel it while it waits. */
static ptrdiff_t
read_patiently(int fd, void *buf, size_t cap)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
	ptrdiff_t n = io_read(fd, buf, cap);
	pthread_setcancelstate(before, &before);
	return n;
}

/* Reads the open operand; when they are joined, also those behind it, up to the first that cannot
 * be read: that is no end, or the stage would finish a stream that lacks text. */
static ptrdiff_t
read_operand(void *ctx, void *buf, size_t cap)
{
	struct job *job = ctx;

	for (;;) {
		struct record_stream *in = &job->pair.in;
		if (in->open && in->bytes == 0)
			record_stream_moved(in, job->cli->fd);
		ptrdiff_t n = job->cli->fd < 0 ? 0 : read_patiently(job->cli->fd, buf, cap);
		in->end = n == 0;
		if (in->open && n > 0)
			pair_read(&job->pair, buf, (size_t)n);
		if (n > 0)
			job->bytes_in += (uint64_t)n;
		if (!job->cli->joined || n != 0)
			return n;
		close_operand(job);
		if (!open_next(job))
			return 0;
		if (job->refused)
			return -1;
	}
}

static int
write_output(void *ctx, const void *data, size_t n)
{
	struct job *job = ctx;

	if (io_write(STDOUT_FILENO, data, n) < 0) {
		job->write_failed = true;
		if (errno == EPIPE && job->cli->record != NULL)
			record_reader_gone(job->cli->record);
		return -1;
	}
	if (job->pair.out.open)
		pair_write(&job->pair, data, n);
	job->bytes_out += n;
	return 0;
}

static void
report_output(struct job *job)
{
	if (record_dies(job->cli->record))
		return;
	cli_report(job->cli, CLI_OUTPUT, UINT64_MAX, "<stdout>: cannot write: %s", strerror(errno));
}

static void
report_bad_data(struct job *job, const struct potok_chain *chain, const struct potok_stage *stage)
{
	char name[NAME_SHOWN], where[64] = "";

	if (chain->count_lines)
		snprintf(where, sizeof where, "line %" PRIu64 ", ", chain->line);
	cli_report(job->cli, CLI_DATA, stage->offset, "%s: %sbyte %" PRIu64 ": %s",
	    shown(job->cli->operand, name), where, stage->offset, stage->why);
}

/* Adds to the total of this name: each operand may have other counts than the one before. */
static void
add_count(struct job *job, const struct potok_count *c)
{
	size_t i = 0;

	while (i < job->ntotal && strcmp(job->total[i].name, c->name) != 0)
		i++;
	assert(i < COUNTS_MAX && strlen(c->name) < COUNT_NAME);
	if (i == job->ntotal) {
		snprintf(job->total_names[i], COUNT_NAME, "%s", c->name);
		job->total[i] = (struct potok_count){.name = job->total_names[i]};
		job->ntotal++;
	}
	job->total[i].n += c->n;
}

/* Adds the stage's counts to the totals, and tells of losses. */
static void
take_counts(struct job *job, const struct potok_stage *stage)
{
	char name[NAME_SHOWN];

	for (size_t i = 0; i < stage->ncounts; i++) {
		const struct potok_count *c = &stage->counts[i];
		add_count(job, c);
		if (c->loss && c->n > 0)
			fprintf(stderr,
			    "%s: %s: warning: %" PRIu64 " %s (the first at byte %" PRIu64 ")\n",
			    job->cli->name, shown(job->cli->operand, name), c->n, c->what,
			    c->first);
	}
}

/* Runs one stream through a fresh stage. */
static void
run_stream(struct job *job)
{
	struct potok_stage *stage = NULL;
	enum potok_status s = job->cli->start(job->cli->program, &stage);

	if (s >= 0) {
		struct potok_chain chain = {
		    .stages = &stage,
		    .nstages = 1,
		    .read = read_operand,
		    .write = write_output,
		    .ctx = job,
		    .count_lines = job->cli->count_lines,
		};
		s = job->cli->run != NULL ? job->cli->run(job->cli->program, &chain)
					  : potok_chain_run(&chain);
		if (s == POTOK_EINPUT)
			report_bad_data(job, &chain, stage);
	}
	switch (s) {
	case POTOK_ENOMEM:
		report(job, CLI_SYSTEM, "cannot go on", "out of memory");
		break;
	case POTOK_EIO:
		if (job->write_failed)
			report_output(job);
		else if (!job->refused)
			report(job, CLI_NOINPUT, "cannot read", strerror(errno));
		break;
	case POTOK_EUSAGE:
	case POTOK_EBUG:
		report(
		    job, CLI_BUG, "cannot go on", "this is a bug in the program; please report it");
		break;
	default:
		break;
	}
	if (stage != NULL)
		take_counts(job, stage);
	potok_close(stage);
}

/* The counts of all operands as one JSON object.  Names of counts are ours and need no quoting. */
static void
write_stats(struct job *job, FILE *f)
{
	fprintf(f,
	    "{\"program\":\"%s\",\"version\":\"%s\",\"exit\":%d,\"operands\":%" PRIu64
	    ",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64 ",\"counts\":{",
	    job->cli->name, POTOK_VERSION, job->cli->code, job->operands, job->bytes_in,
	    job->bytes_out);
	for (size_t i = 0; i < job->ntotal; i++)
		fprintf(f, "%s\"%s\":%" PRIu64, i ? "," : "", job->total[i].name, job->total[i].n);
	fputs("}}\n", f);
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is the file of --stats also the output, or an operand?  Then both would be lost in one another.
 */
static bool
stats_hit_text(int fd, char *const files[])
{
	struct stat stats, other;

	if (fstat(fd, &stats) < 0)
		return false;
	if (fstat(STDOUT_FILENO, &other) == 0 && is_same_file(&stats, &other))
		return true;
	for (; *files != NULL; files++) {
		int known =
		    strcmp(*files, "-") == 0 ? fstat(STDIN_FILENO, &other) : stat(*files, &other);
		if (known == 0 && is_same_file(&stats, &other))
			return true;
	}
	return false;
}

/* Opens the file of --stats before work begins, so that a wrong name costs nothing.  What is in it
 * stays until the counts are written. */
static FILE *
open_stats(struct job *job, char *const files[])
{
	char name[NAME_SHOWN];
	const char *file = job->cli->stats_file;

	if (!job->cli->stats)
		return NULL;
	if (file == NULL)
		return stderr;
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0 && stats_hit_text(fd, files)) {
		close(fd);
		job->cli->code = cli_usage(job->cli, "--stats=%s is also the input or the output",
		    cli_printable(file, name, sizeof name));
		return NULL;
	}
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f == NULL) {
		cli_fault(job->cli, CLI_OUTPUT, file, "cannot write", strerror(errno));
	}
	return f;
}

/* Writes the counts and closes their file. */
static void
close_stats(struct job *job, FILE *f)
{
	struct stat st;
	bool failed = f != stderr && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) &&
		      ftruncate(fileno(f), 0) < 0;

	write_stats(job, f);
	failed = fflush(f) != 0 || ferror(f) || failed;
	if (f != stderr && fclose(f) != 0)
		failed = true;
	if (failed) {
		cli_report(
		    job->cli, CLI_OUTPUT, UINT64_MAX, "--stats: cannot write: %s", strerror(errno));
	}
}

int
cli_run_files(struct cli *cli, char *const files[])
{
	char dash[] = "-";
	char *const only_stdin[] = {dash, NULL};
	struct job job = {
	    .cli = cli,
	    .next = files[0] ? files : only_stdin,
	};

	cli->fd = -1;
	FILE *stats = open_stats(&job, job.next);

	if (cli->code != CLI_OK || !record_begin(cli))
		return cli->code;
	if (cli->record != NULL) {
		record_stream_begin(&job.pair.out, "out", "stdout", STDOUT_FILENO, NULL);
		/* A program that runs the stage itself may read and write in two threads. */
		pair_begin(&job.pair, !cli->run_has_threads);
	}
	if (cli->stats_file != NULL)
		record_file(cli->record, "out", "stats", cli->stats_file);
	io_enlarge(STDOUT_FILENO);
	if (cli->joined) {
		cli->operand = *job.next;
		run_stream(&job);
		close_operand(&job);
	} else {
		while (!job.write_failed && open_next(&job)) {
			if (!job.refused)
				run_stream(&job);
			close_operand(&job);
		}
	}
	record_stream_end(cli->record, &job.pair.out);
	record_end(cli, job.total, job.ntotal);
	if (close(STDOUT_FILENO) < 0 && !job.write_failed)
		report_output(&job);
	if (stats != NULL)
		close_stats(&job, stats);
	record_close(cli);
	return cli->code;
}
