/* One hash for two streams: whatever a filter does, both hashes are as if each was alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"

enum { LONG = 40000 };

static uint64_t seed = 1;

static size_t
chance(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

/*
 * A filter that hands on what it reads from the caller's memory, as potok_chain_run() does: what it
 * keeps is moved to the front before the next read.  Now and then it changes a byte (as often as
 * `changes` of 1000 writes say), or keeps a lot.
 */
static void
run(size_t chunk, size_t hold, size_t changes, bool alike)
{
	static unsigned char text[LONG], memory[2 * LONG], copy[LONG];
	static struct pair p;
	struct hash in, out;
	size_t kept = 0, at = 0;
	uint64_t nout = 0;

	for (size_t i = 0; i < LONG; i++)
		text[i] = (unsigned char)chance(256);
	memset(&p, 0, sizeof p);
	hash_begin(&p.in.hash);
	hash_begin(&p.out.hash);
	hash_begin(&in);
	hash_begin(&out);
	pair_begin(&p, alike);
	while (at < LONG || kept > 0) {
		size_t n = chunk > LONG - at ? LONG - at : 1 + chance(chunk);
		bool last = n == 0;
		if (n > 0) {
			memcpy(memory + kept, text + at, n);
			pair_read(&p, memory + kept, n);
			hash_add(&in, text + at, n);
			at += n;
			kept += n;
		}
		size_t give =
		    last ? kept
			 : kept - (chance(hold + 1) < kept ? chance(hold + 1) : 0) % (kept + 1);
		for (size_t done = 0; done < give;) {
			size_t some = chance(4) == 0 ? 1 + chance(give - done) : give - done;
			unsigned char *data = memory + done;
			if (chance(1000) < changes) {
				memcpy(copy, data, some);
				copy[chance(some)] ^= 1;
				data = copy;
			}
			pair_write(&p, data, some);
			hash_add(&out, data, some);
			nout += some;
			done += some;
		}
		memmove(memory, memory + give, kept - give);
		kept -= give;
	}
	pair_part(&p);
	assert_int_equal(p.in.bytes, LONG);
	assert_int_equal(p.out.bytes, nout);
	assert_int_equal(hash_value(&p.in.hash), hash_value(&in));
	assert_int_equal(hash_value(&p.out.hash), hash_value(&out));
}

static void
test_all(void **state)
{
	static const size_t chunks[] = {1, 3, 100, 2047, 2048, 2049, 5000, 20000};
	static const size_t holds[] = {0, 1, 3, 64, 2048, 9000};
	static const size_t changes[] = {0, 1, 30, 1000};

	(void)state;
	for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++)
		for (size_t h = 0; h < sizeof holds / sizeof *holds; h++)
			for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
				for (int alike = 0; alike < 2; alike++)
					run(chunks[c], holds[h], changes[k], alike);
}

/* Clean text through large reads is never parted. */
static void
test_stays(void **state)
{
	static unsigned char memory[8192];
	static struct pair p;

	(void)state;
	memset(&p, 0, sizeof p);
	pair_begin(&p, true);
	for (int i = 0; i < 4; i++) {
		pair_read(&p, memory + (i > 0 ? 3 : 0), sizeof memory - 3);
		pair_write(&p, memory, sizeof memory - 3 - (i > 0 ? 0 : 3));
		assert_true(p.same);
	}
}

/* Text that is written from elsewhere, late, is known again as the input; other text never is. */
static void
test_returns(void **state)
{
	static unsigned char memory[30000], copy[30000];
	static struct pair p;

	(void)state;
	for (size_t i = 0; i < sizeof memory; i++)
		memory[i] = (unsigned char)chance(256);
	for (int differs = 0; differs < 2; differs++) {
		memset(&p, 0, sizeof p);
		hash_begin(&p.in.hash);
		hash_begin(&p.out.hash);
		pair_begin(&p, true);
		memcpy(copy, memory, sizeof copy);
		copy[100] ^= (unsigned char)differs;
		for (size_t i = 0; i < 20000; i += 5000)
			pair_read(&p, memory + i, 5000);
		pair_write(&p, copy, 9000);
		assert_false(p.same);
		pair_write(&p, copy + 9000, 10990);
		assert_int_equal(p.same, !differs);
		assert_int_equal(p.alike, !differs);
		pair_read(&p, memory + 20000, 10000);
		pair_write(&p, memory + 19990, 10010);
		assert_int_equal(p.same, !differs);
		pair_part(&p);
		struct hash all;
		hash_begin(&all);
		hash_add(&all, memory, sizeof memory);
		assert_int_equal(hash_value(&p.in.hash), hash_value(&all));
		hash_begin(&all);
		hash_add(&all, copy, sizeof memory);
		assert_int_equal(hash_value(&p.out.hash), hash_value(&all));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all),
	    cmocka_unit_test(test_stays),
	    cmocka_unit_test(test_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
