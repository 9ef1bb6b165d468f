/* Reads, makes and checks OUT.potok.json. */
#include "manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <potok/utf8.h>

enum { MANIFEST = 1 };

/* --- files in JSON -------------------------------------------------------------------------- */

/* A text, in which bytes that are no UTF-8 become U+FFFD. */
static json_t *
text_of(const char *s)
{
	size_t n = strlen(s), k = 0;
	char *clean = malloc(3 * n + 1);

	if (clean == NULL)
		return NULL;
	while (n > 0) {
		uint32_t cp;
		int len = potok_utf8_decode((const unsigned char *)s, n, &cp);
		if (len > 0)
			memcpy(clean + k, s, (size_t)len);
		else
			memcpy(clean + k, "\xEF\xBF\xBD", 3);
		k += len > 0 ? (size_t)len : 3;
		s += len > 0 ? len : 1;
		n -= len > 0 ? (size_t)len : 1;
	}
	json_t *value = json_stringn(clean, k);
	free(clean);
	return value;
}

/* Sets the members path and path_bytes, as the records have them. */
static void
set_path(json_t *object, const char *path)
{
	size_t n = strlen(path);
	char *hex;

	json_object_set_new(object, "path", text_of(path));
	if (potok_utf8_valid((const unsigned char *)path, n) == n ||
	    (hex = malloc(2 * n + 1)) == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)path[i]);
	json_object_set_new(object, "path_bytes", json_string(hex));
	free(hex);
}

static void
set_hash(json_t *object, uint64_t hash)
{
	json_object_set_new(object, "xxh3", json_sprintf("%016" PRIx64, hash));
}

