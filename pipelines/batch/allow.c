/* Whether a pipeline may be run on the parts of an input: it is tried on the first lines of it, and
 * the stages that took part are asked for their nature. */
#include "batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "process.h"
#include "run.h"

enum { SAMPLE = 65536 };

/* What the try has told. */
struct nature {
	bool finds;         /* potok-normalize has to find the encoding out */
	unsigned packers;   /* stages that write gzip */
	char refused[1024]; /* why it may not be cut; "": it may */
};

/* The words of a stage's command line, with room for one more; for free(), the words are not. */
static const char **
words_of(const json_t *stage)
{
	const json_t *arguments = json_object_get(stage, "arguments");
	const json_t *executable = json_object_get(stage, "executable");
	size_t i;
	json_t *word;
	const char **words = calloc(json_array_size(arguments) + 3, sizeof *words);

	if (words == NULL)
		return NULL;
	json_array_foreach(arguments, i, word) words[i] = json_string_value(word);
	const char *path = json_string_value(json_object_get(executable, "path"));
	if (path != NULL)
		words[0] = path;
	return words;
}

/* Whether one of the words is an option, as a letter, alone or with its value, or by its name. */
static const char *
option_of(const char *const words[], char letter, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 1; words[i] != NULL; i++) {
		const char *w = words[i];
		if (letter != '\0' && w[0] == '-' && w[1] == letter)
			return w[2] != '\0' ? w + 2 : words[i + 1] != NULL ? words[i + 1] : "";
		if (strncmp(w, "--", 2) == 0 && strncmp(w + 2, name, n) == 0 &&
		    (w[n + 2] == '\0' || w[n + 2] == '='))
			return w[n + 2] == '='        ? w + n + 3
			       : words[i + 1] != NULL ? words[i + 1]
						      : "";
	}
	return NULL;
}

