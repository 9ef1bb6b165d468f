/*
 * Repairs text that was read in the wrong encoding: what was read is made bytes again, and these
 * are read as UTF-8, or as another Cyrillic encoding.  That is done where it makes the words so
 * much likelier in some language that chance is ruled out.
 */
#include "mojibake.h"

#include <string.h>

#include <unicode/uchar.h>

#include <potok/utf8.h>

#include "decode.h"
#include "mojibake_bytes.h"

/* Costs in eighths of a bit, as in models.h. */
enum {
	GAIN_UTF8 = 16 * 8,   /* what is to be gained in a line, when UTF-8 comes out ... */
	GAIN_SINGLE = 26 * 8, /* ... and when it is another encoding of single bytes */
	SAMPLE = 600,         /* symbols by which a language is found */
	LETTERS = 5,          /* of other encodings of single bytes, at least */
	SOURCES = 5,
};

/* What was read as something else, when it was not UTF-8. */
static const char *const sources[SOURCES] = {
    "windows-1251", "KOI8-U", "IBM866", "ISO-8859-5", "x-mac-cyrillic"};
/* The kind that stands for the same encoding. */
static const enum mojibake_kind same_kind[SOURCES] = {MOJIBAKE_WINDOWS_1251, MOJIBAKE_KOI8,
    MOJIBAKE_IBM866, MOJIBAKE_ISO_8859_5, MOJIBAKE_MAC_CYRILLIC};

/* A way to undo. */
struct attempt {
	enum mojibake_kind kind;
	const uint16_t *upper; /* of the encoding that it was; NULL: UTF-8 */
	int64_t gain;
};

/* The line as it is being judged. */
struct line {
	struct mojibake_work *w;
	size_t n; /* symbols */
	size_t nmade;
	size_t nwords;
};

static uint64_t
bytes_of(uint32_t c)
{
	return c < 0x80 || c >= MOJIBAKE_BLOCKS * 64
		   ? 0
		   : mojibake_rows[mojibake_block[c / 64]][c % 64];
}

static unsigned
byte_at(const struct line *l, size_t i, enum mojibake_kind kind)
{
	return (unsigned)(l->w->bytes[i] >> (8 * kind)) & 0xFF;
}

static size_t
read_line(struct line *l, const unsigned char *p, size_t n)
{
	l->n = 0;
	for (size_t i = 0; i < n;) {
		uint32_t c;
		int len = potok_utf8_decode(p + i, n - i, &c);
		l->w->line[l->n] = language_symbol(c);
		l->w->bytes[l->n++] = bytes_of(c);
		i += (size_t)(len > 0 ? len : 1);
	}
	return l->n;
}

static bool
is_text(uint32_t c)
{
	int8_t type = u_charType((UChar32)c);

	return type != U_UNASSIGNED && type != U_PRIVATE_USE_CHAR;
}

/*
 * The length in symbols of what stands for one character of UTF-8 at i; 0 when nothing does.  A
 * no-break space has often become a space: behind the byte C3 it is one.
 */
static size_t
sequence(const struct line *l, size_t i, enum mojibake_kind kind, uint32_t *c)
{
	unsigned char utf8[4];
	unsigned lead = byte_at(l, i, kind);

	if (lead < 0xC2 || lead > 0xF4)
		return 0;
	size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	if (l->n - i < len)
		return 0;
	for (size_t k = 0; k < len; k++)
		utf8[k] = (unsigned char)byte_at(l, i + k, kind);
	if (lead == 0xC3 && kind == MOJIBAKE_WINDOWS_1252 && l->w->line[i + 1].c == ' ')
		utf8[1] = 0xA0;
	return potok_utf8_decode(utf8, len, c) == (int)len && is_text(*c) ? len : 0;
}

static void
make(struct line *l, uint32_t c)
{
	l->w->made[l->nmade++] = language_symbol(c);
}

/* The end of the word at i, of n symbols. */
static size_t
word_end(const struct symbol *s, size_t i, size_t n)
{
	while (i < n && language_in_word(s[i].c))
		i++;
	return i;
}

