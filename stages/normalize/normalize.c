/* The stage normalize: finds out the encoding, and hands the text to the cleaner. */
#include <potok/normalize.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif
#include <iconv.h>

#include <unicode/uversion.h>

#include <potok/utf8.h>

#include "clean.h"
#include "convert.h"
#include "decode.h"
#include "detect.h"
#include "lines.h"
#include "nfc.h"
#include "plain.h"
#include "repair.h"

enum mode {
	MODE_START,    /* a byte order mark may come */
	MODE_CHECKED,  /* UTF-8 so far: what has been released passes */
	MODE_EVIDENCE, /* what is not UTF-8 is held until there is enough to judge */
	MODE_LINES,    /* each line is in its own encoding */
	MODE_UTF8,
	MODE_DECODED,
	MODE_BINARY, /* no text: passes as it is */
};

enum { SOME = 4096 }; /* bytes checked at least where text is not plain */

static const struct potok_count counts[POTOK_NORMALIZE_COUNTS] = {
    [ILL_FORMED] = {.name = "ill_formed", .what = "ill-formed sequences", .loss = true},
    [BOM_REMOVED] = {.name = "bom_removed", .what = "byte order marks removed"},
    [LINE_BREAKS] = {.name = "line_breaks", .what = "other line breaks made LF"},
    [FINAL_LF_ADDED] = {.name = "final_lf_added", .what = "missing last LF added"},
    [JOINER_INSERTED] = {.name = "joiner_inserted",
	.what = "U+034F inserted into long runs of combining characters",
	.loss = true},
    [DECODED_BYTES] = {.name = "decoded_bytes", .what = "bytes decoded from another encoding"},
    [BINARY_BYTES] = {.name = "binary_bytes", .what = "bytes that are no text, copied"},
    [SURROGATE_PAIRS] = {.name = "surrogate_pairs",
	.what = "pairs of surrogates made one character"},
    [MOJIBAKE_LEFT] = {.name = "mojibake_left",
	.what = "lines that are mojibake more than 4 times"},
    [CONTROLS] = {.name = "controls", .what = "control characters left out"},
    [CONTROLS + 1] = {.name = "zero_width", .what = "zero-width characters left out"},
    [CONTROLS + 2] = {.name = "soft_hyphen", .what = "soft hyphens left out"},
    [CONTROLS + 3] = {.name = "nbsp", .what = "no-break spaces made spaces"},
    [CONTROLS + 4] = {.name = "quotes", .what = "quotation marks made ASCII"},
    [CONTROLS + 5] = {.name = "width", .what = "full- and halfwidth forms changed"},
    [MOJIBAKE] = {.name = "mojibake", .what = "lines that had been read in a wrong encoding"},
    [ENTITIES] = {.name = "entities", .what = "HTML entities made characters"},
};

/* From here on the input is in this encoding. */
static enum potok_status
choose(struct potok_normalize *n, const struct encoding *e)
{
	if (e->kind == ENCODING_UTF8) {
		n->mode = MODE_UTF8;
		return POTOK_MORE;
	}
	n->mode = MODE_DECODED;
	n->plain = n->clear = 0;
	n->decoded = malloc(DECODE_OUT + 64);
	if (n->decoded == NULL)
		return POTOK_ENOMEM;
	return decoder_open(&n->decoder, e);
}

/* As choose(), by one of our own names. */
static enum potok_status
choose_name(struct potok_normalize *n, const char *name)
{
	struct encoding e;

	return encoding_find(name, &e) ? choose(n, &e) : POTOK_EBUG;
}

/* What is decoded from now on has been guessed. */
static void
warn_of_guess(struct potok_normalize *n, const char *name)
{
	snprintf(n->guess, sizeof n->guess,
	    "bytes decoded as %s, which is a guess; -f states the encoding", name);
	n->counts[DECODED_BYTES].what = n->guess;
	n->counts[DECODED_BYTES].loss = true;
}

/* The encoding that a byte order mark names, or NULL. */
static const char *
bom_name(const unsigned char *p, size_t n)
{
	if (n >= 4 && memcmp(p, "\xFF\xFE\0\0", 4) == 0)
		return "UTF-32LE";
	if (n >= 4 && memcmp(p, "\0\0\xFE\xFF", 4) == 0)
		return "UTF-32BE";
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		return "UTF-8";
	if (n >= 2 && memcmp(p, "\xFF\xFE", 2) == 0)
		return "UTF-16LE";
	if (n >= 2 && memcmp(p, "\xFE\xFF", 2) == 0)
		return "UTF-16BE";
	return NULL;
}

