/* UTF-8: decoding, encoding and validation against table 3-7 of The Unicode Standard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <potok/utf8.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The end of this memory cannot be read: a test text that ends there shows reading too far. */
static unsigned char *fence;

static int
make_fence(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = open("/dev/zero", O_RDONLY);
	unsigned char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	(void)state;
	if (fd < 0 || p == MAP_FAILED || mprotect(p + page, page, PROT_NONE) != 0)
		return -1;
	close(fd);
	fence = p + page;
	return 0;
}

/* Copies a text to the end of the readable memory. */
static const unsigned char *
fenced(const void *text, size_t n)
{
	return memcpy(fence - n, text, n);
}

static void
print_hex(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		print_error("%02X ", p[i]);
	print_error("\n");
}

/* Unicode 15, table 3-7, row by row: the range of each byte. */
static const struct row {
	int len;
	unsigned char range[4][2];
} table_3_7[] = {
    {1, {{0x00, 0x7F}}},
    {2, {{0xC2, 0xDF}, {0x80, 0xBF}}},
    {3, {{0xE0, 0xE0}, {0xA0, 0xBF}, {0x80, 0xBF}}},
    {3, {{0xE1, 0xEC}, {0x80, 0xBF}, {0x80, 0xBF}}},
    {3, {{0xED, 0xED}, {0x80, 0x9F}, {0x80, 0xBF}}},
    {3, {{0xEE, 0xEF}, {0x80, 0xBF}, {0x80, 0xBF}}},
    {4, {{0xF0, 0xF0}, {0x90, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}}},
    {4, {{0xF1, 0xF3}, {0x80, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}}},
    {4, {{0xF4, 0xF4}, {0x80, 0x8F}, {0x80, 0xBF}, {0x80, 0xBF}}},
};

/*
 * What potok_utf8_decode() must answer, from the definitions: the longest beginning of p[0..n) that
 * is also the beginning of a row is a character (the whole row), a cut one (all of p) or a maximal
 * subpart (D93b); when no row begins like that, the subpart is one byte.
 */
static int
expected(const unsigned char *p, size_t n)
{
	int longest = 0;

	for (size_t r = 0; r < COUNT(table_3_7); r++) {
		const struct row *row = &table_3_7[r];
		int i = 0;
		while (i < row->len && (size_t)i < n && p[i] >= row->range[i][0] &&
		       p[i] <= row->range[i][1])
			i++;
		if (i == row->len)
			return i;
		if (i > longest)
			longest = i;
	}
	if ((size_t)longest == n)
		return 0;
	return longest > 0 ? -longest : -1;
}

/* The code point of a well-formed sequence, by table 3-6 as arithmetic. */
static uint32_t
code_point(const unsigned char *p, int len)
{
	static const uint32_t base[5] = {
	    0, 0, 0xC0 * 64 + 0x80, 0xE0 * 4096 + 0x80 * 64 + 0x80, 0x3C82080};
	uint32_t sum = 0;

	for (int i = 0; i < len; i++)
		sum = sum * 64 + p[i];
	return sum - base[len];
}

static void
check_decode(const unsigned char *p, size_t n)
{
	uint32_t cp = 0x12345678;
	int want = expected(p, n);
	int got = potok_utf8_decode(p, n, &cp);

	if (got != want) {
		print_error("decode gives %d, expected %d: ", got, want);
		print_hex(p, n);
		fail();
	}
	if (want > 0 && cp != code_point(p, want)) {
		print_error("decode gives U+%04X: ", (unsigned)cp);
		print_hex(p, n);
		fail();
	}
	if (want < 0)
		assert_int_equal(cp, POTOK_REPLACEMENT);
}

/* Steps over a text as a repairing stage does.  shape: one digit a character, its length; one
 * letter a replacement, a for a subpart of 1 byte, b 2, c 3; "." where the text is cut. */
