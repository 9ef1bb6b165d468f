/* XXH3-64 in all variants: the published values, and the same for every length and cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "hash_kernel.h"

enum { LONGEST = 4096 };

/* Of libxxhash's own sanity test (tests/sanity_test_vectors.h, version 0.8.2), without seed; its
 * bytes are made as below. */
static const struct {
	size_t n;
	uint64_t hash;
} known[] = {
    {0, 0x2D06800538D394C2},
    {1, 0xC44BDFF4074EECDB},
    {6, 0x27B56A84CD2D7325},
    {12, 0xA713DAF0DFBB77E7},
    {24, 0xA3FE70BF9D3510EB},
    {48, 0x397DA259ECBA1F11},
    {80, 0xBCDEFBBB2C47C90A},
    {195, 0xCD94217EE362EC3A},
    {403, 0xCDEB804D65C6DEA4},
    {512, 0x617E49599013CB6B},
    {2048, 0xDD59E2C3A5F038E0},
    {2240, 0x6E73A90539CF2948},
    {2367, 0xCB37AEB9E5D361ED},
};

static unsigned char bytes[LONGEST];

static void
fill(void)
{
	uint64_t prime32 = 2654435761u, prime64 = 11400714785074694797u, x = prime32;

	for (size_t i = 0; i < LONGEST; i++) {
		bytes[i] = (unsigned char)(x >> 56);
		x *= prime64;
	}
}

static void
test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct hash h;
		hash_begin(&h);
		hash_add(&h, bytes, known[i].n);
		if (hash_value(&h) != known[i].hash)
			fail_msg("%zu bytes: %016jx", known[i].n, (uintmax_t)hash_value(&h));
	}
}

static void
test_cuts_and_variants(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 1100; n += n < 300 ? 1 : 61) {
		struct hash whole;
		hash_begin(&whole);
		hash_add(&whole, bytes, n);
		for (size_t cut = 1; cut <= n; cut = cut * 3 + 1) {
			struct hash h[3];
			for (int v = 0; v < 3; v++)
				hash_begin(&h[v]);
			for (size_t at = 0; at < n; at += cut) {
				size_t some = n - at < cut ? n - at : cut;
				hash_add(&h[0], bytes + at, some);
#if HASH_X86
				if (__builtin_cpu_supports("avx2"))
					hash_add_avx2(&h[1], bytes + at, some);
				if (__builtin_cpu_supports("avx512f"))
					hash_add_avx512(&h[2], bytes + at, some);
#endif
			}
			assert_int_equal(hash_value(&h[0]), hash_value(&whole));
#if HASH_X86
			if (__builtin_cpu_supports("avx2"))
				assert_int_equal(hash_value(&h[1]), hash_value(&whole));
			if (__builtin_cpu_supports("avx512f"))
				assert_int_equal(hash_value(&h[2]), hash_value(&whole));
#endif
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_cuts_and_variants),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
