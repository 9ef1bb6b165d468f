/* Unit tests of the stages compress and decompress: blocks byte by byte, cuts, damaged input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <potok/compress.h>

enum { BLOCK = 65280, HEADER_LEN = 18, END_LEN = 28, LARGE_END_LEN = 30, SIZES = 6 };

/* Runs a stage over bytes to its end and closes it; the caller frees *out. */
static enum potok_status
run(struct potok_stage *stage, const void *data, size_t n, struct potok_buf *out)
{
	struct potok_slice in = {data, n};

	*out = (struct potok_buf){.limit = SIZE_MAX};
	enum potok_status s = potok_process(stage, &in, out, true);
	potok_close(stage);
	return s;
}

static struct potok_buf
compressed(int level, const void *data, size_t n, struct potok_compress *c)
{
	struct potok_compress_options options = {.level = level};
	struct potok_buf out;

	assert_int_equal(potok_compress_init(c, &options), POTOK_MORE);
	assert_int_equal(run(&c->stage, data, n, &out), POTOK_DONE);
	return out;
}

static enum potok_status
decompressed(const void *data, size_t n, struct potok_decompress *d, struct potok_buf *out)
{
	assert_int_equal(potok_decompress_init(d, NULL), POTOK_MORE);
	return run(&d->stage, data, n, out);
}

/* CRC-32 bit by bit, after RFC 1952, section 8. */
static uint32_t
slow_crc(const unsigned char *p, size_t n)
{
	uint32_t crc = 0xFFFFFFFF;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
	}
	return ~crc;
}

