/* The stage transform: text through a transform of ICU, line by line. */
#include <potok/translit.h>

#include <stdlib.h>
#include <string.h>

#include <potok/utf8.h>
#include <unicode/uenum.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum { LINE_CUTS, ILL_FORMED };

static const struct potok_count counts[POTOK_TRANSFORM_COUNTS] = {
    [LINE_CUTS] = {.name = "line_cut", .what = "cuts in lines longer than 64 KiB", .loss = true},
    [ILL_FORMED] = {.name = "ill_formed", .what = "ill-formed sequences left as they are"},
};

/* Makes room for n UTF-16 units of result. */
static enum potok_status
room(struct potok_transform *t, size_t n)
{
	if (n <= t->cap)
		return POTOK_MORE;
	uint16_t *text = realloc(t->text, 2 * n * sizeof *text);
	if (text == NULL)
		return POTOK_ENOMEM;
	t->text = text;
	t->cap = 2 * n;
	return POTOK_MORE;
}

/* Transforms p[0..n), well-formed, into t->text.  *made becomes the units of the result. */
static enum potok_status
transform(struct potok_transform *t, const unsigned char *p, size_t n, int32_t *made)
{
	enum potok_status s = room(t, 2 * n + 64);

	while (s >= 0) {
		UErrorCode err = U_ZERO_ERROR;
		int32_t len, limit;
		u_strFromUTF8(t->text, (int32_t)t->cap, &len, (const char *)p, (int32_t)n, &err);
		limit = len;
		utrans_transUChars(
		    t->transliterator, t->text, &len, (int32_t)t->cap, 0, &limit, &err);
		*made = limit;
		if (err == U_MEMORY_ALLOCATION_ERROR)
			return POTOK_ENOMEM;
		if (err != U_BUFFER_OVERFLOW_ERROR)
			return U_FAILURE(err) ? POTOK_EBUG : POTOK_MORE;
		s = room(t, t->cap + 1);
	}
	return s;
}

/* Appends what comes of p[0..n), well-formed. */
static enum potok_status
add_transformed(struct potok_transform *t, const unsigned char *p, size_t n, struct potok_buf *out)
{
	UErrorCode err = U_ZERO_ERROR;
	int32_t units, len;
	enum potok_status s = transform(t, p, n, &units);

	if (s < 0 || (s = potok_buf_room(out, 3 * (size_t)units + 1)) < 0)
		return s;
	/* Rules may leave half of a pair behind. */
	u_strToUTF8WithSub((char *)out->data + out->len, 3 * units + 1, &len, t->text, units,
	    POTOK_REPLACEMENT, NULL, &err);
	if (U_FAILURE(err))
		return POTOK_EBUG;
	out->len += (size_t)len;
	return POTOK_MORE;
}

/* Appends what comes of the line p[0..n); ill-formed bytes pass. */
static enum potok_status
write_line(struct potok_transform *t, const unsigned char *p, size_t n, uint64_t offset,
    struct potok_buf *out)
{
	const unsigned char *start = p;
	enum potok_status s = potok_buf_own(out);

	while (n > 0 && s >= 0) {
		size_t good = potok_utf8_valid(p, n);
		if (good > 0)
			s = add_transformed(t, p, good, out);
		p += good;
		n -= good;
		if (n > 0 && s >= 0) {
			uint32_t c;
			int len = potok_utf8_decode(p, n, &c);
			size_t bad = len < 0 ? (size_t)-len : n;
			potok_count_at(&t->counts[ILL_FORMED], offset + (uint64_t)(p - start));
			s = potok_buf_add(out, p, bad);
			p += bad;
			n -= bad;
		}
	}
	return s;
}

