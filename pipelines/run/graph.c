/* Judges the records of a run. */
#include "graph.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* What is found out; the first fault counts. */
struct judge {
	const struct graph *g;
	char *message;
	size_t cap;
	int code;
};

__attribute__((format(printf, 3, 4))) static void
blame(struct judge *j, int code, const char *format, ...)
{
	va_list ap;

	if (j->code != CLI_OK)
		return;
	j->code = code;
	va_start(ap, format);
	vsnprintf(j->message, j->cap, format, ap);
	va_end(ap);
}

int
graph_code(int code)
{
	switch (code) {
	case CLI_OK:
	case CLI_USAGE:
	case CLI_DATA:
	case CLI_NOINPUT:
	case CLI_BUG:
	case CLI_SYSTEM:
	case CLI_OUTPUT:
	case CLI_RETRY:
	case CLI_SETUP:
		return code;
	case 126: /* the shell could not run a command */
	case 127:
		return CLI_SETUP;
	default: /* a signal, or a foreign program's own code, which tells nothing */
		return CLI_RETRY;
	}
}

/* --- links ---------------------------------------------------------------------------------- */

/* Sockets have two ends with names of their own: there only the bytes tell which belong together.
 */
static bool
meets(const struct graph_stream *a, const struct graph_stream *b)
{
	if (a->kind == GRAPH_SOCKET && b->kind == GRAPH_SOCKET)
		return a->bytes == b->bytes && a->hash == b->hash;
	return graph_same(&a->id, &b->id);
}

/* The other ends of a stream: the first one with bytes, else the first one; how many have bytes,
 * and how many there are. */
struct ends {
	const struct graph_node *node;
	const struct graph_stream *stream;
	size_t n, with_bytes;
};

static struct ends
ends_of(const struct graph *g, const struct graph_stream *s, bool in)
{
	struct ends e = {0};

	for (size_t i = 0; i < g->nnodes; i++) {
		for (size_t k = 0; k < g->nodes[i].nstreams; k++) {
			const struct graph_stream *other = &g->nodes[i].streams[k];
			if (other->in != in || other->named || !meets(s, other))
				continue;
			bool better = e.stream == NULL || (e.with_bytes == 0 && other->bytes > 0);
			e.n++;
			e.with_bytes += other->bytes > 0;
			if (better) {
				e.stream = other;
				e.node = &g->nodes[i];
			}
		}
	}
	return e;
}

static bool
is_equal(const struct graph_stream *a, const struct graph_stream *b)
{
	return a->bytes == b->bytes && a->hash == b->hash;
}

bool
graph_made(const struct graph *g, const struct graph_id *id)
{
	struct graph_stream s = {.kind = GRAPH_FILE, .id = *id};

	return ends_of(g, &s, false).n > 0;
}

/* --- the order ------------------------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	const struct graph_node *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

/* The place behind all programs that wrote what this one read; those whose input comes from
 * nowhere stand at the end. */
static size_t
rank_of(const struct graph *g, const struct graph_node *node)
{
	size_t rank = 0;
	bool known = false;

	for (size_t k = 0; k < node->nstreams; k++) {
		const struct graph_stream *s = &node->streams[k];
		if (!s->in || s->named)
			continue;
		struct ends from = ends_of(g, s, false);
		known = known || s->kind == GRAPH_FILE || from.n > 0;
		if (from.n > 0 && from.node != node && from.node->rank + 1 > rank)
			rank = from.node->rank + 1;
	}
	return known || node->nstreams == 0 ? rank : g->nnodes;
}

void
graph_sort(struct graph *g)
{
	bool changed = true;

	for (size_t i = 0; i < g->nnodes; i++)
		g->nodes[i].rank = 0;
	/* No way is longer than there are programs, unless they go round in a circle. */
	for (size_t round = 0; changed && round <= g->nnodes; round++) {
		changed = false;
		for (size_t i = 0; i < g->nnodes; i++) {
			size_t rank = rank_of(g, &g->nodes[i]);
			rank = rank < g->nnodes ? rank : g->nnodes;
			changed = changed || rank != g->nodes[i].rank;
			g->nodes[i].rank = rank;
		}
	}
	if (g->nnodes > 0)
		qsort(g->nodes, g->nnodes, sizeof *g->nodes, compare);
}

/* --- faults --------------------------------------------------------------------------------- */

static void
judge_killed(struct judge *j)
{
	for (size_t i = 0; i < j->g->nnodes; i++) {
		const struct graph_node *n = &j->g->nodes[i];
		if (n->status == GRAPH_KILLED)
			blame(j, CLI_RETRY,
			    "%s (process %ld) was killed or crashed: it began and never ended",
			    n->name, n->pid);
	}
}

