/* Reading JSON that our own programs wrote. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

static const char *
blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* Behind a string that begins at p. */
static const char *
skip_string(const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
	}
	return *p == '"' ? p + 1 : NULL;
}

/* Behind a value; NULL: it does not end. */
static const char *
skip(const char *p)
{
	size_t depth = 0;

	do {
		p = blanks(p);
		if (*p == '\0')
			return NULL;
		if (*p == '"') {
			p = skip_string(p);
			if (p == NULL)
				return NULL;
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
		} else if (*p == '}' || *p == ']') {
			depth--;
			p++;
		} else if (*p == ',' || *p == ':') {
			p++;
		} else {
			p += strcspn(p, " \t\r\n,:{}[]\"");
		}
	} while (depth > 0);
	return p;
}

/* The value at p, behind its name if it has one. */
static const char *
value_at(const char *p, const char **name, size_t *n)
{
	p = blanks(p);
	if (*p == '}' || *p == ']' || *p == '\0')
		return NULL;
	const char *end = *p == '"' ? skip_string(p) : NULL;
	if (end != NULL && *blanks(end) == ':') {
		if (name != NULL) {
			*name = p + 1;
			*n = (size_t)(end - p) - 2;
		}
		p = blanks(blanks(end) + 1);
	}
	return p;
}

const char *
json_first(const char *container, const char **name, size_t *n)
{
	if (container == NULL)
		return NULL;
	container = blanks(container);
	return *container == '{' || *container == '[' ? value_at(container + 1, name, n) : NULL;
}

const char *
json_next(const char *value, const char **name, size_t *n)
{
	value = value != NULL ? skip(value) : NULL;
	if (value == NULL || *(value = blanks(value)) != ',')
		return NULL;
	return value_at(value + 1, name, n);
}

const char *
json_member(const char *object, const char *name)
{
	const char *found;
	size_t n = 0;

	for (const char *v = json_first(object, &found, &n); v != NULL;
	     v = json_next(v, &found, &n)) {
		if (n == strlen(name) && memcmp(found, name, n) == 0)
			return v;
	}
	return NULL;
}

/* Appends a code point below U+10000 as UTF-8. */
static char *
put(char *to, unsigned cp)
{
	if (cp < 0x80) {
		*to++ = (char)cp;
	} else if (cp < 0x800) {
		*to++ = (char)(0xC0 | cp >> 6);
		*to++ = (char)(0x80 | (cp & 0x3F));
	} else {
		*to++ = (char)(0xE0 | cp >> 12);
		*to++ = (char)(0x80 | (cp >> 6 & 0x3F));
		*to++ = (char)(0x80 | (cp & 0x3F));
	}
	return to;
}

char *
json_string(const char *value)
{
	static const char plain[] = "nrtbf", meant[] = "\n\r\t\b\f";
	const char *end = value != NULL && *value == '"' ? skip_string(value) : NULL;
	char *text = end != NULL ? malloc((size_t)(end - value)) : NULL, *to = text;

	if (text == NULL)
		return NULL;
	for (const char *p = value + 1; p < end - 1; p++) {
		if (*p != '\\') {
			*to++ = *p;
			continue;
		}
		const char *at = strchr(plain, *++p);
		if (*p == 'u' && end - p > 4) {
			char digits[5] = {p[1], p[2], p[3], p[4], '\0'};
			to = put(to, (unsigned)strtoul(digits, NULL, 16));
			p += 4;
		} else {
			*to++ = at != NULL ? meant[at - plain] : *p;
		}
	}
	*to = '\0';
	return text;
}

uint64_t
json_number(const char *value)
{
	return value != NULL && *value >= '0' && *value <= '9' ? strtoull(value, NULL, 10) : 0;
}

bool
json_is_true(const char *value)
{
	return value != NULL && strncmp(value, "true", 4) == 0;
}