/* Looks for a byte order mark.  Stays in MODE_START while more bytes are needed. */
static enum potok_status
look_at_start(struct potok_normalize *n, struct potok_slice in, bool last)
{
	if (in.len < 4 && !last)
		return POTOK_MORE;
	const char *name = bom_name(in.data, in.len);
	if (name != NULL && strcmp(name, "UTF-8") != 0)
		return choose_name(n, name);
	/* The mark of UTF-8 says nothing of the lines that others have added. */
	n->mode = MODE_CHECKED;
	n->ascii = name == NULL;
	return POTOK_MORE;
}

/* Bytes at the front of the valid p[0..n) that whole pieces have: lines, and of a longer line
 * pieces of POTOK_NORMALIZE_LINE bytes.  The first `known` bytes hold no line break. */
static size_t
whole_pieces(const unsigned char *p, size_t n, size_t known)
{
	size_t end = n;

	while (end > known && p[end - 1] != '\n')
		end--;
	if (end == known)
		end = 0;
	while (n - end >= POTOK_NORMALIZE_LINE) {
		size_t piece = POTOK_NORMALIZE_LINE;
		while (end + piece < n && (p[end + piece] & 0xC0) == 0x80)
			piece--;
		end += piece;
	}
	return end;
}

/* The end of the line of p[0..n) that `at` is in. */
static size_t
line_end(const unsigned char *p, size_t at, size_t n)
{
	const unsigned char *lf = at < n ? memchr(p + at, '\n', n - at) : NULL;

	return lf != NULL ? (size_t)(lf - p) + 1 : n;
}

/* Releases what is UTF-8 line by line.  The first line that is not changes the mode. */
static void
release(struct potok_normalize *n, struct potok_slice in, bool last)
{
	const unsigned char *p = in.data + n->released;
	size_t len = in.len - n->released;
	uint32_t cp;
	/* What is plain is well-formed: most text is read once. */
	size_t end = in.len;
	if (n->repair & POTOK_REPAIR_MOJIBAKE) {
		n->clear = clear_run(in.data, n->clear, in.len);
		n->plain = n->clear > n->plain ? n->clear : n->plain;
		end = line_end(in.data, n->clear + SOME, in.len);
	}
	if (end > n->plain)
		n->plain += plain_run(in.data + n->plain, end - n->plain);
	size_t known = n->plain > n->released + n->examined ? n->plain - n->released : n->examined;
	size_t valid = known + potok_utf8_valid(p + known, line_end(p, known + SOME, len) - known);
	int next = potok_utf8_decode(p + valid, len - valid, &cp);

	if (n->ascii) {
		enum suspect what;
		size_t ascii =
		    n->examined + detect_suspect(p + n->examined, valid - n->examined, &what);
		n->ascii = what != SUSPECT_OTHER;
		if (what == SUSPECT_CONTROL || (what == SUSPECT_CUT && !last)) {
			valid = ascii;
			next = what == SUSPECT_CONTROL ? -1 : 0;
		}
	}
	if (last && valid == len) {
		n->mode = MODE_UTF8;
		return;
	}
	size_t whole = whole_pieces(p, valid, n->examined);
	n->released += whole;
	n->examined = valid - whole;
	if (next < 0 || (next == 0 && last))
		n->mode = MODE_EVIDENCE;
}

/* Keeps the beginning of the stream, where it may name its encoding. */
static void
keep_head(struct potok_normalize *n, struct potok_slice in, uint64_t offset)
{
	uint64_t seen = offset + in.len;
	size_t left = sizeof n->head - n->nhead;

	if (seen <= n->nhead)
		return;
	size_t more = seen - n->nhead < left ? (size_t)(seen - n->nhead) : left;
	memcpy(n->head + n->nhead, in.data + (n->nhead - offset), more);
	n->nhead += more;
}

/* What is held is no text. */
static enum potok_status
take_binary(struct potok_normalize *n)
{
	n->encoding = DETECT_BINARY;
	if (n->pass_binary) {
		n->mode = MODE_BINARY;
		return POTOK_MORE;
	}
	n->stage.why = "binary data, no text; -f states the encoding, --binary=pass copies it";
	return POTOK_EINPUT;
}

