/* Finds the other spellings of a key. */
#include "gen_equivalents.h"

#include <unicode/uchar.h>
#include <unicode/ustring.h>

enum { TEXT = 32, TIE = 0x361, LEFT_HALF = 0xFE20, RIGHT_HALF = 0xFE21 };

struct search {
	const UNormalizer2 *nfc;
	const UChar *key;
	UChar (*found)[SCHEME_KEY];
	int n;
};

/* Adds the text as convert_letter.c reads it. */
static void
add_text(struct search *s, const UChar *text)
{
	UChar read[TEXT];
	int len = 0;

	for (int i = 0; text[i] != 0; i++) {
		UChar32 whole = len > 0 && text[i] >= 0x300 && text[i] < 0x370
				    ? unorm2_composePair(s->nfc, read[len - 1], text[i])
				    : U_SENTINEL;
		if (whole > 0)
			read[len - 1] = (UChar)whole;
		else
			read[len++] = text[i];
	}
	read[len] = 0;
	if (len >= SCHEME_KEY || s->n == EQUIVALENTS || u_strcmp(read, s->key) == 0)
		return;
	for (int i = 0; i < s->n; i++) {
		if (u_strcmp(s->found[i], read) == 0)
			return;
	}
	u_strcpy(s->found[s->n++], read);
}

/* Adds text with its marks from `at` on in every order that is canonically equivalent: those of one
 * combining class keep theirs. */
static void
add_orders(struct search *s, UChar *text, int at)
{
	if (text[at] == 0) {
		add_text(s, text);
		return;
	}
	add_orders(s, text, at + 1);
	/* Moves the mark forward, past those before it. */
	int to = at;
	uint8_t own = u_getCombiningClass(text[at]);
	while (to > 0 && own != 0 && u_getCombiningClass(text[to - 1]) != 0 &&
	       u_getCombiningClass(text[to - 1]) != own) {
		UChar moved[TEXT];
		to--;
		u_strcpy(moved, text);
		u_memmove(moved + to + 1, text + to, at - to);
		moved[to] = text[at];
		add_orders(s, moved, at + 1);
	}
}

/* Where the marks end that stand behind text[at]. */
static int
marks_end(const UChar *text, int at)
{
	do
		at++;
	while (u_getCombiningClass(text[at]) != 0);
	return at;
}

/* Adds the decomposed text with its tie as halves, which stand before or behind the other marks. */
static void
add_halves(struct search *s, const UChar *text)
{
	const UChar *tie = u_strchr(text, TIE);
	UChar rest[TEXT], halves[TEXT];

	if (tie == NULL)
		return;
	u_strcpy(rest, text);
	u_strcpy(rest + (tie - text), tie + 1);
	int left = (int)(tie - text) - 1;
	while (left > 0 && u_getCombiningClass(rest[left]) != 0)
		left--;
	int right = marks_end(rest, left);
	if (rest[right] == 0)
		return;
	int places[2][2] = {{left + 1, right}, {right + 1, marks_end(rest, right)}};
	for (int i = 0; i < 4; i++) {
		int a = places[0][i & 1], b = places[1][i >> 1];
		u_strcpy(halves, rest);
		u_memmove(halves + b + 1, rest + b, u_strlen(rest + b) + 1);
		halves[b] = RIGHT_HALF;
		u_memmove(halves + a + 1, halves + a, u_strlen(halves + a) + 1);
		halves[a] = LEFT_HALF;
		add_orders(s, halves, 0);
	}
}

int
find_equivalents(const UNormalizer2 *nfc, const UChar *key, UChar found[EQUIVALENTS][SCHEME_KEY])
{
	struct search s = {.nfc = nfc, .key = key, .found = found};
	UErrorCode err = U_ZERO_ERROR;
	UChar apart[TEXT];

	unorm2_normalize(unorm2_getNFDInstance(&err), key, -1, apart, TEXT, &err);
	if (U_FAILURE(err))
		return 0;
	add_orders(&s, apart, 0);
	add_halves(&s, apart);
	return s.n;
}
