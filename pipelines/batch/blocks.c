/* The blocks of potok-compress as they stand in a file. */
#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include <potok/compress.h>

#include "io.h"

enum { HEADER = 20, LOOK_AHEAD = 64 };

static const unsigned char bgzf_end[28] =
    "\x1F\x8B\x08\x04\0\0\0\0\0\xFF\x06\0\x42\x43\x02\0\x1B\0\x03";
static const unsigned char mz_end[30] =
    "\x1F\x8B\x08\x04\0\0\0\0\0\xFF\x08\0\x4D\x5A\x04\0\x02\0\0\0\x03";

int64_t
block_length(int fd, uint64_t at)
{
	unsigned char h[HEADER];

	if (io_read_at(fd, h, sizeof h, at) != HEADER || memcmp(h, bgzf_end, 4) != 0)
		return -1;
	if (memcmp(h + 10, bgzf_end + 10, 6) == 0)
		return (h[16] | h[17] << 8) + 1;
	if (memcmp(h + 10, mz_end + 10, 6) == 0)
		return (int64_t)HEADER + 8 +
		       (int64_t)(h[16] | (uint32_t)h[17] << 8 | (uint32_t)h[18] << 16 |
				 (uint32_t)h[19] << 24);
	return -1;
}

const unsigned char *
block_end(int fd, size_t *n)
{
	unsigned char h[HEADER];
	bool read = io_read_at(fd, h, sizeof h, 0) == HEADER;

	if (read && memcmp(h, bgzf_end, 4) == 0 && memcmp(h + 10, bgzf_end + 10, 6) == 0) {
		*n = sizeof bgzf_end;
		return bgzf_end;
	}
	if (read && memcmp(h, mz_end, 16) == 0) {
		*n = sizeof mz_end;
		return mz_end;
	}
	return NULL;
}

bool
block_text(int fd, uint64_t at, unsigned char *buf, size_t cap, size_t *n, bool end)
{
	struct potok_decompress stage;
	struct potok_buf text = {.limit = SIZE_MAX};
	int64_t length = block_length(fd, at);
	/* A large block is one only when another member follows. */
	size_t size = length > 0 ? (size_t)length + LOOK_AHEAD : 0;
	unsigned char *block = size > 0 ? malloc(size) : NULL;
	ptrdiff_t got = block != NULL ? io_read_at(fd, block, size, at) : -1;
	bool whole = false;

	if (got >= length && potok_decompress_init(&stage, NULL) == POTOK_MORE) {
		struct potok_slice in = {block, (size_t)length};
		enum potok_status s = potok_process(&stage.stage, &in, &text, false);
		if (s == POTOK_MORE && in.len > 0) {
			in.len += (size_t)(got - length);
			s = potok_process(&stage.stage, &in, &text, false);
		}
		struct potok_slice all = potok_buf_bytes(&text);
		whole = s == POTOK_MORE && stage.counts[0].n > 0;
		*n = all.len < cap ? all.len : cap;
		if (whole && *n > 0)
			memcpy(buf, end ? all.data + all.len - *n : all.data, *n);
		potok_close(&stage.stage);
	}
	potok_buf_free(&text);
	free(block);
	return whole;
}
