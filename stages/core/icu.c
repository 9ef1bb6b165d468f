/*
 * ICU, loaded when a function of it is first called: its libraries, with the C++ library that they
 * want, take two to four milliseconds, and most text needs none of them.  Each function has its
 * namesake here, which finds it by dlsym() and calls it.  A program without the libraries goes on
 * until it needs one and ends there as the dynamic linker ends one: with a message and 127.
 *
 * CMakeLists.txt says where ICU is linked in the ordinary way instead.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/uenum.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#define QUOTED(text) QUOTED_(text)
#define QUOTED_(text) #text
#define VERSION QUOTED(U_ICU_VERSION_MAJOR_NUM)

/* The function `name`, whose symbol has ICU's version behind it, or none where ICU was built so. */
static void *
find(const char *library, const char *name)
{
	char versioned[64];
	void *loaded = dlopen(library, RTLD_LAZY | RTLD_LOCAL), *found = NULL;

	if (loaded != NULL) {
		snprintf(versioned, sizeof versioned, "%s_" VERSION, name);
		found = dlsym(loaded, versioned);
		if (found == NULL)
			found = dlsym(loaded, name);
	}
	if (found == NULL) {
		fprintf(stderr, "libpotok: %s\n", dlerror());
		_exit(127);
	}
	return found;
}

