/* What potok-compress -l prints. */
#include "list.h"

#include <inttypes.h>
#include <stdio.h>

#include "files.h"

static const char *
format_of(const struct potok_gzip_summary *sum)
{
	int kinds = (sum->bgzf > 0) + (sum->mz > 0) + (sum->streams > 0);

	if (kinds > 1)
		return "mixed";
	return sum->bgzf ? "bgzf" : sum->mz ? "mz" : sum->streams ? "gzip" : "none";
}

/* Writes the lines of the text when the index tells them, else what stands for that. */
static const char *
lines_of(struct cli *cli, const char *index_base, const char *unknown, char buf[24])
{
	struct old_index x;

	if (old_index_open(&x, cli, index_base, cli->fd) != INDEX_GOOD)
		return unknown;
	snprintf(buf, 24, "%" PRIu64, x.index.nlines);
	old_index_close(&x);
	return buf;
}

void
list_row(FILE *f, struct cli *cli, const struct potok_decompress *d, enum potok_status s,
    const char *index_base, bool json, bool head)
{
	const struct potok_gzip_summary *sum = &d->summary;
	const char *state = s == POTOK_DONE ? "whole" : sum->cut ? "cut" : "damaged";
	uint64_t members = sum->bgzf + sum->mz + sum->streams, size = d->stage.offset;
	char name[1024], buf[24];
	struct potok_file file;
	const char *lines = json ? "null" : "-";

	if (file_of(&cli->fd, &file))
		size = file.size;
	if (s == POTOK_DONE)
		lines = lines_of(cli, index_base, lines, buf);
	double ratio = size > 0 ? (double)sum->text / (double)size : 0;
	if (json) {
		fputs("{\"file\":", f);
		cli_json(f, cli->operand);
		fprintf(f,
		    ",\"format\":\"%s\",\"members\":%" PRIu64 ",\"compressed\":%" PRIu64
		    ",\"text\":%" PRIu64 ",\"ratio\":%.3f,\"lines\":%s,\"state\":\"%s\"}\n",
		    format_of(sum), members, size, sum->text, ratio, lines, state);
	} else {
		if (head)
			fprintf(f, "%-6s %9s %14s %14s %7s %12s %-7s %s\n", "format", "members",
			    "compressed", "text", "ratio", "lines", "state", "file");
		fprintf(f, "%-6s %9" PRIu64 " %14" PRIu64 " %14" PRIu64 " %7.3f %12s %-7s %s\n",
		    format_of(sum), members, size, sum->text, ratio, lines, state,
		    cli_printable(cli->operand, name, sizeof name));
	}
}
