/* For die.sh: with DIE_AT=1 the process is killed before its first rename, with 2 after it, with 3
 * before its second, and so on. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

int
__wrap_rename(const char *from, const char *to)
{
	static int n;
	const char *at = getenv("DIE_AT");
	int die = at != NULL ? atoi(at) : 0;

	n++;
	if (die == n)
		raise(SIGKILL);
	int result = __real_rename(from, to);
	n++;
	if (die == n)
		raise(SIGKILL);
	return result;
}
