/* The matching of records, as a table of small runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "graph.h"

enum { NODES = 4, STREAMS = 4 };

/* Files have the numbers 1 (the input), 2 (the output) and up; pipes 10 and up.  The output has 100
 * bytes, and so has the input. */
#define IN(n, size, h)                                                                             \
	{                                                                                          \
		.kind = GRAPH_PIPE, .id = {9, n}, .in = true, .end = true, .bytes = size,          \
		.hash = h                                                                          \
	}
#define PART(n, size, h)                                                                           \
	{                                                                                          \
		.kind = GRAPH_PIPE, .id = {9, n}, .in = true, .bytes = size, .hash = h             \
	}
#define OUT(n, size, h)                                                                            \
	{                                                                                          \
		.kind = GRAPH_PIPE, .id = {9, n}, .bytes = size, .hash = h                         \
	}
#define FIN(n, from, size, h)                                                                      \
	{                                                                                          \
		.kind = GRAPH_FILE, .id = {1, n}, .in = true, .end = true, .at = from,             \
		.bytes = size, .hash = h                                                           \
	}
#define FPART(n, from, size, h)                                                                    \
	{                                                                                          \
		.kind = GRAPH_FILE, .id = {1, n}, .in = true, .at = from, .bytes = size, .hash = h \
	}
#define FOUT(n, size, h)                                                                           \
	{                                                                                          \
		.kind = GRAPH_FILE, .id = {1, n}, .bytes = size, .hash = h                         \
	}
#define NAMED(n)                                                                                   \
	{                                                                                          \
		.kind = GRAPH_FILE, .id = {1, n}, .in = true, .named = true                        \
	}
#define SIN(n, size, h)                                                                            \
	{                                                                                          \
		.kind = GRAPH_SOCKET, .id = {8, n}, .in = true, .end = true, .bytes = size,        \
		.hash = h                                                                          \
	}
#define SOUT(n, size, h)                                                                           \
	{                                                                                          \
		.kind = GRAPH_SOCKET, .id = {8, n}, .bytes = size, .hash = h                       \
	}
#define DEVICE(size)                                                                               \
	{                                                                                          \
		.kind = GRAPH_OTHER, .id = {5, 3}, .bytes = size                                   \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		.kind = GRAPH_OTHER, .id = {5, 3}, .in = true, .end = true                         \
	}

struct program {
	const char *name;
	enum graph_status status;
	int code;
	struct graph_stream streams[STREAMS]; /* up to the first with no id */
};