static void
judge_errors(struct judge *j)
{
	for (size_t i = 0; i < j->g->nnodes; i++) {
		const struct graph_node *n = &j->g->nodes[i];
		if (n->status == GRAPH_ERROR)
			blame(j, graph_code(n->code), "%s ended with exit code %d%s%s", n->name,
			    n->code, n->message ? ": " : "", n->message ? n->message : "");
	}
}

/* A file is read from its beginning to its end, or from where another stopped. */
static void
judge_file(struct judge *j, const struct graph_node *n, const struct graph_stream *s)
{
	bool whole = s->end && s->at == 0;

	if (graph_same(&s->id, &j->g->in) || j->g->allow_early_close || whole ||
	    n->status == GRAPH_READER_GONE)
		return;
	blame(j, CLI_SETUP, "%s read only a part of %s; --allow-early-close, if that is meant",
	    n->name, s->path != NULL ? s->path : "a file");
}

/* What a program read is what another wrote. */
static void
judge_link(struct judge *j, const struct graph_node *n, const struct graph_stream *s)
{
	struct ends from = ends_of(j->g, s, false), to = ends_of(j->g, s, true);

	if (from.n == 0) {
		if (s->kind == GRAPH_FILE)
			judge_file(j, n, s);
		return;
	}
	if (s->kind == GRAPH_FILE && s->end) {
		/* A name may have had several texts in turn. */
		for (size_t i = 0; i < j->g->nnodes; i++)
			for (size_t k = 0; k < j->g->nodes[i].nstreams; k++) {
				const struct graph_stream *o = &j->g->nodes[i].streams[k];
				if (!o->in && !o->named && meets(s, o) && is_equal(s, o))
					return;
			}
	} else if (from.with_bytes > 1 || to.with_bytes > 1) {
		blame(j, CLI_SETUP,
		    "%zu programs write to the pipe that %s reads, and %zu read it: their texts "
		    "cannot be told apart; potok-wrap sh -c '...' makes several one",
		    from.n, n->name, to.n);
		return;
	}
	bool gone = from.node->status == GRAPH_READER_GONE;
	if (is_equal(from.stream, s) && (s->end || !gone))
		return;
	/* A writer whose reader went does not know how much of its last piece was taken. */
	if (!s->end && (gone || s->bytes <= from.stream->bytes)) {
		/* One whose own reader is gone had to stop. */
		if (!j->g->allow_early_close && n->status != GRAPH_READER_GONE)
			blame(j, CLI_SETUP,
			    "%s stopped reading after %" PRIu64 " bytes of what %s wrote; "
			    "--allow-early-close, if that is meant",
			    n->name, s->bytes, from.node->name);
		return;
	}
	blame(j, CLI_RETRY,
	    "%s read something else than %s wrote: %" PRIu64 " bytes, hash %016" PRIx64
	    ", not %" PRIu64 " bytes, hash %016" PRIx64,
	    n->name, from.node->name, s->bytes, s->hash, from.stream->bytes, from.stream->hash);
}

static void
judge_links(struct judge *j)
{
	for (size_t i = 0; i < j->g->nnodes; i++) {
		const struct graph_node *n = &j->g->nodes[i];
		for (size_t k = 0; k < n->nstreams; k++)
			if (n->streams[k].in && !n->streams[k].named)
				judge_link(j, n, &n->streams[k]);
	}
}

/* What was written has a reader. */
static void
judge_output(struct judge *j, const struct graph_node *n, const struct graph_stream *s)
{
	if (s->kind == GRAPH_FILE || ends_of(j->g, s, true).n > 0)
		return;
	if (s->kind != GRAPH_OTHER)
		blame(j, CLI_SETUP,
		    "what %s wrote, %" PRIu64 " bytes, was read by no program that keeps a "
		    "record; put potok-wrap before a foreign one, or --allow-unaccounted",
		    n->name, s->bytes);
	else if (s->bytes > 0)
		blame(j, CLI_SETUP,
		    "what %s wrote, %" PRIu64 " bytes, went to a device; --allow-unaccounted, if "
		    "that is meant",
		    n->name, s->bytes);
}

/* What was read has a writer. */
static void
judge_input(struct judge *j, const struct graph_node *n, const struct graph_stream *s)
{
	if (s->kind == GRAPH_FILE || ends_of(j->g, s, false).n > 0)
		return;
	if (s->kind != GRAPH_OTHER || s->bytes > 0)
		blame(j, CLI_SETUP,
		    "what %s read, %" PRIu64 " bytes, was written by no program that keeps a "
		    "record; put potok-wrap before a foreign one, or --allow-unaccounted",
		    n->name, s->bytes);
}

