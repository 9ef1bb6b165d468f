/* Fuzz target of the stage compress: cuts do not matter, and the text comes back as it was. */
#include "fuzz.h"

#include <potok/compress.h>

static void
compress(const struct potok_compress_options *options, const uint8_t *data, size_t n, uint32_t seed,
    struct potok_buf *out)
{
	struct potok_compress stage;

	fuzz_check(potok_compress_init(&stage, options) == POTOK_MORE);
	fuzz_check(fuzz_run(&stage.stage, data, n, seed, out) == POTOK_DONE);
}

/* Each member tells its length, and holds no more text than a block may. */
static void
check_blocks(const struct potok_buf *gzip)
{
	size_t at = 0;

	while (at < gzip->len) {
		const unsigned char *p = gzip->data + at;
		fuzz_check(gzip->len - at >= 28);
		size_t n = (size_t)p[16] + (size_t)p[17] * 256 + 1;
		fuzz_check(n >= 28 && n <= gzip->len - at);
		const unsigned char *size = p + n - 4;
		fuzz_check(size[0] + size[1] * 256 <= 65280 && size[2] == 0 && size[3] == 0);
		at += n;
		/* The end block, and no other, is empty. */
		fuzz_check((size[0] + size[1] == 0) == (at == gzip->len));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct potok_buf text = {0}, uncut, cut, back;
	struct potok_decompress decompress;
	size_t times = 1;
	struct potok_compress_options options = POTOK_COMPRESS_DEFAULTS;
	uint32_t seed = 1;

	if (n >= 4) {
		options.level = 1 + data[0] % 16 % potok_compress_level_max();
		options.large = data[0] & 16;
		options.records = data[0] & 32;
		options.fast = (data[0] & 192) == 192 && potok_compress_has_fast();
		times = 1 + data[1] % 16;
		seed = 1 + (uint32_t)data[2] + ((uint32_t)data[3] << 8);
		data += 4;
		n -= 4;
	}
	/* Repeated, so that there are more blocks than one. */
	for (; times > 0 && text.len <= 200000; times--)
		fuzz_check(potok_buf_add(&text, data, n) == POTOK_MORE);
	compress(&options, text.data, text.len, 0, &uncut);
	compress(&options, text.data, text.len, seed, &cut);
	fuzz_check(uncut.len == cut.len && memcmp(uncut.data, cut.data, cut.len) == 0);
	if (!options.large)
		check_blocks(&uncut);
	fuzz_check(potok_decompress_init(&decompress, NULL) == POTOK_MORE);
	fuzz_check(fuzz_run(&decompress.stage, cut.data, cut.len, seed, &back) == POTOK_DONE);
	fuzz_check(
	    back.len == text.len && (text.len == 0 || memcmp(back.data, text.data, text.len) == 0));
	potok_buf_free(&text);
	potok_buf_free(&uncut);
	potok_buf_free(&cut);
	potok_buf_free(&back);
	return 0;
}