static const struct {
	const char *name;
	struct program programs[NODES];
	int shell;
	bool early, unaccounted;
	int code;
	const char *says;
} runs[] = {
    {"one", {{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(2, 100, 8)}}}, .code = 0},
    {"a chain, out of order",
	{{"c", 0, 0, {IN(11, 60, 6), FOUT(2, 100, 5)}},
	    {"b", 0, 0, {IN(10, 50, 5), OUT(11, 60, 6)}},
	    {"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}}},
	.code = 0},
    {"a file that is named", {{"a", 0, 0, {NAMED(7), FIN(1, 0, 100, 7), FOUT(2, 100, 8)}}},
	.code = 0},
    {"another file read whole",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), FIN(7, 0, 5, 1), FOUT(2, 100, 8)}}}, .code = 0},
    {"another file, a part", {{"a", 0, 0, {FIN(1, 0, 100, 7), FPART(7, 0, 5, 1), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "a read only a part of"},
    {"another file, its end alone",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), FIN(7, 3, 5, 1), FOUT(2, 100, 8)}}}, .code = CLI_SETUP,
	.says = "a read only a part of"},
    {"killed",
	{{"a", GRAPH_KILLED, 0, {IN(1, 0, 0), OUT(10, 0, 0)}},
	    {"b", GRAPH_ERROR, 65, {IN(10, 3, 3), FOUT(2, 100, 8)}}},
	.code = CLI_RETRY, .says = "a (process 0) was killed"},
    {"the first error counts",
	{{"b", GRAPH_ERROR, 70, {IN(10, 50, 5), FOUT(2, 100, 8)}},
	    {"a", GRAPH_ERROR, 65, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}}},
	.code = CLI_DATA, .says = "a ended with exit code 65"},
    {"an error behind a writer whose reader it was",
	{{"a", GRAPH_READER_GONE, 141, {FPART(1, 0, 60, 7), OUT(10, 50, 5)}},
	    {"b", GRAPH_ERROR, 65, {PART(10, 40, 4), FOUT(2, 100, 8)}}},
	.code = CLI_DATA, .says = "b ended with exit code 65"},
    {"a foreign code", {{"a", GRAPH_ERROR, 1, {FIN(1, 0, 100, 7), FOUT(2, 100, 8)}}},
	.code = CLI_RETRY, .says = "exit code 1"},
    {"a byte less",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {IN(10, 49, 4), FOUT(2, 100, 8)}}},
	.code = CLI_RETRY, .says = "b read something else than a wrote"},
    {"a byte more",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {PART(10, 51, 4), FOUT(2, 100, 8)}}},
	.code = CLI_RETRY, .says = "b read something else than a wrote"},
    {"another bit",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {IN(10, 50, 4), FOUT(2, 100, 8)}}},
	.code = CLI_RETRY, .says = "b read something else than a wrote"},
    {"another bit, whatever is allowed",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {IN(10, 50, 4), FOUT(2, 100, 8)}}},
	.early = true, .unaccounted = true, .code = CLI_RETRY, .says = "something else"},
    {"not to the end",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {PART(10, 49, 4), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "b stopped reading after 49 bytes of what a wrote"},
    {"not to the end, allowed",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {PART(10, 49, 4), FOUT(2, 100, 8)}}},
	.early = true, .code = 0},
    {"all bytes, but the end not seen",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {PART(10, 50, 5), FOUT(2, 100, 8)}}},
	.code = 0},
    {"the last stops, all before it too",
	{{"a", GRAPH_READER_GONE, 141, {FPART(1, 0, 90, 7), OUT(10, 50, 5)}},
	    {"b", GRAPH_READER_GONE, 141, {PART(10, 49, 4), OUT(11, 40, 4)}},
	    {"c", 0, 0, {PART(11, 30, 3), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "c stopped reading after 30 bytes of what b wrote"},
    {"the same, allowed",
	{{"a", GRAPH_READER_GONE, 141, {FPART(1, 0, 90, 7), OUT(10, 50, 5)}},
	    {"b", GRAPH_READER_GONE, 141, {PART(10, 49, 4), OUT(11, 40, 4)}},
	    {"c", 0, 0, {PART(11, 30, 3), FOUT(2, 100, 8)}}},
	.shell = 141, .early = true, .code = 0},
    {"more than the writer knows of, as its reader went",
	{{"a", GRAPH_READER_GONE, 141, {FPART(1, 0, 90, 7), OUT(10, 0, 0)}},
	    {"b", 0, 0, {PART(10, 30, 3), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "b stopped reading after 30 bytes of what a wrote"},
    {"nothing read, nothing written, as the reader went",
	{{"a", GRAPH_READER_GONE, 141, {FPART(1, 0, 90, 7), OUT(10, 0, 0)}},
	    {"b", 0, 0, {PART(10, 0, 0), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "b stopped reading after 0 bytes of what a wrote"},
    {"a foreign program between, nothing changed",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {IN(11, 50, 5), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "what a wrote, 50 bytes, was read by no program"},
    {"the same, allowed",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}},
	    {"b", 0, 0, {IN(11, 50, 5), FOUT(2, 100, 8)}}},
	.unaccounted = true, .code = 0},
    {"a writer that is foreign", {{"b", 0, 0, {IN(11, 50, 5), FOUT(2, 100, 8)}}}, .code = CLI_SETUP,
	.says = "what b read, 50 bytes, was written by no program"},
    {"two empty streams that are not one",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 0, 0)}},
	    {"b", 0, 0, {IN(11, 0, 0), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "what a wrote, 0 bytes"},
    {"one empty stream",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 0, 0)}},
	    {"b", 0, 0, {IN(10, 0, 0), FOUT(2, 100, 8)}}},
	.code = 0},
    {"two ways from one",
	{{"tee", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 100, 7), OUT(11, 100, 7)}},
	    {"b", 0, 0, {IN(10, 100, 7), OUT(12, 3, 3)}},
	    {"c", 0, 0, {IN(11, 100, 7), OUT(13, 4, 4)}},
	    {"paste", 0, 0, {IN(12, 3, 3), IN(13, 4, 4), FOUT(2, 100, 8)}}},
	.code = 0},
    {"two ways, one lost",
	{{"tee", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 100, 7), OUT(11, 100, 7)}},
	    {"b", 0, 0, {IN(10, 100, 7), FOUT(2, 100, 3)}}},
	.code = CLI_SETUP, .says = "what tee wrote"},
    {"two that write to one pipe",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}}, {"b", 0, 0, {NOTHING, OUT(10, 50, 6)}},
	    {"c", 0, 0, {IN(10, 100, 7), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "cannot be told apart"},
    {"two that write to one pipe, one of them nothing",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), OUT(10, 50, 5)}}, {"b", 0, 0, {NOTHING, OUT(10, 0, 6)}},
	    {"c", 0, 0, {IN(10, 50, 5), FOUT(2, 100, 8)}}},
	.code = 0},
    {"sockets, by their bytes",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), SOUT(20, 50, 5)}},
	    {"b", 0, 0, {SIN(21, 50, 5), FOUT(2, 100, 8)}}},
	.code = 0},
    {"sockets, other bytes",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), SOUT(20, 50, 5)}},
	    {"b", 0, 0, {SIN(21, 50, 6), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "what a wrote"},
    {"a file between",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(5, 50, 5)}},
	    {"b", 0, 0, {FIN(5, 0, 50, 5), FOUT(2, 100, 8)}}},
	.code = 0},
    {"a file between, changed",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(5, 50, 5)}},
	    {"b", 0, 0, {FIN(5, 0, 50, 6), FOUT(2, 100, 8)}}},
	.code = CLI_RETRY, .says = "something else"},
    {"a file that had two texts in turn",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(5, 50, 5)}},
	    {"b", 0, 0, {FIN(5, 0, 50, 5), FOUT(5, 40, 4)}},
	    {"c", 0, 0, {FIN(5, 0, 40, 4), FOUT(2, 100, 8)}}},
	.code = 0},
    {"a file beside the output",
	{{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(5, 50, 5), FOUT(2, 100, 8)}}}, .code = 0},
    {"to a device", {{"a", 0, 0, {FIN(1, 0, 100, 7), DEVICE(5), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "went to a device"},
    {"nothing to a device", {{"a", 0, 0, {FIN(1, 0, 100, 7), DEVICE(0), FOUT(2, 100, 8)}}},
	.code = 0},
    {"the input in two parts, one after the other",
	{{"a", 0, 0, {FPART(1, 0, 30, 7), FOUT(2, 40, 8)}},
	    {"b", 0, 0, {FIN(1, 30, 70, 7), FOUT(2, 60, 8)}}},
	.code = 0},
    {"the input with a gap",
	{{"a", 0, 0, {FPART(1, 0, 30, 7), FOUT(2, 40, 8)}},
	    {"b", 0, 0, {FIN(1, 31, 69, 7), FOUT(2, 60, 8)}}},
	.code = CLI_SETUP, .says = "the input was read to byte 30 of 100"},
    {"the input not to the end", {{"a", 0, 0, {FPART(1, 0, 99, 7), FOUT(2, 100, 8)}}},
	.code = CLI_SETUP, .says = "the input was read to byte 99 of 100"},
    {"the same, allowed", {{"a", 0, 0, {FPART(1, 0, 99, 7), FOUT(2, 100, 8)}}}, .early = true,
	.code = 0},
    {"the input grew", {{"a", 0, 0, {FIN(1, 0, 101, 7), FOUT(2, 100, 8)}}}, .code = CLI_RETRY,
	.says = "has grown"},
    {"the input not read", {{"a", 0, 0, {NOTHING, FOUT(2, 100, 8)}}}, .code = CLI_SETUP,
	.says = "read the input"},
    {"the output not written", {{"a", 0, 0, {FIN(1, 0, 100, 7)}}}, .code = CLI_SETUP,
	.says = "wrote to the output"},
    {"more in the output", {{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(2, 99, 8)}}}, .code = CLI_SETUP,
	.says = "the output has 100 bytes, but 99"},
    {"no records", {{0}}, .code = CLI_SETUP, .says = "read the input"},
    {"no records, allowed", {{0}}, .unaccounted = true, .code = 0},
    {"no records, a shell that failed", {{0}}, .shell = 2, .code = CLI_SETUP,
	.says = "before any program began"},
    {"a shell that was killed", {{0}}, .shell = 137, .code = CLI_RETRY, .says = "exit code 137"},
    {"a command that is not there", {{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(2, 100, 8)}}},
	.shell = 127, .code = CLI_SETUP, .says = "could not run a command"},
    {"a shell that says no", {{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(2, 100, 8)}}}, .shell = 65,
	.code = CLI_DATA, .says = "the pipeline ended with exit code 65"},
    {"141 without a reader gone", {{"a", 0, 0, {FIN(1, 0, 100, 7), FOUT(2, 100, 8)}}}, .shell = 141,
	.early = true, .code = CLI_RETRY, .says = "exit code 141"},
    {"a circle",
	{{"a", 0, 0, {IN(11, 5, 5), FIN(1, 0, 100, 7), OUT(10, 5, 5)}},
	    {"b", 0, 0, {IN(10, 5, 5), OUT(11, 5, 5), FOUT(2, 100, 8)}}},
	.code = 0},
};

