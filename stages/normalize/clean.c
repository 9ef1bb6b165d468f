/* The cleaner: line breaks, normalization, ill-formed sequences, repairs of single characters. */
#include "clean.h"

#include <string.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <potok/utf8.h>

#include "compose.h"
#include "decode.h"
#include "explain.h"
#include "plain.h"

enum {
	BLOCK = 32 * 1024, /* bytes looked at in one go: they stay in the first cache */
	FEW = 512,         /* bytes composed beside the output */
	JOINER = 0x034F,   /* COMBINING GRAPHEME JOINER */
	PLAIN_CHANGES = POTOK_REPAIR_ZERO_WIDTH | POTOK_REPAIR_SOFT_HYPHEN | POTOK_REPAIR_NBSP |
			POTOK_REPAIR_QUOTES | POTOK_REPAIR_WIDTH, /* repairs of plain characters */
	LEADING_MAX = 0x3B, /* ASCII up to here never composes with what follows; < = > and letters
			       do */
};

static const struct potok_slice NOTHING = {(const unsigned char *)"", 0};

uint64_t
clean_place(const struct cleaning *c, const unsigned char *p)
{
	const struct potok_normalize *n = c->n;

	if (c->direct)
		return c->offset + (uint64_t)(p - c->in);
	if (c->repaired)
		return c->offset;
	const unsigned char *block = n->decoded + n->carried;
	size_t at = p < block ? 0 : decoder_where(n->decoder, c->in, (size_t)(p - block));
	return c->offset + at;
}

/* Counts what stands at this place of the text.  Where that is in the input is asked for once. */
static void
count(const struct cleaning *c, unsigned which, const unsigned char *p)
{
	struct potok_count *k = &c->n->counts[which];

	if (k->n++ == 0)
		k->first = clean_place(c, p);
}

/* Appends n > 0 bytes; `same` true: they lie in the text. */
static enum potok_status
emit(const struct cleaning *c, const unsigned char *p, size_t n, bool same)
{
	c->n->started = true;
	c->n->open_line = p[n - 1] != '\n';
	if (c->n->explain) {
		explain_text(c->n, p, n);
		return c->held != NULL ? potok_buf_add(c->held, p, n) : POTOK_MORE;
	}
	return same && c->direct ? potok_buf_pass(c->out, p, n) : potok_buf_add(c->out, p, n);
}

static enum potok_status
emit_character(const struct cleaning *c, uint32_t cp)
{
	unsigned char utf8[4];

	return emit(c, utf8, (size_t)potok_utf8_encode(cp, utf8), false);
}

/* ICU's normalizer, or NULL; there is none for POTOK_FORM_NONE. */
static const UNormalizer2 *
normalizer(struct potok_normalize *n)
{
	if (n->normalizer == NULL) {
		UErrorCode err = U_ZERO_ERROR;
		const UNormalizer2 *norm = n->form == POTOK_NFC    ? unorm2_getNFCInstance(&err)
					   : n->form == POTOK_NFD  ? unorm2_getNFDInstance(&err)
					   : n->form == POTOK_NFKC ? unorm2_getNFKCInstance(&err)
								   : unorm2_getNFKDInstance(&err);
		n->normalizer = U_SUCCESS(err) ? norm : NULL;
	}
	return n->normalizer;
}

/* Code points of the decomposition. */
static size_t
decomposed_length(const UNormalizer2 *norm, uint32_t cp)
{
	UChar d[32];
	UErrorCode err = U_ZERO_ERROR;
	int32_t n = unorm2_getDecomposition(norm, (UChar32)cp, d, 32, &err);

	return n < 0 || U_FAILURE(err) ? 1 : (size_t)u_countChar32(d, n);
}

