/* pipelines/newspage.sh in one process: the four stages joined by the library's runner. */
#include <stdio.h>
#include <unistd.h>

#include <potok/compress.h>
#include <potok/normalize.h>
#include <potok/split.h>
#include <potok/translit.h>

static ptrdiff_t
read_stdin(void *ctx, void *buf, size_t cap)
{
	(void)ctx;
	return read(STDIN_FILENO, buf, cap);
}

static int
write_stdout(void *ctx, const void *data, size_t n)
{
	(void)ctx;
	return fwrite(data, 1, n, stdout) == n ? 0 : -1;
}

int
main(void)
{
	struct potok_normalize normalize = {0};
	struct potok_split split = {0};
	struct potok_translit translit = {0};
	struct potok_compress compress = {0};
	struct potok_translit_options romanize = POTOK_TRANSLIT_DEFAULTS;
	struct potok_stage *stages[] = {
	    &normalize.stage, &split.stage, &translit.stage, &compress.stage};
	struct potok_chain chain = {
	    .stages = stages,
	    .nstages = 4,
	    .read = read_stdin,
	    .write = write_stdout,
	};

	romanize.scheme = "bgnpcgn-rus-1947";
	romanize.both = true;
	int bad = potok_normalize_init(&normalize, NULL) < 0 ||
		  potok_split_init(&split, NULL) < 0 ||
		  potok_translit_init(&translit, &romanize) < 0 ||
		  potok_compress_init(&compress, NULL) < 0;

	if (!bad)
		bad = potok_chain_run(&chain) != POTOK_DONE || fflush(stdout) != 0;
	for (size_t i = 0; i < chain.nstages; i++)
		potok_close(stages[i]);
	return bad;
}