static json_t *
file_of_stat(const char *path, const struct stat *st)
{
	json_t *file = json_object();

	set_path(file, path);
	json_object_set_new(file, "size", json_integer((json_int_t)st->st_size));
	json_object_set_new(file, "mtime",
	    json_sprintf("%jd.%09ld", (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec));
	json_object_set_new(file, "inode", json_sprintf("%ju", (uintmax_t)st->st_ino));
	return file;
}

/* Has the file the size and time of the entry, and, when it names one, the inode? */
static bool
is_as_recorded(const json_t *file, const struct stat *st)
{
	const char *mtime = records_text(file, "mtime"), *inode = records_text(file, "inode");
	char text[64];

	snprintf(text, sizeof text, "%jd.%09ld", (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	if (mtime == NULL || strcmp(mtime, text) != 0 ||
	    json_integer_value(json_object_get(file, "size")) != (json_int_t)st->st_size)
		return false;
	snprintf(text, sizeof text, "%ju", (uintmax_t)st->st_ino);
	return inode == NULL || strcmp(inode, text) == 0;
}

static bool
is_path_as_recorded(const json_t *file)
{
	char path[PATH_MAX];
	struct stat st;

	return records_path(file, NULL, path) && stat(path, &st) == 0 && is_as_recorded(file, &st);
}

/* --- reading -------------------------------------------------------------------------------- */

json_t *
manifest_read(const char *out)
{
	char name[PATH_MAX];
	json_error_t error;

	if (!run_beside(name, out, RUN_MANIFEST))
		return NULL;
	json_t *m = json_load_file(name, JSON_REJECT_DUPLICATES, &error);
	if (m != NULL && records_number(m, "manifest") == MANIFEST)
		return m;
	json_decref(m);
	return NULL;
}

bool
manifest_fits(const json_t *m, const char *out)
{
	struct stat st;
	size_t i;
	json_t *side;

	if (m == NULL || stat(out, &st) < 0 || !is_as_recorded(json_object_get(m, "out"), &st))
		return false;
	json_array_foreach(
	    json_object_get(m, "beside"), i, side) if (!is_path_as_recorded(side)) return false;
	return true;
}

/* The file that the shell would run under this name. */
static bool
find_program(const char *name, char path[PATH_MAX])
{
	const char *folders = getenv("PATH");

	while (folders != NULL) {
		size_t n = strcspn(folders, ":");
		if ((size_t)snprintf(path, PATH_MAX, "%.*s/%s", n > 0 ? (int)n : 1,
			n > 0 ? folders : ".", name) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
		folders = folders[n] == ':' ? folders + n + 1 : NULL;
	}
	return false;
}

/* Would the same program run now? */
static bool
is_program_as_recorded(const json_t *program)
{
	const char *called = records_text(program, "called");
	char path[PATH_MAX];
	struct stat st;

	if (called == NULL || strchr(called, '/') != NULL)
		return is_path_as_recorded(program);
	return find_program(called, path) && stat(path, &st) == 0 && is_as_recorded(program, &st);
}

bool
manifest_same_key(const json_t *m, const struct run *run)
{
	const char *key = records_text(m, "key");
	char text[17];

	snprintf(text, sizeof text, "%016" PRIx64, run->key);
	return key != NULL && strcmp(key, text) == 0 &&
	       is_as_recorded(json_object_get(m, "in"), &run->in_stat);
}

bool
manifest_current(const json_t *m, const struct run *run)
{
	size_t i;
	json_t *entry;

	if (m == NULL || !manifest_same_key(m, run))
		return false;
	json_array_foreach(
	    json_object_get(m, "files"), i, entry) if (!is_path_as_recorded(entry)) return false;
	json_array_foreach(json_object_get(m, "programs"), i,
	    entry) if (!is_program_as_recorded(entry)) return false;
	return true;
}

/* --- making --------------------------------------------------------------------------------- */

/* The file that the entry of a record names; of a temporary name, under that one. */
static json_t *
file_of_entry(const json_t *entry, const json_t *folder, const char *inner)
{
	char path[PATH_MAX];
	json_t *file = json_object();
	struct graph_id id = {0};

	if (!records_path(inner ? json_object_get(entry, inner) : entry, folder, path))
		return json_decref(file), NULL;
	set_path(file, path);
	records_id(records_text(entry, "id"), &id);
	json_object_set(file, "size", json_object_get(entry, "size"));
	json_object_set(file, "mtime", json_object_get(entry, "mtime"));
	json_object_set_new(file, "inode", json_sprintf("%" PRIu64, id.ino));
	return file;
}

static bool
has(const json_t *array, const json_t *value)
{
	size_t i;
	json_t *entry;

	json_array_foreach(array, i, entry) if (json_equal(entry, value)) return true;
	return false;
}

static void
add_once(json_t *array, json_t *value)
{
	if (value == NULL || has(array, value))
		json_decref(value);
	else
		json_array_append_new(array, value);
}

/* A file beside the output, complete: its last name, its temporary one, its hash. */
static json_t *
side_of_entry(const json_t *entry, const json_t *folder)
{
	char path[PATH_MAX];
	uint64_t hash, size;
	json_t *file = file_of_entry(entry, folder, NULL);
	json_t *temporary = file_of_entry(entry, folder, "temporary");

	if (file == NULL || temporary == NULL || !records_path(temporary, NULL, path) ||
	    !run_hash_file(path, &hash, &size)) {
		json_decref(file);
		json_decref(temporary);
		return NULL;
	}
	set_hash(file, hash);
	json_object_set_new(file, "temporary", temporary);
	return file;
}

static json_t *
program_of_record(const json_t *record)
{
	const json_t *executable = json_object_get(record, "executable");
	json_t *program;

	if (executable == NULL || (program = file_of_entry(executable, NULL, NULL)) == NULL)
		return NULL;
	/* Installed once for each machine of a cluster, it has another inode on each. */
	json_object_del(program, "inode");
	json_object_set(program, "called", json_array_get(json_object_get(record, "arguments"), 0));
	json_object_set(program, "version", json_object_get(record, "version"));
	return program;
}

/* Sorts one entry of a record into the lists.  False: a file beside the output is gone. */
static bool
take_entry(const struct run *run, json_t *m, const json_t *record, const json_t *entry)
{
	const json_t *folder = json_object_get(record, "folder");
	const char *way = records_text(entry, "way"), *role = records_text(entry, "role");
	const char *kind = records_text(entry, "kind");
	struct graph_id id = {0};
	json_t *side;

	if (role == NULL)
		return true;
	records_id(records_text(entry, "id"), &id);
	if (strcmp(role, "side") == 0) {
		side = side_of_entry(entry, folder);
		if (side == NULL)
			return false;
		json_array_append_new(json_object_get(m, "beside"), side);
	} else if (strcmp(way, "in") == 0 && kind != NULL && strcmp(kind, "file") == 0 &&
		   !graph_same(&id, &run->graph.in) && !graph_made(&run->graph, &id)) {
		json_t *file = file_of_entry(entry, folder, NULL);
		/* Programs of a cluster's machines have inodes of their own. */
		if (strcmp(role, "command") == 0)
			json_object_del(file, "inode");
		add_once(json_object_get(m, "files"), file);
	}
	return true;
}

static bool
take_records(const struct run *run, json_t *m, const struct records *records)
{
	json_t *stages = json_object_get(m, "stages");

	for (size_t i = 0; i < records->n; i++) {
		json_t *record = records->nodes[i].ctx, *entry;
		size_t k;
		json_array_append(stages, record);
		add_once(json_object_get(m, "programs"), program_of_record(record));
		json_array_foreach(json_object_get(record, "opened"), k,
		    entry) if (!take_entry(run, m, record, entry)) return false;
	}
	return true;
}

/* The output's size, time and hash: as written, or as read when several programs wrote it. */
static json_t *
output_of(const struct run *run)
{
	const struct graph_stream *s = graph_output(&run->graph);
	struct stat st;
	uint64_t hash, size;

	if (fstat(run->fd, &st) < 0)
		return NULL;
	if (s != NULL && s->bytes == (uint64_t)st.st_size)
		hash = s->hash;
	else if (!run_hash_file(run->temporary, &hash, &size))
		return NULL;
	json_t *file = file_of_stat(run->out, &st);
	json_object_del(file, "inode");
	set_hash(file, hash);
	return file;
}

static json_t *
pipeline_of(const struct run *run)
{
	json_t *pipeline = json_object(), *args = json_array();

	if (run->file != NULL)
		set_path(pipeline, run->file);
	else
		json_object_set_new(pipeline, "text", text_of(run->text));
	for (size_t i = 0; run->args[i] != NULL; i++)
		json_array_append_new(args, text_of(run->args[i]));
	json_object_set_new(pipeline, "arguments", args);
	return pipeline;
}

json_t *
manifest_make(const struct run *run, const struct records *records, double seconds)
{
	json_t *m = json_object(), *out = output_of(run);
	char now[32] = "";
	time_t t = time(NULL);
	struct tm tm;

	if (m == NULL || out == NULL)
		return json_decref(m), json_decref(out), NULL;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_set_new(m, "manifest", json_integer(MANIFEST));
	json_object_set_new(m, "version", json_string(POTOK_VERSION));
	json_object_set_new(m, "host", text_of(run_host()));
	json_object_set_new(m, "made", json_string(now));
	json_object_set_new(m, "seconds", json_real(seconds));
	json_object_set_new(m, "key", json_sprintf("%016" PRIx64, run->key));
	json_object_set_new(m, "pipeline", pipeline_of(run));
	json_object_set_new(m, "in", file_of_stat(run->in, &run->in_stat));
	json_object_set_new(m, "out", out);
	json_object_set_new(m, "beside", json_array());
	json_object_set_new(m, "files", json_array());
	json_object_set_new(m, "programs", json_array());
	json_object_set_new(m, "stages", json_array());
	if (take_records(run, m, records))
		return m;
	json_decref(m);
	return NULL;
}

bool
manifest_side(const json_t *m, size_t i, char path[PATH_MAX], char temporary[PATH_MAX])
{
	const json_t *side = json_array_get(json_object_get(m, "beside"), i);

	return side != NULL && records_path(side, NULL, path) &&
	       records_path(json_object_get(side, "temporary"), NULL, temporary);
}

/* --- --verify and --explain ----------------------------------------------------------------- */

static int
verify_file(struct cli *cli, const json_t *file, const char *path)
{
	const char *known = records_text(file, "xxh3");
	uint64_t hash, size;
	char text[17];

	if (!run_hash_file(path, &hash, &size)) {
		cli_fault(cli, CLI_NOINPUT, path, "cannot read", strerror(errno));
		return CLI_NOINPUT;
	}
	snprintf(text, sizeof text, "%016" PRIx64, hash);
	if (known != NULL && strcmp(known, text) == 0 && size == records_number(file, "size"))
		return CLI_OK;
	char why[160];
	snprintf(why, sizeof why,
	    "it has %" PRIu64 " bytes, hash %s; %" PRIu64 " bytes, hash %s were written", size,
	    text, records_number(file, "size"), known ? known : "unknown");
	cli_fault(cli, CLI_NO, path, "is not what was made", why);
	return CLI_NO;
}

/* The manifest of an output, or a message. */
static json_t *
read_or_report(struct cli *cli, const char *out)
{
	json_t *m = manifest_read(out);

	if (m == NULL)
		cli_fault(cli, CLI_NOINPUT, out, "has no manifest",
		    "potok-run did not make it, or OUT.potok.json is gone");
	return m;
}

int
manifest_verify(struct cli *cli, const char *out)
{
	json_t *m = read_or_report(cli, out), *side;
	char path[PATH_MAX];
	size_t i;

	if (m == NULL)
		return CLI_NOINPUT;
	int code = verify_file(cli, json_object_get(m, "out"), out);
	json_array_foreach(json_object_get(m, "beside"), i,
	    side) if (code == CLI_OK && records_path(side, NULL, path)) code =
	    verify_file(cli, side, path);
	json_decref(m);
	return code;
}

/* A text of the manifest for people. */
static const char *
shown(const json_t *object, const char *name, char *buf, size_t cap)
{
	const char *text = records_text(object, name);

	return cli_printable(text != NULL ? text : "?", buf, cap);
}

/* An entry of a list of texts. */
static const char *
text_of_entry(const json_t *entry)
{
	const char *text = json_string_value(entry);

	return text != NULL ? text : "?";
}

/* The same of our own words, which need no care. */
static const char *
word(const json_t *object, const char *name)
{
	const char *text = records_text(object, name);

	return text != NULL ? text : "?";
}

static void
explain_stage(const json_t *stage, size_t number)
{
	char buf[512];
	const char *name;
	json_t *entry, *count;
	size_t i;

	printf("\n%zu. %s %s", number,
	    shown(stage, json_object_get(stage, "name") ? "name" : "program", buf, sizeof buf),
	    word(stage, "version"));
	json_array_foreach(json_object_get(stage, "libraries"), i, entry)
	    printf("%s%s", i ? ", " : " (", text_of_entry(entry));
	printf("%s\n  ", i ? ")" : "");
	json_array_foreach(json_object_get(stage, "arguments"), i, entry)
	    printf(" %s", cli_printable(text_of_entry(entry), buf, sizeof buf));
	printf("\n   %.3f s, %.3f s of the processor\n",
	    json_real_value(json_object_get(stage, "seconds")),
	    json_real_value(json_object_get(stage, "cpu")));
	json_array_foreach(json_object_get(stage, "opened"), i, entry)
	{
		bool counted = json_object_get(entry, "xxh3") != NULL;
		printf("   %-3s %s", word(entry, "way"), word(entry, "role"));
		if (records_text(entry, "path") != NULL)
			printf(" %s", shown(entry, "path", buf, sizeof buf));
		printf(": %" PRIu64 " bytes%s%s\n",
		    records_number(entry, counted ? "bytes" : "size"), counted ? ", hash " : "",
		    counted ? word(entry, "xxh3") : "");
	}
	json_object_foreach(
	    json_object_get(stage, "counts"), name, count) if (json_integer_value(count) > 0)
	    printf("   %s: %" JSON_INTEGER_FORMAT "\n", name, json_integer_value(count));
	if (strcmp(word(stage, "status"), "ok") != 0)
		printf("   %s\n", word(stage, "status"));
}

static void
explain_file(const char *what, const json_t *file)
{
	char buf[512];

	printf("%s %s: %" PRIu64 " bytes\n", what, shown(file, "path", buf, sizeof buf),
	    records_number(file, "size"));
}

int
manifest_explain(struct cli *cli, const char *out)
{
	json_t *m = read_or_report(cli, out), *entry;
	const json_t *pipeline;
	char buf[4096];
	size_t i;

	if (m == NULL)
		return CLI_NOINPUT;
	pipeline = json_object_get(m, "pipeline");
	printf("%s: ", cli_printable(out, buf, sizeof buf));
	printf("made %s", shown(m, "made", buf, sizeof buf));
	printf(" on %s", shown(m, "host", buf, sizeof buf));
	printf(" by potok-run %s in %.3f s%s\n", shown(m, "version", buf, sizeof buf),
	    json_real_value(json_object_get(m, "seconds")),
	    manifest_fits(m, out) ? "" : "; it has been changed since");
	printf("pipeline %s",
	    shown(pipeline, records_text(pipeline, "path") ? "path" : "text", buf, sizeof buf));
	json_array_foreach(json_object_get(pipeline, "arguments"), i, entry)
	    printf(" %s", cli_printable(text_of_entry(entry), buf, sizeof buf));
	putchar('\n');
	explain_file("input", json_object_get(m, "in"));
	explain_file("output", json_object_get(m, "out"));
	json_array_foreach(json_object_get(m, "beside"), i, entry) explain_file("beside", entry);
	json_array_foreach(json_object_get(m, "files"), i, entry) explain_file("uses", entry);
	json_array_foreach(json_object_get(m, "stages"), i, entry) explain_stage(entry, i + 1);
	json_decref(m);
	return cli_flush(cli);
}
