/* potok-compress: text becomes block gzip; with -d gzip becomes text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <potok/compress.h>

#include "cli.h"
#include "files.h"
#include "list.h"

enum {
	OPT_BEST = CLI_OPT_OWN,
	OPT_FAST,
	OPT_INDEX,
	OPT_BLOCK,
	OPT_RECORDS,
	OPT_LINES,
	OPT_BYTES,
	OPT_REINDEX,
	OPT_SALVAGE,
	OPT_FORMAT,
	OPT_JSON,
};
enum { LEVEL_NONE = 1000, JOBS_DEFAULT_MAX = 4 };

struct program {
	enum { COMPRESS, DECOMPRESS, TEST, LIST, REINDEX } mode;
	unsigned njobs;
	const char *index_base;
	const char *gaps_file;
	FILE *gaps;
	bool json, listed;
	uint64_t from, count; /* units that are wanted, from 0 */
	struct potok_compress_options options;
	struct potok_decompress_options reading;
	struct potok_compress compress;
	struct potok_decompress decompress;
	struct new_index new_index;
	struct cli *cli;
};

/* --- reading ------------------------------------------------------------------------------ */

static void
report_gap(void *ctx, const struct potok_gap *gap)
{
	struct program *p = ctx;
	char why[96];

	snprintf(
	    why, sizeof why, "%" PRIu64 " bytes are damaged and left out", gap->to - gap->from);
	char where[64];
	snprintf(where, sizeof where, "byte %" PRIu64, gap->from);
	cli_fault(p->cli, CLI_DATA, p->cli->operand, where, why);
	if (p->gaps == NULL)
		return;
	fputs("{\"file\":", p->gaps);
	cli_json(p->gaps, p->cli->operand);
	fprintf(p->gaps, ",\"from\":%" PRIu64 ",\"to\":%" PRIu64 ",\"text_at\":%" PRIu64 "}\n",
	    gap->from, gap->to, gap->text_at);
}

/* Moves to the first block that is wanted, in a file where that can be found.  Answers false when a
 * fault was reported. */
static bool
find_part(struct program *p)
{
	struct potok_decompress_options *o = &p->reading;
	struct potok_place place = {0, p->from};
	struct potok_file file;
	struct old_index x;
	enum potok_status s = POTOK_MORE;
	int fd = p->cli->fd;

	if (!file_of(&fd, &file) || lseek(fd, 0, SEEK_CUR) != 0 || p->from == 0)
		return true;
	int found = old_index_open(&x, p->cli, p->index_base, fd);
	if (found == INDEX_FAULT)
		return false;
	if (found == INDEX_GOOD) {
		s = o->unit == POTOK_LINES ? potok_index_line(&x.index, p->from, &place)
					   : potok_index_byte(&x.index, p->from, &place);
		old_index_close(&x);
	} else if (o->unit == POTOK_BYTES) {
		s = potok_gzip_byte(&file, p->from, &place);
	} else {
		fprintf(stderr,
		    "potok-compress: %s: lines are counted from the beginning, as there is no "
		    "index; --reindex makes one\n",
		    p->cli->operand);
	}
	if (s == POTOK_EINPUT)
		cli_fault(p->cli, CLI_DATA, index_base(p->cli, p->index_base),
		    "cannot use its index", x.index.why);
	else if (s == POTOK_ENOMEM)
		cli_fault(p->cli, CLI_SYSTEM, p->cli->operand, "cannot go on", "out of memory");
	else if (s == POTOK_EIO || lseek(fd, (off_t)place.offset, SEEK_SET) < 0)
		cli_fault(p->cli, CLI_NOINPUT, p->cli->operand, "cannot read", strerror(errno));
	o->offset = place.offset;
	o->skip = place.skip;
	return p->cli->code == CLI_OK;
}

/* --- one stream --------------------------------------------------------------------------- */

