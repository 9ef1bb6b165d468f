/* The plain cases, decided without the rules. */
#include "plain.h"

#include <string.h>

#include "words.h"

/* Does a capital letter, ASCII or Russian, stand at p[at..n), perhaps behind a straight quote? */
static bool
is_capital(const unsigned char *p, size_t at, size_t n)
{
	if (n - at > 2 && p[at] == '"')
		at++;
	return (p[at] >= 'A' && p[at] <= 'Z') ||
	       (n - at > 1 && p[at] == 0xD0 && p[at + 1] >= 0x90 && p[at + 1] <= 0xAF);
}

/* Sets *key to the word of ASCII or Russian letters that ends at `to` and has a space before it, in
 * lower case; false where there is none, or none of two letters, or one with capitals inside. */
static bool
plain_key(const unsigned char *p, size_t start, size_t to, struct key *key)
{
	size_t from = to;

	if (p[to - 1] < 0x80) {
		while (from > start && p[from - 1] >= 'a' && p[from - 1] <= 'z')
			from--;
		if (from > start && p[from - 1] >= 'A' && p[from - 1] <= 'Z')
			from--;
		if (to - from < 2)
			return false;
	} else {
		while (from > start + 1 &&
		       ((p[from - 2] == 0xD0 && p[from - 1] >= 0xB0 && p[from - 1] <= 0xBF) ||
			   (p[from - 2] == 0xD1 && p[from - 1] >= 0x80 && p[from - 1] <= 0x8F)))
			from -= 2;
		if (to - from < 4)
			return false;
	}
	if (from == start || p[from - 1] != ' ' || to - from > WORD_MAX)
		return false;
	key->length = to - from;
	memset(key->text, 0, sizeof key->text);
	memcpy(key->text, p + from, key->length);
	if (key->text[0] < 'a')
		key->text[0] |= 0x20;
	return true;
}

bool
is_plain_end(const unsigned char *p, size_t start, size_t mark, size_t n)
{
	struct key key;

	if (n - mark < 5 || mark - start < 4 || p[mark + 1] != ' ' || !is_capital(p, mark + 2, n))
		return false;
	if (p[mark] == '!' || p[mark] == '?')
		return true;
	if (p[mark] != '.' || !plain_key(p, start, mark, &key))
		return false;
	size_t letters = key.text[0] < 0x80 ? key.length : key.length / 2;
	if (letters < 5) {
		unsigned char before = p[mark - key.length - 2];
		bool vowel =
		    key.text[0] < 0x80 && strpbrk((const char *)key.text, "aeiouy") != NULL;
		if (!vowel || mark - key.length < start + 2 || before < '0' || before > 'z')
			return false;
	}
	return !word_has(word_find(&key), BEFORE_STOP);
}