static const struct {
	const char *name, *bytes, *shape;
} texts[] = {
    {"nothing", "", ""},
    {"ASCII", "Az\x7F", "111"},
    {"NUL is a character", "\0", "1"},
    {"first and last of 2 bytes", "\xC2\x80\xDF\xBF", "22"},
    {"first and last of 3 bytes", "\xE0\xA0\x80\xEF\xBF\xBF", "33"},
    {"around the surrogates", "\xED\x9F\xBF\xEE\x80\x80", "33"},
    {"first and last of 4 bytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "44"},
    {"the replacement character itself", "\xEF\xBF\xBD", "3"},
    {"noncharacters are well-formed", "\xEF\xB7\x90\xEF\xBF\xBE\xF0\x9F\xBF\xBF", "334"},
    {"Unicode, table 3-8, overlong", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "aaaaaaaa1"},
    {"Unicode, table 3-9, surrogates", "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "aaaaaaaa1"},
    {"Unicode, table 3-10, others", "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "aaaaa1aa1"},
    {"Unicode, table 3-11, truncated", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "bacb1"},
    {"example of D93b", "\x41\xC3\xB1\x42", "121"},
    {"example of U+FFFD substitution", "\xC2\x41\x42", "a11"},
    {"lone continuation bytes", "\x80\xBF", "aa"},
    {"overlong two bytes", "\xC1\xBF", "aa"},
    {"overlong three bytes", "\xE0\x9F\xBF", "aaa"},
    {"overlong four bytes", "\xF0\x8F\xBF\xBF", "aaaa"},
    {"above U+10FFFF", "\xF4\x90\x80\x80", "aaaa"},
    {"five and six bytes of old", "\xF8\x88\x80\x80\x80\xFC\x84\x80\x80\x80\x80", "aaaaaaaaaaa"},
    {"FE FF", "\xFE\xFF", "aa"},
    {"lead after lead", "\xC3\xC3\xB1", "a2"},
    {"three bytes broken by ASCII", "\xE2\x82\x41", "b1"},
    {"four bytes broken by ASCII", "\xF0\x9F\x98\x41", "c1"},
    {"four bytes broken by a lead", "\xF0\x9F\xC3\xB1", "b2"},
    {"cut after 1 of 2", "\xC3", "."},
    {"cut after 1 of 3", "A\xE2", "1."},
    {"cut after 2 of 3", "\xE2\x82", "."},
    {"cut after 1 of 4", "\xF0", "."},
    {"cut after 2 of 4", "\xF0\x9F", "."},
    {"cut after 3 of 4", "\xF0\x9F\x98", "."},
    {"E0 cut is not yet wrong", "\xE0", "."},
    {"an error is known before the end", "\xE0\x80", "aa"},
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t n = strlen(texts[i].bytes) + (strcmp(texts[i].shape, "1") == 0);
		const unsigned char *p = fenced(texts[i].bytes, n);
		char shape[32] = "";
		size_t at = 0, made = 0;
		while (at < n) {
			uint32_t cp;
			int len = potok_utf8_decode(p + at, n - at, &cp);
			shape[made++] = (char)(len > 0 ? '0' + len : len < 0 ? 'a' - 1 - len : '.');
			if (len == 0)
				break;
			at += (size_t)(len < 0 ? -len : len);
		}
		if (strcmp(shape, texts[i].shape) != 0) {
			print_error("%s: %s, expected %s: ", texts[i].name, shape, texts[i].shape);
			print_hex(p, n);
			fail();
		}
	}
}

static const struct {
	uint32_t cp;
	const char *bytes;
} encodings[] = {
    {0x00, "\0"},
    {0x41, "A"},
    {0x7F, "\x7F"},
    {0x80, "\xC2\x80"},
    {0x7FF, "\xDF\xBF"},
    {0x800, "\xE0\xA0\x80"},
    {0x20AC, "\xE2\x82\xAC"},
    {0xD7FF, "\xED\x9F\xBF"},
    {0xE000, "\xEE\x80\x80"},
    {0xFFFF, "\xEF\xBF\xBF"},
    {0x10000, "\xF0\x90\x80\x80"},
    {0x1F600, "\xF0\x9F\x98\x80"},
    {0x10FFFF, "\xF4\x8F\xBF\xBF"},
    {0x110000, NULL},
    {0x200000, NULL},
    {0xD800, NULL},
    {0xDFFF, NULL},
    {0x80000041, NULL},
    {0xFFFFFFFF, NULL},
};

static void
test_encode_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(encodings); i++) {
		unsigned char out[4] = {0xEE, 0xEE, 0xEE, 0xEE};
		const unsigned char untouched[4] = {0xEE, 0xEE, 0xEE, 0xEE};
		const char *want = encodings[i].bytes;
		int n = want == NULL ? 0 : encodings[i].cp == 0 ? 1 : (int)strlen(want);
		int got = potok_utf8_encode(encodings[i].cp, out);
		if (got != n || (n > 0 && memcmp(out, want, (size_t)n) != 0)) {
			print_error("U+%04X: ", (unsigned)encodings[i].cp);
			print_hex(out, 4);
			fail();
		}
		assert_memory_equal(out + n, untouched, 4 - (size_t)n);
	}
}