static enum potok_status
start(void *ctx, struct potok_stage **stage)
{
	struct program *p = ctx;
	struct potok_decompress_options *o = &p->reading;

	if (p->mode == COMPRESS) {
		*stage = &p->compress.stage;
		return potok_compress_init(&p->compress, &p->options);
	}
	*stage = &p->decompress.stage;
	o->offset = 0;
	o->skip = p->from;
	o->count = p->count;
	return potok_decompress_init(&p->decompress, o);
}

static enum potok_status
run_compress(struct program *p, struct potok_chain *chain)
{
	if (p->index_base != NULL && !new_index_begin(&p->new_index, p->cli, p->index_base))
		return POTOK_DONE;
	enum potok_status s = potok_compress_run(&p->compress, chain, p->njobs);
	int error = errno;
	new_index_end(&p->new_index, p->cli, s == POTOK_DONE, potok_compress_written(&p->compress));
	errno = error;
	return s;
}

static enum potok_status
run_reindex(struct program *p, struct potok_chain *chain)
{
	struct potok_decompress *d = &p->decompress;

	if (!new_index_begin(&p->new_index, p->cli, index_base(p->cli, p->index_base)))
		return POTOK_DONE;
	enum potok_status s = potok_decompress_run(d, chain, p->njobs);
	int error = errno;
	if (s == POTOK_DONE && d->summary.streams > 0) {
		d->stage.offset = 0;
		d->stage.why = "only block gzip can have an index, and this is not, or not all of "
			       "it; compress its text again";
		s = POTOK_EINPUT;
	}
	new_index_end(&p->new_index, p->cli, s == POTOK_DONE, d->stage.offset);
	errno = error;
	return s;
}

/* Writes the row of -l; answers s, or what kept it from being written. */
static enum potok_status
write_row(struct program *p, struct potok_chain *chain, enum potok_status s)
{
	char *text = NULL;
	size_t n = 0;
	int error = errno; /* of reading */
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return POTOK_ENOMEM;
	list_row(f, p->cli, &p->decompress, s, p->index_base, p->json, !p->listed);
	p->listed = true;
	if (fclose(f) != 0) {
		s = POTOK_ENOMEM;
	} else if (chain->write(chain->ctx, text, n) < 0) {
		s = POTOK_EIO;
		error = errno;
	}
	free(text);
	errno = error;
	return s;
}

static enum potok_status
run(void *ctx, struct potok_chain *chain)
{
	struct program *p = ctx;

	if (p->mode == COMPRESS)
		return run_compress(p, chain);
	if (p->mode == REINDEX)
		return run_reindex(p, chain);
	if (p->reading.unit != POTOK_ALL) {
		if (!find_part(p))
			return POTOK_DONE;
		potok_decompress_init(&p->decompress, &p->reading);
	}
	enum potok_status s = potok_decompress_run(&p->decompress, chain, p->njobs);
	return p->mode == LIST ? write_row(p, chain, s) : s;
}

/* --- options ------------------------------------------------------------------------------ */

/* The argument that getopt_long() goes on with: it passes over operands. */
static const char *
next_argument(char *const argv[])
{
	int i = optind;

	while (argv[i] != NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
		i++;
	return argv[i];
}

/* One digit more of a level; what is too large stays too large. */
static int
append_digit(int level, char digit)
{
	int longer = level * 10 + (digit - '0');

	return longer < LEVEL_NONE ? longer : LEVEL_NONE;
}

static int
wrong_level(const struct cli *cli, int level)
{
	int max = potok_compress_level_max();

	if (level > max && level <= 12)
		return cli_usage(
		    cli, "levels above %d need libdeflate, which is not built in", max);
	return cli_usage(cli, "the level is a number from 1 to %d", max);
}

/* Takes "A:B" apart: two numbers from `least` on; either may be missing, and so may ":B". */
static bool
take_range(const char *text, uint64_t least, uint64_t *a, uint64_t *b, bool *has_b)
{
	char first[24] = "";
	const char *colon = strchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);

	*a = least;
	*has_b = colon != NULL && colon[1] != '\0';
	if (n >= sizeof first || (n == 0 && !*has_b))
		return false;
	memcpy(first, text, n);
	return (n == 0 || cli_number(first, least, INT64_MAX, a)) &&
	       (!*has_b || cli_number(colon + 1, 0, INT64_MAX, b));
}