static uint32_t
number(const unsigned char *p, size_t nbytes)
{
	uint32_t v = 0;

	for (size_t i = nbytes; i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

/* Bytes by chance: nothing makes them shorter. */
static void
fill(unsigned char *p, size_t n)
{
	uint32_t seed = 12345;

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (unsigned char)(seed >> 24);
	}
}

/* SAM format specification, section 4.1.2. */
static const unsigned char end_block[END_LEN] = {0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 'B',
    'C', 2, 0, 0x1B, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};

static void
test_empty(void **state)
{
	struct potok_compress c;

	(void)state;
	struct potok_buf out = compressed(6, "", 0, &c);
	assert_int_equal(out.len, END_LEN);
	assert_memory_equal(out.data, end_block, END_LEN);
	potok_buf_free(&out);
}

static void
test_member(void **state)
{
	/* libdeflate stores what is very short. */
	static const unsigned char text[] = "one two three, one two three, one two three, one two "
					    "three, one two three, one two three\n";
	size_t n = sizeof text - 1;

	(void)state;
	for (int level = 1; level <= potok_compress_level_max(); level++) {
		struct potok_compress c;
		struct potok_buf out = compressed(level, text, n, &c);
		size_t member = out.len - END_LEN;
		assert_memory_equal(out.data, end_block, 16);
		assert_int_equal(number(out.data + 16, 2) + 1, member);
		assert_int_equal(number(out.data + member - 8, 4), slow_crc(text, n));
		assert_int_equal(number(out.data + member - 4, 4), n);
		assert_memory_equal(out.data + member, end_block, END_LEN);
		assert_true(member < n + HEADER_LEN + 8);
		potok_buf_free(&out);
	}
}

/* What does not become shorter is stored; no member is longer than its length can tell. */
static void
test_stored(void **state)
{
	unsigned char *bytes = malloc(3 * BLOCK);

	(void)state;
	assert_non_null(bytes);
	fill(bytes, 3 * BLOCK);
	for (int level = 1; level <= potok_compress_level_max(); level++) {
		struct potok_compress c;
		struct potok_decompress d;
		struct potok_buf text, out = compressed(level, bytes, 3 * BLOCK, &c);
		assert_true(c.counts[0].n >= 3);
		assert_int_equal(c.counts[1].n, c.counts[0].n);
		assert_int_equal(out.len, 3 * BLOCK + c.counts[0].n * (18 + 5 + 8) + END_LEN);
		assert_int_equal(decompressed(out.data, out.len, &d, &text), POTOK_DONE);
		assert_int_equal(text.len, 3 * BLOCK);
		assert_memory_equal(text.data, bytes, text.len);
		potok_buf_free(&out);
		potok_buf_free(&text);
	}
	free(bytes);
}

/* A text is `first` repeated nfirst times and then `second` nsecond times. */
static const struct {
	const char *name;
	const char *first;
	size_t nfirst;
	const char *second;
	size_t nsecond;
	size_t sizes[SIZES]; /* bytes of text of each block */
	uint64_t long_lines;
} cuts[] = {
    {"one byte", "a", 1, "", 0, {1}, 0},
    {"one line", "a", 1, "\n", 1, {2}, 0},
    {"a full block", "a", BLOCK, "", 0, {BLOCK}, 0},
    {"a full block and one byte", "a", BLOCK + 1, "", 0, {BLOCK, 1}, 1},
    {"a full block with LF", "a", BLOCK - 1, "\n", 1, {BLOCK}, 0},
    {"a full block with LF, and one byte", "a", BLOCK - 1, "\nb", 1, {BLOCK, 1}, 0},
    {"LF does not fit", "a", BLOCK, "\n", 1, {BLOCK, 1}, 1},
    {"LF alone", "\n", BLOCK + 2, "", 0, {BLOCK, 2}, 0},
    {"the second line begins a block", "a\n", 1, "b", BLOCK - 1, {2, BLOCK - 1}, 0},
    {"the second line is long", "a\n", 1, "b", BLOCK + 7, {2, BLOCK, 7}, 1},
    {"lines of 7 bytes", "123456\n", 20000, "", 0, {65275, 65275, 9450}, 0},
    {"a line of three blocks", "a", 3 * BLOCK, "\n", 1, {BLOCK, BLOCK, BLOCK, 1}, 1},
    {"a long line, then lines of 2 bytes", "a", BLOCK, "b\n", BLOCK, {BLOCK, BLOCK, BLOCK}, 1},
    {"a long line with LF in its second block", "a", BLOCK + 4, "\nb", 1, {BLOCK, 6}, 1},
    {"two bytes, whole", "\xD0\xB4", BLOCK, "", 0, {BLOCK, BLOCK}, 1},
    {"two bytes, half", "a", 1, "\xD0\xB4", BLOCK / 2, {BLOCK - 1, 2}, 1},
    {"three bytes, whole", "\xE2\x82\xAC", BLOCK / 3, "x", 1, {BLOCK, 1}, 1},
    {"three bytes, one", "ab", 1, "\xE2\x82\xAC", BLOCK / 3, {BLOCK - 1, 3}, 1},
    {"three bytes, two", "a", 1, "\xE2\x82\xAC", BLOCK / 3, {BLOCK - 2, 3}, 1},
    {"four bytes, whole", "\xF0\x9F\x98\x80", BLOCK / 4, "x", 1, {BLOCK, 1}, 1},
    {"four bytes, one", "abc", 1, "\xF0\x9F\x98\x80", BLOCK / 4, {BLOCK - 1, 4}, 1},
    {"four bytes, two", "ab", 1, "\xF0\x9F\x98\x80", BLOCK / 4, {BLOCK - 2, 4}, 1},
    {"four bytes, three", "a", 1, "\xF0\x9F\x98\x80", BLOCK / 4, {BLOCK - 3, 4}, 1},
    {"continuation bytes alone", "\x80", BLOCK + 5, "", 0, {BLOCK, 5}, 1},
    {"a lead byte that cannot go on so", "a", BLOCK - 2, "\xE0\x80z", 1, {BLOCK, 1}, 1},
    {"a lead byte, its character cut by another", "a", BLOCK - 1, "\xF0y", 1, {BLOCK - 1, 2}, 1},
    {"no UTF-8", "\xFF", BLOCK + 3, "", 0, {BLOCK, 3}, 1},
    {"nothing", "", 0, "", 0, {0}, 0},
};

static size_t
repeat(unsigned char *p, const char *piece, size_t n)
{
	size_t len = strlen(piece);

	for (size_t i = 0; i < n; i++)
		memcpy(p + i * len, piece, len);
	return n * len;
}

static void
test_cuts(void **state)
{
	unsigned char *text = malloc(5 * BLOCK);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct potok_compress c;
		size_t n = repeat(text, cuts[i].first, cuts[i].nfirst);
		n += repeat(text + n, cuts[i].second, cuts[i].nsecond);
		struct potok_buf out = compressed(1, text, n, &c);
		size_t at = 0, block = 0;
		while (at + END_LEN < out.len) {
			size_t len = number(out.data + at + 16, 2) + 1;
			size_t size = number(out.data + at + len - 4, 4);
			if (block >= SIZES || size != cuts[i].sizes[block])
				print_error(
				    "%s: block %zu of %zu bytes\n", cuts[i].name, block, size);
			assert_true(block < SIZES);
			assert_int_equal(size, cuts[i].sizes[block]);
			block++;
			at += len;
		}
		assert_int_equal(c.counts[0].n, block);
		assert_true(block == SIZES || cuts[i].sizes[block] == 0);
		if (c.counts[2].n != cuts[i].long_lines)
			print_error("%s\n", cuts[i].name);
		assert_int_equal(c.counts[2].n, cuts[i].long_lines);
		potok_buf_free(&out);
	}
	free(text);
}