/* Tells when what is pending is not what comes of it. */
static enum potok_status
explain_pending(const struct cleaning *c, const unsigned char *made, size_t nmade)
{
	static const char *const forms[] = {"nfc", "nfd", "nfkc", "nfkd", "none"};
	const struct potok_normalize *n = c->n;
	unsigned char before[sizeof n->pending / sizeof n->pending[0] * 3];
	size_t len = 0;

	if (!n->explain)
		return POTOK_MORE;
	for (size_t i = 0; i < n->npending;)
		len += (size_t)potok_utf8_encode(
		    utf16_next(n->pending, &i, n->npending), before + len);
	if (len == nmade && memcmp(before, made, len) == 0)
		return POTOK_MORE;
	return explain_change(c, forms[n->form], n->pending_at, (struct potok_slice){before, len},
	    (struct potok_slice){made, nmade});
}

/* UTF-8 that what is pending may become. */
enum { PENDING_MADE = 3 * 4 * POTOK_NORMALIZE_MARKS };

/* Writes what comes of what is pending; *made becomes its length. */
static enum potok_status
make_pending(struct potok_normalize *n, unsigned char utf8[PENDING_MADE], size_t *made)
{
	UChar text[4 * POTOK_NORMALIZE_MARKS];
	UErrorCode err = U_ZERO_ERROR;

	*made = 0;
	if (n->npending == 0)
		return POTOK_MORE;
	int32_t len = unorm2_normalize(normalizer(n), n->pending, (int32_t)n->npending, text,
	    (int32_t)(sizeof text / sizeof text[0]), &err);
	if (U_FAILURE(err))
		return err == U_MEMORY_ALLOCATION_ERROR ? POTOK_ENOMEM : POTOK_EBUG;
	for (size_t i = 0; i < (size_t)len;) {
		uint32_t cp = utf16_next(text, &i, (size_t)len);
		*made += (size_t)potok_utf8_encode(cp, utf8 + *made);
	}
	return POTOK_MORE;
}

enum potok_status
clean_flush(const struct cleaning *c)
{
	unsigned char utf8[PENDING_MADE];
	size_t made;

	if (c->n->npending == 0)
		return POTOK_MORE;
	enum potok_status s = make_pending(c->n, utf8, &made);
	if (s >= 0)
		s = explain_pending(c, utf8, made);
	if (s >= 0)
		s = emit(c, utf8, made, false);
	if (s >= 0)
		c->n->npending = 0;
	return s;
}

/* As explain_change(), of a change at p, which stands behind what is pending. */
static enum potok_status
explain_behind(const struct cleaning *c, const char *kind, const unsigned char *p,
    struct potok_slice before, struct potok_slice after)
{
	unsigned char utf8[PENDING_MADE];
	size_t made, columns = 0;

	if (!c->n->explain)
		return POTOK_MORE;
	enum potok_status s = make_pending(c->n, utf8, &made);
	if (s < 0)
		return s;
	for (size_t i = 0; i < made; i++)
		columns += (utf8[i] & 0xC0) != 0x80;
	c->n->column += columns;
	s = explain_change(c, kind, clean_place(c, p), before, after);
	c->n->column -= columns;
	return s;
}

/* Adds a character to those that are normalized together. */
static void
add_pending(struct potok_normalize *n, uint32_t cp, size_t weight)
{
	U16_APPEND_UNSAFE(n->pending, n->npending, cp);
	n->weight += weight;
}

/* Begins a new group of characters with cp. */
static void
begin_pending(struct potok_normalize *n, uint32_t cp, bool boundary)
{
	n->npending = 0;
	n->weight = 0;
	add_pending(n, cp, decomposed_length(normalizer(n), cp) - boundary);
}

/*
 * Takes a character that is not plain.  Without a normalization boundary before it, it joins those
 * pending.  Their number is bounded: after POTOK_NORMALIZE_MARKS code points, counted as if
 * decomposed, so that normalizing again finds the same place, a joiner stands for a boundary
 * (UAX #15, section 13, with a larger limit).
 */
