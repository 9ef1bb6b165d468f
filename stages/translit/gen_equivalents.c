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

/* Adds the text as convert.c reads it. */
static void
add_text(struct search *s, const UChar *text)
{
	UChar read[TEXT];
	int len = 0;

	for (int i = 0; text[i] != 0; i++) {
		UChar next = text[i + 1];
		UChar32 whole = next >= 0x300 && next < 0x370
				    ? unorm2_composePair(s->nfc, text[i], next)
				    : U_SENTINEL;
		read[len++] = whole > 0 ? (UChar)whole : text[i];
		i += whole > 0;
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

static void
add_spellings(struct search *s, const UChar *text)
{
	const UNormalizer2 *nfd;
	UErrorCode err = U_ZERO_ERROR;
	UChar apart[TEXT];

	nfd = unorm2_getNFDInstance(&err);
	unorm2_normalize(nfd, text, -1, apart, TEXT, &err);
	if (U_SUCCESS(err))
		add_orders(s, apart, 0);
}

int
find_equivalents(const UNormalizer2 *nfc, const UChar *key, UChar found[EQUIVALENTS][SCHEME_KEY])
{
	struct search s = {.nfc = nfc, .key = key, .found = found};
	const UChar *tie = u_strchr(key, TIE);
	UChar halves[TEXT];

	add_spellings(&s, key);
	if (tie != NULL && tie[1] != 0) {
		int at = (int)(tie - key);
		u_strcpy(halves, key);
		halves[at] = LEFT_HALF;
		u_memmove(halves + at + 3, key + at + 2, u_strlen(key + at + 2) + 1);
		halves[at + 2] = RIGHT_HALF;
		add_spellings(&s, halves);
	}
	return s.n;
}