static void
test_all_code_points_round_trip(void **state)
{
	unsigned char bytes[4];

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		uint32_t back = 0xFFFFFFFF;
		int n = potok_utf8_encode(cp, bytes);
		if (cp >= 0xD800 && cp <= 0xDFFF) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_int_equal(n, cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4);
		assert_int_equal(expected(bytes, (size_t)n), n);
		assert_int_equal(potok_utf8_decode(bytes, (size_t)n, &back), n);
		assert_int_equal(back, cp);
		assert_int_equal(potok_utf8_valid(bytes, (size_t)n), n);
	}
}

static void
test_all_short_sequences(void **state)
{
	unsigned char p[3];

	(void)state;
	for (unsigned v = 0; v <= 0xFFFFFF; v++) {
		p[0] = (unsigned char)(v >> 16);
		p[1] = (unsigned char)(v >> 8);
		p[2] = (unsigned char)v;
		if ((v & 0xFFFF) == 0)
			check_decode(p, 1);
		if ((v & 0xFF) == 0)
			check_decode(p, 2);
		check_decode(p, 3);
	}
}

static void
test_fourth_bytes(void **state)
{
	static const unsigned char fourth[] = {
	    0x00, 0x41, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
	unsigned char p[5] = {0, 0, 0, 0, 0x80};

	(void)state;
	for (unsigned v = 0xE00000; v <= 0xFFFFFF; v++) {
		p[0] = (unsigned char)(v >> 16);
		p[1] = (unsigned char)(v >> 8);
		p[2] = (unsigned char)v;
		for (size_t i = 0; i < COUNT(fourth); i++) {
			p[3] = fourth[i];
			check_decode(p, 4);
		}
		check_decode(p, 5);
	}
}

/* The same question as potok_utf8_valid()'s, by the rule above. */
static size_t
expected_valid(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n) {
		int len = expected(p + i, n - i);
		if (len <= 0)
			break;
		i += (size_t)len;
	}
	return i;
}

