/* The user's own abbreviations. */
#include "user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
by_text(const void *a, const void *b)
{
	const struct user_word *x = a, *y = b;

	return memcmp(x->key.text, y->key.text, sizeof x->key.text);
}

/* The first word of text[0..n), and how many bytes stand before it. */
static size_t
next_word(const char *text, size_t n, size_t *skipped)
{
	size_t from = 0, to;

	while (from < n && (text[from] == ' ' || text[from] == '\t' || text[from] == '\r'))
		from++;
	for (to = from; to < n && text[to] != ' ' && text[to] != '\t' && text[to] != '\r';)
		to++;
	*skipped = from;
	return to - from;
}

/* Takes the words of one line; false: *bad[0..*nbad) cannot be one. */
static bool
take_line(const char *line, size_t n, struct potok_split_user *user, const char **bad, size_t *nbad)
{
	enum kind kind = NEVER;
	size_t skip, length;
	bool first = true;

	for (; (length = next_word(line, n, &skip)) > 0; line += length, n -= length) {
		line += skip;
		n -= skip;
		*bad = line;
		*nbad = length;
		if (line[0] == '#')
			return true;
		if (line[length - 1] == ':') {
			kind = first ? words_kind(line, length - 1) : UNKNOWN;
			if (kind == UNKNOWN)
				return false;
		} else {
			struct user_word *word = &user->words[user->n++];
			size_t to = length - (line[length - 1] == '.');
			if (!word_key((const unsigned char *)line, 0, to, &word->key))
				return false;
			word->kind = kind;
		}
		first = false;
	}
	return true;
}

enum potok_status
user_words(const char *text, struct potok_split_user **user, char *message, size_t nmessage,
    const char **why)
{
	size_t most = strlen(text) / 2 + 1, number = 0;
	const char *bad;

	/* A word and what stands behind it take two bytes at least. */
	*user = malloc(sizeof **user + most * sizeof(*user)->words[0]);
	if (*user == NULL)
		return POTOK_ENOMEM;
	(*user)->n = 0;
	while (*text != '\0') {
		size_t n = strcspn(text, "\n"), nbad;
		number++;
		if (!take_line(text, n, *user, &bad, &nbad)) {
			snprintf(message, nmessage, "line %zu: '%.*s' is no word or kind of words",
			    number, (int)(nbad > 32 ? 32 : nbad), bad);
			*why = message;
			free(*user);
			*user = NULL;
			return POTOK_EUSAGE;
		}
		text += n + (text[n] == '\n');
	}
	qsort((*user)->words, (*user)->n, sizeof(*user)->words[0], by_text);
	return POTOK_MORE;
}
