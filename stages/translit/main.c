/* potok-translit: Cyrillic text in Latin letters, and back. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <potok/translit.h>

enum {
	OPT_BOTH = CLI_OPT_OWN,
	OPT_LIST,
	OPT_JSON,
	OPT_DESCRIBE,
	OPT_REVERSE,
	OPT_REVERSIBLE,
	OPT_STRESS,
	OPT_KEEP,
	OPT_UNKNOWN,
	OPT_SIGNS,
	OPT_ICU,
	OPT_ICU_RULES
};

enum {
	RULES_MAX = 1024 * 1024, /* bytes of a file of rules */
	CHUNK = 64 * 1024        /* bytes read at once */
};

struct program {
	struct potok_translit_options options;
	struct potok_translit stage;
	const char *language;
	const char *describe;
	struct potok_transform_options transform;
	struct potok_transform transform_stage;
	const char *rules_file;
	struct potok_buf rules;
	bool list, json;
	bool of_scheme; /* an option is given that schemes have */
};

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;

	if (p->transform.id != NULL || p->transform.rules != NULL) {
		*stage = &p->transform_stage.stage;
		return potok_transform_init(&p->transform_stage, &p->transform);
	}
	*stage = &p->stage.stage;
	return potok_translit_init(&p->stage, &p->options);
}

/* Name i of a scheme: its own names and its aliases. */
static const char *
scheme_name(size_t i)
{
	static char words[1024][32];
	struct potok_translit_scheme s;
	const size_t word = i;

	for (size_t k = 0; word < 1024 && potok_translit_scheme(k, &s); k++) {
		if (i-- == 0)
			return s.name;
		for (const char *a = s.aliases; *a != '\0'; a += strcspn(a, " "), a += *a == ' ') {
			if (i-- > 0)
				continue;
			snprintf(words[word], sizeof words[word], "%.*s", (int)strcspn(a, " "), a);
			return words[word];
		}
	}
	return NULL;
}

static void
list_json(const struct potok_translit_scheme *s)
{
	const char *const members[][2] = {{"name", s->name}, {"aliases", s->aliases},
	    {"languages", s->languages}, {"standard", s->standard}, {"status", s->status}};

	putchar('{');
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		printf("\"%s\":", members[i][0]);
		cli_json(stdout, members[i][1]);
		putchar(',');
	}
	printf("\"back\":%s,\"reversible\":%s}\n", s->back ? "true" : "false",
	    s->reversible ? "true" : "false");
}

static int
list(const struct cli *cli, bool json)
{
	struct potok_translit_scheme s;

	for (size_t i = 0; potok_translit_scheme(i, &s); i++) {
		if (json)
			list_json(&s);
		else
			printf("%s\t%s\t%s\t%s\n", s.name, s.languages, s.back ? "both" : "forward",
			    s.standard);
	}
	return cli_flush(cli);
}

static int
describe(const struct cli *cli, const char *scheme)
{
	struct potok_buf text = {0};
	enum potok_status s = potok_translit_describe(scheme, &text);

	if (s == POTOK_EUSAGE)
		return cli_unknown(cli, "scheme", scheme, scheme_name);
	if (s >= 0)
		fwrite(text.data, 1, text.len, stdout);
	potok_buf_free(&text);
	return s < 0 ? CLI_SYSTEM : cli_flush(cli);
}

/* The place of a word among n others; -1: it is none of them. */
static int
place(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(word, words[i]) == 0)
			return i;
	}
	return -1;
}

/* Reads words with commas between.  Answers false when one is not known. */
static bool
read_keep(const char *text, unsigned *keep)
{
	static const char *const words[] = {"urls", "emails", "mentions", "code"};
	char word[16];

	*keep = 0;
	if (strcmp(text, "none") == 0)
		return true;
	for (;; text++) {
		size_t n = strcspn(text, ",");
		if (n >= sizeof word)
			return false;
		memcpy(word, text, n);
		word[n] = '\0';
		int i = place(word, words, 4);
		if (i < 0)
			return false;
		*keep |= 1u << i;
		text += n;
		if (*text == '\0')
			return true;
	}
}

