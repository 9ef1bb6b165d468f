/* The records of a run as a graph: did every byte of the input reach the output?  No files here. */
#ifndef POTOK_RUN_GRAPH_H
#define POTOK_RUN_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A pipe or file of this machine. */
struct graph_id {
	uint64_t dev, ino;
};

enum graph_kind { GRAPH_PIPE, GRAPH_FILE, GRAPH_SOCKET, GRAPH_OTHER };

/* One stream of a program; what a record calls an entry of "opened". */
struct graph_stream {
	enum graph_kind kind;
	struct graph_id id;
	const char *path; /* NULL: it has no name */
	bool in;
	bool end;       /* of an input: its end was seen */
	bool named;     /* a file that is only named: not counted, not hashed */
	uint64_t at;    /* offset in a file */
	uint64_t size;  /* of a file, when it was opened */
	uint64_t bytes; /* that passed */
	uint64_t hash;
};

enum graph_status { GRAPH_OK, GRAPH_ERROR, GRAPH_READER_GONE, GRAPH_KILLED };

/* One program. */
struct graph_node {
	const char *name, *message; /* message may be NULL */
	long pid;
	enum graph_status status;
	int code;
	struct graph_stream *streams;
	size_t nstreams;
	size_t rank; /* set by graph_sort() */
	void *ctx;   /* the caller's */
};

struct graph {
	struct graph_node *nodes;
	size_t nnodes;
	struct graph_id in, out;
	uint64_t in_size, out_size;
	int code; /* how the shell ended: its exit code, or 128 and the signal */
	bool allow_early_close, allow_unaccounted;
};

/* Puts the nodes in the order of the text's way, from the input on. */
void graph_sort(struct graph *);

/*
 * Answers 0 when nothing was lost, or the exit code for potok-run, with the first thing that broke
 * in message.  The nodes must be sorted.
 */
int graph_judge(const struct graph *, char *message, size_t cap);

/* The only stream that went to the output; NULL: there is none, or several. */
const struct graph_stream *graph_output(const struct graph *);

/* Was the file written by a program of this run? */
bool graph_made(const struct graph *, const struct graph_id *);

/* What an exit code of a program means for potok-run's. */
int graph_code(int code);

static inline bool
graph_same(const struct graph_id *a, const struct graph_id *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

#endif
