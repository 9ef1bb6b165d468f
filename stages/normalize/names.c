/* The labels of encodings: which there are, and what each one means. */
#include <iconv.h>
#include <string.h>

#include <unicode/ucnv.h>

#include <potok/normalize.h>

#include "decode.h"
#include "iconv_names.h"
#include "single_byte.h"

enum {
	NSINGLE = sizeof single_bytes / sizeof single_bytes[0],
	NICONV = sizeof iconv_names / sizeof iconv_names[0],
	LABEL_MAX = 63
};

/* The encodings of Unicode, which have decoders of their own. */
static const struct {
	enum encoding_kind kind;
	const char *name, *aliases;
} unicode[] = {
    {ENCODING_UTF8, "UTF-8", "csutf8\0"},
    {ENCODING_UTF16, "UTF-16", "csutf16\0csunicode\0unicode\0ucs2\0iso-10646-ucs-2\0"},
    {ENCODING_UTF16LE, "UTF-16LE", "csutf16le\0ucs2le\0"},
    {ENCODING_UTF16BE, "UTF-16BE", "csutf16be\0ucs2be\0"},
    {ENCODING_UTF32, "UTF-32", "csutf32\0ucs4\0"},
    {ENCODING_UTF32LE, "UTF-32LE", "csutf32le\0ucs4le\0"},
    {ENCODING_UTF32BE, "UTF-32BE", "csutf32be\0ucs4be\0"},
};

/* Labels that the Encoding standard of the WHATWG (section 4.2) gives another meaning than IANA
 * does, and those that ICU does not know. */
static const struct {
	const char *label, *name;
} whatwg[] = {
    {"GBK", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"csgb2312", "GB18030"},
    {"csiso58gb231280", "GB18030"},
    {"iso-ir-58", "GB18030"},
    {"chinese", "GB18030"},
    {"x-gbk", "GB18030"},
    {"Big5", "Big5-HKSCS"},
    {"csbig5", "Big5-HKSCS"},
    {"cn-big5", "Big5-HKSCS"},
    {"x-x-big5", "Big5-HKSCS"},
    {"Shift_JIS", "windows-31j"},
    {"sjis", "windows-31j"},
    {"x-sjis", "windows-31j"},
    {"ms_kanji", "windows-31j"},
    {"ms932", "windows-31j"},
    {"csshiftjis", "windows-31j"},
    {"x-euc-jp", "EUC-JP"},
    {"cseucpkdfmtjapanese", "EUC-JP"},
    {"EUC-KR", "windows-949"},
    {"cseuckr", "windows-949"},
    {"csksc56011987", "windows-949"},
    {"iso-ir-149", "windows-949"},
    {"korean", "windows-949"},
    {"ks_c_5601-1987", "windows-949"},
    {"ks_c_5601-1989", "windows-949"},
    {"ksc5601", "windows-949"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"unicode11utf8", "UTF-8"},
    {"unicode20utf8", "UTF-8"},
    {"x-unicode20utf8", "UTF-8"},
    {"unicodefffe", "UTF-16BE"},
    {"unicodefeff", "UTF-16LE"},
};

enum { NUNICODE = sizeof unicode / sizeof unicode[0], NOWN = NUNICODE + NSINGLE };

static const char *
own_name(size_t i)
{
	return i < NUNICODE ? unicode[i].name : single_bytes[i - NUNICODE].name;
}

static const char *
own_aliases(size_t i)
{
	return i < NUNICODE ? unicode[i].aliases : single_bytes[i - NUNICODE].aliases;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Compares labels; case, - and _ do not matter. */
static bool
same_label(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '-' || *a == '_')
			a++;
		while (*b == '-' || *b == '_')
			b++;
		if (lower(*a) != lower(*b))
			return false;
		if (*a == '\0')
			return true;
	}
}

static bool
is_label_of(const char *label, size_t i)
{
	if (same_label(label, own_name(i)))
		return true;
	for (const char *a = own_aliases(i); *a != '\0'; a += strlen(a) + 1) {
		if (same_label(label, a))
			return true;
	}
	return false;
}

/* What may be handed to ICU or iconv: no options, no paths, no "//". */
static bool
is_harmless(const char *label)
{
	size_t n = strlen(label);

	return n > 0 && n <= LABEL_MAX &&
	       strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			     "0123456789_.:()+-") == n;
}

/* A label of an encoding that only iconv has, as iconv spells it; NULL when it is none. */
static const char *
iconv_spelling(const char *label)
{
	for (size_t i = 0; i < NICONV; i++) {
		for (const char *a = iconv_names[i]; *a != '\0'; a += strlen(a) + 1) {
			if (same_label(label, a))
				return a;
		}
	}
	return NULL;
}

/* Does iconv have it on this machine? */
static bool
works(const char *label)
{
	iconv_t cd = iconv_open("UTF-32LE", label);

	return cd != (iconv_t)-1 && iconv_close(cd) == 0;
}