static enum potok_status
take_changing(const struct cleaning *c, const unsigned char *p, uint32_t cp)
{
	struct potok_normalize *n = c->n;
	if (n->form == POTOK_FORM_NONE)
		return emit_character(c, cp);
	const UNormalizer2 *norm = normalizer(n);
	if (norm == NULL)
		return POTOK_ENOMEM;
	bool boundary = unorm2_hasBoundaryBefore(norm, (UChar32)cp);
	size_t weight = decomposed_length(norm, cp);
	bool fits = n->weight + weight <= POTOK_NORMALIZE_MARKS;
	if (n->npending > 0 && !boundary && fits) {
		add_pending(n, cp, weight);
		return POTOK_MORE;
	}
	bool joined = n->npending > 0 && !boundary;
	enum potok_status s = clean_flush(c);
	if (s < 0)
		return s;
	n->pending_at = n->explain ? clean_place(c, p) : 0;
	if (joined) {
		static const unsigned char joiner[] = {0xCD, 0x8F};
		count(c, JOINER_INSERTED, p);
		s = explain_change(c, "joiner_inserted", n->pending_at, NOTHING,
		    (struct potok_slice){joiner, sizeof joiner});
		if (s < 0)
			return s;
		begin_pending(n, JOINER, true);
		add_pending(n, cp, weight);
	} else {
		begin_pending(n, cp, boundary);
	}
	return POTOK_MORE;
}

enum potok_status
clean_ill_formed(struct potok_normalize *n, uint64_t offset, const unsigned char *p, size_t len,
    unsigned char *to, size_t *made)
{
	*made = 0;
	if (n->bad == POTOK_BAD_STOP) {
		n->stage.why =
		    n->decoder == NULL
			? "these bytes are not UTF-8; -f names another encoding,"
			  " --bad=replace goes on"
			: "these bytes are no text in the encoding of the input; -f names"
			  " another one, --bad=replace goes on";
		return POTOK_EINPUT;
	}
	potok_count_at(&n->counts[ILL_FORMED], offset);
	/* A converter may have taken the bytes already. */
	if (n->bad == POTOK_BAD_REPLACE || (n->bad == POTOK_BAD_ESCAPE && len == 0))
		*made = (size_t)potok_utf8_encode(POTOK_REPLACEMENT, to);
	for (size_t i = 0; n->bad == POTOK_BAD_ESCAPE && i < len; i++) {
		const unsigned char escape[CLEAN_ESCAPE] = {'\\', 'x',
		    (unsigned char)"0123456789ABCDEF"[p[i] >> 4],
		    (unsigned char)"0123456789ABCDEF"[p[i] & 0xF]};
		memcpy(to + *made, escape, sizeof escape);
		*made += sizeof escape;
	}
	return POTOK_MORE;
}

/* Takes an ill-formed sequence of len bytes. */
static enum potok_status
take_ill_formed(const struct cleaning *c, struct potok_slice *text, size_t len)
{
	unsigned char made[4 * CLEAN_ESCAPE];
	size_t nmade;

	if (c->n->bad != POTOK_BAD_DROP) {
		enum potok_status s = clean_flush(c);
		if (s < 0)
			return s;
	}
	enum potok_status s =
	    clean_ill_formed(c->n, clean_place(c, text->data), text->data, len, made, &nmade);
	if (s >= 0)
		s = explain_change(c, "ill_formed", clean_place(c, text->data),
		    (struct potok_slice){text->data, len}, (struct potok_slice){made, nmade});
	if (s < 0)
		return s;
	*text = (struct potok_slice){text->data + len, text->len - len};
	return nmade > 0 ? emit(c, made, nmade, false) : POTOK_MORE;
}

