/* The emulation of AVX-512 does what the instructions do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "operations_avx512.h"
#include "simd.h"

#if POTOK_SIMD_X86
enum { ROUNDS = 400 };

/*
 * A hash of all that each makes of the operands below, by the instructions themselves, as Bochs 2.7
 * runs them (model tigerlake): this program with the argument "print", on such a machine.
 */
static const struct {
	const char *name;
	uint64_t hash;
} instructions[] = {
    {"loadu_si512, storeu_si512", 0xB62252A896862421},
    {"mask_loadu_epi8", 0xB5670D02CD0F8E25},
    {"set1_epi8", 0xC7667E891593C225},
    {"set1_epi16", 0x0FA05F5449E66AE5},
    {"setzero_si512", 0xBD23921F44ADAD25},
    {"broadcast_i32x4", 0x80E5B055EE5326FD},
    {"mask_mov_epi8", 0xB5670D02CD0F8E25},
    {"maskz_mov_epi8", 0x4BA39066D26D7C18},
    {"mask_blend_epi8", 0xB5670D02CD0F8E25},
    {"mask_set1_epi8", 0x531E4667E05A0A8D},
    {"maskz_compress_epi8", 0x69D566B4027F8BC8},
    {"and_si512", 0x96AECE1EDC674B9F},
    {"or_si512", 0x7AA891A09BC9B150},
    {"xor_si512", 0x8B1F95D3F8A290DA},
    {"add_epi8", 0x79FA303CB6F4CBFA},
    {"mask_add_epi8", 0x11E49B487AD7C8BF},
    {"add_epi16", 0xB1F44B18B186AE1D},
    {"mask_add_epi16", 0x855EDFE9DE287D87},
    {"sub_epi8", 0x2EBA741261E4152C},
    {"subs_epu8", 0x00E327D2CBCFE7CE},
    {"srli_epi16 1", 0x276FC5BB4B00133E},
    {"srli_epi16 4", 0xFCDD87F9C9CF0E23},
    {"srli_epi16 16", 0xBD23921F44ADAD25},
    {"castsi512_si256, cvtepu8_epi16", 0xDD92C1DDBA3EA935},
    {"cmpeq_epi8_mask", 0xEF3437232101E903},
    {"cmplt_epu8_mask", 0xACC02548FAFBD567},
    {"cmplt_epi8_mask", 0xAC17E5414486482F},
    {"cmpgt_epu8_mask", 0xBC6CE1E487EB2F61},
    {"cmpge_epu8_mask", 0x3E5FC24BC784F02B},
    {"test_epi8_mask", 0x8A18D08B952800E4},
    {"movepi8_mask", 0x751E641F73DDB9BE},
    {"alignr_epi8 0", 0x3619ADB95526D37A},
    {"alignr_epi8 13", 0xAAEDE7BC88167F2A},
    {"alignr_epi8 15", 0xFA1450DD0252702A},
    {"alignr_epi8 20", 0xACD0C8542E845E85},
    {"alignr_epi32 0", 0x3619ADB95526D37A},
    {"alignr_epi32 12", 0x629DCA4E9E049307},
    {"alignr_epi32 15", 0xA847B8813AC7D119},
    {"shuffle_epi8", 0xF3E09DC1C1B8A5CB},
    {"permutexvar_epi8", 0x709CEA01928C4078},
    {"maskz_permutexvar_epi8", 0xCAB4E28DE95855EA},
    {"permutex2var_epi8", 0xEEBAC23BEF6D2957},
    {"permutex2var_epi16", 0xF9D483D88190654B},
};

