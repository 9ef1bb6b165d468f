/* potok-wrap: runs a command that keeps no record, and keeps one of its streams. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "io.h"
#include "record.h"

enum { OPT_IN = CLI_OPT_OWN, OPT_OUT };
enum { EXTRAS_MAX = 32, WIRES_MAX = EXTRAS_MAX + 2, CHUNK = 64 * 1024, PATIENCE = 2 };

/* One stream of the command, which passes through us: in a thread of its own, since none may wait
 * for another. */
struct wire {
	struct record_stream stream;
	const char *path; /* of an extra one; NULL: standard input or output */
	bool in;          /* from outside to the command */
	int outer, inner; /* the descriptors of our sides; -1: closed */
	/* An input: the command's end of the pipe, so that what it left there can be seen.  An
	 * output through a FIFO: an end that keeps it open until the command is gone. */
	int other;
	char fifo[PATH_MAX]; /* its name for the command; empty: a pipe */
	uint64_t given;      /* bytes, to the command */
	int error;           /* errno of reading or writing outside; 0: all went well */
	int over;            /* readable when the command is gone */
	pthread_t thread;
	bool started;
};

struct program {
	struct cli *cli;
	struct wire wires[WIRES_MAX];
	size_t nwires;
	char folder[PATH_MAX]; /* of the FIFOs; empty: none */
	int over[2];
	int to_command, from_command; /* its standard input and output */
	bool reader_gone;
};

/* --- the wires ------------------------------------------------------------------------------ */

/* Waits until fd is ready.  Answers false when the command is gone before that. */
static bool
is_ready(const struct wire *w, int fd, short events)
{
	struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = w->over, .events = POLLIN}};

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		continue;
	return p[0].revents != 0;
}

/* Opens our side of a FIFO for input, once the command has opened its own.  Answers false when it
 * is gone before that. */