static bool
is_line_break(uint32_t cp)
{
	return (cp >= 0x0A && cp <= 0x0D) || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

/* Is it a character that some repair may change, but for line breaks? */
static bool
is_special(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t') || (cp >= 0x7F && cp <= 0xA0) || cp == 0xAD ||
	       (cp >= 0x2000 && cp <= 0x2060) || cp == 0x3000 || (cp >= 0xFEFF && cp <= 0xFFEF);
}

/*
 * What the repairs make of a character that is no line break: answers the number of code points at
 * `to`, 0 or 1, and which repair it was; -1: it stays.
 */
static int
repair(const struct potok_normalize *n, uint32_t cp, uint32_t *to, unsigned *which)
{
	const unsigned on = is_special(cp) ? n->repair : 0;
	UErrorCode err = U_ZERO_ERROR;
	UChar wide[4];

	*which = POTOK_REPAIR_CONTROLS;
	if ((on & *which) && ((cp < 0x20 && cp != '\t') || (cp >= 0x7F && cp < 0xA0)))
		return 0;
	*which = POTOK_REPAIR_ZERO_WIDTH;
	if ((on & *which) && (cp == 0x200B || cp == 0x2060 || cp == 0xFEFF))
		return 0;
	*which = POTOK_REPAIR_SOFT_HYPHEN;
	if ((on & *which) && cp == 0xAD)
		return 0;
	*which = POTOK_REPAIR_NBSP;
	*to = ' ';
	if ((on & *which) && (cp == 0xA0 || cp == 0x2007 || cp == 0x202F))
		return 1;
	*which = POTOK_REPAIR_QUOTES;
	*to = cp < 0x201C ? '\'' : '"';
	if ((on & *which) && cp >= 0x2018 && cp <= 0x201F)
		return 1;
	*which = POTOK_REPAIR_WIDTH;
	*to = ' ';
	if ((on & *which) && cp == 0x3000)
		return 1;
	if ((on & *which) && cp >= 0xFF01) {
		/* All of them decompose to one character of the first plane. */
		int32_t len = unorm2_getRawDecomposition(
		    unorm2_getNFKCInstance(&err), (UChar32)cp, wide, 4, &err);
		*to = wide[0];
		if (U_SUCCESS(err) && len == 1)
			return 1;
	}
	return -1;
}

/* The number of a bit. */
static unsigned
bit_number(unsigned bit)
{
	unsigned k = 0;

	while (bit >> k != 1)
		k++;
	return k;
}

/* Does the character pass as it is, unless what follows changes it? */
static bool
passes(struct potok_normalize *n, uint32_t cp)
{
	uint32_t to;
	unsigned which;

	if (n->form == POTOK_NFC && !plain_character(cp))
		return false;
	if (cp == '\n')
		return true;
	if (is_line_break(cp) || repair(n, cp, &to, &which) >= 0)
		return false;
	return n->form == POTOK_NFC || n->form == POTOK_FORM_NONE || cp < 0x80 ||
	       (normalizer(n) != NULL && unorm2_isInert(normalizer(n), (UChar32)cp));
}

/* Does no repair change characters that are plain? */
static bool
only_controls(const struct potok_normalize *n)
{
	return (n->repair & PLAIN_CHANGES) == 0;
}

bool
clean_keeps_plain(const struct potok_normalize *n)
{
	return n->form == POTOK_NFC && only_controls(n);
}

bool
clean_begins(struct potok_normalize *n, const unsigned char *p)
{
	uint32_t cp;

	if (n->form == POTOK_FORM_NONE || potok_utf8_decode(p, 4, &cp) <= 0)
		return true;
	return normalizer(n) != NULL && unorm2_hasBoundaryBefore(normalizer(n), (UChar32)cp);
}

/* The length of the prefix of the text of whole, well-formed characters that pass; of longer text
 * it may stop early. */
static size_t
passing_run(const struct cleaning *c, struct potok_slice text)
{
	struct potok_normalize *n = c->n;
	const unsigned char *p = text.data;
	size_t len = text.len < BLOCK ? text.len : BLOCK, i = 0;

	if (*p == '\r')
		return 0;
	if (n->form == POTOK_NFC && only_controls(n)) {
		if (c->plain > p)
			return (size_t)(c->plain - p) < text.len ? (size_t)(c->plain - p)
								 : text.len;
		return plain_run(p, len);
	}
	while (i < len) {
		uint32_t cp;
		int step = potok_utf8_decode(p + i, len - i, &cp);
		if (step <= 0 || !passes(n, cp))
			break;
		i += (size_t)step;
	}
	return i;
}

static bool
is_cr_lf(struct potok_slice text)
{
	return text.len > 1 && text.data[0] == '\r' && text.data[1] == '\n';
}

/* Tells of a line break that becomes LF; of CR LF, of its CR. */
static enum potok_status
explain_line_break(const struct cleaning *c, struct potok_slice text)
{
	uint32_t cp;

	if (!c->n->explain)
		return POTOK_MORE;
	int len = potok_utf8_decode(text.data, text.len, &cp);
	return explain_change(c, "line_breaks", clean_place(c, text.data),
	    (struct potok_slice){text.data, (size_t)len},
	    (struct potok_slice){(const unsigned char *)"\n", 1});
}

/*
 * Takes a line break of *len bytes that becomes LF.  Of CR LF the LF is left to the run that
 * follows; of many CR some are taken at once, which *len then tells.
 */
static enum potok_status
take_line_break(const struct cleaning *c, struct potok_slice text, uint32_t cp, int *len)
{
#define LF16 "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
	static const unsigned char lf[] = LF16 LF16 LF16 LF16 LF16 LF16 LF16 LF16;
	struct potok_normalize *n = c->n;
	size_t breaks = 1;

	count(c, LINE_BREAKS, text.data);
	enum potok_status s = explain_line_break(c, text);
	if (s < 0 || is_cr_lf(text))
		return s;
	while (!n->explain && cp == '\r' && breaks < sizeof lf - 1 && breaks < text.len &&
	       text.data[breaks] == '\r')
		breaks++;
	n->counts[LINE_BREAKS].n += breaks - 1;
	if (breaks > 1)
		*len = (int)breaks;
	n->after_cr = cp == '\r';
	return emit(c, lf, breaks, false);
}

/* Takes the one character at the front, or what is none.  Answers POTOK_FULL when it is cut: the
 * caller waits. */
static enum potok_status
take_one(const struct cleaning *c, struct potok_slice *text, bool last)
{
	struct potok_normalize *n = c->n;
	const unsigned char *p = text->data;
	uint32_t cp;
	int len = potok_utf8_decode(p, text->len, &cp);
	enum potok_status s = POTOK_MORE;

	if (len == 0 && !last)
		return POTOK_FULL;
	if (len <= 0) {
		int pair = surrogate_pair(p, text->len, &cp);
		if (pair == 0 && !last)
			return POTOK_FULL;
		if (pair <= 0)
			return take_ill_formed(c, text, len == 0 ? text->len : (size_t)-len);
		count(c, SURROGATE_PAIRS, p);
		len = pair;
		unsigned char utf8[4];
		size_t made = (size_t)potok_utf8_encode(cp, utf8);
		s = explain_behind(c, "surrogate_pairs", p, (struct potok_slice){p, 6},
		    (struct potok_slice){utf8, made});
		if (s < 0)
			return s;
	}
	uint32_t to = cp;
	unsigned which;
	bool line_break = is_line_break(cp) && !(n->keep_breaks && cp != '\n');
	int made = line_break || is_line_break(cp) ? -1 : repair(n, cp, &to, &which);
	if (made >= 0) {
		unsigned char utf8[4];
		size_t nutf8 = made > 0 ? (size_t)potok_utf8_encode(to, utf8) : 0;
		count(c, CONTROLS + bit_number(which), p);
		s = explain_behind(c, n->counts[CONTROLS + bit_number(which)].name, p,
		    (struct potok_slice){p, (size_t)len}, (struct potok_slice){utf8, nutf8});
		if (s < 0)
			return s;
		s = made > 0 ? take_changing(c, p, to) : POTOK_MORE;
	} else if (line_break && cp != '\n') {
		if ((s = clean_flush(c)) >= 0)
			s = take_line_break(c, *text, cp, &len);
	} else if (len < 6 && passes(n, cp)) {
		return clean_flush(c); /* the run that follows takes it */
	} else {
		s = take_changing(c, p, cp);
	}
	if (s >= 0)
		*text = (struct potok_slice){p + len, text->len - (size_t)len};
	return s;
}

/* Length of the last character of well-formed text. */
static size_t
last_length(const unsigned char *end)
{
	size_t n = 1;

	while ((end[-(ptrdiff_t)n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Does what stands here change with the character before it?  *cut: it is not there yet. */
static bool
joins(struct potok_normalize *n, struct potok_slice next, bool last, bool *cut)
{
	uint32_t cp, to;
	unsigned which;
	int len = potok_utf8_decode(next.data, next.len, &cp);

	*cut = len == 0 && !last;
	if (n->form == POTOK_FORM_NONE || (len > 0 && is_line_break(cp)))
		return false;
	if (len <= 0)
		return n->bad == POTOK_BAD_DROP;
	int made = repair(n, cp, &to, &which);
	cp = made > 0 ? to : cp;
	return made == 0 || normalizer(n) == NULL ||
	       !unorm2_hasBoundaryBefore(normalizer(n), (UChar32)cp);
}

/* Composes what stands at the front, as far as that is simple.  Answers POTOK_FULL when it is not.
 */
static enum potok_status
take_composed(const struct cleaning *c, struct potok_slice *text, bool last)
{
	struct potok_normalize *n = c->n;
	unsigned char few[FEW], *to = few;
	/* As long as all has been passed on, what stays as it is should be, too. */
	bool pass = c->direct && c->out->len == 0;
	size_t most = pass ? FEW : BLOCK, made;
	enum potok_status s = POTOK_MORE;

	if (n->form != POTOK_NFC || !only_controls(n) || n->explain)
		return POTOK_FULL;
	most = text->len < most ? text->len : most;
	if (!pass) {
		if ((s = potok_buf_room(c->out, most)) < 0)
			return s;
		to = c->out->data + c->out->len;
	}
	size_t used = compose_run(text->data, most, last && most == text->len, to, &made);
	if (used == 0)
		return POTOK_FULL;
	n->started = true;
	n->open_line = to[made - 1] != '\n';
	if (!pass)
		c->out->len += made;
	else if (made == used && memcmp(few, text->data, used) == 0)
		s = potok_buf_pass(c->out, text->data, used);
	else
		s = potok_buf_add(c->out, few, made);
	if (s >= 0)
		*text = (struct potok_slice){text->data + used, text->len - used};
	return s;
}

/*
 * Takes a run of plain characters, of `run` bytes, which nothing pending stands before.  Its last
 * character is kept back while what follows may change it.
 */
static enum potok_status
take_run(const struct cleaning *c, struct potok_slice *text, size_t run, bool last, bool *wait)
{
	const unsigned char *p = text->data;
	size_t kept = 0;
	bool cut = false, joined = false;

	if (p[run - 1] > LEADING_MAX && (run < text->len || !last)) {
		struct potok_slice next = {p + run, text->len - run};
		joined = joins(c->n, next, last, &cut);
		if (cut || joined)
			kept = last_length(p + run);
	}
	enum potok_status s = run > kept ? emit(c, p, run - kept, true) : POTOK_MORE;
	if (s < 0)
		return s;
	*wait = cut;
	*text = (struct potok_slice){p + run - kept, text->len - (run - kept)};
	if (!joined || cut || (s = take_composed(c, text, last)) != POTOK_FULL)
		return s;
	uint32_t cp;
	potok_utf8_decode(text->data, kept, &cp);
	if (normalizer(c->n) == NULL)
		return POTOK_ENOMEM;
	begin_pending(c->n, cp, true);
	c->n->pending_at = c->n->explain ? clean_place(c, p + run - kept) : 0;
	*text = (struct potok_slice){text->data + kept, text->len - kept};
	return POTOK_MORE;
}

/* Takes U+FEFF from the start of the stream, before anything is written: repeated ones, too, or
 * normalizing again would find one.  Answers false when more bytes are needed to know. */
static bool
take_bom(const struct cleaning *c, struct potok_slice *text, bool last)
{
	static const unsigned char bom[3] = {0xEF, 0xBB, 0xBF};
	size_t len = text->len < sizeof bom ? text->len : sizeof bom;

	while (text->len > 0 && memcmp(text->data, bom, len) == 0) {
		if (len < sizeof bom)
			return last;
		count(c, BOM_REMOVED, text->data);
		if (explain_change(c, "bom_removed", clean_place(c, text->data),
			(struct potok_slice){text->data, len}, NOTHING) < 0)
			return false;
		*text = (struct potok_slice){text->data + len, text->len - len};
		len = text->len < sizeof bom ? text->len : sizeof bom;
	}
	return true;
}

enum potok_status
clean_text(const struct cleaning *c, struct potok_slice *text, bool last)
{
	struct potok_normalize *n = c->n;

	while (text->len > 0) {
		enum potok_status s = POTOK_MORE;
		size_t run = 0, made = c->out->len + c->out->passed.len;
		bool wait = false;
		if (!n->started && n->npending == 0 && !take_bom(c, text, last))
			return POTOK_MORE;
		if (text->len == 0)
			break;
		if (n->after_cr) {
			n->after_cr = false;
			if (text->data[0] == '\n') {
				*text = (struct potok_slice){text->data + 1, text->len - 1};
				continue;
			}
		}
		if (n->npending == 0 && is_cr_lf(*text) && !n->keep_breaks) {
			count(c, LINE_BREAKS, text->data);
			if ((s = explain_line_break(c, *text)) < 0)
				return s;
			*text = (struct potok_slice){text->data + 1, text->len - 1};
		}
		if (n->npending == 0)
			run = passing_run(c, *text);
		if (run > 0) {
			s = take_run(c, text, run, last, &wait);
		} else {
			s = take_one(c, text, last);
			wait = s == POTOK_FULL;
		}
		if (s < 0)
			return s;
		if (c->out->len + c->out->passed.len > made && potok_buf_full(c->out))
			return POTOK_FULL;
		if (wait)
			break;
	}
	return POTOK_MORE;
}

enum potok_status
clean_hold(const struct cleaning *c, struct potok_slice *text)
{
	struct potok_normalize *n = c->n;
	uint32_t cp;
	int len = potok_utf8_decode(text->data, text->len, &cp);

	if (len <= 0)
		return POTOK_MORE;
	enum potok_status s = clean_flush(c);
	if (s < 0)
		return s;
	if (n->form == POTOK_FORM_NONE)
		s = emit_character(c, cp);
	else if (normalizer(n) == NULL)
		return POTOK_ENOMEM;
	else
		begin_pending(n, cp, true);
	n->pending_at = n->explain ? clean_place(c, text->data) : 0;
	n->started = true;
	*text = (struct potok_slice){text->data + len, text->len - (size_t)len};
	return s;
}

enum potok_status
clean_finish(const struct cleaning *c, uint64_t offset)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = clean_flush(c);

	if (s >= 0 && n->started && n->open_line) {
		potok_count_at(&n->counts[FINAL_LF_ADDED], offset);
		s = explain_change(c, "final_lf_added", offset, NOTHING,
		    (struct potok_slice){(const unsigned char *)"\n", 1});
	}
	if (s >= 0 && n->started && n->open_line) {
		s = emit(c, (const unsigned char *)"\n", 1, false);
	}
	return s;
}