static uint32_t
chance(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Bytes by chance; in some rounds mostly those at the ends of what is signed and unsigned, or
 * mostly the same in the first two operands. */
static uint64_t
make_operands(unsigned char operand[3][64], int round, uint32_t *seed)
{
	static const unsigned char ends[] = {0, 1, 0x0F, 0x10, 0x3F, 0x40, 0x7F, 0x80, 0x81, 0xFF};
	static const uint64_t masks[] = {0, ~1ULL, 1, 1ULL << 63, 0xAAAAAAAAAAAAAAAA};

	for (int i = 0; i < 64; i++) {
		for (int k = 0; k < 3; k++)
			operand[k][i] = (unsigned char)chance(seed);
		if (round % 4 == 1)
			operand[0][i] = ends[chance(seed) % sizeof ends];
		if (round % 4 == 1)
			operand[1][i] = ends[chance(seed) % sizeof ends];
		if (round % 4 == 2 && chance(seed) % 8 != 0)
			operand[1][i] = operand[0][i];
	}
	uint64_t mask = (uint64_t)chance(seed) << 40 ^ (uint64_t)chance(seed) << 20 ^ chance(seed);
	return round % 8 == 7 ? masks[chance(seed) % 5] : mask;
}

/* FNV-1a. */
static void
add(uint64_t *hash, const void *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*hash = (*hash ^ ((const unsigned char *)data)[i]) * 0x100000001B3;
}

/* The name of each operation, and the hash of what it has made.  Answers how many there are. */
static int
run(int (*operations)(const unsigned char[3][64], uint64_t, struct operation[OPERATIONS]),
    const char *names[OPERATIONS], uint64_t hashes[OPERATIONS])
{
	struct operation made[OPERATIONS];
	uint32_t seed = 1;
	int n = 0;

	for (int i = 0; i < OPERATIONS; i++)
		hashes[i] = 0xCBF29CE484222325;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned char operand[3][64];
		uint64_t mask = make_operands(operand, round, &seed);
		n = operations((const unsigned char(*)[64])operand, mask, made);
		for (int i = 0; i < n; i++) {
			names[i] = made[i].name;
			add(&hashes[i], made[i].bytes, sizeof made[i].bytes);
			add(&hashes[i], &made[i].mask, sizeof made[i].mask);
		}
	}
	return n;
}

static void
check(int (*operations)(const unsigned char[3][64], uint64_t, struct operation[OPERATIONS]))
{
	const char *names[OPERATIONS];
	uint64_t hashes[OPERATIONS];
	int n = run(operations, names, hashes);

	assert_int_equal(n, sizeof instructions / sizeof instructions[0]);
	for (int i = 0; i < n; i++) {
		assert_string_equal(names[i], instructions[i].name);
		if (hashes[i] != instructions[i].hash)
			fail_msg("%s", names[i]);
	}
}

/* With all bits set, for which Bochs 2.7 compresses nothing, masks make no difference. */
static void
check_full(int (*operations)(const unsigned char[3][64], uint64_t, struct operation[OPERATIONS]))
{
	struct operation made[OPERATIONS];
	unsigned char operand[3][64];
	uint32_t seed = 1;
	bool compressed = false;

	make_operands(operand, 0, &seed);
	int n = operations((const unsigned char(*)[64])operand, ~0ULL, made);
	for (int i = 0; i < n; i++) {
		if (strcmp(made[i].name, "maskz_compress_epi8") != 0)
			continue;
		assert_memory_equal(made[i].bytes, operand[0], 64);
		compressed = true;
	}
	assert_true(compressed);
}

static void
test_emulation(void **state)
{
	(void)state;
	if (potok_simd() >= POTOK_SIMD_AVX2) {
		check(operations_emulated);
		check_full(operations_emulated);
	}
}

static void
test_instructions(void **state)
{
	(void)state;
	if (potok_simd() >= POTOK_SIMD_AVX512) {
		check(operations_native);
		check_full(operations_native);
	}
}

/* The table for this file. */
static int
print(void)
{
	const char *names[OPERATIONS];
	uint64_t hashes[OPERATIONS];

	if (potok_simd() < POTOK_SIMD_AVX512)
		return 1;
	int n = run(operations_native, names, hashes);
	for (int i = 0; i < n; i++)
		printf("    {\"%s\", 0x%016jX},\n", names[i], (uintmax_t)hashes[i]);
	return 0;
}
#endif

int
main(int argc, char **argv)
{
#if POTOK_SIMD_X86
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_emulation),
	    cmocka_unit_test(test_instructions),
	};

	if (argc > 1 && strcmp(argv[1], "print") == 0)
		return print();
	return cmocka_run_group_tests(tests, NULL, NULL);
#else
	(void)argc;
	(void)argv;
	return 0;
#endif
}
