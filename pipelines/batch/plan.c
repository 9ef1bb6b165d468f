/* What there is to do: the inputs, what of them is not done, in groups of about the same work. */
#include "batch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	GROUP_ITEMS = 100,      /* at most: what a killed group loses is little */
	GROUP_BYTES = 16 << 20, /* more begin a group of their own */
	GROUP_BYTES_LEAST = 65536,
	ITEM_COST = 65536, /* bytes of text that take as long as starting a pipeline */
};
static const uint64_t TASK_BYTES = UINT64_C(1) << 30; /* of a task of Slurm, when not told */

/* --- inputs ------------------------------------------------------------------------------- */

/* The name as the manifest has it: no "." and no empty components.  Those with ".." could leave the
 * folder of outputs. */
static int
add_input(struct batch *b, struct names *names, const char *name)
{
	char clean[BATCH_PATH];
	size_t n = 0;

	if (strlen(name) >= sizeof clean)
		return fault(b, CLI_USAGE, name, "this name is too long");
	if (name[0] == '/')
		clean[n++] = '/';
	for (const char *p = name; *p != '\0';) {
		size_t len = strcspn(p, "/");
		if (len == 2 && p[0] == '.' && p[1] == '.')
			return fault(b, CLI_USAGE, name,
			    "'..' in a name has no place under out/; change to a folder above it");
		if (len > 0 && !(len == 1 && p[0] == '.')) {
			if (n > 0 && clean[n - 1] != '/')
				clean[n++] = '/';
			memcpy(clean + n, p, len);
			n += len;
		}
		p += len + (p[len] == '/');
	}
	if (n == 0 || (n == 1 && clean[0] == '/'))
		return fault(b, CLI_USAGE, name, "this is no name of a file");
	return names_add(names, clean, n) ? CLI_OK : fault(b, CLI_SYSTEM, name, "out of memory");
}

/* A file, or all files below a folder. */
static int
add_tree(struct batch *b, struct names *names, const char *name, bool wanted)
{
	char path[BATCH_PATH];
	struct stat st;

	if (!input_path(b, name, path) || stat(path, &st) != 0)
		return wanted ? fault(b, CLI_NOINPUT, name, strerror(errno)) : CLI_OK;
	if (!S_ISDIR(st.st_mode))
		return wanted || S_ISREG(st.st_mode) ? add_input(b, names, name) : CLI_OK;
	if (strcmp(path, b->run) == 0)
		return CLI_OK;
	DIR *dir = opendir(path);
	if (dir == NULL)
		return fault(b, CLI_NOINPUT, name, strerror(errno));
	int code = CLI_OK;
	const struct dirent *entry;
	while (code == CLI_OK && (entry = readdir(dir)) != NULL) {
		char below[BATCH_PATH], real[BATCH_PATH];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!path_of(below, "%s/%s", name, entry->d_name) ||
		    !path_of(real, "%s/%s", path, entry->d_name))
			code = fault(b, CLI_NOINPUT, entry->d_name, strerror(errno));
		/* A link to a folder may lead back here. */
		else if (lstat(real, &st) == 0 && S_ISLNK(st.st_mode) && stat(real, &st) == 0 &&
			 S_ISDIR(st.st_mode))
			continue;
		else
			code = add_tree(b, names, below, false);
	}
	closedir(dir);
	return code;
}

static int
add_list(struct batch *b, struct names *names, const char *list, bool nul)
{
	size_t n;
	char *text = read_file(strcmp(list, "-") == 0 ? "/dev/stdin" : list, &n);
	int code = CLI_OK;

	if (text == NULL)
		return fault(b, CLI_NOINPUT, list, strerror(errno));
	for (char *p = text; code == CLI_OK && p < text + n;) {
		char *end = memchr(p, nul ? '\0' : '\n', (size_t)(text + n - p));
		if (end == NULL)
			end = text + n;
		*end = '\0';
		if (!nul && strlen(p) != (size_t)(end - p))
			code = fault(b, CLI_USAGE, list, "has NUL bytes; is -0 missing?");
		else if (*p != '\0')
			code = add_input(b, names, p);
		p = end + 1;
	}
	free(text);
	return code;
}