/* Makes the words of UTF-8 that was read as kind. */
static void
make_utf8(struct line *l, enum mojibake_kind kind)
{
	const struct symbol *s = l->w->line;

	l->nmade = l->nwords = 0;
	for (size_t i = 0; i < l->n; i++) {
		size_t start = i, end = word_end(s, i, l->n), made = l->nmade;
		bool changed = false;
		while (i < end) {
			uint32_t c = s[i].c;
			size_t len = sequence(l, i, kind, &c);
			changed |= len > 0;
			make(l, c);
			i += len > 0 ? len : 1;
		}
		/* The space that was a no-break space; before a letter it is needed as well. */
		if (i > end && i < l->n && language_in_word(s[i].c))
			make(l, ' ');
		if (changed)
			l->w->words[l->nwords++] = (struct mojibake_word){
			    (uint32_t)start, (uint32_t)i, (uint32_t)made, (uint32_t)l->nmade, 0, 0};
		else
			l->nmade = made;
		i -= i > end;
	}
}

/* Makes the words of another encoding that was read as kind. */
static void
make_single(struct line *l, enum mojibake_kind kind, const uint16_t *upper)
{
	const struct symbol *s = l->w->line;

	l->nmade = l->nwords = 0;
	for (size_t i = 0; i < l->n; i++) {
		size_t start = i, end = word_end(s, i, l->n), made = l->nmade;
		bool high = false, good = true;
		for (; i < end; i++) {
			unsigned byte = byte_at(l, i, kind);
			high |= s[i].c >= 0x80;
			good &= s[i].c < 0x80 || (byte >= 0x80 && upper[byte - 0x80] != 0xFFFF);
			if (good)
				make(l, byte == 0 ? s[i].c : upper[byte - 0x80]);
		}
		if (!good)
			l->nmade = made;
		if (high)
			l->w->words[l->nwords++] = (struct mojibake_word){
			    (uint32_t)start, (uint32_t)i, (uint32_t)made, (uint32_t)l->nmade, 0, 0};
		else
			l->nmade = made;
	}
}

static uint64_t
word_cost(const struct line *l, size_t language, const struct mojibake_word *w, bool made)
{
	return made ? language_cost(
			  language, l->w->made + w->made_from, w->made_to - w->made_from, true)
		    : language_cost(language, l->w->line + w->from, w->to - w->from, true);
}

static bool
is_made(const struct mojibake_word *w)
{
	return w->made_to > w->made_from;
}

/* The language in which the words cost least. */
static size_t
find_language(const struct line *l, bool made)
{
	uint64_t least = UINT64_MAX;
	size_t best = 0;

	for (size_t language = 0; language_model(language) != NULL; language++) {
		uint64_t cost = 0;
		size_t seen = 0;
		for (size_t i = 0; i < l->nwords && seen < SAMPLE && cost < least; i++) {
			const struct mojibake_word *w = &l->w->words[i];
			if (!is_made(w))
				continue;
			seen += w->to - w->from;
			cost += word_cost(l, language, w, made);
		}
		if (cost < least) {
			least = cost;
			best = language;
		}
	}
	return best;
}

/* Finds out what the words gain. */
static void
weigh(struct line *l)
{
	size_t before = find_language(l, false), after = find_language(l, true);

	for (size_t i = 0; i < l->nwords; i++) {
		struct mojibake_word *w = &l->w->words[i];
		w->gain = is_made(w) ? (int32_t)((int64_t)word_cost(l, before, w, false) -
						 (int64_t)word_cost(l, after, w, true))
				     : 0;
	}
}

/* Chooses the words that gain; answers what they do together. */
static int64_t
choose_gaining(struct line *l)
{
	int64_t gain = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		struct mojibake_word *w = &l->w->words[i];
		w->chosen = w->gain > 0;
		if (w->chosen)
			gain += w->gain;
	}
	return gain;
}

