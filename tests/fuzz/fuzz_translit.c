/* Fuzz target of the stage translit: cuts do not matter, good UTF-8 stays good, ASCII stays. */
#include "fuzz.h"

#include <potok/translit.h>
#include <potok/utf8.h>

static uint64_t
translit(
    size_t scheme, bool both, const uint8_t *data, size_t n, uint32_t seed, struct potok_buf *out)
{
	struct potok_translit_options options = {potok_translit_scheme(scheme), both};
	struct potok_translit t;
	uint64_t counts = 0;

	fuzz_check(potok_translit_init(&t, &options) == POTOK_MORE);
	fuzz_check(fuzz_run(&t.stage, data, n, seed, out) == POTOK_DONE);
	for (size_t i = 0; i < t.stage.ncounts; i++)
		counts = counts * 31 + t.counts[i].n * 7 + t.counts[i].first;
	return counts;
}

static bool
same(const struct potok_buf *a, const uint8_t *data, size_t n)
{
	return a->len == n && (n == 0 || memcmp(a->data, data, n) == 0);
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct potok_buf uncut, cut;
	size_t scheme = 0, schemes = 0;
	bool both = false, ascii = true;
	uint32_t seed = 1;

	while (potok_translit_scheme(schemes) != NULL)
		schemes++;
	if (n >= 4) {
		scheme = data[0] % schemes;
		both = data[1] & 1;
		seed = 1 + (uint32_t)data[2] + ((uint32_t)data[3] << 8);
		data += 4;
		n -= 4;
	}
	for (size_t i = 0; i < n; i++)
		ascii = ascii && data[i] < 0x80;
	fuzz_check(translit(scheme, both, data, n, 0, &uncut) ==
		   translit(scheme, both, data, n, seed, &cut));
	fuzz_check(same(&uncut, cut.data, cut.len));
	if (n > 0 && uncut.len > 0 && potok_utf8_valid(data, n) == n)
		fuzz_check(potok_utf8_valid(uncut.data, uncut.len) == uncut.len);
	if (both)
		check_columns(&uncut);
	else if (ascii)
		fuzz_check(same(&uncut, data, n));
	potok_buf_free(&uncut);
	potok_buf_free(&cut);
	return 0;
}