/* Threads may find the same function at once: they find the same. */
#define FUNCTION(library, type, name, parameters, how, arguments)                                  \
	type name parameters                                                                       \
	{                                                                                          \
		static type(*_Atomic known) parameters;                                            \
		type(*f) parameters = atomic_load_explicit(&known, memory_order_acquire);          \
		if (f == NULL) {                                                                   \
			void *found = find(library, #name);                                        \
			memcpy(&f, &found, sizeof f);                                              \
			atomic_store_explicit(&known, f, memory_order_release);                    \
		}                                                                                  \
		how f arguments;                                                                   \
	}
#define UC(type, name, parameters, arguments)                                                      \
	FUNCTION("libicuuc.so." VERSION, type, name, parameters, return, arguments)
#define UC_VOID(name, parameters, arguments)                                                       \
	FUNCTION("libicuuc.so." VERSION, void, name, parameters, , arguments)
#define I18N(type, name, parameters, arguments)                                                    \
	FUNCTION("libicui18n.so." VERSION, type, name, parameters, return, arguments)
#define I18N_VOID(name, parameters, arguments)                                                     \
	FUNCTION("libicui18n.so." VERSION, void, name, parameters, , arguments)

UC(const char *, u_errorName, (UErrorCode err), (err))

/* Characters and strings. */
UC(int8_t, u_charType, (UChar32 c), (c))
UC(uint8_t, u_getCombiningClass, (UChar32 c), (c))
UC(int32_t, u_countChar32, (const UChar *s, int32_t n), (s, n))
UC(UChar *, u_strFromUTF8,
    (UChar * to, int32_t cap, int32_t *len, const char *from, int32_t n, UErrorCode *err),
    (to, cap, len, from, n, err))
UC(char *, u_strToUTF8,
    (char *to, int32_t cap, int32_t *len, const UChar *from, int32_t n, UErrorCode *err),
    (to, cap, len, from, n, err))
UC(char *, u_strToUTF8WithSub,
    (char *to, int32_t cap, int32_t *len, const UChar *from, int32_t n, UChar32 sub, int32_t *nsub,
	UErrorCode *err),
    (to, cap, len, from, n, sub, nsub, err))

/* Normalization. */
UC(const UNormalizer2 *, unorm2_getNFCInstance, (UErrorCode * err), (err))
UC(const UNormalizer2 *, unorm2_getNFDInstance, (UErrorCode * err), (err))
UC(const UNormalizer2 *, unorm2_getNFKCInstance, (UErrorCode * err), (err))
UC(const UNormalizer2 *, unorm2_getNFKDInstance, (UErrorCode * err), (err))
UC(int32_t, unorm2_normalize,
    (const UNormalizer2 *norm, const UChar *from, int32_t n, UChar *to, int32_t cap,
	UErrorCode *err),
    (norm, from, n, to, cap, err))
UC(int32_t, unorm2_getDecomposition,
    (const UNormalizer2 *norm, UChar32 c, UChar *to, int32_t cap, UErrorCode *err),
    (norm, c, to, cap, err))
UC(int32_t, unorm2_getRawDecomposition,
    (const UNormalizer2 *norm, UChar32 c, UChar *to, int32_t cap, UErrorCode *err),
    (norm, c, to, cap, err))
UC(UBool, unorm2_hasBoundaryBefore, (const UNormalizer2 *norm, UChar32 c), (norm, c))
UC(UBool, unorm2_isInert, (const UNormalizer2 *norm, UChar32 c), (norm, c))

/* Converters. */
UC(UConverter *, ucnv_open, (const char *name, UErrorCode *err), (name, err))
UC_VOID(ucnv_close, (UConverter * c), (c))
#if U_ICU_VERSION_MAJOR_NUM >= 71
UC(UConverter *, ucnv_clone, (const UConverter *c, UErrorCode *err), (c, err))
#else
UC(UConverter *, ucnv_safeClone, (const UConverter *c, void *room, int32_t *size, UErrorCode *err),
    (c, room, size, err))
#endif
UC(UConverterType, ucnv_getType, (const UConverter *c), (c))
UC_VOID(ucnv_resetToUnicode, (UConverter * c), (c))
UC_VOID(ucnv_setToUCallBack,
    (UConverter * c, UConverterToUCallback callback, const void *context,
	UConverterToUCallback *before, const void **context_before, UErrorCode *err),
    (c, callback, context, before, context_before, err))
UC_VOID(UCNV_TO_U_CALLBACK_STOP,
    (const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t n,
	UConverterCallbackReason reason, UErrorCode *err),
    (context, args, bytes, n, reason, err))
UC(UChar32, ucnv_getNextUChar,
    (UConverter * c, const char **from, const char *end, UErrorCode *err), (c, from, end, err))
UC_VOID(ucnv_toUnicode,
    (UConverter * c, UChar **to, const UChar *to_end, const char **from, const char *end,
	int32_t *places, UBool flush, UErrorCode *err),
    (c, to, to_end, from, end, places, flush, err))
UC(int32_t, ucnv_toUCountPending, (const UConverter *c, UErrorCode *err), (c, err))
UC_VOID(ucnv_getInvalidChars, (const UConverter *c, char *bytes, int8_t *n, UErrorCode *err),
    (c, bytes, n, err))
UC(int32_t, ucnv_countAvailable, (void), ())
UC(const char *, ucnv_getAvailableName, (int32_t i), (i))
UC(uint16_t, ucnv_countAliases, (const char *name, UErrorCode *err), (name, err))
UC(const char *, ucnv_getAlias, (const char *name, uint16_t i, UErrorCode *err), (name, i, err))
UC(const char *, ucnv_getStandardName, (const char *name, const char *standard, UErrorCode *err),
    (name, standard, err))

/* Transforms. */
I18N(UTransliterator *, utrans_openU,
    (const UChar *id, int32_t n, UTransDirection way, const UChar *rules, int32_t nrules,
	UParseError *where, UErrorCode *err),
    (id, n, way, rules, nrules, where, err))
I18N_VOID(utrans_close, (UTransliterator * t), (t))
I18N_VOID(utrans_transUChars,
    (const UTransliterator *t, UChar *text, int32_t *n, int32_t cap, int32_t start, int32_t *limit,
	UErrorCode *err),
    (t, text, n, cap, start, limit, err))
I18N(UEnumeration *, utrans_openIDs, (UErrorCode * err), (err))
UC(const char *, uenum_next, (UEnumeration * e, int32_t *n, UErrorCode *err), (e, n, err))
UC_VOID(uenum_close, (UEnumeration * e), (e))