static void
append(struct potok_buf *b, const void *data, size_t n)
{
	assert_int_equal(potok_buf_add(b, data, n), POTOK_MORE);
}

/* The text of the small files below. */
static const char *const texts[] = {"Москва\n", "Kyiv, Kyiv, Kyiv, Kyiv, Kyiv\n"};

/* One large block and its end block. */
static struct potok_buf
large_compressed(const void *data, size_t n)
{
	struct potok_compress_options options = POTOK_COMPRESS_DEFAULTS;
	struct potok_compress c;
	struct potok_buf out;

	options.large = true;
	assert_int_equal(potok_compress_init(&c, &options), POTOK_MORE);
	assert_int_equal(run(&c.stage, data, n, &out), POTOK_DONE);
	return out;
}

/* BGZF of two blocks and the end block, or the same of large blocks. */
static struct potok_buf
small_blocks(bool large)
{
	struct potok_buf file = {0};
	size_t end_len = large ? LARGE_END_LEN : END_LEN;

	for (size_t i = 0; i < 2; i++) {
		struct potok_compress c;
		struct potok_buf one = large ? large_compressed(texts[i], strlen(texts[i]))
					     : compressed(6, texts[i], strlen(texts[i]), &c);
		append(&file, one.data, one.len - (i == 0 ? end_len : 0));
		potok_buf_free(&one);
	}
	return file;
}

static struct potok_buf
small_bgzf(void)
{
	return small_blocks(false);
}

/* The same as two ordinary members, the second with all that a header may have.  *edge is where
 * the first one ends. */
static struct potok_buf
small_gzip(size_t *edge)
{
	static const unsigned char first[] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3};
	static const unsigned char second[] = {0x1F, 0x8B, 8, 0x1F, 1, 2, 3, 4, 2, 3, 4, 0, 'A',
	    'p', 0, 0, 'n', 'a', 'm', 'e', 0, 'w', 'o', 'r', 'd', 's', 0};
	struct potok_buf file = {0};

	for (size_t i = 0; i < 2; i++) {
		struct potok_compress c;
		struct potok_buf one = compressed(6, texts[i], strlen(texts[i]), &c);
		if (i == 0) {
			append(&file, first, sizeof first);
		} else {
			uint32_t crc = slow_crc(second, sizeof second);
			unsigned char low[2] = {(unsigned char)crc, (unsigned char)(crc >> 8)};
			*edge = file.len;
			append(&file, second, sizeof second);
			append(&file, low, sizeof low);
		}
		append(&file, one.data + HEADER_LEN, one.len - HEADER_LEN - END_LEN);
		potok_buf_free(&one);
	}
	return file;
}

/* The text of both, in a buffer of the caller. */
static size_t
small_text(char *text, size_t cap)
{
	return (size_t)snprintf(text, cap, "%s%s", texts[0], texts[1]);
}

/* Decompresses file[0..n).  What it makes is a beginning of the text, and all of it when `whole`.
 */
static enum potok_status
check_beginning(const struct potok_buf *file, size_t n, bool whole, uint64_t *offset)
{
	char text[128];
	size_t ntext = small_text(text, sizeof text);
	struct potok_decompress d;
	struct potok_buf out;
	enum potok_status s = decompressed(file->data, n, &d, &out);

	assert_true(whole ? out.len == ntext : out.len <= ntext);
	if (out.len > 0)
		assert_memory_equal(out.data, text, out.len);
	assert_true(s == POTOK_DONE || d.stage.why != NULL);
	*offset = d.stage.offset;
	potok_buf_free(&out);
	return s;
}

