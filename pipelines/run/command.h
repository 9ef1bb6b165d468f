/* potok-run as a function. */
#ifndef POTOK_RUN_COMMAND_H
#define POTOK_RUN_COMMAND_H

/* Does what the arguments say and answers the exit code.  Once in a process: it catches signals. */
int run_command(int argc, char **argv);

#endif