/* Chooses the run of words that gains most; answers what it does. */
static int64_t
choose_run(struct line *l)
{
	int64_t best = 0, sum = 0;
	size_t from = 0, to = 0, start = 0, letters = 0;

	for (size_t i = 0; i < l->nwords; i++) {
		struct mojibake_word *w = &l->w->words[i];
		w->chosen = false;
		if (sum <= 0 || !is_made(w)) {
			sum = 0;
			start = i;
		}
		if (!is_made(w)) {
			start = i + 1;
			continue;
		}
		sum += w->gain;
		if (sum > best) {
			best = sum;
			from = start;
			to = i + 1;
		}
	}
	for (size_t i = from; i < to; i++) {
		l->w->words[i].chosen = true;
		letters += l->w->words[i].to - l->w->words[i].from;
	}
	return letters >= LETTERS ? best : 0;
}

/* Makes the words of an attempt, and finds out what is gained. */
static void
try(struct line *l, struct attempt *a)
{
	if (a->upper == NULL)
		make_utf8(l, a->kind);
	else
		make_single(l, a->kind, a->upper);
	a->gain = 0;
	if (l->nwords == 0)
		return;
	weigh(l);
	a->gain = a->upper == NULL ? choose_gaining(l) : choose_run(l);
}

/* Finds the best way to undo a layer; answers false when none is certain. */
static bool
find_attempt(struct line *l, struct attempt *best)
{
	uint64_t all = 0;

	best->gain = 0;
	for (size_t i = 0; i < l->n; i++)
		all |= l->w->bytes[i];
	for (unsigned kind = 0; kind < MOJIBAKE_KINDS; kind++) {
		struct attempt a = {.kind = (enum mojibake_kind)kind};
		if ((all >> (8 * kind) & 0xFF) == 0)
			continue;
		try(l, &a);
		if (a.gain >= GAIN_UTF8 && a.gain > best->gain)
			*best = a;
	}
	for (unsigned kind = 0; kind <= MOJIBAKE_MAC_CYRILLIC; kind++) {
		for (size_t k = 0; k < SOURCES; k++) {
			struct attempt a = {.kind = (enum mojibake_kind)kind,
			    .upper = decode_upper_half(sources[k])};
			if ((all >> (8 * kind) & 0xFF) == 0 || same_kind[k] == kind)
				continue;
			try(l, &a);
			if (a.gain >= GAIN_SINGLE && a.gain > best->gain)
				*best = a;
		}
	}
	return best->gain > 0;
}

/* Writes the line with the words that are chosen; answers its length, 0 when it is above max. */
static size_t
write_line(const struct line *l, unsigned char *out, size_t max)
{
	size_t n = 0, i = 0;

	for (size_t k = 0; k <= l->nwords; k++) {
		const struct mojibake_word *w = &l->w->words[k];
		size_t end = k < l->nwords ? w->from : l->n;
		if (k < l->nwords && !w->chosen)
			continue;
		for (; i < end; i++) {
			if (max - n < 4)
				return 0;
			n += (size_t)potok_utf8_encode(l->w->line[i].c, out + n);
		}
		if (k == l->nwords)
			break;
		for (size_t m = w->made_from; m < w->made_to; m++) {
			if (max - n < 4)
				return 0;
			n += (size_t)potok_utf8_encode(l->w->made[m].c, out + n);
		}
		i = w->to;
	}
	return n;
}

size_t
mojibake_repair(struct mojibake_work *work, const unsigned char *line, size_t n, unsigned char *out,
    struct mojibake *what)
{
	struct line l = {.w = work};
	struct attempt a;
	const unsigned char *text = line;
	size_t len = n;

	*what = (struct mojibake){0};
	for (;;) {
		read_line(&l, text, len);
		if (!find_attempt(&l, &a))
			break;
		unsigned char *to = work->text[what->layers % 2];
		try(&l, &a);
		size_t made = write_line(&l, to, sizeof work->text[0]);
		if (made == 0 || made > 2 * n || made > MOJIBAKE_LINE ||
		    what->layers == MOJIBAKE_LAYERS) {
			*what = (struct mojibake){.deep = what->layers == MOJIBAKE_LAYERS};
			return 0;
		}
		what->layers++;
		*(a.upper == NULL ? &what->utf8 : &what->single) |= 1u << a.kind;
		text = to;
		len = made;
	}
	if (what->layers == 0)
		return 0;
	memcpy(out, text, len);
	return len;
}
