/* Options and messages that all programs share. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <potok/utf8.h>

#include "record.h"

void
cli_begin(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		/* Opened the wrong way round, so that reading or writing it still fails. */
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			_exit(CLI_SYSTEM);
	}
}

int
cli_flush(const struct cli *cli)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return CLI_OK;
	fprintf(stderr, "%s: <stdout>: cannot write: %s\n", cli->name, strerror(errno));
	return CLI_OUTPUT;
}

int
cli_usage(const struct cli *cli, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s; '%s --help' tells more\n", cli->name, text, cli->name);
	record_refusal(cli, CLI_USAGE, text);
	return CLI_USAGE;
}

void
cli_report(struct cli *cli, enum cli_exit code, uint64_t byte, const char *format, ...)
{
	char text[1536];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s\n", cli->name, text);
	if (cli->code == CLI_OK)
		cli->code = code;
	if (record_is_open(cli->record))
		record_fault(cli->record, text, byte);
	else
		record_refusal(cli, cli->code, text);
}

void
cli_fault(struct cli *cli, enum cli_exit code, const char *file, const char *what, const char *why)
{
	char shown[1024];

	cli_report(cli, code, UINT64_MAX, "%s: %s: %s",
	    strcmp(file, "-") == 0 ? "<stdin>" : cli_printable(file, shown, sizeof shown), what,
	    why);
}

void
cli_use(struct cli *cli, const char *way, const char *role, const char *path)
{
	/* Of an option given more often the last counts. */
	size_t i = cli->nuses < CLI_USES_MAX ? cli->nuses : CLI_USES_MAX - 1;
	struct cli_use *use = &cli->uses[i];

	*use = (struct cli_use){.way = way, .role = role, .path = path};
	if (stat(path, &use->st) == 0)
		cli->nuses = i + 1;
}

void
cli_json(FILE *f, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t left = strlen(text);

	fputc('"', f);
	while (left > 0) {
		uint32_t cp;
		int len = potok_utf8_decode(p, left, &cp);
		size_t n = len > 0 ? (size_t)len : 1;
		if (len <= 0)
			fputs("\xEF\xBF\xBD", f);
		else if (cp < 0x20 || cp == '"' || cp == '\\')
			fprintf(f, "\\u%04x", (unsigned)cp);
		else
			fwrite(p, 1, n, f);
		p += n;
		left -= n;
	}
	fputc('"', f);
}

static int
help(const struct cli *cli)
{
	printf("usage: %s %s\n\n%s", cli->name, cli->synopsis, cli->options_help);
	if (!cli->is_driver)
		fputs("      --stats[=FILE]   counts as one JSON object to stderr or FILE\n"
		      "      --capabilities   the nature of this stage as JSON\n",
		    stdout);
	fputs("  -h, --help           this text\n"
	      "  -V, --version        versions of the program and its libraries\n",
	    stdout);
	if (!cli->is_driver)
		fputs("\nNo FILE, or -, is standard input.\n", stdout);
	fputs("\nexamples:\n", stdout);
	fputs(cli->examples, stdout);
	return cli_flush(cli);
}

static int
capabilities(const struct cli *cli)
{
	printf("{\"program\":\"%s\",\"version\":\"%s\",\"line_to_line\":%s,"
	       "\"lines_independent\":%s,\"blank_independent\":%s}\n",
	    cli->name, POTOK_VERSION, cli->line_to_line ? "true" : "false",
	    cli->lines_independent ? "true" : "false",
	    cli->lines_independent || cli->blank_independent ? "true" : "false");
	return cli_flush(cli);
}

/*
 * Reports an option that getopt_long() refused; argv[optind - 1] is its argument, but in the midst
 * of a cluster of letters the one before it. optopt is 0 for an unknown long option, and what the
 * table says for one with an unwanted value; otherwise it is a letter, or a byte of a character
 * that is none.
 */