/* The place to cut a line that is too long: behind the last space, else before a character. */
static size_t
cut(const unsigned char *p)
{
	size_t n = POTOK_TRANSFORM_LINE;

	while (n > 0 && p[n - 1] != ' ' && p[n - 1] != '\t')
		n--;
	if (n > 0)
		return n;
	n = POTOK_TRANSFORM_LINE;
	while (n > POTOK_TRANSFORM_LINE - 3 && (p[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static enum potok_status
process(struct potok_stage *stage, struct potok_slice *in, struct potok_buf *out, bool last)
{
	struct potok_transform *t = (struct potok_transform *)stage;
	const unsigned char *start = in->data;

	while (in->len > 0) {
		bool whole = in->len <= POTOK_TRANSFORM_LINE;
		size_t max = whole ? in->len : POTOK_TRANSFORM_LINE + 1;
		const unsigned char *lf = memchr(in->data + t->examined, '\n', max - t->examined);
		if (potok_buf_full(out) && in->data != start)
			return POTOK_FULL;
		if (lf == NULL && whole && !last) {
			t->examined = in->len;
			return POTOK_MORE;
		}
		size_t n = lf != NULL ? (size_t)(lf - in->data) : whole ? in->len : cut(in->data);
		uint64_t offset = stage->offset + (uint64_t)(in->data - start);
		enum potok_status s = write_line(t, in->data, n, offset, out);
		if (s >= 0 && lf != NULL)
			s = potok_buf_add(out, "\n", 1);
		if (s < 0)
			return s;
		if (lf == NULL && !whole)
			potok_count_at(&t->counts[LINE_CUTS], offset + n);
		t->examined = 0;
		n += lf != NULL;
		in->data += n;
		in->len -= n;
	}
	return last ? POTOK_DONE : POTOK_MORE;
}

static void
close_transform(struct potok_stage *stage)
{
	struct potok_transform *t = (struct potok_transform *)stage;

	if (t->transliterator != NULL)
		utrans_close(t->transliterator);
	free(t->text);
	t->transliterator = NULL;
	t->text = NULL;
}

/* UTF-8 as UTF-16 that the caller frees; NULL: no memory, or ill-formed. */
static UChar *
to_utf16(const char *text, size_t n, int32_t *len)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar *wide = n < INT32_MAX / 4 ? malloc((n + 1) * sizeof *wide) : NULL;

	if (wide == NULL)
		return NULL;
	u_strFromUTF8(wide, (int32_t)n + 1, len, text, (int32_t)n, &err);
	if (U_SUCCESS(err))
		return wide;
	free(wide);
	return NULL;
}

enum potok_status
potok_transform_init(struct potok_transform *t, struct potok_transform_options *o)
{
	UErrorCode err = U_ZERO_ERROR;
	UParseError where = {.line = 0};
	int32_t nid = 0, nrules = 0;

	*t = (struct potok_transform){
	    .stage = {.process = process,
		.close = close_transform,
		.name = "transform",
		.ncounts = POTOK_TRANSFORM_COUNTS},
	};
	memcpy(t->counts, counts, sizeof counts);
	t->stage.counts = t->counts;
	if (o == NULL || (o->id == NULL) == (o->rules == NULL))
		return POTOK_EUSAGE;
	const char *name = o->id != NULL ? o->id : "rules";
	UChar *id = to_utf16(name, strlen(name), &nid);
	UChar *rules = o->rules != NULL ? to_utf16(o->rules, o->nrules, &nrules) : NULL;
	if (id != NULL && (rules != NULL || o->rules == NULL))
		t->transliterator = utrans_openU(
		    id, nid, UTRANS_FORWARD, rules, rules != NULL ? nrules : 0, &where, &err);
	free(id);
	free(rules);
	o->line = where.line + 1;
	o->why = U_FAILURE(err) ? u_errorName(err) : "ill-formed UTF-8";
	return err == U_MEMORY_ALLOCATION_ERROR              ? POTOK_ENOMEM
	       : U_FAILURE(err) || t->transliterator == NULL ? POTOK_EUSAGE
							     : POTOK_MORE;
}

bool
potok_transform_id(size_t i, char *id, size_t cap)
{
	UErrorCode err = U_ZERO_ERROR;
	UEnumeration *ids = utrans_openIDs(&err);
	const char *found = NULL;
	int32_t n = 0;

	for (size_t k = 0; U_SUCCESS(err) && k <= i; k++) {
		found = uenum_next(ids, &n, &err);
		if (found == NULL)
			break;
	}
	bool fits = found != NULL && (size_t)n < cap;
	if (fits)
		memcpy(id, found, (size_t)n + 1);
	uenum_close(ids);
	return fits;
}
