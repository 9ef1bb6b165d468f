/* Fuzz target of the index: whatever its files hold, a place is found inside the gzip, or refused.
 */
#include "fuzz.h"

#include <potok/compress.h>

/* A file: some of the data. */
static ptrdiff_t
read_at(void *ctx, void *buf, size_t n, uint64_t offset)
{
	const struct potok_slice *s = ctx;

	if (offset >= s->len)
		return 0;
	n = n < s->len - offset ? n : s->len - (size_t)offset;
	memcpy(buf, s->data + offset, n);
	return (ptrdiff_t)n;
}

static void
check(struct potok_index *x, const struct potok_slice *gzip, uint64_t want)
{
	struct potok_place place;
	struct potok_file file = {read_at, (void *)gzip, gzip->len};
	enum potok_status s = potok_index_line(x, want, &place);

	fuzz_check(s == POTOK_MORE || (s == POTOK_EINPUT && x->why != NULL));
	fuzz_check(s != POTOK_MORE || (place.offset <= gzip->len && place.skip <= want));
	s = potok_index_byte(x, want, &place);
	fuzz_check(s == POTOK_MORE || (s == POTOK_EINPUT && x->why != NULL));
	fuzz_check(s != POTOK_MORE || (place.offset <= gzip->len && place.skip <= want));
	fuzz_check(potok_gzip_byte(&file, want, &place) == POTOK_MORE);
	fuzz_check(place.offset <= gzip->len && place.skip <= want);
}

/* The first byte says how long the files are; the gzip is what remains.  Its size in the stamp is
 * made right, since that would be found too rarely. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct potok_slice s[3];
	struct potok_index x;

	if (n < 2)
		return 0;
	size_t ngzi = 8 + 16 * (data[0] % 4u), ngzl = 48 + 8 * (data[0] / 4 % 4u);
	uint64_t want = data[1];
	data += 2;
	n -= 2;
	if (n < ngzi + ngzl)
		return 0;
	unsigned char *gzl = malloc(ngzl);
	fuzz_check(gzl != NULL);
	memcpy(gzl, data + ngzi, ngzl);
	memcpy(gzl, "potokgzl\1\0\0", 12);
	s[0] = (struct potok_slice){data + ngzi + ngzl, n - ngzi - ngzl};
	s[1] = (struct potok_slice){data, ngzi};
	s[2] = (struct potok_slice){gzl, ngzl};
	for (int i = 0; i < 8; i++)
		gzl[16 + i] = (unsigned char)((uint64_t)s[0].len >> 8 * i);
	struct potok_file files[3];
	for (int i = 0; i < 3; i++)
		files[i] = (struct potok_file){read_at, &s[i], s[i].len};
	enum potok_status status = potok_index_open(&x, &files[0], &files[1], &files[2]);
	fuzz_check(status == POTOK_MORE || (status == POTOK_EINPUT && x.why != NULL));
	if (status == POTOK_MORE) {
		check(&x, &s[0], want);
		check(&x, &s[0], want * want * want);
	}
	free(gzl);
	return 0;
}