static int
set_lines(struct program *p, const char *text)
{
	uint64_t a, b = 0;
	bool has_b;

	if (!take_range(text, 1, &a, &b, &has_b) || (has_b && b < a))
		return cli_usage(p->cli, "--lines wants A:B, lines from 1 on, as in 5:9, 5: or 5");
	p->reading.unit = POTOK_LINES;
	p->from = a - 1;
	p->count = has_b ? b - p->from : strchr(text, ':') != NULL ? UINT64_MAX : 1;
	return -1;
}

static int
set_bytes(struct program *p, const char *text)
{
	uint64_t offset, length = UINT64_MAX;
	bool has_length;

	if (!take_range(text, 0, &offset, &length, &has_length) || strchr(text, ':') == NULL)
		return cli_usage(p->cli, "--bytes wants OFFSET:LENGTH, as in 0:100 or 5000:");
	p->reading.unit = POTOK_BYTES;
	p->from = offset;
	p->count = has_length ? length : UINT64_MAX;
	return -1;
}

static const char *
format_name(size_t i)
{
	static const char *const names[] = {"gzip", "zlib", "deflate"};

	return i < sizeof names / sizeof names[0] ? names[i] : NULL;
}

static int
set_format(struct program *p, const char *text)
{
	for (size_t i = 0; format_name(i) != NULL; i++) {
		if (strcmp(text, format_name(i)) == 0) {
			p->reading.format = (enum potok_format)i;
			return -1;
		}
	}
	return cli_unknown(p->cli, "format", text, format_name);
}

static int
set_block(struct program *p, const char *text)
{
	p->options.large = strcmp(text, "1M") == 0;
	if (p->options.large || strcmp(text, "64K") == 0)
		return -1;
	return cli_usage(p->cli, "--block is 64K or 1M");
}

static int
set_jobs(struct program *p, const char *text)
{
	uint64_t n;

	if (!cli_number(text, 1, POTOK_JOBS_MAX, &n))
		return cli_usage(p->cli, "-j wants a number from 1 to %d", POTOK_JOBS_MAX);
	p->njobs = (unsigned)n;
	return -1;
}

/* Handles an option of its own but for the level; answers as cli_option(). */
static int
option(struct program *p, int c, char *const argv[])
{
	switch (c) {
	case OPT_BEST:
		p->options.level = potok_compress_level_max();
		return -1;
	case OPT_FAST:
		p->options.fast = true;
		return potok_compress_has_fast()
			   ? -1
			   : cli_usage(p->cli, "--fast needs ISA-L, which is not built in");
	case OPT_INDEX:
		p->index_base = optarg;
		return -1;
	case OPT_BLOCK:
		return set_block(p, optarg);
	case OPT_RECORDS:
		p->options.records = strcmp(optarg, "blank") == 0;
		return p->options.records ? -1 : cli_usage(p->cli, "--records is blank");
	case OPT_LINES:
		p->mode = p->mode == COMPRESS ? DECOMPRESS : p->mode;
		return set_lines(p, optarg);
	case OPT_BYTES:
		p->mode = p->mode == COMPRESS ? DECOMPRESS : p->mode;
		return set_bytes(p, optarg);
	case OPT_REINDEX:
		p->mode = REINDEX;
		return -1;
	case OPT_SALVAGE:
		p->reading.salvage = true;
		p->gaps_file = optarg;
		return -1;
	case OPT_FORMAT:
		return set_format(p, optarg);
	case OPT_JSON:
		p->json = true;
		return -1;
	case 'd':
		p->mode = p->mode == COMPRESS ? DECOMPRESS : p->mode;
		return -1;
	case 't':
		p->mode = p->mode == COMPRESS || p->mode == DECOMPRESS ? TEST : p->mode;
		return -1;
	case 'l':
		p->mode = LIST;
		return -1;
	case 'j':
		return set_jobs(p, optarg);
	case 'c':
	case 'k':
		return -1;
	default:
		return cli_option(p->cli, c, argv);
	}
}

