/* The ceiling of potok-compress: calls libdeflate on 65,280-byte blocks and drops the result.
 * Argument: the level. */
#include <stdio.h>
#include <stdlib.h>

#include <libdeflate.h>

int
main(int argc, char **argv)
{
	static unsigned char block[65280], out[2 * 65536];
	struct libdeflate_compressor *c =
	    libdeflate_alloc_compressor(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 6);
	size_t n, total = 0;

	while (c != NULL && (n = fread(block, 1, sizeof block, stdin)) > 0) {
		total += libdeflate_deflate_compress(c, block, n, out, sizeof out);
		total += libdeflate_crc32(0, block, n) & 1;
	}
	return total == 0;
}
