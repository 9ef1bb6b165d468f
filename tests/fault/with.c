/*
 * Runs a command under a condition that the shell cannot set:
 *   with nonblock COMMAND...      standard input and output do not block
 *   with sigpipe COMMAND...       SIGPIPE kills, as it does from a login shell
 *   with peak KIB COMMAND...      exit 99 when the command had more memory resident than KIB
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int
run(char **command)
{
	execvp(command[0], command);
	perror(command[0]);
	return 126;
}

static int
peak(long limit, char **command)
{
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(command));
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || getrusage(RUSAGE_CHILDREN, &used) < 0) {
		perror("with peak");
		return 126;
	}
	if (used.ru_maxrss > limit) {
		fprintf(stderr, "with peak: %ld KiB, allowed %ld\n", used.ru_maxrss, limit);
		return 99;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "nonblock") == 0) {
		for (int fd = 0; fd <= 1; fd++) {
			if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) {
				perror("with nonblock");
				return 126;
			}
		}
		return run(argv + 2);
	}
	if (argc > 2 && strcmp(argv[1], "sigpipe") == 0) {
		signal(SIGPIPE, SIG_DFL);
		return run(argv + 2);
	}
	if (argc > 3 && strcmp(argv[1], "peak") == 0)
		return peak(strtol(argv[2], NULL, 10), argv + 3);
	fputs("usage: with nonblock|sigpipe|peak KIB COMMAND...\n", stderr);
	return 126;
}