static void
test_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		struct graph_node nodes[NODES] = {0};
		struct graph_stream streams[NODES][STREAMS];
		struct graph g = {.nodes = nodes,
		    .in = {1, 1},
		    .out = {1, 2},
		    .in_size = 100,
		    .out_size = 100,
		    .code = runs[i].shell,
		    .allow_early_close = runs[i].early,
		    .allow_unaccounted = runs[i].unaccounted};
		char why[1024] = "";
		for (; g.nnodes < NODES && runs[i].programs[g.nnodes].name != NULL; g.nnodes++) {
			const struct program *p = &runs[i].programs[g.nnodes];
			struct graph_node *n = &nodes[g.nnodes];
			memcpy(streams[g.nnodes], p->streams, sizeof p->streams);
			*n = (struct graph_node){.name = p->name,
			    .status = p->status,
			    .code = p->code,
			    .streams = streams[g.nnodes]};
			while (n->nstreams < STREAMS && p->streams[n->nstreams].id.dev != 0)
				n->nstreams++;
		}
		graph_sort(&g);
		int code = graph_judge(&g, why, sizeof why);
		if (code != runs[i].code)
			fail_msg(
			    "%s: code %d, expected %d: %s", runs[i].name, code, runs[i].code, why);
		if (runs[i].says != NULL && strstr(why, runs[i].says) == NULL)
			fail_msg("%s: '%s', expected '%s'", runs[i].name, why, runs[i].says);
	}
}

static void
test_codes(void **state)
{
	static const int codes[][2] = {{0, 0}, {1, 75}, {2, 75}, {64, 64}, {65, 65}, {66, 66},
	    {70, 70}, {71, 71}, {74, 74}, {75, 75}, {78, 78}, {126, 78}, {127, 78}, {137, 75},
	    {139, 75}, {255, 75}};

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_int_equal(graph_code(codes[i][0]), codes[i][1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_runs),
	    cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