/* No two inputs may want one place under out/. */
static int
refuse_clashes(struct batch *b, const struct names *names)
{
	static const char *const beside[] = {".potok.json", ".gzi", ".gzl", NULL};

	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->at[i];
		size_t n = strlen(name);
		if (name[0] == '/' && names_has(names, name + 1, n - 1))
			return fault(b, CLI_USAGE, name,
			    "has the same place under out/ as the name without the first '/'");
		for (size_t k = 0; beside[k] != NULL; k++) {
			size_t end = strlen(beside[k]);
			/* The index is written beside outputs that are joined. */
			if ((k == 0 || b->split > 0) && n > end &&
			    strcmp(name + n - end, beside[k]) == 0 &&
			    names_has(names, name, n - end))
				return fault(b, CLI_USAGE, name,
				    "this is also what stands beside the output of another input; "
				    "leave one of them out");
		}
	}
	return CLI_OK;
}

int
plan_inputs(struct batch *b, char *const operands[], const char *list, bool nul)
{
	struct names names = {0};
	int code = CLI_OK;

	for (; code == CLI_OK && *operands != NULL; operands++)
		code = add_tree(b, &names, *operands, true);
	if (code == CLI_OK && list != NULL)
		code = add_list(b, &names, list, nul);
	if (code == CLI_OK)
		code = inputs_write(b, &names);
	if (code == CLI_OK)
		code = refuse_clashes(b, &names);
	names_free(&names);
	return code;
}

/* --- what is not done ---------------------------------------------------------------------- */

struct todo {
	struct item *items;
	size_t n, cap;
};

static bool
todo_add(struct todo *t, const struct item *item)
{
	if (t->n == t->cap) {
		size_t cap = 2 * t->cap + 1024;
		struct item *items = realloc(t->items, cap * sizeof *items);
		if (items == NULL)
			return false;
		t->items = items;
		t->cap = cap;
	}
	t->items[t->n++] = *item;
	return true;
}

/* Whether an item need not be run. */
static bool
settled(const struct batch *b, const struct item *item, const struct stat *st)
{
	struct marker m;

	marker_read(b, item, st, &m);
	return m.kind == MARKER_BAD || (m.kind == MARKER_OK && !b->recheck);
}

/* Adds an input, or those of its parts that are not done. */
static int
add_todo(struct batch *b, struct todo *t, char *name)
{
	char path[BATCH_PATH];
	struct stat st;
	struct item item = {.name = name, .part = -1};
	bool there = input_path(b, name, path) && stat(path, &st) == 0;
	struct cut cut = {.n = 1};

	if (settled(b, &item, there ? &st : NULL))
		return CLI_OK;
	if (there)
		item.length = (uint64_t)st.st_size;
	if (there && b->split > 0 && item.length > b->split) {
		int code = cut_plan(b, name, &st, &cut);
		if (code != CLI_OK)
			return code;
	}
	bool good = true;
	if (cut.n == 1)
		good = todo_add(t, &item);
	for (size_t i = 0; cut.n > 1 && good && i < cut.n; i++) {
		struct item part = {.name = name, .part = (long)i, .start = cut.starts[i]};
		part.length = cut.starts[i + 1] - part.start;
		if (!settled(b, &part, &st))
			good = todo_add(t, &part);
	}
	free(cut.starts);
	return good ? CLI_OK : fault(b, CLI_SYSTEM, name, "out of memory");
}

static int
largest_first(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? 1 : -1;
	int order = strcmp(x->name, y->name);
	return order != 0 ? order : x->part < y->part ? -1 : x->part > y->part;
}

static int
by_task(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->task != y->task ? (x->task < y->task ? -1 : 1) : largest_first(a, b);
}

/* Moves the root of a heap of tasks, the one with the least work on top, to its place. */
static void
sink(unsigned *heap, const uint64_t *work, size_t n)
{
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < n; k++) {
			if (work[heap[k]] < work[heap[least]])
				least = k;
		}
		if (least == i)
			return;
		unsigned t = heap[i];
		heap[i] = heap[least];
		heap[least] = t;
		i = least;
	}
}

/* Gives each item, the largest first, to the task that has the least. */
static bool
share(struct todo *t, size_t ntasks)
{
	unsigned *heap = calloc(ntasks, sizeof *heap);
	uint64_t *work = calloc(ntasks, sizeof *work);
	bool good = heap != NULL && work != NULL;

	for (size_t i = 0; good && i < ntasks; i++)
		heap[i] = (unsigned)i;
	for (size_t i = 0; good && i < t->n; i++) {
		t->items[i].task = heap[0];
		work[heap[0]] += t->items[i].length + ITEM_COST;
		sink(heap, work, ntasks);
	}
	free(heap);
	free(work);
	if (good)
		qsort(t->items, t->n, sizeof *t->items, by_task);
	return good;
}

