/* The stage normalize: finds out the encoding, and hands the text to the cleaner. */
#include <potok/normalize.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif
#include <iconv.h>

#include <unicode/uchar.h>
#include <unicode/uversion.h>

#include <potok/utf8.h>

#include "clean.h"
#include "decode.h"
#include "detect.h"
#include "nfc.h"

enum mode {
	MODE_START,    /* a byte order mark may come */
	MODE_CHECKED,  /* UTF-8 so far: what has been released passes */
	MODE_EVIDENCE, /* what is not UTF-8 is held until there is enough to judge */
	MODE_UTF8,
	MODE_DECODED,
};

static const struct potok_count counts[POTOK_NORMALIZE_COUNTS] = {
    [ILL_FORMED] = {.name = "ill_formed", .what = "ill-formed sequences", .loss = true},
    [BOM_REMOVED] = {.name = "bom_removed", .what = "byte order marks removed"},
    [LINE_BREAKS] = {.name = "line_breaks", .what = "other line breaks made LF"},
    [FINAL_LF_ADDED] = {.name = "final_lf_added", .what = "missing last LF added"},
    [JOINER_INSERTED] = {.name = "joiner_inserted",
	.what = "U+034F inserted into long runs of combining characters",
	.loss = true},
    [DECODED_BYTES] = {.name = "decoded_bytes", .what = "bytes decoded from another encoding"},
    [CONTROLS] = {.name = "controls", .what = "control characters left out"},
    [CONTROLS + 1] = {.name = "zero_width", .what = "zero-width characters left out"},
    [CONTROLS + 2] = {.name = "soft_hyphen", .what = "soft hyphens left out"},
    [CONTROLS + 3] = {.name = "nbsp", .what = "no-break spaces made spaces"},
    [CONTROLS + 4] = {.name = "quotes", .what = "quotation marks made ASCII"},
    [CONTROLS + 5] = {.name = "width", .what = "full- and halfwidth forms changed"},
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
	n->decoded = malloc(DECODE_OUT + 64);
	if (n->decoded == NULL)
		return POTOK_ENOMEM;
	return decoder_open(&n->decoder, e);
}

