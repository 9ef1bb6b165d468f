/* Fuzz target of the stage normalize: cuts do not matter, the output is clean, once is enough. */
#include "fuzz.h"

#include <potok/normalize.h>
#include <potok/utf8.h>

static enum potok_status
normalize(const char *from, enum potok_bad bad, const uint8_t *data, size_t n, uint32_t seed,
    struct potok_buf *out)
{
	struct potok_normalize_options options = {from, bad};
	struct potok_normalize stage;

	fuzz_check(potok_normalize_init(&stage, &options) == POTOK_MORE);
	return fuzz_run(&stage.stage, data, n, seed, out);
}

/* The bytes are UTF-8 in lines; no line break but LF. */
static void
check_clean(const struct potok_buf *out)
{
	if (out->len == 0)
		return;
	fuzz_check(potok_utf8_valid(out->data, out->len) == out->len);
	fuzz_check(out->data[out->len - 1] == '\n');
	for (size_t i = 0; i < out->len; i++)
		fuzz_check(out->data[i] < 0x0B || out->data[i] > 0x0D);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const from[] = {"auto", "utf-8", "windows-1251", "koi8-u",
	    "windows-1258", "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "shift_jis",
	    "euc-jp", "gb18030", "big5", "euc-kr", "iso-2022-jp", "iso-8859-16", "tcvn",
	    "iso-2022-kr", "utf-7"};
	struct potok_buf uncut, cut, twice;
	const char *name = "auto";
	enum potok_bad bad = POTOK_BAD_REPLACE;
	uint32_t seed = 1;

	if (n >= 4) {
		name = from[data[0] % (sizeof from / sizeof from[0])];
		bad = (enum potok_bad)(data[1] % 3);
		seed = 1 + (uint32_t)data[2] + ((uint32_t)data[3] << 8);
		data += 4;
		n -= 4;
	}
	enum potok_status s = normalize(name, bad, data, n, 0, &uncut);
	fuzz_check(s == POTOK_DONE || (s == POTOK_EINPUT && bad == POTOK_BAD_STOP));
	fuzz_check(normalize(name, bad, data, n, seed, &cut) == s);
	fuzz_check(uncut.len == cut.len && memcmp(uncut.data ? uncut.data : (uint8_t *)"",
					       cut.data ? cut.data : (uint8_t *)"", cut.len) == 0);
	if (s == POTOK_DONE) {
		check_clean(&uncut);
		fuzz_check(normalize("utf-8", POTOK_BAD_STOP, uncut.data, uncut.len, seed,
			       &twice) == POTOK_DONE);
		fuzz_check(twice.len == uncut.len &&
			   (twice.len == 0 || memcmp(twice.data, uncut.data, twice.len) == 0));
		potok_buf_free(&twice);
	}
	potok_buf_free(&uncut);
	potok_buf_free(&cut);
	return 0;
}