/* Do the options fit each other? */
static int
check_options(struct program *p, char *const files[])
{
	const struct potok_decompress_options *o = &p->reading;
	bool part = o->unit != POTOK_ALL;

	if (p->options.level < 1 || p->options.level > potok_compress_level_max())
		return wrong_level(p->cli, p->options.level);
	if (p->mode != DECOMPRESS && part)
		return cli_usage(p->cli, "--lines and --bytes write text: not with -t, -l or "
					 "--reindex");
	if (p->mode != DECOMPRESS && p->mode != TEST && o->salvage)
		return cli_usage(p->cli, "--salvage wants -d or -t");
	if (part && o->salvage)
		return cli_usage(p->cli, "--salvage reads all: not with --lines or --bytes");
	if (p->mode == COMPRESS && o->format != POTOK_GZIP)
		return cli_usage(p->cli, "--format is for reading: it wants -d or -t");
	if (o->format != POTOK_GZIP &&
	    (part || o->salvage || p->mode == LIST || p->mode == REINDEX))
		return cli_usage(p->cli, "zlib and deflate data are only read whole");
	if (p->json && p->mode != LIST)
		return cli_usage(p->cli, "--json wants -l");
	if (p->mode != COMPRESS && p->index_base != NULL && files[0] != NULL && files[1] != NULL)
		return cli_usage(p->cli, "--index names the index of one file");
	for (size_t i = 0; p->mode == REINDEX && p->index_base == NULL; i++) {
		if (files[i] == NULL && i > 0)
			break;
		if (files[i] == NULL || strcmp(files[i], "-") == 0)
			return cli_usage(p->cli, "--reindex wants a file, or --index=BASE");
	}
	return -1;
}

/* Opens the file of --salvage.  False: a fault was reported. */
static bool
open_gaps(struct program *p)
{
	if (p->gaps_file == NULL)
		return true;
	p->gaps = fopen(p->gaps_file, "w");
	if (p->gaps == NULL)
		cli_fault(p->cli, CLI_OUTPUT, p->gaps_file, "cannot write", strerror(errno));
	else
		cli_use(p->cli, "out", "salvage", p->gaps_file);
	return p->gaps != NULL;
}

static void
close_gaps(struct program *p)
{
	if (p->gaps == NULL)
		return;
	bool failed = ferror(p->gaps) != 0;
	if (fclose(p->gaps) != 0 || failed)
		cli_fault(p->cli, CLI_OUTPUT, p->gaps_file, "cannot write", strerror(errno));
}

