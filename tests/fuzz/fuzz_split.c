/* Fuzzes split: cuts change nothing, and only white space is added or removed. */
#include "fuzz.h"

#include <potok/split.h>

/* ASCII white space alone: the input is made so that no other stands in it. */
static size_t
without_space(unsigned char *p, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (p[i] > ' ' || p[i] < '\t' || (p[i] > '\r' && p[i] < ' '))
			p[k++] = p[i];
	return k;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const languages[] = {"mul", "en", "ru", "zh"};
	struct potok_split whole, cut;
	struct potok_buf a, b;

	if (n < 5)
		return 0;
	struct potok_split_options options = {.language = languages[data[0] % 4]};
	uint32_t seed =
	    1u | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
	data += 4;
	n -= 4;
	fuzz_check(potok_split_init(&whole, &options) == POTOK_MORE);
	fuzz_check(potok_split_init(&cut, &options) == POTOK_MORE);
	fuzz_check(fuzz_run(&whole.stage, data, n, 0, &a) == POTOK_DONE);
	fuzz_check(fuzz_run(&cut.stage, data, n, seed, &b) == POTOK_DONE);
	fuzz_check(a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0));
	fuzz_check(memcmp(whole.counts, cut.counts, sizeof whole.counts) == 0);

	/* White space of other scripts begins with C2 or E1 to E3. */
	int plain = 1;
	for (size_t i = 0; i < n; i++)
		plain = plain && data[i] != 0xC2 && (data[i] < 0xE1 || data[i] > 0xE3);
	unsigned char *copy = malloc(n + 1);
	fuzz_check(copy != NULL);
	memcpy(copy, data, n);
	if (plain) {
		size_t left = without_space(copy, n), got = without_space(a.data, a.len);
		fuzz_check(left == got && memcmp(copy, a.data ? a.data : copy, left) == 0);
	}
	free(copy);
	potok_buf_free(&a);
	potok_buf_free(&b);
	return 0;
}