static void
test_every_prefix_of_blocks(void **state)
{
	uint64_t offset;

	(void)state;
	for (int large = 0; large < 2; large++) {
		struct potok_buf file = small_blocks(large);
		for (size_t n = 0; n < file.len; n++) {
			assert_int_equal(check_beginning(&file, n, false, &offset), POTOK_EINPUT);
			assert_true(offset <= n);
		}
		assert_int_equal(check_beginning(&file, file.len, true, &offset), POTOK_DONE);
		potok_buf_free(&file);
	}
}

static void
test_every_prefix_of_gzip(void **state)
{
	size_t edge;
	struct potok_buf file = small_gzip(&edge);
	uint64_t offset;

	(void)state;
	for (size_t n = 0; n < file.len; n++) {
		enum potok_status s = check_beginning(&file, n, false, &offset);
		/* Cut between two members it is whole gzip: nothing tells of the second. */
		assert_int_equal(s, n == edge ? POTOK_DONE : POTOK_EINPUT);
		assert_true(offset <= n);
	}
	assert_int_equal(check_beginning(&file, file.len, true, &offset), POTOK_DONE);
	potok_buf_free(&file);
}

/* Flips each bit of the file in turn: a success gives the right text. */
static void
flip_bits(struct potok_buf *file, const char *text, size_t ntext)
{
	for (size_t bit = 0; bit < file->len * 8; bit++) {
		struct potok_decompress d;
		struct potok_buf out;
		file->data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		enum potok_status s = decompressed(file->data, file->len, &d, &out);
		file->data[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_true(s == POTOK_DONE || s == POTOK_EINPUT);
		bool same = out.len == ntext && memcmp(out.data, text, ntext) == 0;
		if (s == POTOK_DONE && !same)
			print_error("bit %zu of byte %zu\n", bit % 8, bit / 8);
		assert_true(s != POTOK_DONE || same);
		potok_buf_free(&out);
	}
}

static void
test_every_bit(void **state)
{
	char text[128];
	size_t edge, ntext = small_text(text, sizeof text);
	struct potok_buf files[] = {small_blocks(false), small_blocks(true), small_gzip(&edge)};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		flip_bits(&files[i], text, ntext);
		potok_buf_free(&files[i]);
	}
}

/* A block of every length: in some of them one bit of the length of the extra field hides the
 * block in that field, and the end block after it. */
static void
test_every_bit_of_every_length(void **state)
{
	unsigned char text[150];

	(void)state;
	fill(text, sizeof text);
	for (size_t n = 1; n <= sizeof text; n++) {
		struct potok_compress c;
		struct potok_buf files[] = {compressed(6, text, n, &c), large_compressed(text, n)};
		for (size_t i = 0; i < 2; i++) {
			flip_bits(&files[i], (const char *)text, n);
			potok_buf_free(&files[i]);
		}
	}
}

/* A block of BGZF that is damaged behind its header writes nothing.  Some bits of deflate data have
 * no meaning: those before the bytes of a stored block and behind the last code. */
static void
test_damaged_block_is_silent(void **state)
{
	struct potok_buf file = small_bgzf();
	size_t first = number(file.data + 16, 2) + 1;
	size_t silent = 0;

	(void)state;
	for (size_t i = HEADER_LEN; i < first; i++) {
		struct potok_decompress d;
		struct potok_buf out;
		file.data[i] ^= 0x10;
		if (decompressed(file.data, file.len, &d, &out) == POTOK_EINPUT) {
			assert_int_equal(out.len, 0);
			assert_int_equal(d.stage.offset, 0);
			silent++;
		}
		file.data[i] ^= 0x10;
		potok_buf_free(&out);
	}
	assert_true(silent >= first - HEADER_LEN - 2);
	potok_buf_free(&file);
}

/* A slice of nothing may have no memory: what comes before the first byte, and the end of input. */
static void
test_nothing_without_memory(void **state)
{
	const struct potok_slice nothing = {NULL, 0};
	struct potok_buf out = {.limit = SIZE_MAX}, back = {.limit = SIZE_MAX};
	struct potok_compress c;
	struct potok_decompress d;
	struct potok_slice in = nothing;

	(void)state;
	assert_int_equal(potok_compress_init(&c, NULL), POTOK_MORE);
	assert_int_equal(potok_process(&c.stage, &in, &out, false), POTOK_MORE);
	assert_int_equal(potok_process(&c.stage, &in, &out, true), POTOK_DONE);
	potok_close(&c.stage);

	assert_int_equal(potok_decompress_init(&d, NULL), POTOK_MORE);
	assert_int_equal(potok_process(&d.stage, &in, &back, false), POTOK_MORE);
	in = (struct potok_slice){out.data, out.len};
	assert_int_equal(potok_process(&d.stage, &in, &back, false), POTOK_MORE);
	in = nothing;
	assert_int_equal(potok_process(&d.stage, &in, &back, true), POTOK_DONE);
	potok_close(&d.stage);
	potok_buf_free(&out);
	potok_buf_free(&back);
}

