/* potok-run: runs one pipeline over one file, and publishes its output whole or not at all. */
#include "command.h"

int
main(int argc, char **argv)
{
	return run_command(argc, argv);
}