static bool
has_word(const char *const words[], const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* Why a stage stands in the way of a cut. */
static void
refuse(struct nature *nature, const char *program, const char *const words[], const char *why)
{
	size_t cap = sizeof nature->refused, n;

	if (nature->refused[0] != '\0')
		return;
	n = (size_t)snprintf(nature->refused, cap, "'%s", program);
	for (size_t i = 1; words[i] != NULL && n < cap / 2; i++)
		n += (size_t)snprintf(nature->refused + n, cap - n, " %.100s", words[i]);
	snprintf(nature->refused + n, cap - n, "' %s", why);
}

/* Asks a stage, with its own options, for its nature. */
static void
ask(struct batch *b, struct nature *nature, const json_t *stage)
{
	const char *program = json_string_value(json_object_get(stage, "program"));
	const char **words = words_of(stage);
	char said[1024];
	size_t n = 0;

	if (words == NULL || program == NULL)
		goto out;
	if (strcmp(program, "potok-wrap") == 0) {
		if (!b->foreign_lines)
			refuse(nature, program, words,
			    "runs a foreign command, and only you know whether that treats each "
			    "line "
			    "alone; --foreign-lines says so");
		goto out;
	}
	if (strcmp(program, "potok-compress") == 0) {
		nature->packers += !has_word(words, "-d") && !has_word(words, "--decompress");
		goto out;
	}
	if (strcmp(program, "potok-normalize") == 0) {
		const char *from = option_of(words, 'f', "from");
		if (from == NULL || strcmp(from, "auto") == 0) {
			nature->finds = true;
			goto out;
		}
	}
	while (words[n] != NULL)
		n++;
	words[n] = "--capabilities";
	int code = process_run((char *const *)words, said, sizeof said);
	words[n] = NULL;
	json_t *nature_of = code == 0 ? json_loads(said, 0, NULL) : NULL;
	bool blank = json_is_true(json_object_get(nature_of, "blank_independent"));
	if (!json_is_true(json_object_get(nature_of, "lines_independent")) &&
	    !(b->at_blank && blank))
		refuse(nature, program, words,
		    blank ? "does not treat each line alone; --at=blank suffices for it"
			  : "does not treat each line alone");
	json_decref(nature_of);
out:
	free(words);
}

/* Runs the pipeline over a sample. */
static int
try_it(
    struct batch *b, const char *sample, const char *out, const char *from, struct nature *nature)
{
	char pipeline[BATCH_PATH], record[PATH_MAX];
	char **argv = run_words(b, sample, out, from, pipeline);
	size_t n;

	*nature = (struct nature){0};
	if (argv == NULL || !run_beside(record, out, RUN_MANIFEST)) {
		free(argv);
		return fault(b, CLI_SYSTEM, b->run, "out of memory");
	}
	int code = process_run(argv, NULL, 0);
	free(argv);
	if (code < 0)
		return fault(b, BATCH_SETUP, "potok-run", strerror(errno));
	if (code != 0)
		return code;
	json_t *m = json_load_file(record, 0, NULL), *stage;
	if (m == NULL)
		return fault(b, CLI_BUG, record, "cannot be read");
	json_array_foreach(json_object_get(m, "stages"), n, stage) ask(b, nature, stage);
	json_decref(m);
	unlink(out);
	unlink(record);
	return CLI_OK;
}

/* What potok-normalize takes the whole input for. */
static int
detect(struct batch *b, const char *name, char *from, size_t cap)
{
	static const char script[] =
	    "case $(head -c 2 -- \"$1\" | od -A n -t x1) in\n"
	    "' 1f 8b') potok-compress -d -- \"$1\" | potok-normalize --detect - ;;\n"
	    "*) potok-normalize --detect - <\"$1\" ;;\n"
	    "esac\n";
	char path[BATCH_PATH], said[1024];
	char *argv[] = {"sh", "-c", (char *)script, "sh", path, NULL};

	if (!input_path(b, name, path) || process_run(argv, said, sizeof said) != 0)
		return fault(b, CLI_NOINPUT, name, "its encoding cannot be found out");
	char *begin = strchr(said, '\t');
	char *end = begin != NULL ? strchr(begin + 1, '\t') : NULL;
	if (end == NULL || (size_t)(end - begin) > cap)
		return fault(
		    b, CLI_BUG, name, "potok-normalize --detect does not tell the encoding");
	snprintf(from, cap, "%.*s", (int)(end - begin - 1), begin + 1);
	return CLI_OK;
}

int
cut_allowed(struct batch *b, const char *name, struct cut *cut)
{
	char folder[BATCH_PATH], sample[BATCH_PATH], out[BATCH_PATH];
	struct nature nature;

	if (!parts_path(b, name, folder) || !path_of(sample, "%s/sample", folder) ||
	    !path_of(out, "%s/sample.out", folder) || !make_folders(sample))
		return fault(b, CLI_OUTPUT, name, strerror(errno));
	uint64_t length = cut_sample(b, name, SAMPLE);
	int code = cut_copy(b, name, 0, length, sample);
	if (code == CLI_OK)
		code = try_it(b, sample, out, "", &nature);
	if (code == CLI_OK && nature.finds) {
		code = detect(b, name, cut->from, sizeof cut->from);
		if (code == CLI_OK)
			code = try_it(b, sample, out, cut->from, &nature);
		if (code == CLI_OK && nature.finds)
			snprintf(nature.refused, sizeof nature.refused,
			    "every part must be read in one encoding: let the pipeline hand its "
			    "arguments "
			    "to potok-normalize (\"$@\"), or name the encoding with -f there");
	}
	unlink(sample);
	if (code == CLI_DATA) {
		/* Bad data at its very beginning: it is run whole and judged as any other input. */
		cut->starts[1] = cut->starts[cut->n];
		cut->n = 1;
		return CLI_OK;
	}
	if (code != CLI_OK)
		return fault(b, code, name, "the pipeline fails on its first lines");
	if (nature.packers > 1)
		snprintf(nature.refused, sizeof nature.refused, "more than one stage writes gzip");
	if (nature.refused[0] != '\0') {
		char why[2048];
		snprintf(why, sizeof why, "cannot be cut: %s%s%s", nature.refused,
		    cut->from[0] != '\0' ? "; its encoding is " : "", cut->from);
		return fault(b, CLI_USAGE, name, why);
	}
	return CLI_OK;
}
