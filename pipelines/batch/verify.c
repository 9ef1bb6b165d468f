/* Looking after a run: verifying outputs, sweeping, forgetting what was bad. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "run.h"
#include "status.h"

enum { VERIFY_AT_ONCE = 64 };

struct verifying {
	char *argv[VERIFY_AT_ONCE + 3];
	size_t n;
	int code;
};

/* Has potok-run verify the outputs that wait. */
static int
verify_waiting(struct batch *b, struct verifying *v)
{
	v->argv[0] = "potok-run";
	v->argv[1] = "--verify";
	v->argv[2 + v->n] = NULL;
	int code = v->n > 0 ? process_run(v->argv, NULL, 0) : 0;
	int error = errno;
	for (size_t i = 0; i < v->n; i++)
		free(v->argv[2 + i]);
	v->n = 0;
	if (code < 0)
		return fault(b, BATCH_SETUP, "potok-run", strerror(error));
	if (code != 0)
		v->code = CLI_NO;
	return CLI_OK;
}

/* An output that was joined: the marker has its hash. */
static int
verify_joined(struct batch *b, struct verifying *v, const char *path, const struct marker *m)
{
	uint64_t hash, size;

	if (!run_hash_file(path, &hash, &size))
		return fault(b, CLI_NOINPUT, path, strerror(errno));
	if (hash != m->out_hash || size != m->out_size)
		v->code = fault(b, CLI_NO, path, "is not what was written");
	return CLI_OK;
}

static int
verify_input(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, void *ctx)
{
	struct verifying *v = ctx;
	struct item item = {.name = (char *)name, .part = -1};
	char path[BATCH_PATH];

	(void)st;
	if (kind != MARKER_OK || !output_path(b, &item, path))
		return CLI_OK;
	if (m->out_hash != 0)
		return verify_joined(b, v, path, m);
	if ((v->argv[2 + v->n] = strdup(path)) == NULL)
		return fault(b, CLI_SYSTEM, name, "out of memory");
	return ++v->n == VERIFY_AT_ONCE ? verify_waiting(b, v) : CLI_OK;
}

int
verify(struct batch *b)
{
	struct tally t;
	struct verifying v = {.code = CLI_OK};
	int code = status_count(b, &t, false, verify_input, &v);

	if (code == CLI_OK)
		code = verify_waiting(b, &v);
	if (code == CLI_OK && t.done < t.inputs)
		fprintf(stderr, "%s: %zu of %zu outputs are not there to be verified\n",
		    b->cli.name, t.inputs - t.done, t.inputs);
	return code != CLI_OK ? code : v.code;
}

static int
forget(struct batch *b, const char *name, const struct stat *st, enum marker_kind kind,
    const struct marker *m, void *ctx)
{
	struct item item = {.name = (char *)name, .part = -1};
	struct cut plan;

	(void)m;
	(void)ctx;
	if (kind != MARKER_BAD)
		return CLI_OK;
	marker_remove(b, &item);
	if (cut_read(b, name, st, &plan)) {
		for (size_t i = 0; i < plan.n; i++) {
			struct item part = {
			    .name = (char *)name, .part = (long)i, .start = plan.starts[i]};
			struct marker of_part;
			part.length = plan.starts[i + 1] - part.start;
			marker_read(b, &part, st, &of_part);
			if (of_part.kind == MARKER_BAD)
				marker_remove(b, &part);
		}
		free(plan.starts);
	}
	return CLI_OK;
}

int
forget_bad(struct batch *b)
{
	struct tally t;

	return status_count(b, &t, false, forget, NULL);
}

int
sweep(struct batch *b)
{
	(void)b;
	return CLI_OK;
}