/* Judges what is held, once there is enough of it. */
static enum potok_status
judge(struct potok_normalize *n, struct potok_slice in, uint64_t offset, bool last)
{
	char label[DETECT_LABEL];
	struct encoding declared;
	struct fit_hints hints = {n->language, NULL};
	struct fitting found;
	size_t len = in.len - n->released;

	if (len < POTOK_NORMALIZE_EVIDENCE && !last)
		return POTOK_MORE;
	bool whole = last && len <= POTOK_NORMALIZE_EVIDENCE;
	len = len < POTOK_NORMALIZE_EVIDENCE ? len : POTOK_NORMALIZE_EVIDENCE;
	detect_declared(n->head, n->nhead, label);
	if (label[0] != '\0' && encoding_find(label, &declared))
		hints.declared = declared.name;
	if (n->fit == NULL && (n->fit = fit_open()) == NULL)
		return POTOK_ENOMEM;
	if (detect_encoding(n->fit, in.data + n->released, len, offset + n->released == 0, whole,
		&hints, &found) < 0)
		return POTOK_ENOMEM;
	if (found.name != NULL && strcmp(found.name, DETECT_BINARY) == 0)
		return take_binary(n);
	if (found.encoding != FIT_UTF8) {
		n->confidence = found.confidence;
		warn_of_guess(n, found.name);
	}
	if (found.encoding == FIT_NONE)
		return choose_name(n, found.name);
	fit_set_prior(n->fit, &found);
	n->encoding = found.name;
	n->mode = MODE_LINES;
	return lines_open(n);
}

/* Cleans the bytes that have been released. */
static enum potok_status
clean_released(struct cleaning *c, struct potok_slice *in)
{
	struct potok_normalize *n = c->n;
	struct potok_slice text = {in->data, n->released};

	if (n->released == 0)
		return POTOK_MORE;
	c->plain = in->data + n->plain;
	c->clear = in->data + n->clear;
	enum potok_status s = repair_text(c, &text, true, false);
	size_t used = n->released - text.len;
	*in = (struct potok_slice){in->data + used, in->len - used};
	n->released -= used;
	n->plain -= used < n->plain ? used : n->plain;
	n->clear -= used < n->clear ? used : n->clear;
	c->plain = c->clear = NULL;
	return s;
}

/* Takes the last character of what has been released: what follows is judged without it. */
static enum potok_status
hold_released(struct cleaning *c, struct potok_slice *in)
{
	struct potok_normalize *n = c->n;
	struct potok_slice text = {in->data, n->released};
	enum potok_status s = repair_hold(c, &text);
	size_t used = n->released - text.len;

	*in = (struct potok_slice){in->data + used, in->len - used};
	n->released = n->plain = n->clear = n->judged = n->region = 0;
	return s;
}

/* Goes on from the beginning to the mode that stays.  Answers POTOK_MORE in both cases. */
static enum potok_status
find_out(struct cleaning *c, struct potok_slice *in, bool last)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = POTOK_MORE;

	keep_head(n, *in, c->offset);
	if (n->mode == MODE_START &&
	    ((s = look_at_start(n, *in, last)) < 0 || n->mode == MODE_START))
		return s;
	while (n->mode == MODE_CHECKED) {
		size_t before = n->released;
		release(n, *in, last);
		bool more = n->released > before;
		if ((s = clean_released(c, in)) != POTOK_MORE)
			return s;
		if (!more)
			break;
	}
	if (n->mode == MODE_EVIDENCE && (s = clean_released(c, in)) == POTOK_MORE)
		s = hold_released(c, in);
	if (n->mode == MODE_EVIDENCE && s == POTOK_MORE)
		s = judge(n, *in, c->offset + (uint64_t)(in->data - c->in), last);
	return s;
}