static void
own_encoding(struct encoding *e, size_t i)
{
	*e = (struct encoding){.kind = i < NUNICODE ? unicode[i].kind : ENCODING_SINGLE,
	    .index = i < NUNICODE ? 0 : i - NUNICODE,
	    .name = own_name(i)};
}

/* Finds the encoding of ICU or iconv; ours, where its table is the one meant. */
static bool
find_foreign(const char *label, struct encoding *e)
{
	UErrorCode err = U_ZERO_ERROR;

	if (!is_harmless(label) || strstr(label, "Endian") != NULL)
		return false;
	const char *spelling = iconv_spelling(label);
	if (spelling != NULL) {
		*e = (struct encoding){.kind = ENCODING_ICONV, .name = spelling};
		return true;
	}
	bool in_icu = ucnv_countAliases(label, &err) > 0 && U_SUCCESS(err);
	const char *table = in_icu ? ucnv_getAlias(label, 0, &err) : "";
	for (size_t i = 0; i < NSINGLE; i++) {
		if (strcmp(single_bytes[i].table, table) == 0) {
			own_encoding(e, NUNICODE + i);
			return true;
		}
	}
	*e = (struct encoding){.kind = in_icu ? ENCODING_ICU : ENCODING_ICONV, .name = label};
	return true;
}

bool
encoding_find(const char *label, struct encoding *e)
{
	bool strict = strncmp(label, "iana:", 5) == 0;

	for (size_t i = 0; !strict && i < sizeof whatwg / sizeof whatwg[0]; i++) {
		if (same_label(label, whatwg[i].label))
			label = whatwg[i].name;
	}
	for (size_t i = 0; i < NOWN; i++) {
		if (is_label_of(label, i) ||
		    (strict && i < NUNICODE && is_label_of(label + 5, i))) {
			own_encoding(e, i);
			e->big_endian = strict; /* RFC 2781, section 4.3 */
			return true;
		}
	}
	return find_foreign(strict ? label + 5 : label, e);
}

const uint16_t *
decode_upper_half(const char *name)
{
	for (size_t i = 0; i < NSINGLE; i++) {
		if (strcmp(single_bytes[i].name, name) == 0)
			return single_bytes[i].upper;
	}
	return NULL;
}

/* Does ICU's converter stand for an encoding of our own list, or depend on the machine? */
static bool
is_own_converter(const char *name)
{
	if (strstr(name, "Endian") != NULL)
		return true;
	for (size_t i = 0; i < NOWN; i++) {
		if (is_label_of(name, i))
			return true;
	}
	return false;
}

/* Label *i of ICU's converter, its standard name first; NULL when it has less, *i is then reduced.
 */
static const char *
converter_label(const char *name, size_t *i)
{
	UErrorCode err = U_ZERO_ERROR;
	const char *first = ucnv_getStandardName(name, "MIME", &err);

	if (first == NULL)
		first = ucnv_getStandardName(name, "IANA", &err);
	if (first == NULL)
		first = name;
	if ((*i)-- == 0)
		return first;
	uint16_t n = ucnv_countAliases(name, &err);
	for (uint16_t k = 0; k < n; k++) {
		const char *label = ucnv_getAlias(name, k, &err);
		if (strcmp(label, first) != 0 && strchr(label, ',') == NULL && (*i)-- == 0)
			return label;
	}
	return NULL;
}

/* Label *i of the encodings that only iconv has, "" when it does not have it here; NULL when there
 * are less, *i is then reduced. */
static const char *
iconv_label(size_t *i, bool *alias)
{
	for (size_t k = 0; k < NICONV; k++) {
		for (const char *a = iconv_names[k]; *a != '\0'; a += strlen(a) + 1) {
			if ((*i)-- > 0)
				continue;
			*alias = false;
			for (const char *b = iconv_names[k]; b < a && !*alias; b += strlen(b) + 1)
				*alias = works(b);
			return works(a) ? a : "";
		}
	}
	return NULL;
}

const char *
potok_normalize_label(size_t i, bool *alias)
{
	for (size_t k = 0; k < NOWN; k++) {
		if (i == 0) {
			*alias = false;
			return own_name(k);
		}
		i--;
		*alias = true;
		for (const char *a = own_aliases(k); *a != '\0'; a += strlen(a) + 1) {
			if (i-- == 0)
				return a;
		}
	}
	const char *name = iconv_label(&i, alias);
	if (name != NULL)
		return name;
	*alias = i > 0;
	for (int32_t k = 0; k < ucnv_countAvailable(); k++) {
		name = ucnv_getAvailableName(k);
		if (strchr(name, ',') != NULL || is_own_converter(name))
			continue;
		const char *label = converter_label(name, &i);
		if (label != NULL)
			return label;
		*alias = i > 0;
	}
	return NULL;
}