/* Takes an option of this program.  Answers false when its value is not known. */
static bool
take_option(struct program *p, int c)
{
	static const char *const unknown[] = {"iso9", "pass", "drop", "stop"};
	static const char *const signs[] = {"standard", "ascii", "none"};
	static const char *const stress[] = {"keep", "drop"};
	int value = 0;

	p->of_scheme |= c != OPT_ICU && c != OPT_ICU_RULES;
	if (c == 's')
		p->options.scheme = optarg;
	else if (c == 'l')
		p->language = optarg;
	else if (c == OPT_BOTH)
		p->options.both = true;
	else if (c == OPT_REVERSE)
		p->options.reverse = true;
	else if (c == OPT_ICU)
		p->transform.id = optarg;
	else if (c == OPT_ICU_RULES)
		p->rules_file = optarg;
	else if (c == OPT_REVERSIBLE)
		p->options.reversible = true;
	else if (c == OPT_LIST)
		p->list = true;
	else if (c == OPT_JSON)
		p->json = true;
	else if (c == OPT_DESCRIBE)
		p->describe = optarg;
	else if (c == OPT_STRESS && (value = place(optarg, stress, 2)) >= 0)
		p->options.drop_stress = value == 1;
	else if (c == OPT_UNKNOWN && (value = place(optarg, unknown, 4)) >= 0)
		p->options.unknown = (enum potok_translit_unknown)value;
	else if (c == OPT_SIGNS && (value = place(optarg, signs, 3)) >= 0)
		p->options.signs = (enum potok_translit_signs)value;
	else if (c == OPT_KEEP)
		return read_keep(optarg, &p->options.keep);
	return value >= 0;
}

/* The ids of ICU's transforms; the text is good until the next call. */
static const char *
transform_id(size_t i)
{
	static char ids[2048][64];

	return i < 2048 && potok_transform_id(i, ids[i], sizeof ids[i]) ? ids[i] : NULL;
}

/* Reads the file of rules.  Answers -1, or the exit code to leave with. */
static int
read_rules(struct cli *cli, struct program *p)
{
	struct potok_buf *text = &p->rules;

	cli_use(cli, "in", "rules", p->rules_file);
	FILE *f = fopen(p->rules_file, "r");
	size_t n = 1;

	while (f != NULL && n > 0 && text->len <= RULES_MAX && potok_buf_room(text, CHUNK) >= 0) {
		n = fread(text->data + text->len, 1, CHUNK, f);
		text->len += n;
	}
	bool bad = f == NULL || ferror(f) || n > 0;
	if (bad) {
		const char *why = f != NULL && n > 0 ? "longer than 1 MiB" : strerror(errno);
		cli_fault(cli, CLI_NOINPUT, p->rules_file, "cannot be read", why);
	}
	if (f != NULL)
		fclose(f);
	p->transform.rules = text->data != NULL ? (const char *)text->data : "";
	p->transform.nrules = text->len;
	return bad ? CLI_NOINPUT : -1;
}

/* Looks whether ICU takes the transform.  Answers -1, or the exit code to leave with. */
static int
check_transform(struct cli *cli, struct program *p)
{
	int code = p->rules_file != NULL ? read_rules(cli, p) : -1;

	if (code >= 0)
		return code;
	if (p->of_scheme || (p->rules_file != NULL && p->transform.id != NULL))
		return cli_usage(cli, "--icu and --icu-rules go alone");
	enum potok_status s = potok_transform_init(&p->transform_stage, &p->transform);
	potok_close(&p->transform_stage.stage);
	if (s == POTOK_EUSAGE && p->rules_file != NULL)
		return cli_usage(
		    cli, "%s: line %d: %s", p->rules_file, p->transform.line, p->transform.why);
	if (s == POTOK_EUSAGE)
		return cli_unknown(cli, "transform", p->transform.id, transform_id);
	return -1;
}

