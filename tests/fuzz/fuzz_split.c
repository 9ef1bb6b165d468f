/* Fuzzes split: cuts change nothing, only white space is added or removed, offsets tell the truth.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include <potok/split.h>

/* Takes white space away: that of ASCII; the input is made so that no other stands in it. */
static size_t
without_space(unsigned char *p, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (p[i] > ' ' || p[i] < '\t' || (p[i] > '\r' && p[i] < ' '))
			p[k++] = p[i];
	return k;
}

/* White space of other scripts begins with C2 or E1 to E3. */
static int
has_wide_space(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == 0xC2 || (p[i] >= 0xE1 && p[i] <= 0xE3))
			return 1;
	return 0;
}

static void
check_same_text(const unsigned char *in, size_t n, const struct potok_buf *out)
{
	unsigned char *copy = malloc(n + 1);
	unsigned char *got = malloc(out->len + 1);

	fuzz_check(copy != NULL && got != NULL);
	memcpy(copy, in, n);
	if (out->len > 0)
		memcpy(got, out->data, out->len);
	size_t left = without_space(copy, n), kept = without_space(got, out->len);
	fuzz_check(left == kept && memcmp(copy, got, left) == 0);
	free(copy);
	free(got);
}

/* Reads a decimal number and the tab behind it. */
static size_t
take_number(const unsigned char **p, const unsigned char *end)
{
	size_t number = 0;

	fuzz_check(*p < end && **p >= '0' && **p <= '9');
	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++)
		number = number * 10 + (size_t)(**p - '0');
	fuzz_check(*p < end && **p == '\t');
	(*p)++;
	return number;
}

/* Each line's text stands in the input between its offsets, in order, and nothing but white space
 * between them. */
static void
check_offsets(const unsigned char *in, size_t n, const struct potok_buf *out)
{
	const unsigned char *p = out->data, *end = out->len ? p + out->len : p;
	size_t at = 0;

	while (p < end) {
		const unsigned char *lf = memchr(p, '\n', (size_t)(end - p));
		fuzz_check(lf != NULL);
		if (lf != p) {
			size_t from = take_number(&p, lf), to = take_number(&p, lf);
			fuzz_check(at <= from && from < to && to <= n);
			for (; at < from; at++)
				fuzz_check(in[at] <= ' ');
			for (const unsigned char *q = p; at < to; at++) {
				if (in[at] <= ' ')
					continue;
				while (q < lf && *q <= ' ')
					q++;
				fuzz_check(q < lf && *q == in[at]);
				p = ++q;
			}
			fuzz_check(p == lf || *p <= ' ');
		}
		p = lf + 1;
	}
	for (; at < n; at++)
		fuzz_check(in[at] <= ' ');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const languages[] = {"mul", "en", "ru", "zh", "tr", "uk", "hy", "de"};
	struct potok_split whole, cut;
	struct potok_buf a, b;

	if (n < 7)
		return 0;
	struct potok_split_options options = {
	    .language = languages[data[0] % 8],
	    .input = (enum potok_split_input)(data[0] / 8 % 3),
	    .paragraphs = (enum potok_split_paragraphs)(data[0] / 24 % 3),
	    .list_items = (enum potok_split_list_items)(data[4] % 3),
	    .keep_quotes = data[4] & 4,
	    .no_break_before_lower = data[4] & 8,
	    .offsets = data[4] & 16,
	    .explain = (data[4] & 0x60) == 0x60,
	    .abbreviations = data[4] & 0x80 ? "ab\nnever: e.g.\nunit: x\n" : NULL,
	    .max_bytes = data[5] & 1 ? 256 : 0,
	};
	uint32_t seed =
	    1u | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
	data += 6;
	n -= 6;
	fuzz_check(potok_split_init(&whole, &options) == POTOK_MORE);
	fuzz_check(potok_split_init(&cut, &options) == POTOK_MORE);
	fuzz_check(fuzz_run(&whole.stage, data, n, 0, &a) == POTOK_DONE);
	fuzz_check(fuzz_run(&cut.stage, data, n, seed, &b) == POTOK_DONE);
	fuzz_check(a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0));
	fuzz_check(memcmp(whole.counts, cut.counts, sizeof whole.counts) == 0);

	if (!options.explain && !has_wide_space(data, n)) {
		int controls = 0;
		for (size_t i = 0; i < n; i++)
			controls |= data[i] < ' ' && (data[i] < '\t' || data[i] > '\r');
		if (options.offsets && options.paragraphs != POTOK_SPLIT_P && !controls)
			check_offsets(data, n, &a);
		else if (!options.offsets && options.paragraphs != POTOK_SPLIT_P)
			check_same_text(data, n, &a);
	}
	potok_buf_free(&a);
	potok_buf_free(&b);
	potok_close(&whole.stage);
	potok_close(&cut.stage);
	return 0;
}
