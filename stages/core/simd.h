/*
 * The choice of instruction set at run time.  Scalar code is the reference; each variant gives the
 * same bytes.  A build with POTOK_SIMD_MAX defined to one of the levels goes no higher: the tests
 * build the library once for each level and compare.
 */
#ifndef POTOK_CORE_SIMD_H
#define POTOK_CORE_SIMD_H

#define POTOK_SIMD_SCALAR 0
#define POTOK_SIMD_AVX2 1
#define POTOK_SIMD_AVX512 2 /* F, BW, VL, VBMI and VBMI2 */

#ifndef POTOK_SIMD_MAX
#define POTOK_SIMD_MAX POTOK_SIMD_AVX512
#endif

#if defined(__x86_64__) && defined(__GNUC__)
#define POTOK_SIMD_X86 1
#define POTOK_TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define POTOK_TARGET_AVX512                                                                        \
	__attribute__((target(                                                                     \
	    "avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")))
#else
#define POTOK_SIMD_X86 0
#endif

/* The best level that this machine and this build have. */
static inline int
potok_simd(void)
{
#if POTOK_SIMD_X86
	if (POTOK_SIMD_MAX >= POTOK_SIMD_AVX512 && __builtin_cpu_supports("avx512vbmi2") &&
	    __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2"))
		return POTOK_SIMD_AVX512;
	if (POTOK_SIMD_MAX >= POTOK_SIMD_AVX2 && __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("bmi2"))
		return POTOK_SIMD_AVX2;
#endif
	return POTOK_SIMD_SCALAR;
}

#endif
