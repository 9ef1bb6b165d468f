/* The plain cases, decided without the rules. */
#include "plain.h"

#include <string.h>

#include "words.h"

/* Does a capital letter, ASCII or Russian, stand at p[at..n), perhaps behind an opening quote? */
static bool
is_capital(const unsigned char *p, size_t at, size_t n)
{
	static const char *const quotes[] = {"\"", "\xC2\xAB", "\xE2\x80\x9C", "\xE2\x80\x9E"};

	for (size_t i = 0; p[at] != ' ' && i < sizeof quotes / sizeof quotes[0]; i++) {
		size_t length = strlen(quotes[i]);
		if (n - at > length + 1 && memcmp(p + at, quotes[i], length) == 0) {
			at += length;
			break;
		}
	}
	return (p[at] >= 'A' && p[at] <= 'Z') ||
	       (n - at > 1 && p[at] == 0xD0 && p[at + 1] >= 0x90 && p[at + 1] <= 0xAF);
}

/* Is p[0..2) a small letter of Russian, other than ё? */
static bool
is_small(const unsigned char *p)
{
	return (p[0] == 0xD0 && p[1] >= 0xB0 && p[1] <= 0xBF) ||
	       (p[0] == 0xD1 && p[1] >= 0x80 && p[1] <= 0x8F);
}

/* Where the word of small ASCII or Russian letters that ends at `to` begins, with a capital in
 * front if there is one. */
static size_t
word_begin(const unsigned char *p, size_t start, size_t to)
{
	size_t from = to;

	if (p[to - 1] < 0x80) {
		while (from > start && p[from - 1] >= 'a' && p[from - 1] <= 'z')
			from--;
		return from > start && p[from - 1] >= 'A' && p[from - 1] <= 'Z' ? from - 1 : from;
	}
	while (from > start + 1 && is_small(p + from - 2))
		from -= 2;
	bool capital =
	    from > start + 1 && p[from - 2] == 0xD0 && p[from - 1] >= 0x90 && p[from - 1] <= 0xAF;
	return capital ? from - 2 : from;
}

/* Sets *key to p[from..to), a word found by word_begin(), in lower case. */
static void
plain_key(const unsigned char *p, size_t from, size_t to, struct key *key)
{
	memset(key, 0, sizeof *key);
	key->length = to - from;
	memcpy(key->text, p + from, key->length);
	if (key->text[0] < 0x80) {
		key->text[0] |= 0x20;
	} else if (key->text[0] == 0xD0 && key->text[1] < 0xB0) {
		/* А to П become D0 B0 to D0 BF, Р to Я D1 80 to D1 8F. */
		bool second = key->text[1] >= 0xA0;
		key->text[0] += second;
		key->text[1] = (unsigned char)(key->text[1] + (second ? -0x20 : 0x20));
	}
}

static bool
has_vowel(const struct key *key)
{
	static const char *const russian[] = {"а", "е", "и", "о", "у", "ы", "э", "ю", "я"};

	if (key->text[0] < 0x80)
		return strpbrk((const char *)key->text, "aeiouy") != NULL;
	for (size_t i = 0; i < sizeof russian / sizeof russian[0]; i++)
		if (strstr((const char *)key->text, russian[i]) != NULL)
			return true;
	return false;
}

bool
is_plain_end(const unsigned char *p, size_t start, size_t mark, size_t n)
{
	struct key key;

	if (n - mark < 6 || mark - start < 4 || p[mark + 1] != ' ')
		return false;
	if (p[mark] == '.' && p[mark - 2] <= ' ')
		return false; /* a letter alone */
	if (!is_capital(p, mark + 2, n))
		return false;
	if (p[mark] == '!' || p[mark] == '?')
		return true;
	if (p[mark] != '.')
		return false;
	size_t from = word_begin(p, start, mark), length = mark - from;
	size_t letters = p[mark - 1] < 0x80 ? length : length / 2;
	if (letters < 2 || length > WORD_MAX || from < start + 2 || p[from - 1] != ' ')
		return false;
	plain_key(p, from, mark, &key);
	/* A part of what is written with spaces, as "т. п.", has a full stop before it. */
	if (letters < 5 && (p[from - 2] == '.' || p[from - 2] <= ' ' || !has_vowel(&key)))
		return false;
	return !word_has(word_find(&key), BEFORE_STOP);
}
