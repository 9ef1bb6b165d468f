/* What the SIMD variant of the decoder makes of a table of single bytes. */
#include "decode_simd.h"

#include <string.h>

#include <potok/utf8.h>

#include "mojibake_suspect.h"
#include "plain.h"

/* Leads of two bytes that many letters have. */
enum { CYRILLIC = 0xD0, GREEK = 0xCE, LATIN = 0xC3 };

struct decode_entry
decode_entry(uint32_t cp)
{
	struct decode_entry e = {{0}, 0, plain_character(cp)};
	unsigned char utf8[4] = {0};

	e.len = (unsigned char)potok_utf8_encode(cp, utf8) & 7;
	memcpy(e.utf8, utf8, sizeof e.utf8);
	return e;
}

/* As is_place() in mojibake_suspect.c: it is the reference. */
static void
set_places(struct decode_single *s, unsigned b)
{
	const struct decode_entry *e = &s->entry[b];
	unsigned char lead = e->utf8[0], second = e->utf8[1];
	bool mark = lead == 0xC2 || (lead == 0xE2 && second == 0x80);
	bool low = lead == CYRILLIC && second < 0xB0;
	bool rare = lead == CYRILLIC + 1 && second >= 0x90 && second < 0xA0;
	bool serbian = rare && mojibake_serbian(second);
	unsigned char to = 0, from = 0;

	if (e->plain && (lead & 0xFE) == CYRILLIC) {
		from = DECODE_SIGN | DECODE_CAPITAL;
		from |= low || rare ? DECODE_RARE : 0;
		to = DECODE_LETTER | DECODE_MARKED;
		to |= low || serbian ? DECODE_CAPITAL : 0;
		to |= rare ? DECODE_RARE : 0;
	} else if (e->plain && mojibake_sign_lead(lead)) {
		from = DECODE_SIGN | (mark ? DECODE_MARKED : DECODE_LETTER);
		to = DECODE_SIGN;
	} else if (e->plain && (lead & 0xFE) == GREEK) {
		from = DECODE_SIGN;
	} else if (e->plain && lead == LATIN) {
		from = DECODE_SIGN | (second == 0x83 ? DECODE_SPACE : 0);
		to = DECODE_SIGN;
	} else if (lead == ' ') {
		to = DECODE_SPACE;
	}
	s->to[b] = to;
	s->from[b] = from;
}

/* The two leads that most letters have. */
static void
find_leads(struct decode_single *s)
{
	unsigned of[256] = {0};

	for (unsigned b = 0x80; b < 256; b++)
		of[s->entry[b].utf8[0]] += s->entry[b].len == 2 && s->entry[b].utf8[0] >= LATIN;
	for (unsigned k = 0; k < 2; k++) {
		unsigned most = 0xFF;
		for (unsigned lead = LATIN; lead < 0xE0; lead++)
			most = of[lead] > of[most] ? lead : most;
		s->lead[k] = (unsigned char)most;
		of[most] = 0;
	}
}

/* Does the row have only plain characters of two bytes with these leads? */
static bool
has_leads(const struct decode_single *s, unsigned row)
{
	for (unsigned b = 16 * row; b < 16 * row + 16; b++) {
		const struct decode_entry *e = &s->entry[b];
		if (e->len != 2 || !e->plain ||
		    (e->utf8[0] != s->lead[0] && e->utf8[0] != s->lead[1]))
			return false;
	}
	return true;
}

/* Small letters of Russian, Greek and Western languages; C3 B7 is a sign. */
static bool
is_usual(const struct decode_entry *e)
{
	unsigned lead = e->utf8[0], second = e->utf8[1];

	return e->len == 2 &&
	       ((lead == CYRILLIC && second >= 0xB0) || (lead == CYRILLIC + 1 && second < 0x90) ||
		   (lead == GREEK && second >= 0xB1) || (lead == GREEK + 1 && second < 0x8A) ||
		   (lead == LATIN && second >= 0x9F && second != 0xB7));
}

void
decode_single_fill(struct decode_single *s)
{
	for (unsigned b = 0; b < 256; b++) {
		set_places(s, b);
		s->to_row[b / 16] |= s->to[b];
		s->from_row[b / 16] |= s->from[b] | DECODE_OTHER;
	}
	for (unsigned b = 0; b < 0x80; b++) {
		const struct decode_entry *e = &s->entry[0x80 + b];
		bool two = e->len == 2;
		for (unsigned k = 0; k < 2; k++) {
			s->whole[b / 16][k][b % 16] = two ? e->utf8[k] : 0;
			s->half[b / 16][k][b % 16] = two && e->plain ? e->utf8[k] : 0;
		}
		s->marks[b / 16][0][b % 16] = s->to[0x80 + b];
		s->marks[b / 16][1][b % 16] = s->from[0x80 + b];
	}
	find_leads(s);
	for (unsigned row = 8; row < 16; row++)
		s->to_row[row] |= DECODE_OTHER;
	/* The upper ones have letters where both are rows of some. */
	for (unsigned k = 0; k < 4; k++) {
		unsigned row = has_leads(s, 12 + k) ? 12 + k : 8 + k;
		if (!has_leads(s, row))
			continue;
		s->to_row[row] &= DECODE_OTHER - 1;
		for (unsigned b = 0; b < 16; b++) {
			const struct decode_entry *e = &s->entry[16 * row + b];
			s->letters[k][b] = e->utf8[1] | (e->utf8[0] == s->lead[0] ? 0 : 0x40);
		}
	}
	s->to_row[1] |= DECODE_OTHER; /* controls */
	unsigned has = 0, lacks = 0;
	for (unsigned b = 0x80; b < 256; b++) {
		bool letter = is_usual(&s->entry[b]), other = s->to_row[b / 16] & DECODE_OTHER;
		has += letter && !other;
		lacks += letter && other;
	}
	s->by_rows = has > 0 && lacks == 0;
}

void
decode_cyrillic_fill(struct decode_single *s)
{
	memset(s, 0, sizeof *s);
	for (unsigned b = 0; b < 0xE0; b++)
		s->entry[b] = decode_entry(b < 0x80 ? b : 0x400 + b - 0x80);
	decode_single_fill(s);
	for (unsigned row = 8; row < 14; row++)
		s->to_row[row] &= DECODE_OTHER - 1;
}
