/* Reads the records of a run. */
#include "records.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

/* More than any pipeline has: what is beyond is refused, as memory has to end somewhere. */
enum { NODES_MAX = 20000, RECORD_MAX = 64 * 1024 * 1024 };

const char *
records_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

uint64_t
records_number(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

bool
records_id(const char *text, struct graph_id *id)
{
	return text != NULL && sscanf(text, "%" SCNu64 ":%" SCNu64, &id->dev, &id->ino) == 2;
}

bool
records_path(const json_t *object, const json_t *folder, char path[PATH_MAX])
{
	const char *text = records_text(object, "path"), *hex = records_text(object, "path_bytes");
	size_t n = 0;

	if (text == NULL)
		return false;
	path[0] = '\0';
	if (text[0] != '/' && folder != NULL) {
		if (!records_path(folder, NULL, path))
			return false;
		n = strlen(path);
		path[n++] = '/';
	}
	if (hex == NULL)
		return (size_t)snprintf(path + n, PATH_MAX - n, "%s", text) < PATH_MAX - n;
	for (; hex[0] != '\0' && hex[1] != '\0' && n + 1 < PATH_MAX; hex += 2) {
		unsigned byte;
		if (sscanf(hex, "%2x", &byte) != 1)
			return false;
		path[n++] = (char)byte;
	}
	path[n] = '\0';
	return *hex == '\0';
}

static enum graph_kind
kind_of(const char *text)
{
	return text == NULL                  ? GRAPH_OTHER
	       : strcmp(text, "pipe") == 0   ? GRAPH_PIPE
	       : strcmp(text, "file") == 0   ? GRAPH_FILE
	       : strcmp(text, "socket") == 0 ? GRAPH_SOCKET
					     : GRAPH_OTHER;
}

static bool
take_stream(struct graph_stream *s, const json_t *entry)
{
	const char *way = records_text(entry, "way"), *hash = records_text(entry, "xxh3");

	*s = (struct graph_stream){
	    .kind = kind_of(records_text(entry, "kind")),
	    .path = records_text(entry, "path"),
	    .in = way != NULL && strcmp(way, "in") == 0,
	    .end = json_is_true(json_object_get(entry, "end")),
	    .named = hash == NULL,
	    .at = records_number(entry, "at"),
	    .size = records_number(entry, "size"),
	    .bytes = records_number(entry, "bytes"),
	};
	return way != NULL && records_id(records_text(entry, "id"), &s->id) &&
	       (hash == NULL || sscanf(hash, "%" SCNx64, &s->hash) == 1);
}

static enum graph_status
status_of(const char *text)
{
	return text == NULL                       ? GRAPH_KILLED
	       : strcmp(text, "ok") == 0          ? GRAPH_OK
	       : strcmp(text, "reader-gone") == 0 ? GRAPH_READER_GONE
						  : GRAPH_ERROR;
}

/* What a program had that was killed: of its streams only these are known, and not what passed. */
static size_t
take_ends(struct graph_node *node, const json_t *root)
{
	struct graph_stream *in = &node->streams[0], *out = &node->streams[1];

	*in = (struct graph_stream){.kind = GRAPH_PIPE, .in = true};
	*out = (struct graph_stream){.kind = GRAPH_PIPE};
	return records_id(records_text(root, "stdin"), &in->id) &&
		       records_id(records_text(root, "stdout"), &out->id)
		   ? 2
		   : 0;
}

/* What messages call it. */
static const char *
name_of(json_t *root)
{
	const char *name = records_text(root, "program"), *command = records_text(root, "command");

	if (name == NULL || command == NULL)
		return name;
	json_object_set_new(root, "name", json_sprintf("%s %s", name, command));
	return records_text(root, "name");
}

/* Makes a node of a record. */
static bool
take_record(struct graph_node *node, json_t *root)
{
	const json_t *opened = json_object_get(root, "opened");
	size_t n = json_array_size(opened);

	*node = (struct graph_node){
	    .name = name_of(root),
	    .message = records_text(root, "message"),
	    .pid = (long)records_number(root, "pid"),
	    .status = status_of(records_text(root, "status")),
	    .code = (int)records_number(root, "exit"),
	    .streams = calloc(n + 2, sizeof *node->streams),
	    .ctx = root,
	};
	if (node->name == NULL || node->streams == NULL)
		return false;
	if (node->status == GRAPH_KILLED)
		node->nstreams = take_ends(node, root);
	for (size_t i = 0; i < n; i++) {
		if (!take_stream(&node->streams[node->nstreams++], json_array_get(opened, i)))
			return false;
	}
	return true;
}

static int
fault(char *message, size_t cap, const char *name, const char *why)
{
	snprintf(message, cap, "the record %s cannot be read: %s", name, why);
	return CLI_RETRY;
}

static int
read_one(struct records *r, const char *folder, const char *name, char *message, size_t cap)
{
	char path[PATH_MAX];
	json_error_t error;
	struct stat st;

	if (r->n >= NODES_MAX)
		return fault(message, cap, name, "too many programs took part");
	if (r->n == r->cap) {
		size_t more = r->cap > 0 ? 2 * r->cap : 16;
		struct graph_node *nodes = realloc(r->nodes, more * sizeof *nodes);
		if (nodes == NULL)
			return fault(message, cap, name, "out of memory");
		r->nodes = nodes;
		r->cap = more;
	}
	if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
		return fault(message, cap, name, "its name is too long");
	if (stat(path, &st) < 0 || st.st_size > RECORD_MAX)
		return fault(message, cap, name, "it is too large, or gone");
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		return fault(message, cap, name, error.text);
	/* The node owns it now, also when it is refused. */
	return take_record(&r->nodes[r->n++], root)
		   ? CLI_OK
		   : fault(message, cap, name, "it is not what potok-run-record(5) describes");
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* Is the program of a begin record still without an end? */
static bool
never_ended(const char *folder, const char *begin)
{
	char path[PATH_MAX];
	struct stat st;
	int n = (int)(strlen(begin) - strlen(".begin"));

	snprintf(path, sizeof path, "%s/%.*s.end", folder, n, begin);
	return stat(path, &st) < 0;
}

int
records_read(struct records *r, const char *folder, char *message, size_t cap)
{
	DIR *dir = opendir(folder);
	int code = CLI_OK;

	*r = (struct records){0};
	if (dir == NULL) {
		snprintf(
		    message, cap, "the folder of the records cannot be read: %s", strerror(errno));
		return CLI_SYSTEM;
	}
	for (struct dirent *e; code == CLI_OK && (e = readdir(dir)) != NULL;) {
		if (ends_with(e->d_name, ".end") ||
		    (ends_with(e->d_name, ".begin") && never_ended(folder, e->d_name)))
			code = read_one(r, folder, e->d_name, message, cap);
	}
	closedir(dir);
	return code;
}

void
records_free(struct records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		json_decref(r->nodes[i].ctx);
		free(r->nodes[i].streams);
	}
	free(r->nodes);
	*r = (struct records){0};
}
