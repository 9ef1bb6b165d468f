/*
 * Reads ordinary gzip members, good, damaged and cut, and prints what came of each: linked with
 * ISA-L and with zlib it prints the same.  What is left out: the reason of a refusal (zlib refuses
 * incomplete codes, ISA-L their text, by its checksum), and how much of a cut member was written
 * (they may differ by two bytes).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <potok/compress.h>

enum { MAX = 400000, FLIPS = 400, CUTS = 200 };

static uint32_t seed = 1;

static uint32_t
random_number(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* A member of text[0..n). */
static size_t
make(unsigned char *gzip, const unsigned char *text, size_t n, int level, int strategy)
{
	z_stream z = {0};

	if (deflateInit2(&z, level, Z_DEFLATED, 31, 8, strategy) != Z_OK)
		exit(1);
	z.next_in = (z_const Bytef *)text;
	z.avail_in = (uInt)n;
	z.next_out = gzip;
	z.avail_out = 2 * MAX;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		exit(1);
	deflateEnd(&z);
	return 2 * MAX - z.avail_out;
}

static void
read_it(const char *what, size_t number, const unsigned char *gzip, size_t n, int cut)
{
	struct potok_decompress d;
	struct potok_buf out = {.limit = SIZE_MAX};
	struct potok_slice in = {gzip, n};

	potok_decompress_init(&d, NULL);
	enum potok_status s = potok_process(&d.stage, &in, &out, 1);
	printf("%s %zu: %d at %llu", what, number, (int)s,
	    s == POTOK_DONE ? 0ULL : (unsigned long long)d.stage.offset);
	if (!cut || s == POTOK_DONE)
		printf(
		    ", %zu bytes, %08lx", out.len, out.len ? crc32(0, out.data, (uInt)out.len) : 0);
	printf("\n");
	potok_close(&d.stage);
	potok_buf_free(&out);
}

int
main(void)
{
	static const size_t sizes[] = {0, 1, 300, 3000, 65536, 65537, MAX};
	static const int kinds[][2] = {{0, Z_DEFAULT_STRATEGY}, {1, Z_DEFAULT_STRATEGY},
	    {6, Z_DEFAULT_STRATEGY}, {6, Z_FIXED}, {6, Z_HUFFMAN_ONLY}, {6, Z_RLE}};
	static unsigned char text[MAX], gzip[2 * MAX];

	for (size_t i = 0; i < MAX; i++)
		text[i] = (unsigned char)(random_number() % (i / 1000 % 7 + 2) + 'a');
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			size_t n = make(gzip, text, sizes[i], kinds[k][0], kinds[k][1]);
			read_it("good", sizes[i], gzip, n, 0);
			/* With more than a piece of text, what was written before the fault may
			 * be more with ISA-L, where zlib refuses a code before it is used. */
			for (size_t f = 0; f < FLIPS && sizes[i] < 65536; f++) {
				size_t at = random_number() % n;
				unsigned char bit = (unsigned char)(1 << random_number() % 8);
				gzip[at] ^= bit;
				read_it("flipped", at, gzip, n, 0);
				gzip[at] ^= bit;
			}
			for (size_t c = 0; c < CUTS; c++)
				read_it("cut", c, gzip, random_number() % n, 1);
		}
	}
	return 0;
}