/* Little is held back or written at once, however much is given. */
static void
test_bounded(void **state)
{
	enum { SIZE = 1000000, LIMIT = 1000, ROOM = LIMIT + 65536 };
	unsigned char *text = calloc(1, SIZE);
	struct potok_compress c;
	struct potok_decompress d;

	(void)state;
	assert_non_null(text);
	assert_int_equal(potok_compress_init(&c, NULL), POTOK_MORE);
	struct potok_slice in = {text, SIZE};
	struct potok_buf out = {.limit = SIZE_MAX};
	assert_int_equal(potok_process(&c.stage, &in, &out, false), POTOK_MORE);
	assert_true(in.len <= BLOCK);
	assert_int_equal(potok_process(&c.stage, &in, &out, true), POTOK_DONE);
	potok_close(&c.stage);
	free(text);

	assert_int_equal(potok_decompress_init(&d, NULL), POTOK_MORE);
	struct potok_slice gzip = {out.data, out.len};
	struct potok_buf made = {.limit = LIMIT};
	size_t total = 0;
	enum potok_status s;
	do {
		s = potok_process(&d.stage, &gzip, &made, true);
		assert_true(made.len <= ROOM);
		total += made.len;
		potok_buf_clear(&made);
	} while (s == POTOK_FULL);
	assert_int_equal(s, POTOK_DONE);
	assert_int_equal(total, SIZE);
	potok_close(&d.stage);
	potok_buf_free(&made);
	potok_buf_free(&out);
}

static void
test_options(void **state)
{
	int max = potok_compress_level_max();
	const int wrong[] = {0, -1, max + 1, 1000};
	struct potok_compress c = {0};
	struct potok_decompress d = {0};

	(void)state;
	assert_true(max == 9 || max == 12);
	potok_close(&c.stage);
	potok_close(&d.stage);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct potok_compress_options options = {.level = wrong[i]};
		assert_int_equal(potok_compress_init(&c, &options), POTOK_EUSAGE);
		potok_close(&c.stage);
	}
	assert_int_equal(potok_compress_init(&c, NULL), POTOK_MORE);
	potok_close(&c.stage);
	potok_close(&c.stage);
}

/* -t: all is verified, nothing is written. */
static void
test_test(void **state)
{
	struct potok_decompress_options options = {.test = true};
	size_t edge;
	struct potok_buf files[] = {small_bgzf(), small_gzip(&edge)};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct potok_decompress d;
		struct potok_buf out;
		assert_int_equal(potok_decompress_init(&d, &options), POTOK_MORE);
		assert_int_equal(run(&d.stage, files[i].data, files[i].len, &out), POTOK_DONE);
		assert_int_equal(out.len, 0);
		potok_buf_free(&out);
		files[i].data[files[i].len - 5] ^= 1; /* a CRC-32, also of the end block */
		assert_int_equal(potok_decompress_init(&d, &options), POTOK_MORE);
		assert_int_equal(run(&d.stage, files[i].data, files[i].len, &out), POTOK_EINPUT);
		assert_int_equal(out.len, 0);
		potok_buf_free(&out);
		potok_buf_free(&files[i]);
	}
}

static void
test_versions(void **state)
{
	char text[128], few[5];

	(void)state;
	potok_compress_versions(text, sizeof text);
	assert_non_null(strstr(text, "zlib "));
	assert_non_null(strstr(text, "libdeflate"));
	potok_compress_versions(few, sizeof few);
	assert_string_equal(few, "zlib");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_member),
	    cmocka_unit_test(test_stored),
	    cmocka_unit_test(test_cuts),
	    cmocka_unit_test(test_every_prefix_of_blocks),
	    cmocka_unit_test(test_every_prefix_of_gzip),
	    cmocka_unit_test(test_every_bit),
	    cmocka_unit_test(test_every_bit_of_every_length),
	    cmocka_unit_test(test_damaged_block_is_silent),
	    cmocka_unit_test(test_nothing_without_memory),
	    cmocka_unit_test(test_bounded),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_test),
	    cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