/* As choose(), by one of our own names; guess: nobody said so. */
static enum potok_status
choose_name(struct potok_normalize *n, const char *name, bool guess)
{
	struct encoding e;

	if (!encoding_find(name, &e))
		return POTOK_EBUG;
	if (guess && e.kind != ENCODING_UTF8) {
		snprintf(n->guess, sizeof n->guess,
		    "bytes decoded as %s, which is a guess; -f states the encoding", e.name);
		n->counts[DECODED_BYTES].what = n->guess;
		n->counts[DECODED_BYTES].loss = true;
	}
	return choose(n, &e);
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
	if (name != NULL)
		return choose_name(n, name, false);
	n->mode = MODE_CHECKED;
	n->ascii = true;
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

/* Releases what is UTF-8 line by line.  The first line that is not changes the mode. */
static void
release(struct potok_normalize *n, struct potok_slice in, bool last)
{
	const unsigned char *p = in.data + n->released;
	size_t len = in.len - n->released;
	uint32_t cp;
	size_t valid = n->examined + potok_utf8_valid(p + n->examined, len - n->examined);
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
	if (next < 0 || last)
		n->mode = MODE_EVIDENCE;
}

/* Judges what is held, once there is enough of it. */
static enum potok_status
judge(struct potok_normalize *n, struct potok_slice in, uint64_t offset, bool last)
{
	size_t len = in.len - n->released;

	if (len < POTOK_NORMALIZE_EVIDENCE && !last)
		return POTOK_MORE;
	bool whole = last && len <= POTOK_NORMALIZE_EVIDENCE;
	len = len < POTOK_NORMALIZE_EVIDENCE ? len : POTOK_NORMALIZE_EVIDENCE;
	struct detection d;
	if (!detect_encoding(in.data + n->released, len, offset + n->released == 0, whole, &d))
		return POTOK_ENOMEM;
	n->confidence = strcmp(d.name, "UTF-8") == 0 ? 0 : d.confidence;
	return choose_name(n, d.name, true);
}

/* Cleans the bytes that have been released; `end` true: what follows them is not UTF-8. */
static enum potok_status
clean_released(struct cleaning *c, struct potok_slice *in, bool end)
{
	struct potok_normalize *n = c->n;
	struct potok_slice text = {in->data, n->released};

	if (n->released == 0)
		return POTOK_MORE;
	enum potok_status s = clean_text(c, &text, end);
	size_t used = n->released - text.len;
	*in = (struct potok_slice){in->data + used, in->len - used};
	n->released -= used;
	return s;
}

/* Goes on from the beginning to the mode that stays.  Answers POTOK_MORE in both cases. */
static enum potok_status
find_out(struct cleaning *c, struct potok_slice *in, bool last)
{
	struct potok_normalize *n = c->n;
	enum potok_status s = POTOK_MORE;

	if (n->mode == MODE_START &&
	    ((s = look_at_start(n, *in, last)) < 0 || n->mode == MODE_START))
		return s;
	while (n->mode == MODE_CHECKED) {
		size_t before = n->released;
		release(n, *in, last);
		bool more = n->released > before;
		if ((s = clean_released(c, in, false)) != POTOK_MORE)
			return s;
		if (!more)
			break;
	}
	if (n->mode == MODE_EVIDENCE && (s = clean_released(c, in, false)) == POTOK_MORE)
		s = judge(n, *in, c->offset + (uint64_t)(in->data - c->in), last);
	return s;
}

/* The front of `in` has become the text behind `carried`, and that has been cleaned. */
static void
next_block(struct cleaning *c, struct potok_slice *in)
{
	struct potok_normalize *n = c->n;
	struct potok_count *d = &n->counts[DECODED_BYTES];

	if (n->block > 0 && d->n == 0)
		d->first = c->offset;
	d->n += n->block;
	*in = (struct potok_slice){in->data + n->block, in->len - n->block};
	c->in = in->data;
	c->offset += n->block;
	n->block = 0;
	n->carried = n->ndecoded - n->cleaned;
	memmove(n->decoded, n->decoded + n->cleaned, n->carried);
	n->ndecoded = n->carried;
	n->cleaned = 0;
}

/* Cleans the text that has been decoded. */
static enum potok_status
clean_decoded(struct cleaning *c, bool last)
{
	struct potok_normalize *n = c->n;
	struct potok_slice text = {n->decoded + n->cleaned, n->ndecoded - n->cleaned};
	enum potok_status s = clean_text(c, &text, last);

	n->cleaned = n->ndecoded - text.len;
	return s;
}

/* At the front of `in` stands a sequence that is no text. */
static enum potok_status
take_bad(struct cleaning *c, const struct decoded *r)
{
	struct potok_normalize *n = c->n;

	if (n->bad == POTOK_BAD_STOP) {
		enum potok_status s = clean_decoded(c, true);
		if (s == POTOK_MORE)
			s = clean_flush(c);
		if (s != POTOK_MORE)
			return s;
	}
	size_t made;
	enum potok_status s =
	    clean_ill_formed(n, c->offset, c->in, r->bad, n->decoded + n->ndecoded, &made);
	if (s < 0)
		return s;
	n->ndecoded += made;
	decoder_skip(n->decoder, r);
	n->block = r->bad;
	return POTOK_MORE;
}

/* Decodes and cleans until the input is used. */
static enum potok_status
decode(struct cleaning *c, struct potok_slice *in, bool last)
{
	struct potok_normalize *n = c->n;

	for (;;) {
		struct decoded r;
		enum potok_status s = clean_decoded(c, false);
		if (s != POTOK_MORE)
			return s;
		next_block(c, in);
		s = decoder_run(n->decoder, in->data, in->len, last, n->decoded + n->ndecoded, &r);
		if (s < 0)
			return s;
		if (r.ill) {
			if ((s = take_bad(c, &r)) != POTOK_MORE)
				return s;
			continue;
		}
		if (r.used == 0 && r.made == 0)
			return last ? clean_decoded(c, true) : POTOK_MORE;
		n->ndecoded += r.made;
		n->block += r.used;
	}
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_normalize *n = (struct potok_normalize *)stage;
	struct cleaning c = {n, out, in->data, stage->offset, true};
	enum potok_status s = POTOK_MORE;

	if (n->mode != MODE_UTF8 && n->mode != MODE_DECODED) {
		s = find_out(&c, in, last);
		if (s != POTOK_MORE || (n->mode != MODE_UTF8 && n->mode != MODE_DECODED))
			return s;
	}
	if (n->mode == MODE_UTF8) {
		s = clean_text(&c, in, last);
	} else if ((s = clean_released(&c, in, true)) == POTOK_MORE) {
		c.offset += (uint64_t)(in->data - c.in);
		c.in = in->data;
		c.direct = false;
		s = decode(&c, in, last);
	}
	if (s != POTOK_MORE || !last)
		return s;
	s = clean_finish(&c, c.direct ? c.offset + (uint64_t)(in->data - c.in) : c.offset);
	return s < 0 ? s : POTOK_DONE;
}

static void
close_normalize(struct potok_stage *stage)
{
	struct potok_normalize *n = (struct potok_normalize *)stage;

	decoder_close(n->decoder);
	free(n->decoded);
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
	};
	memcpy(n->counts, counts, sizeof counts);
	n->stage.counts = n->counts;
	if (o->bad < POTOK_BAD_REPLACE || o->bad > POTOK_BAD_ESCAPE || o->form < POTOK_NFC ||
	    o->form > POTOK_FORM_NONE || o->repair >= POTOK_REPAIR_WIDTH << 1)
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
	UVersionInfo icu;
	char version[U_MAX_VERSION_STRING_LENGTH];

	u_getVersion(icu);
	u_versionToString(icu, version);
#if defined(__GLIBC__)
	const char *name = "glibc ", *which = gnu_get_libc_version();
#elif defined(_LIBICONV_VERSION)
	char which[16];
	const char *name = "GNU libiconv ";
	snprintf(which, sizeof which, "%d.%d", _libiconv_version >> 8, _libiconv_version & 0xFF);
#else
	const char *name = "of the system", *which = "";
#endif
	snprintf(
	    buf, n, "Unicode %s\nICU %s\niconv %s%s\n", NFC_UNICODE_VERSION, version, name, which);
}
