/* Fuzz target of the stage translit: cuts do not matter, nor does vector code, good UTF-8 stays
 * good, ASCII stays but on the way back. */
#include "fuzz.h"

#include <potok/translit.h>
#include <potok/utf8.h>

/* Runs the stage, for an odd seed without vector code; answers what it counted and how it ended. */
static uint64_t
translit(const struct potok_translit_options *options, const uint8_t *data, size_t n, uint32_t seed,
    struct potok_buf *out)
{
	struct potok_translit t;
	uint64_t counts;

	fuzz_check(potok_translit_init(&t, options) == POTOK_MORE);
	t.simd = seed % 2 ? 0 : t.simd;
	enum potok_status end = fuzz_run(&t.stage, data, n, seed, out);
	fuzz_check(
	    end == POTOK_DONE || (end == POTOK_EINPUT && options->unknown == POTOK_UNKNOWN_STOP));
	counts = end == POTOK_DONE;
	for (size_t i = 0; i < t.stage.ncounts; i++)
		counts = counts * 31 + t.counts[i].n * 7 + t.counts[i].first;
	return counts;
}

static bool
same(const struct potok_buf *a, const uint8_t *data, size_t n)
{
	return a->len == n && (n == 0 || memcmp(a->data, data, n) == 0);
}

/* Text made with marks comes back. */
static void
check_back(const char *scheme, const struct potok_buf *made, const uint8_t *data, size_t n)
{
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
	struct potok_buf back;

	options.scheme = scheme;
	options.reverse = true;
	translit(&options, made->data, made->len, 0, &back);
	fuzz_check(same(&back, data, n));
	potok_buf_free(&back);
}

/* Every line has two columns. */
static void
check_columns(const struct potok_buf *out)
{
	size_t tabs = 0, open = 0;

	for (size_t i = 0; i < out->len; i++) {
		tabs += out->data[i] == '\t';
		open = i + 1;
		if (out->data[i] == '\n') {
			fuzz_check(tabs == 1);
			tabs = open = 0;
		}
	}
	fuzz_check(open == 0 || tabs == 1);
}

/* A transform of ICU gives the same wherever it is cut. */
static void
check_transform(const uint8_t *data, size_t n, uint32_t seed)
{
	struct potok_buf made[2];

	for (int i = 0; i < 2; i++) {
		struct potok_transform_options options = {.id = "Greek-Latin"};
		struct potok_transform t;
		fuzz_check(potok_transform_init(&t, &options) == POTOK_MORE);
		fuzz_check(fuzz_run(&t.stage, data, n, i == 0 ? 0 : seed, &made[i]) == POTOK_DONE);
	}
	fuzz_check(same(&made[0], made[1].data, made[1].len));
	potok_buf_free(&made[0]);
	potok_buf_free(&made[1]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct potok_buf uncut, cut;
	struct potok_translit_options options = POTOK_TRANSLIT_DEFAULTS;
	struct potok_translit_scheme scheme;
	size_t schemes = 0;
	bool ascii = true;
	uint32_t seed = 1;

	while (potok_translit_scheme(schemes, &scheme))
		schemes++;
	fuzz_check(potok_translit_scheme(0, &scheme));
	if (n >= 6 && data[5] >= 0xF0) {
		check_transform(data + 6, n - 6, 1 + (uint32_t)data[2]);
		return 0;
	}
	if (n >= 6) {
		fuzz_check(potok_translit_scheme(data[0] % schemes, &scheme));
		options.both = data[1] & 1;
		options.reverse = scheme.back && (data[1] & 2);
		options.drop_stress = data[1] & 4;
		options.reversible = scheme.back && (data[1] & 10) == 8;
		options.keep = data[1] >> 4;
		options.unknown = (enum potok_translit_unknown)(data[4] % 4);
		options.signs = (enum potok_translit_signs)(data[5] % 3);
		if (options.reversible) {
			options.drop_stress = false;
			options.signs = POTOK_SIGNS_STANDARD;
		}
		seed = 1 + (uint32_t)data[2] + ((uint32_t)data[3] << 8);
		data += 6;
		n -= 6;
	}
	options.scheme = scheme.name;
	for (size_t i = 0; i < n; i++)
		ascii = ascii && data[i] < 0x80;
	fuzz_check(
	    translit(&options, data, n, 0, &uncut) == translit(&options, data, n, seed, &cut));
	fuzz_check(same(&uncut, cut.data, cut.len));
	if (n > 0 && uncut.len > 0 && potok_utf8_valid(data, n) == n)
		fuzz_check(potok_utf8_valid(uncut.data, uncut.len) == uncut.len);
	if (options.reversible && !options.both && options.unknown != POTOK_UNKNOWN_STOP &&
	    potok_utf8_valid(data, n) == n)
		check_back(options.scheme, &uncut, data, n);
	if (options.both && options.unknown != POTOK_UNKNOWN_STOP)
		check_columns(&uncut);
	else if (ascii && !options.reverse && !options.both && !options.reversible)
		fuzz_check(same(&uncut, data, n));
	potok_buf_free(&uncut);
	potok_buf_free(&cut);
	return 0;
}
