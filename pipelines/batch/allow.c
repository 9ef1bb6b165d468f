/* Whether a pipeline may be run on the parts of an input: it is tried on the first lines of it, and
 * the stages that took part are asked for their nature. */
#include "batch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "process.h"

enum { SAMPLE = 65536 };

/* What the try has told. */
struct nature {
	bool ran;           /* the pipeline went through */
	bool finds;         /* potok-normalize has to find the encoding out */
	unsigned packers;   /* stages that write gzip */
	char refused[1024]; /* why it may not be cut; "": it may */
};

/* The words of a program, without one that names where counts go. */
static char **
words_of(const char *program, const char *arguments, size_t more)
{
	size_t n = 1;

	for (const char *a = json_first(arguments, NULL, NULL); a != NULL;
	     a = json_next(a, NULL, NULL))
		n++;
	char **words = calloc(n + more + 1, sizeof *words);
	if (words == NULL)
		return NULL;
	words[0] = strdup(program);
	n = 1;
	for (const char *a = json_first(arguments, NULL, NULL); a != NULL;
	     a = json_next(a, NULL, NULL))
		words[n++] = json_string(a);
	return words;
}

static void
free_words(char **words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		free(words[i]);
	free(words);
}

/* Whether one of the words is an option, as a letter, alone or with its value, or by its name. */
static const char *
option_of(char *const words[], char letter, const char *name)
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

/* Asks a stage, with its own options, for its nature. */
static void
ask(struct batch *b, struct nature *nature, const char *program, const char *arguments)
{
	char said[1024];
	char **words = words_of(program, arguments, 1);
	size_t n = 0;

	if (words == NULL)
		return;
	while (words[n] != NULL)
		n++;
	bool packs = strcmp(program, "potok-compress") == 0;
	if (packs) {
		bool reads = false;
		for (size_t i = 1; i < n; i++)
			reads = reads || strcmp(words[i], "-d") == 0 ||
				strcmp(words[i], "--decompress") == 0;
		nature->packers += !reads;
		free_words(words);
		return;
	}
	const char *from =
	    strcmp(program, "potok-normalize") == 0 ? option_of(words, 'f', "from") : "";
	nature->finds = nature->finds || from == NULL || strcmp(from, "auto") == 0;
	words[n] = strdup("--capabilities");
	int code = process_run(words, said, sizeof said);
	bool lines = code == 0 && json_is_true(json_member(said, "lines_independent"));
	bool blank = code == 0 && json_is_true(json_member(said, "blank_independent"));
	if (!lines && !(b->at_blank && blank) && nature->refused[0] == '\0' && from != NULL) {
		size_t len =
		    (size_t)snprintf(nature->refused, sizeof nature->refused, "'%s", program);
		for (size_t i = 1; i < n && len < 512; i++)
			len += (size_t)snprintf(nature->refused + len, sizeof nature->refused - len,
			    " %.200s", words[i]);
		snprintf(nature->refused + len, sizeof nature->refused - len,
		    "' does not treat each line alone%s",
		    blank ? "; --at blank suffices for it" : "");
	}
	free_words(words);
}

/* Runs the pipeline over a sample. */
static int
try_it(
    struct batch *b, const char *sample, const char *out, const char *from, struct nature *nature)
{
	char pipeline[BATCH_PATH], record[BATCH_PATH];
	char **argv = calloc(b->run_args.n + b->args.n + 9, sizeof *argv);
	size_t n = 0, len;

	*nature = (struct nature){0};
	if (argv == NULL || !names_index(&b->args) || !names_index(&b->run_args) ||
	    !path_of(pipeline, "%s/pipeline", b->run) || !path_of(record, "%s.potok.json", out)) {
		free(argv);
		return fault(b, CLI_SYSTEM, b->run, "out of memory");
	}
	argv[n++] = "potok-run";
	argv[n++] = "-i";
	argv[n++] = (char *)sample;
	argv[n++] = "-o";
	argv[n++] = (char *)out;
	for (size_t i = 0; i < b->run_args.n; i++)
		argv[n++] = b->run_args.at[i];
	argv[n++] = pipeline;
	for (size_t i = 0; i < b->args.n; i++)
		argv[n++] = b->args.at[i];
	if (from[0] != '\0') {
		argv[n++] = "-f";
		argv[n++] = (char *)from;
	}
	int code = process_run(argv, NULL, 0);
	free(argv);
	if (code < 0)
		return fault(b, BATCH_SETUP, "potok-run", strerror(errno));
	if (code != 0)
		return code;
	char *text = read_file(record, &len);
	if (text == NULL)
		return fault(b, CLI_BUG, record, strerror(errno));
	nature->ran = true;
	const char *stages = json_member(text, "stages");
	for (const char *s = json_first(stages, NULL, NULL); s != NULL;
	     s = json_next(s, NULL, NULL)) {
		char *program = json_string(json_member(s, "program"));
		if (program != NULL && strcmp(program, "potok-wrap") != 0)
			ask(b, nature, program, json_member(s, "arguments"));
		else if (program != NULL && !b->foreign_lines)
			snprintf(nature->refused, sizeof nature->refused,
			    "a foreign command takes part, and only you know whether it treats "
			    "each line "
			    "alone; --foreign-lines says so");
		free(program);
	}
	free(text);
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