/* Copies what is no text. */
static enum potok_status
pass_binary(struct cleaning *c, struct potok_slice *in)
{
	struct potok_count *bytes = &c->n->counts[BINARY_BYTES];
	size_t n = in->len;

	if (n > 0 && bytes->n == 0)
		bytes->first = c->offset;
	bytes->n += n;
	enum potok_status s = repair_flush(c);
	if (s >= 0 && n > 0)
		s = potok_buf_pass(c->out, in->data, n);
	*in = (struct potok_slice){in->data + n, 0};
	return s;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_normalize *n = (struct potok_normalize *)stage;
	struct cleaning c = {
	    .n = n, .out = out, .in = in->data, .offset = stage->offset, .direct = true};
	enum potok_status s = POTOK_MORE;

	if (n->mode < MODE_LINES) {
		s = find_out(&c, in, last);
		if (s != POTOK_MORE || n->mode < MODE_LINES)
			return s;
	}
	c.offset += (uint64_t)(in->data - c.in);
	c.in = in->data;
	switch ((enum mode)n->mode) {
	case MODE_LINES:
		s = lines_run(&c, in, last);
		break;
	case MODE_DECODED:
		c.direct = false;
		s = convert_text(&c, in, last);
		break;
	case MODE_BINARY:
		return pass_binary(&c, in) < 0 ? POTOK_ENOMEM : last ? POTOK_DONE : POTOK_MORE;
	default:
		s = repair_text(&c, in, last, last);
		break;
	}
	if (s != POTOK_MORE || !last)
		return s;
	s = repair_finish(&c, c.offset + (uint64_t)(in->data - c.in));
	return s < 0 ? s : POTOK_DONE;
}

static void
close_normalize(struct potok_stage *stage)
{
	struct potok_normalize *n = (struct potok_normalize *)stage;

	if (n->lines != NULL)
		n->decoder = NULL; /* it is one of theirs */
	decoder_close(n->decoder);
	lines_close(n);
	repair_close(n);
	fit_close(n->fit);
	free(n->decoded);
	n->fit = NULL;
	n->decoder = NULL;
	n->decoded = NULL;
}

enum potok_status
potok_normalize_init(struct potok_normalize *n, const struct potok_normalize_options *options)
{
	static const struct potok_normalize_options defaults = POTOK_NORMALIZE_DEFAULTS;
	const struct potok_normalize_options *o = options != NULL ? options : &defaults;
	struct encoding e;

	*n = (struct potok_normalize){
	    .stage = {.process = process,
		.close = close_normalize,
		.name = "normalize",
		.ncounts = POTOK_NORMALIZE_COUNTS},
	    .bad = o->bad,
	    .form = o->form,
	    .keep_breaks = o->keep_breaks,
	    .repair = o->repair,
	    .pass_binary = o->pass_binary,
	    .explain = o->explain,
	    .language = o->language,
	};
	memcpy(n->counts, counts, sizeof counts);
	n->stage.counts = n->counts;
	if (o->bad < POTOK_BAD_REPLACE || o->bad > POTOK_BAD_ESCAPE || o->form < POTOK_NFC ||
	    o->form > POTOK_FORM_NONE || o->repair >= POTOK_REPAIR_ENTITIES << 1)
		return POTOK_EUSAGE;
	if (o->from == NULL || strcmp(o->from, "auto") == 0)
		return POTOK_MORE;
	if (!encoding_find(o->from, &e))
		return POTOK_EUSAGE;
	return choose(n, &e);
}

const char *
potok_normalize_encoding(const struct potok_normalize *n)
{
	if (n->encoding != NULL)
		return n->encoding;
	return n->decoder != NULL ? decoder_name(n->decoder) : "UTF-8";
}

unsigned
potok_normalize_confidence(const struct potok_normalize *n)
{
	return n->confidence != 0 ? n->confidence : 100;
}

bool
potok_normalize_lines_independent(const struct potok_normalize *n)
{
	return n->decoder != NULL ? decoder_line_by_line(n->decoder) : n->mode == MODE_UTF8;
}

void
potok_normalize_versions(char *buf, size_t n)
{
#if defined(__GLIBC__)
	const char *name = "glibc ", *which = gnu_get_libc_version();
#elif defined(_LIBICONV_VERSION)
	char which[16];
	const char *name = "GNU libiconv ";
	snprintf(which, sizeof which, "%d.%d", _libiconv_version >> 8, _libiconv_version & 0xFF);
#else
	const char *name = "of the system", *which = "";
#endif
	snprintf(buf, n, "Unicode %s\nICU %s\niconv %s%s\n", NFC_UNICODE_VERSION, U_ICU_VERSION,
	    name, which);
}