static void
judge_unaccounted(struct judge *j)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < j->g->nnodes; i++) {
			const struct graph_node *n = &j->g->nodes[i];
			for (size_t k = 0; k < n->nstreams; k++) {
				const struct graph_stream *s = &n->streams[k];
				if (s->named || s->in != (pass == 1))
					continue;
				if (s->in)
					judge_input(j, n, s);
				else
					judge_output(j, n, s);
			}
		}
}

static void
judge_readers(struct judge *j)
{
	for (size_t i = 0; i < j->g->nnodes; i++) {
		const struct graph_node *n = &j->g->nodes[i];
		if (n->status == GRAPH_READER_GONE)
			blame(j, CLI_RETRY,
			    "the reader of what %s wrote was gone before the end; "
			    "--allow-early-close, if that is meant",
			    n->name);
	}
}

/* How far the input was read without a gap, by programs that may have gone on where others
 * stopped. */
static uint64_t
covered(const struct graph *g, bool *any)
{
	uint64_t to = 0, before;

	do {
		before = to;
		for (size_t i = 0; i < g->nnodes; i++)
			for (size_t k = 0; k < g->nodes[i].nstreams; k++) {
				const struct graph_stream *s = &g->nodes[i].streams[k];
				if (!s->in || s->named || !graph_same(&s->id, &g->in))
					continue;
				*any = true;
				if (s->at <= to && s->at + s->bytes > to)
					to = s->at + s->bytes;
			}
	} while (to > before);
	return to;
}

static void
judge_ends(struct judge *j)
{
	const struct graph *g = j->g;
	uint64_t written = 0;
	bool read = false, wrote = false;
	uint64_t to = covered(g, &read);

	for (size_t i = 0; i < g->nnodes; i++)
		for (size_t k = 0; k < g->nodes[i].nstreams; k++) {
			const struct graph_stream *s = &g->nodes[i].streams[k];
			if (s->in || s->named || !graph_same(&s->id, &g->out))
				continue;
			wrote = true;
			written += s->bytes;
		}
	if (!read && !g->allow_unaccounted && !(g->in_size == 0 && wrote))
		blame(j, CLI_SETUP, "no program that keeps a record read the input");
	else if (read && to < g->in_size && !g->allow_early_close && !g->allow_unaccounted)
		blame(j, CLI_SETUP,
		    "the input was read to byte %" PRIu64 " of %" PRIu64
		    " only; --allow-early-close, if that is meant",
		    to, g->in_size);
	else if (read && to > g->in_size)
		blame(j, CLI_RETRY, "the input has grown meanwhile");
	if (!wrote && !g->allow_unaccounted)
		blame(j, CLI_SETUP, "no program that keeps a record wrote to the output");
	else if (written != g->out_size && !g->allow_unaccounted)
		blame(j, CLI_SETUP,
		    "the output has %" PRIu64 " bytes, but %" PRIu64
		    " were written by programs that keep a record",
		    g->out_size, written);
}

int
graph_judge(const struct graph *g, char *message, size_t cap)
{
	struct judge j = {.g = g, .message = message, .cap = cap};
	bool gone = false;

	judge_killed(&j);
	if (g->code == 126 || g->code == 127)
		blame(&j, CLI_SETUP, "the shell could not run a command (exit code %d)", g->code);
	judge_errors(&j);
	if (g->nnodes == 0 && g->code != 0)
		blame(&j, g->code > 128 ? CLI_RETRY : CLI_SETUP,
		    "the pipeline ended with exit code %d before any program began", g->code);
	judge_links(&j);
	if (!g->allow_unaccounted)
		judge_unaccounted(&j);
	if (!g->allow_early_close)
		judge_readers(&j);
	judge_ends(&j);
	for (size_t i = 0; i < g->nnodes; i++)
		gone = gone || g->nodes[i].status == GRAPH_READER_GONE;
	/* With pipefail the shell tells of a reader that was allowed to go. */
	if (g->code != 0 && !(g->code == 128 + 13 && gone))
		blame(&j, graph_code(g->code),
		    "the pipeline ended with exit code %d, though its programs ended well, %s last",
		    g->code, g->nnodes > 0 ? g->nodes[g->nnodes - 1].name : "none");
	return j.code;
}

const struct graph_stream *
graph_output(const struct graph *g)
{
	const struct graph_stream *found = NULL;

	for (size_t i = 0; i < g->nnodes; i++)
		for (size_t k = 0; k < g->nodes[i].nstreams; k++) {
			const struct graph_stream *s = &g->nodes[i].streams[k];
			if (s->in || s->named || !graph_same(&s->id, &g->out))
				continue;
			if (found != NULL)
				return NULL;
			found = s;
		}
	return found;
}