static FILE *
new_files(struct batch *b, unsigned *number, FILE **groups)
{
	char path[BATCH_PATH];

	for (*number = 1; *number != 0; ++*number) {
		int fd = path_of(path, "%s/todo.%u", b->run, *number)
			     ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
			     : -1;
		if (fd < 0 && errno == EEXIST)
			continue;
		FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
		*groups = f != NULL && path_of(path, "%s/groups.%u", b->run, *number)
			      ? fopen(path, "w")
			      : NULL;
		if (*groups == NULL)
			fault(b, CLI_OUTPUT, path, strerror(errno));
		return *groups != NULL ? f : NULL;
	}
	return NULL;
}

/* Writes the items of one task, in groups; answers how many groups. */
static size_t
write_groups(const struct item *items, size_t n, size_t slots, FILE *todo, FILE *groups)
{
	uint64_t bytes = 0, most;
	size_t ngroups = 0, count = n / (8 * slots);

	for (size_t i = 0; i < n; i++)
		bytes += items[i].length;
	most = bytes / (16 * slots);
	most = most > GROUP_BYTES         ? GROUP_BYTES
	       : most < GROUP_BYTES_LEAST ? GROUP_BYTES_LEAST
					  : most;
	count = count > GROUP_ITEMS ? GROUP_ITEMS : count < 1 ? 1 : count;
	for (size_t i = 0; i < n;) {
		long at = ftell(todo);
		size_t first = i;
		bytes = 0;
		do {
			const struct item *it = &items[i++];
			fprintf(todo, "%ld %" PRIu64 " %" PRIu64 " %s", it->part, it->start,
			    it->length, it->name);
			fputc('\0', todo);
			bytes += it->length;
		} while (i < n && i - first < count && bytes + items[i].length <= most);
		fprintf(groups, "%10u %20ld %10zu\n", items[first].task, at, i - first);
		ngroups++;
	}
	return ngroups;
}

int
plan_todo(struct batch *b, unsigned slots, uint64_t most, unsigned *number, size_t *ngroups,
    size_t *ntasks)
{
	struct names names = {0};
	struct todo t = {0};
	uint64_t bytes = 0;
	int code = inputs_read(b, &names);

	*ngroups = 0;
	for (size_t i = 0; code == CLI_OK && i < names.n; i++)
		code = add_todo(b, &t, names.at[i]);
	if (code != CLI_OK || t.n == 0)
		goto out;
	qsort(t.items, t.n, sizeof *t.items, largest_first);
	for (size_t i = 0; i < t.n; i++)
		bytes += t.items[i].length + ITEM_COST;
	uint64_t wanted = *ntasks > 0 ? *ntasks : bytes / TASK_BYTES + 1;
	wanted = wanted > most ? most : wanted;
	*ntasks = wanted > t.n ? t.n : (size_t)wanted;
	if (!share(&t, *ntasks)) {
		code = fault(b, CLI_SYSTEM, b->run, "out of memory");
		goto out;
	}
	FILE *groups, *todo = new_files(b, number, &groups);
	if (todo == NULL) {
		code = CLI_OUTPUT;
		goto out;
	}
	for (size_t i = 0, end; i < t.n; i = end) {
		for (end = i + 1; end < t.n && t.items[end].task == t.items[i].task;)
			end++;
		*ngroups += write_groups(t.items + i, end - i, slots, todo, groups);
	}
	bool failed = ferror(todo) || ferror(groups);
	failed = fclose(todo) != 0 || failed;
	failed = fclose(groups) != 0 || failed;
	if (failed)
		code = fault(b, CLI_OUTPUT, b->run, strerror(errno));
out:
	free(t.items);
	names_free(&names);
	return code;
}

FILE *
plan_groups(struct batch *b, unsigned number, long task)
{
	char path[BATCH_PATH], line[64];
	FILE *made = tmpfile();
	FILE *groups = path_of(path, "%s/groups.%u", b->run, number) ? fopen(path, "r") : NULL;
	size_t i = 0;

	if (groups != NULL && made != NULL) {
		for (; fgets(line, sizeof line, groups) != NULL; i++) {
			if (task < 0 || strtol(line, NULL, 10) == task)
				fprintf(made, "%zu\n", i);
		}
	}
	if (made == NULL || groups == NULL || ferror(groups) || fflush(made) != 0 ||
	    lseek(fileno(made), 0, SEEK_SET) != 0) {
		fault(b, CLI_SYSTEM, path, strerror(errno));
		if (made != NULL)
			fclose(made);
		made = NULL;
	}
	if (groups != NULL)
		fclose(groups);
	return made;
}