/* Finds the scheme that is meant.  Answers -1, or the exit code to leave with. */
static int
find_scheme(const struct cli *cli, struct program *p)
{
	const char *name = p->options.scheme;

	if (name == NULL)
		return cli_usage(cli, "-s SCHEME is needed; --list has the names");
	p->options.scheme = potok_translit_find(name, p->language);
	if (p->options.scheme == NULL && p->language != NULL &&
	    potok_translit_find(name, NULL) != NULL)
		return cli_usage(cli,
		    "%s has no scheme for the language %s; --list has the languages", name,
		    p->language);
	if (p->options.scheme == NULL)
		return cli_unknown(cli, "scheme", name, scheme_name);
	if (p->options.reversible &&
	    (p->options.reverse || p->options.drop_stress || p->options.signs != 0))
		return cli_usage(
		    cli, "--reversible does not go with --reverse, --signs and --stress");
	if (p->options.reverse || p->options.reversible) {
		struct potok_translit_scheme s;
		for (size_t i = 0; potok_translit_scheme(i, &s); i++) {
			if (strcmp(s.name, p->options.scheme) == 0 && !s.back)
				return cli_usage(cli,
				    "%s has no way back to Cyrillic; --list tells which have one",
				    s.name);
		}
	}
	return -1;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {CLI_LONG, {"scheme", required_argument, NULL, 's'},
	    {"language", required_argument, NULL, 'l'}, {"both", no_argument, NULL, OPT_BOTH},
	    {"reverse", no_argument, NULL, OPT_REVERSE},
	    {"reversible", no_argument, NULL, OPT_REVERSIBLE},
	    {"keep", required_argument, NULL, OPT_KEEP},
	    {"unknown", required_argument, NULL, OPT_UNKNOWN},
	    {"signs", required_argument, NULL, OPT_SIGNS},
	    {"icu", required_argument, NULL, OPT_ICU},
	    {"icu-rules", required_argument, NULL, OPT_ICU_RULES},
	    {"stress", required_argument, NULL, OPT_STRESS}, {"list", no_argument, NULL, OPT_LIST},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"describe", required_argument, NULL, OPT_DESCRIBE}, CLI_LONG_END};
	struct program p = {.options = POTOK_TRANSLIT_DEFAULTS};
	struct cli cli = {
	    .name = "potok-translit",
	    .arguments = argv,
	    .synopsis = "-s SCHEME [-l LANGUAGE] [OPTION...] [FILE...]",
	    .options_help =
		"  -s, --scheme=SCHEME    the scheme to write by; --list has the names\n"
		"  -l, --language=LANG    with an authority for SCHEME: its table for LANG\n"
		"      --reverse          from Latin to Cyrillic\n"
		"      --reversible       with marks, so that --reverse gives back the text\n"
		"      --both             each line, a tab, the line in the other letters\n"
		"      --keep=LIST        what passes as it is: urls,emails,mentions,code (all\n"
		"                         four by default), or none\n"
		"      --unknown=HOW      letters that the scheme lacks: iso9 (default), pass,\n"
		"                         drop, stop\n"
		"      --signs=HOW        signs for ь and ъ: standard (default), ascii, none\n"
		"      --stress=HOW       stress marks: keep (default), drop\n"
		"      --icu=ID           instead of -s: a transform of ICU, as Greek-Latin\n"
		"      --icu-rules=FILE   instead of -s: a transform by rules in ICU's syntax\n"
		"      --list [--json]    the schemes, their languages and directions\n"
		"      --describe=SCHEME  the standard behind a scheme, and its table\n",
	    .examples = "  echo Щука | potok-translit -s bgnpcgn-rus-1947\n"
			"  potok-translit -s bgn -l uk < names.txt\n"
			"  potok-translit -s iso9-1995 --both < names.txt > names.tsv\n",
	    .line_to_line = true,
	    .lines_independent = true,
	    .start = start,
	    .program = &p,
	};
	int c, code, index = 0;
	char word[128];

	cli_begin();
	while ((c = getopt_long(argc, argv, CLI_SHORT "s:l:", longs, &index)) != -1) {
		bool own = c == 's' || c == 'l' || c >= OPT_BOTH;
		if (own && !take_option(&p, c))
			return cli_usage(&cli, "--%s: '%s' is none of its values",
			    longs[index].name, cli_printable(optarg, word, sizeof word));
		if (!own && (code = cli_option(&cli, c, argv)) >= 0)
			return code;
	}
	if (p.describe != NULL)
		return describe(&cli, p.describe);
	if (p.list)
		return list(&cli, p.json);
	code = p.transform.id != NULL || p.rules_file != NULL ? check_transform(&cli, &p)
							      : find_scheme(&cli, &p);
	if (code < 0)
		code = cli_run_files(&cli, argv + optind);
	potok_buf_free(&p.rules);
	return code;
}
