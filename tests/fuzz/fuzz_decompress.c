/* Fuzz target of the stage decompress: cuts do not matter; damaged gzip is never taken for good. */
#include "fuzz.h"

#include <potok/compress.h>

enum { EXPANSION = 1032 }; /* bytes that deflate makes of one, at most */

static enum potok_status
decompress(const struct potok_decompress_options *options, const uint8_t *data, size_t n,
    uint32_t seed, struct potok_buf *out, uint64_t *offset)
{
	struct potok_decompress stage;

	fuzz_check(potok_decompress_init(&stage, options) == POTOK_MORE);
	enum potok_status s = fuzz_run(&stage.stage, data, n, seed, out);
	*offset = stage.stage.offset;
	return s;
}

/* Reads any bytes in three ways, which must agree.  The caller frees *out. */
static enum potok_status
read_any(struct potok_decompress_options options, const uint8_t *data, size_t n, uint32_t seed,
    struct potok_buf *out)
{
	struct potok_buf cut, none;
	uint64_t at, cut_at, test_at;
	enum potok_status s = decompress(&options, data, n, 0, out, &at);

	fuzz_check(s == POTOK_DONE || s == POTOK_EINPUT);
	fuzz_check(out->len <= n * EXPANSION && at <= n);
	fuzz_check(decompress(&options, data, n, seed, &cut, &cut_at) == s && cut_at == at);
	fuzz_check(
	    cut.len == out->len && (cut.len == 0 || memcmp(cut.data, out->data, cut.len) == 0));
	options.test = true;
	fuzz_check(decompress(&options, data, n, seed, &none, &test_at) == s && test_at == at);
	fuzz_check(none.len == 0);
	potok_buf_free(&cut);
	potok_buf_free(&none);
	return s;
}

/* Compresses text, changes one byte, reads it: the same text, or an error. */
static void
read_damaged(const uint8_t *text, size_t n, uint8_t where, uint8_t change, uint32_t seed)
{
	struct potok_compress_options options = POTOK_COMPRESS_DEFAULTS;
	struct potok_decompress_options reading = POTOK_DECOMPRESS_DEFAULTS;
	struct potok_compress stage;
	struct potok_buf gzip, back;

	options.large = seed & 1;
	fuzz_check(potok_compress_init(&stage, &options) == POTOK_MORE);
	fuzz_check(fuzz_run(&stage.stage, text, n, 0, &gzip) == POTOK_DONE);
	gzip.data[where * gzip.len / 256] ^= change;
	if (read_any(reading, gzip.data, gzip.len, seed, &back) == POTOK_DONE)
		fuzz_check(back.len == n && (n == 0 || memcmp(back.data, text, n) == 0));
	else
		fuzz_check(change != 0);
	potok_buf_free(&back);
	/* What is salvaged is some of the text: here all of it or none, as there is one block. */
	reading.salvage = true;
	read_any(reading, gzip.data, gzip.len, seed, &back);
	if (n <= 65280)
		fuzz_check(back.len == 0 || (back.len == n && memcmp(back.data, text, n) == 0));
	potok_buf_free(&gzip);
	potok_buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct potok_buf out;

	if (n < 4)
		return 0;
	uint32_t seed = 1 + (uint32_t)data[2] + ((uint32_t)data[3] << 8);
	read_damaged(data + 4, n - 4, data[0], data[1], seed);
	struct potok_decompress_options options = POTOK_DECOMPRESS_DEFAULTS;
	read_any(options, data + 4, n - 4, seed, &out);
	potok_buf_free(&out);
	options.salvage = data[2] & 1;
	options.headers = data[2] & 2;
	options.format = (enum potok_format)(data[2] / 4 % 3);
	options.unit = (enum potok_unit)(data[3] % 3);
	options.skip = data[3] / 4;
	options.count = data[2] % 16 == 0 ? UINT64_MAX : data[2];
	read_any(options, data + 4, n - 4, seed, &out);
	potok_buf_free(&out);
	return 0;
}
