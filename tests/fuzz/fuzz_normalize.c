/* Fuzz target of the stage normalize: cuts do not matter, the output is clean, once is enough. */
#include "fuzz.h"

#include <potok/normalize.h>
#include <potok/utf8.h>

static enum potok_status
normalize(const struct potok_normalize_options *options, const uint8_t *data, size_t n,
    uint32_t seed, struct potok_buf *out)
{
	struct potok_normalize stage;

	fuzz_check(potok_normalize_init(&stage, options) == POTOK_MORE);
	return fuzz_run(&stage.stage, data, n, seed, out);
}

/* The bytes are UTF-8 in lines; no line break but LF, and no control. */
static void
check_clean(const struct potok_normalize_options *o, const struct potok_buf *out)
{
	if (out->len == 0)
		return;
	fuzz_check(potok_utf8_valid(out->data, out->len) == out->len);
	fuzz_check(out->data[out->len - 1] == '\n');
	for (size_t i = 0; i < out->len; i++) {
		uint8_t c = out->data[i];
		fuzz_check(o->keep_breaks || c < 0x0B || c > 0x0D);
		if (o->repair & POTOK_REPAIR_CONTROLS)
			fuzz_check(c >= 0x20 || (c >= '\t' && c <= '\r'));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const from[] = {"auto", "utf-8", "windows-1251", "koi8-u",
	    "windows-1258", "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "shift_jis",
	    "euc-jp", "gb18030", "big5", "euc-kr", "iso-2022-jp", "iso-8859-16", "tcvn",
	    "iso-2022-kr", "utf-7"};
	struct potok_normalize_options options = POTOK_NORMALIZE_DEFAULTS;
	struct potok_buf uncut, cut, twice;
	uint32_t seed = 1;

	if (n >= 5) {
		options.from = from[data[0] % (sizeof from / sizeof from[0])];
		options.bad = (enum potok_bad)(data[1] % 4);
		options.form = (enum potok_form)(data[1] / 4 % 5);
		options.keep_breaks = data[1] & 0x80;
		options.repair = data[2];
		seed = 1 + (uint32_t)data[3] + ((uint32_t)data[4] << 8);
		data += 5;
		n -= 5;
	}
	enum potok_status s = normalize(&options, data, n, 0, &uncut);
	/* What is no text is refused when nobody has named an encoding. */
	bool refuses = options.bad == POTOK_BAD_STOP || options.from == NULL ||
		       strcmp(options.from, "auto") == 0;
	fuzz_check(s == POTOK_DONE || (s == POTOK_EINPUT && refuses));
	fuzz_check(normalize(&options, data, n, seed, &cut) == s);
	fuzz_check(uncut.len == cut.len && memcmp(uncut.data ? uncut.data : (uint8_t *)"",
					       cut.data ? cut.data : (uint8_t *)"", cut.len) == 0);
	if (s == POTOK_DONE)
		check_clean(&options, &uncut);
	/* Entities are decoded once: &amp;lt; becomes &lt;. */
	if (s == POTOK_DONE && !(options.repair & POTOK_REPAIR_ENTITIES)) {
		options.from = "utf-8";
		options.bad = POTOK_BAD_STOP;
		fuzz_check(normalize(&options, uncut.data, uncut.len, seed, &twice) == POTOK_DONE);
		fuzz_check(twice.len == uncut.len &&
			   (twice.len == 0 || memcmp(twice.data, uncut.data, twice.len) == 0));
		potok_buf_free(&twice);
	}
	potok_buf_free(&uncut);
	potok_buf_free(&cut);
	return 0;
}