static int
unknown_option(const struct cli *cli, char *const argv[])
{
	const char *arg = argv[optind - 1], *next = argv[optind];
	char shown[128];
	unsigned char letter = (unsigned char)optopt;
	bool in_cluster = next != NULL && next[0] == '-' && next[1] != '-' && strlen(next) > 2 &&
			  strchr(next, letter) != NULL;
	bool is_long = strncmp(arg, "--", 2) == 0 && strchr(arg, '=') != NULL && !in_cluster;

	if (optopt == 0 || optopt > 0xFF || is_long)
		return cli_usage(cli, "unknown, unclear or wrongly used option '%s'",
		    cli_printable(arg, shown, sizeof shown));
	if (letter < 0x20 || letter > 0x7E)
		return cli_usage(cli, "unknown option '-\\x%02X'", letter);
	return cli_usage(cli, "unknown option '-%c'", letter);
}

int
cli_option(struct cli *cli, int c, char *const argv[])
{
	char shown[128];

	switch (c) {
	case 'h':
		return help(cli);
	case 'V':
		printf("%s %s\n%s", cli->name, POTOK_VERSION, cli->libraries ? cli->libraries : "");
		return cli_flush(cli);
	case CLI_OPT_STATS:
		cli->stats = true;
		cli->stats_file = optarg;
		return -1;
	case CLI_OPT_CAPABILITIES:
		return capabilities(cli);
	case ':':
		return cli_usage(cli, "option '%s' wants a value",
		    cli_printable(argv[optind - 1], shown, sizeof shown));
	default:
		return unknown_option(cli, argv);
	}
}

static bool
same_letter(char a, char b)
{
	return a == b || ((a ^ b) == 0x20 && (a | 0x20) >= 'a' && (a | 0x20) <= 'z');
}

/* Damerau's distance without transpositions of changed letters, for short names; case does not
 * matter.  A part behind a hyphen that b has at its end and a lacks counts as one. */
static size_t
distance(const char *a, const char *b)
{
	enum { MAX = 63 };
	size_t row[3][MAX + 1];
	size_t na = strlen(a), nb = strlen(b);

	if (na > MAX || nb > MAX)
		return MAX;
	for (size_t j = 0; j <= nb; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t d = up[j - 1] + !same_letter(a[i - 1], b[j - 1]);
			if (up[j] + 1 < d)
				d = up[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]) && up2[j - 2] + 1 < d)
				d = up2[j - 2] + 1;
			now[j] = d;
		}
	}
	size_t least = row[na % 3][nb], parts = 0;
	for (size_t j = nb; j-- > 0;) {
		if (b[j] == '-' && row[na % 3][j] + ++parts < least)
			least = row[na % 3][j] + parts;
	}
	return least;
}

int
cli_unknown(const struct cli *cli, const char *kind, const char *word, const char *(*name)(size_t))
{
	const char *nearest = NULL;
	size_t least = strlen(word) / 3 + 2;
	char shown[128];

	cli_printable(word, shown, sizeof shown);
	for (size_t i = 0; name(i) != NULL; i++) {
		size_t d = distance(word, name(i));
		if (d < least) {
			least = d;
			nearest = name(i);
		}
	}
	if (nearest == NULL)
		return cli_usage(cli, "unknown %s '%s'", kind, shown);
	return cli_usage(cli, "unknown %s '%s'; did you mean '%s'?", kind, shown, nearest);
}

bool
cli_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t v = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');
		if (*text < '0' || *text > '9' || v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return v >= min && v <= max;
}

const char *
cli_printable(const char *name, char *buf, size_t cap)
{
	size_t n = 0, left = strlen(name);

	for (const unsigned char *p = (const unsigned char *)name; left > 0;) {
		uint32_t cp;
		int len = potok_utf8_decode(p, left, &cp);
		bool shown = len > 0 && cp >= 0x20 && (cp < 0x7F || cp > 0x9F);
		size_t nbytes = len > 0 ? (size_t)len : 1;
		if (n + nbytes * (shown ? 1 : 4) >= cap)
			break;
		for (left -= nbytes; nbytes > 0; nbytes--, p++) {
			if (shown)
				buf[n++] = (char)*p;
			else
				n += (size_t)snprintf(buf + n, cap - n, "\\x%02X", *p);
		}
	}
	buf[n] = '\0';
	return buf;
}