static bool
open_inner(struct wire *w)
{
	struct pollfd over = {.fd = w->over, .events = POLLIN};

	while (w->inner < 0) {
		w->inner = open(w->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (w->inner < 0 && poll(&over, 1, PATIENCE) > 0)
			return false;
	}
	if (w->other < 0)
		w->other = open(w->fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return true;
}

/* Gives all bytes to the command.  Answers false when it is gone before that. */
static bool
give(struct wire *w, const unsigned char *data, size_t n)
{
	while (n > 0) {
		if (!is_ready(w, w->inner, POLLOUT))
			return false;
		ptrdiff_t put = io_write_some(w->inner, data, n);
		if (put < 0 && errno != EAGAIN)
			return false;
		size_t done = put > 0 ? (size_t)put : 0;
		data += done;
		n -= done;
		w->given += done;
	}
	return true;
}

static void
run_input(struct wire *w)
{
	unsigned char buf[CHUNK];

	while (is_ready(w, w->outer, POLLIN)) {
		ptrdiff_t n = io_read(w->outer, buf, sizeof buf);
		if (n < 0)
			w->error = errno;
		w->stream.end = n == 0;
		if (n <= 0)
			break;
		record_bytes(&w->stream, buf, (size_t)n);
		if (!give(w, buf, (size_t)n))
			break;
	}
}

static void
run_output(struct wire *w)
{
	unsigned char buf[CHUNK];
	ptrdiff_t n;

	while ((n = io_read(w->inner, buf, sizeof buf)) > 0) {
		if (io_write(w->outer, buf, (size_t)n) < 0) {
			w->error = errno;
			break;
		}
		record_bytes(&w->stream, buf, (size_t)n);
	}
}

static void *
run_wire(void *arg)
{
	struct wire *w = arg;

	if (!w->in)
		run_output(w);
	else if (open_inner(w))
		run_input(w);
	/* So the command sees the end of its input, or that its reader is gone. */
	if (w->inner >= 0)
		close(w->inner);
	w->inner = -1;
	return NULL;
}

/* The command is gone: what it left in the pipe of an input it has not taken. */
static void
see_left(struct wire *w)
{
	unsigned char buf[4096];
	uint64_t left = 0;
	ptrdiff_t n;

	while (w->other >= 0 && (n = io_read_some(w->other, buf, sizeof buf)) > 0)
		left += (uint64_t)n;
	if (w->stream.end && left == 0)
		return;
	w->stream.end = false;
	w->stream.bytes = w->given - left;
	/* A program that reads the same file after this one goes on where the command stopped. */
	if (S_ISREG(w->stream.st.st_mode))
		lseek(w->outer, (off_t)(w->stream.at + w->stream.bytes), SEEK_SET);
}

/* --- setting up ----------------------------------------------------------------------------- */

/* A pipe: ours is the end that does not block. */
static bool
make_pipe(struct wire *w, int *of_command)
{
	int ends[2];

	if (pipe(ends) < 0)
		return false;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	w->inner = ends[w->in];
	*of_command = ends[!w->in];
	if (!w->in)
		return true;
	w->other = fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
	return w->other >= 0 && fcntl(w->inner, F_SETFL, O_NONBLOCK) == 0;
}

static bool
make_fifo(struct program *p, struct wire *w)
{
	size_t i = (size_t)(w - p->wires);
	const char *tmp = getenv("TMPDIR");

	if (p->folder[0] == '\0') {
		snprintf(p->folder, sizeof p->folder, "%s/potok-wrap.XXXXXX",
		    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
		if (mkdtemp(p->folder) == NULL) {
			p->folder[0] = '\0';
			return false;
		}
	}
	if ((size_t)snprintf(w->fifo, sizeof w->fifo, "%s/%zu", p->folder, i) >= sizeof w->fifo) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (mkfifo(w->fifo, 0600) < 0)
		return false;
	if (w->in)
		return true;
	w->inner = open(w->fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	w->other = open(w->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return w->inner >= 0 && w->other >= 0;
}

static struct wire *
add_wire(struct program *p, bool in, const char *path)
{
	struct wire *w = &p->wires[p->nwires++];

	*w = (struct wire){
	    .path = path, .in = in, .outer = -1, .inner = -1, .other = -1, .over = p->over[0]};
	return w;
}

/* Opens both sides of a stream.  Answers false after a message. */
static bool
open_wire(struct program *p, struct wire *w, int *of_command)
{
	const char *role = w->path != NULL ? "extra" : w->in ? "stdin" : "stdout";

	if (w->path == NULL)
		w->outer = w->in ? STDIN_FILENO : STDOUT_FILENO;
	else
		w->outer = open(w->path,
		    w->in ? O_RDONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (w->outer < 0) {
		cli_fault(p->cli, w->in ? CLI_NOINPUT : CLI_OUTPUT, w->path, "cannot open",
		    strerror(errno));
		return false;
	}
	record_stream_begin(&w->stream, w->in ? "in" : "out", role, w->outer, w->path);
	if (w->path != NULL ? make_fifo(p, w) : make_pipe(w, of_command))
		return true;
	cli_fault(p->cli, CLI_SYSTEM, w->path != NULL ? w->path : role, "cannot make a pipe for it",
	    strerror(errno));
	return false;
}

static bool
open_wires(struct program *p)
{
	if (pipe(p->over) < 0) {
		cli_fault(p->cli, CLI_SYSTEM, "a pipe", "cannot be made", strerror(errno));
		return false;
	}
	for (int i = 0; i < 2; i++)
		fcntl(p->over[i], F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < p->nwires; i++) {
		struct wire *w = &p->wires[i];
		w->over = p->over[0];
		if (!open_wire(p, w, w->in ? &p->to_command : &p->from_command))
			return false;
	}
	return true;
}

/* Replaces {N} by the name of the extra stream N, and an argument that is a stream's path by its
 * name.  NULL: no memory. */
static char *
argument(const struct program *p, const char *arg, bool fifos)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	for (size_t i = 0; i < p->nwires; i++)
		if (fifos && p->wires[i].path != NULL && strcmp(arg, p->wires[i].path) == 0)
			arg = p->wires[i].fifo;
	while (*arg != '\0') {
		unsigned n = 0;
		int len = 0;
		if (sscanf(arg, "{%2u}%n", &n, &len) == 1 && len > 0 && n >= 1 &&
		    n + 2 <= p->nwires) {
			const struct wire *w = &p->wires[n + 1];
			fputs(fifos ? w->fifo : w->path, f);
			arg += len;
		} else {
			fputc(*arg++, f);
		}
	}
	return fclose(f) == 0 ? text : NULL;
}

static bool
set_arguments(const struct program *p, char *argv[], bool fifos)
{
	for (; *argv != NULL; argv++) {
		*argv = argument(p, *argv, fifos);
		if (*argv == NULL)
			return false;
	}
	return true;
}

/* --- the command ---------------------------------------------------------------------------- */

/* Says why a command cannot be run; answers the shell's code for it. */
static int
refuse(const char *command)
{
	int code = errno == ENOENT ? 127 : 126;
	char shown[512];

	fprintf(stderr, "potok-wrap: %s: cannot be run: %s\n",
	    cli_printable(command, shown, sizeof shown), strerror(errno));
	return code;
}

static void
become(const struct program *p, char *argv[], const struct sigaction *sigpipe)
{
	dup2(p->to_command, STDIN_FILENO);
	dup2(p->from_command, STDOUT_FILENO);
	sigaction(SIGPIPE, sigpipe, NULL);
	/* What our own programs do inside belongs to the command. */
	unsetenv("POTOK_RUN");
	execvp(argv[0], argv);
	_exit(refuse(argv[0]));
}

/* Its file, as execvp() finds it: the output depends on it. */
static void
use_command(struct cli *cli, const char *name, char path[PATH_MAX])
{
	const char *folders = getenv("PATH");

	snprintf(path, PATH_MAX, "%s", name);
	while (strchr(name, '/') == NULL && folders != NULL) {
		size_t n = strcspn(folders, ":");
		snprintf(
		    path, PATH_MAX, "%.*s/%s", n > 0 ? (int)n : 1, n > 0 ? folders : ".", name);
		if (access(path, X_OK) == 0)
			break;
		folders = folders[n] == ':' ? folders + n + 1 : NULL;
	}
	cli_use(cli, "in", "command", path);
}

/* Runs the command between the wires.  Answers its code, or 128 and the signal; -1: a fault was
 * reported. */
static int
run_command(struct program *p, char *argv[], const struct sigaction *sigpipe)
{
	int status = 0, error = 0;
	pid_t pid = fork();

	if (pid == 0)
		become(p, argv, sigpipe);
	error = pid < 0 ? errno : 0;
	close(p->to_command);
	close(p->from_command);
	for (size_t i = 0; pid > 0 && error == 0 && i < p->nwires; i++) {
		struct wire *w = &p->wires[i];
		error = pthread_create(&w->thread, NULL, run_wire, w);
		w->started = error == 0;
	}
	if (pid > 0 && error != 0)
		kill(pid, SIGKILL);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	close(p->over[1]);
	for (size_t i = 0; i < p->nwires; i++) {
		struct wire *w = &p->wires[i];
		if (!w->in && w->other >= 0)
			close(w->other);
		if (w->started)
			pthread_join(w->thread, NULL);
		else if (w->inner >= 0)
			close(w->inner); /* or what is left would have no end */
		if (w->in)
			see_left(w);
	}
	if (pid < 0 || error != 0) {
		cli_fault(p->cli, CLI_SYSTEM, argv[0], "cannot be run", strerror(error));
		return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Tells what went wrong outside, then how the command ended. */
static void
report(struct program *p, int code)
{
	struct cli *cli = p->cli;
	char shown[512];

	for (size_t i = 0; i < p->nwires; i++) {
		const struct wire *w = &p->wires[i];
		const char *name = w->path ? w->path : w->in ? "<stdin>" : "<stdout>";
		if (w->error == EPIPE && cli->record != NULL) {
			record_reader_gone(cli->record);
			p->reader_gone = true;
		} else if (w->error != 0) {
			cli_fault(cli, w->in ? CLI_NOINPUT : CLI_OUTPUT, name,
			    w->in ? "cannot read" : "cannot write", strerror(w->error));
		}
	}
	if (code <= 0 || (p->reader_gone && code == 128 + SIGPIPE))
		return;
	if (code > 128)
		cli_report(cli, (enum cli_exit)code, UINT64_MAX, "%s was ended by signal %d",
		    cli_printable(cli->command, shown, sizeof shown), code - 128);
	else if (cli->code == CLI_OK)
		cli->code = code;
}

static int
wrap(struct program *p, char *argv[])
{
	char path[PATH_MAX];
	struct sigaction sigpipe;

	sigaction(SIGPIPE, NULL, &sigpipe);
	p->cli->command = argv[0];
	use_command(p->cli, argv[0], path);
	if (!record_begin(p->cli))
		return p->cli->code;
	if (open_wires(p) && set_arguments(p, argv, true))
		report(p, run_command(p, argv, &sigpipe));
	for (size_t i = 0; i < p->nwires; i++) {
		record_stream_end(p->cli->record, &p->wires[i].stream);
		if (p->wires[i].fifo[0] != '\0')
			unlink(p->wires[i].fifo);
	}
	if (p->folder[0] != '\0')
		rmdir(p->folder);
	record_end(p->cli, NULL, 0);
	if (close(STDOUT_FILENO) < 0)
		cli_fault(p->cli, CLI_OUTPUT, "<stdout>", "cannot write", strerror(errno));
	record_close(p->cli);
	return p->cli->code;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {{"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'}, {"in", required_argument, NULL, OPT_IN},
	    {"out", required_argument, NULL, OPT_OUT}, CLI_LONG_END};
	struct cli cli = {
	    .name = "potok-wrap",
	    .arguments = argv,
	    .is_driver = true,
	    .synopsis = "[--in=PATH]... [--out=PATH]... COMMAND [ARG...]",
	    .options_help =
		"Runs a command in a pipeline of potok-run, and keeps its record.\n\n"
		"      --in=PATH        the command reads PATH, too\n"
		"      --out=PATH       the command writes PATH, too\n\n"
		"In each ARG, {1} stands for the first of these streams, {2} for the second.\n\n",
	    .examples = "  potok-normalize | potok-wrap sort -u | potok-compress\n"
			"  potok-normalize | potok-wrap --out=copy tee {1} | potok-split\n"
			"  potok-wrap --in=names paste - {1}\n",
	};
	static struct program p;
	int c, code;

	cli_begin();
	p.cli = &cli;
	p.over[0] = p.over[1] = -1;
	add_wire(&p, true, NULL);
	add_wire(&p, false, NULL);
	while ((c = getopt_long(argc, argv, "+" CLI_SHORT, longs, NULL)) != -1) {
		if (c != OPT_IN && c != OPT_OUT) {
			if ((code = cli_option(&cli, c, argv)) >= 0)
				return code;
			continue;
		}
		if (p.nwires == WIRES_MAX)
			return cli_usage(&cli, "more than %d streams", EXTRAS_MAX);
		add_wire(&p, c == OPT_IN, optarg);
	}
	if (argv[optind] == NULL)
		return cli_usage(&cli, "a COMMAND is needed");
	const char *folder = getenv("POTOK_RUN");
	if (folder != NULL && *folder != '\0')
		return wrap(&p, argv + optind);
	if (set_arguments(&p, argv + optind, false))
		execvp(argv[optind], argv + optind);
	return refuse(argv[optind]);
}