static void
check_valid(const char *what, const unsigned char *text, size_t n)
{
	const unsigned char *p = fenced(text, n);
	size_t want = expected_valid(p, n);
	size_t got = potok_utf8_valid(p, n);

	if (got != want) {
		print_error("%s: valid gives %zu of %zu, expected %zu: ", what, got, n, want);
		print_hex(p, n);
		fail();
	}
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Fills text[0..n) with whole characters of 1 to `longest` bytes. */
static void
fill(unsigned char *text, size_t n, int longest, uint32_t *seed)
{
	static const uint32_t last[5] = {0, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF};
	size_t i = 0;

	while (i < n) {
		unsigned char bytes[4];
		uint32_t r = next_random(seed);
		int len = potok_utf8_encode(
		    next_random(seed) % (last[1 + r % (uint32_t)longest] + 1), bytes);
		if (len == 0 || (size_t)len > n - i)
			continue;
		memcpy(text + i, bytes, (size_t)len);
		i += (size_t)len;
	}
}

/* One wrong byte at each place of texts of 0 to 200 bytes. */
static void
test_valid_one_bad_byte(void **state)
{
	static const unsigned char bad[] = {0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0xFF};
	static const int longest[] = {1, 2, 4};
	unsigned char text[200];
	uint32_t seed = 1;

	(void)state;
	for (size_t l = 0; l < COUNT(longest); l++) {
		for (size_t n = 0; n <= sizeof text; n++) {
			fill(text, n, longest[l], &seed);
			check_valid("whole", text, n);
			assert_int_equal(potok_utf8_valid(fenced(text, n), n), n);
			for (size_t at = 0; at < n; at++) {
				unsigned char kept = text[at];
				text[at] = bad[(at + n) % COUNT(bad)];
				check_valid("one bad byte", text, n);
				text[at] = kept;
			}
		}
	}
}

/* Each ill-formed sequence laid over each offset around the borders of 32 and 64 bytes. */
static void
test_valid_bad_sequence_over_borders(void **state)
{
	unsigned char text[200];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		size_t len = strlen(texts[i].bytes);
		for (size_t before = 1; before <= 4; before++) {
			for (size_t at = 20; at + len <= 140; at++) {
				uint32_t seed = (uint32_t)at;
				fill(text, at, (int)before, &seed);
				memcpy(text + at, texts[i].bytes, len);
				check_valid(texts[i].name, text, at + len);
				memset(text + at + len, 'x', sizeof text - at - len);
				check_valid(texts[i].name, text, sizeof text);
			}
		}
	}
}

/* Characters of 2 to 4 bytes that end at, before and behind the end of a vector, or are cut there.
 */
static void
test_valid_characters_at_vector_ends(void **state)
{
	static const char *const chars[] = {"\xD1\x84", "\xE2\x80\x94", "\xF0\x9F\x98\x80"};
	unsigned char text[256];

	(void)state;
	for (size_t c = 0; c < COUNT(chars); c++) {
		size_t len = strlen(chars[c]);
		for (size_t at = 0; at + len <= 200; at++) {
			memset(text, 'a', sizeof text);
			memcpy(text + at, chars[c], len);
			for (size_t n = at; n <= at + len; n++)
				check_valid("character at the end", text, n);
			check_valid("character inside", text, sizeof text);
			text[at + len] = 0x80;
			check_valid("one continuation byte too many", text, sizeof text);
			text[at + len - 1] = 'b';
			check_valid("one continuation byte too few", text, sizeof text);
		}
	}
}

/* Texts of all lengths with nothing, little or much wrong in them. */
static void
test_valid_random(void **state)
{
	unsigned char text[1024];
	uint32_t seed = 20260101;

	(void)state;
	for (int round = 0; round < 40000; round++) {
		size_t n = next_random(&seed) % (round % 4 ? 300 : sizeof text);
		fill(text, n, 1 + round % 4, &seed);
		uint32_t errors = next_random(&seed) % 4;
		for (uint32_t e = 0; n > 0 && e < errors; e++) {
			/* Mostly bytes with the high bit: those that nearly fit. */
			uint32_t r = next_random(&seed);
			text[next_random(&seed) % n] = (unsigned char)(r & 0x700 ? 0x80 | r : r);
		}
		check_valid("random", text, n);
	}
}

/* An empty slice may have no memory; arithmetic on NULL shows in a build with sanitizers. */
static void
test_nothing_at_null(void **state)
{
	uint32_t cp = 0;

	(void)state;
	assert_int_equal(potok_utf8_valid(NULL, 0), 0);
	assert_int_equal(potok_utf8_decode(NULL, 0, &cp), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_encode_table),
	    cmocka_unit_test(test_all_code_points_round_trip),
	    cmocka_unit_test(test_all_short_sequences),
	    cmocka_unit_test(test_fourth_bytes),
	    cmocka_unit_test(test_valid_one_bad_byte),
	    cmocka_unit_test(test_valid_bad_sequence_over_borders),
	    cmocka_unit_test(test_valid_characters_at_vector_ends),
	    cmocka_unit_test(test_valid_random),
	    cmocka_unit_test(test_nothing_at_null),
	};

	return cmocka_run_group_tests(tests, make_fence, NULL);
}
