/* What the fuzz targets share: choices taken from the data, and runs of a stage cut by the data. */
#ifndef POTOK_FUZZ_H
#define POTOK_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <potok/stage.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Stops the run when what must hold does not. */
static inline void
fuzz_check(int holds)
{
	if (!holds)
		abort();
}

/*
 * Runs the stage over data to its end, or to an error, and closes it.  seed decides where the input
 * is cut and how small the output limit is; 0: uncut, no limit.  The caller frees *out.
 */
static inline enum potok_status
fuzz_run(
    struct potok_stage *stage, const uint8_t *data, size_t n, uint32_t seed, struct potok_buf *out)
{
	size_t taken = 0, given = seed ? 0 : n;
	enum potok_status s = POTOK_MORE;

	*out = (struct potok_buf){0};
	do {
		if (s == POTOK_MORE && given < n && seed) {
			seed = seed * 1664525u + 1013904223u;
			given += 1 + (seed >> 8) % ((seed & 3) ? 5 : 300);
			given = given < n ? given : n;
		}
		size_t len = given - taken;
		unsigned char *copy = malloc(len + 1);
		fuzz_check(copy != NULL);
		memcpy(copy + 1, data ? data + taken : (const uint8_t *)"", len);
		struct potok_slice in = {copy + 1, len};
		struct potok_buf piece = {.limit = seed ? 1 + (seed >> 20) : SIZE_MAX};
		s = potok_process(stage, &in, &piece, given == n);
		fuzz_check(s != POTOK_EBUG);
		taken += len - in.len;
		struct potok_slice made = potok_buf_bytes(&piece);
		fuzz_check(potok_buf_add(out, made.data, made.len) >= 0);
		potok_buf_free(&piece);
		free(copy);
	} while (s >= 0 && s != POTOK_DONE);
	potok_close(stage);
	return s;
}

#endif