static unsigned
default_jobs(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > JOBS_DEFAULT_MAX ? JOBS_DEFAULT_MAX : (unsigned)n;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {CLI_LONG, {"best", no_argument, NULL, OPT_BEST},
	    {"fast", no_argument, NULL, OPT_FAST}, {"block", required_argument, NULL, OPT_BLOCK},
	    {"records", required_argument, NULL, OPT_RECORDS},
	    {"index", required_argument, NULL, OPT_INDEX}, {"jobs", required_argument, NULL, 'j'},
	    {"decompress", no_argument, NULL, 'd'}, {"lines", required_argument, NULL, OPT_LINES},
	    {"bytes", required_argument, NULL, OPT_BYTES},
	    {"reindex", no_argument, NULL, OPT_REINDEX},
	    {"salvage", optional_argument, NULL, OPT_SALVAGE},
	    {"format", required_argument, NULL, OPT_FORMAT}, {"list", no_argument, NULL, 'l'},
	    {"json", no_argument, NULL, OPT_JSON}, {"stdout", no_argument, NULL, 'c'},
	    {"keep", no_argument, NULL, 'k'}, {"test", no_argument, NULL, 't'}, CLI_LONG_END};
	static struct program p = {
	    .options = POTOK_COMPRESS_DEFAULTS, .reading = POTOK_DECOMPRESS_DEFAULTS};
	char libraries[128];
	struct cli cli = {
	    .name = "potok-compress",
	    .arguments = argv,
	    .synopsis = "[-1..-12] [-j N] [--index=BASE] [--block=64K|1M] [FILE...]\n"
			"       potok-compress -d|-t|-l|--reindex [-j N] [FILE...]",
	    .options_help =
		"  -1 ... -12           level: 1 is the fastest; 6 when none is given;\n"
		"                       10 to 12 only with libdeflate\n"
		"      --best           the highest level\n"
		"      --fast           faster than 1, by ISA-L\n"
		"  -j, --jobs=N         threads; the processors, at most 4, when not given\n"
		"      --index=BASE     write BASE.gzi and BASE.gzl, or use them for reading\n"
		"      --block=1M       large blocks, for archives; 64K is what others expect\n"
		"      --records=blank  keep what blank lines separate in one block\n"
		"  -d, --decompress     read gzip of any kind, verify it, write its text\n"
		"      --lines=A:B      of the text only the lines A to B, from 1 on\n"
		"      --bytes=OFF:LEN  of the text only LEN bytes, from OFF on\n"
		"      --format=NAME    gzip, or zlib or deflate data\n"
		"      --salvage[=FILE] go on behind what is damaged; tell of it in FILE as JSON\n"
		"  -t, --test           as -d, but write nothing\n"
		"  -l, --list           what the files hold; with --json as JSON\n"
		"      --reindex        write the index of each FILE again\n"
		"  -c, -k               accepted, for hands that know gzip: --stdout, --keep\n",
	    .examples = "  potok-compress --index=text.gz < text > text.gz\n"
			"  potok-compress -d --lines=1000:1010 text.gz\n"
			"  potok-compress -d text.gz | wc -l\n",
	    .libraries = libraries,
	    .start = start,
	    .run = run,
	    .run_has_threads = true,
	    .program = &p,
	};
	const char *numbered = NULL; /* the argument that the option before, a digit, stood in */
	int c, code;

	cli_begin();
	potok_compress_versions(libraries, sizeof libraries);
	p.cli = &cli;
	p.njobs = default_jobs();
	for (;;) {
		const char *argument = next_argument(argv);
		c = getopt_long(argc, argv, CLI_SHORT "0123456789cdj:klt", longs, NULL);
		if (c == -1)
			break;
		if (c >= '0' && c <= '9') {
			int before = numbered == argument ? p.options.level : 0;
			p.options.level = append_digit(before, (char)c);
			numbered = argument;
			continue;
		}
		numbered = NULL;
		if ((code = option(&p, c, argv)) >= 0)
			return code;
	}
	if ((code = check_options(&p, argv + optind)) >= 0)
		return code;
	if (!open_gaps(&p))
		return cli.code;
	cli.joined = p.mode == COMPRESS;
	p.options.on_block = p.index_base != NULL ? potok_index_add : NULL;
	p.options.ctx = &p.new_index.writer;
	p.reading.test = p.mode == TEST || p.mode == LIST || p.mode == REINDEX;
	p.reading.headers = p.mode == LIST;
	p.reading.on_block = p.mode == REINDEX ? potok_index_add : NULL;
	p.reading.on_gap = report_gap;
	p.reading.ctx = p.mode == REINDEX ? (void *)&p.new_index.writer : &p;
	cli_run_files(&cli, argv + optind);
	close_gaps(&p);
	return cli.code;
}
