/*
 * Writes schemes.h: the tables of all schemes.  Run as `gen-translit data/A.tsv data/B.tsv... >
 * schemes.h`, and with --manual before them for potok-schemes.7; data/iso9-1995.tsv tells what a
 * file looks like.
 *
 * Capitals are made here.  A capital letter is the simple upper-case mapping of the small one.  A
 * result begins with a capital (Shch) by the full upper-case mapping up to its first letter, and is
 * in capitals (SHCH) by that of the whole; both are Unicode's, without a language.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/uversion.h>

#include "gen_equivalents.h"
#include "scheme.h"

enum { LINE = 2048, RULES = 2400, FACTS = 8192, WORDS = 64, TABLES = 512 };

/* A line of a table. */
struct rule {
	UChar key[WORDS], result[WORDS];
	int left, right; /* numbers of sets; -1: none */
	unsigned flags;
	int line;
};

struct rules {
	struct rule *rule; /* RULES of them */
	int n;
};

struct table {
	const char *file;
	char name[64], base[64], facts[FACTS];
	char aliases[256], languages[256], standard[512], status[256];
	int reversible, both;
	char set_name[SCHEME_SETS][32];
	UChar set[SCHEME_SETS][4 * WORDS]; /* '^': the boundary of a word */
	int nsets;
	struct rules forward, back;
};

static const UNormalizer2 *nfc;
static const char *file;
static int line_number;

static void
die(const char *what)
{
	fprintf(stderr, "gen-translit: %s: line %d: %s\n", file, line_number, what);
	exit(1);
}

static void
to_utf16(const char *s, UChar *out, int cap)
{
	UErrorCode err = U_ZERO_ERROR;

	u_strFromUTF8(out, cap, NULL, s, -1, &err);
	if (U_FAILURE(err) || err == U_STRING_NOT_TERMINATED_WARNING)
		die("not UTF-8, or too long");
	if (!unorm2_isNormalized(nfc, out, -1, &err))
		die("not in Normalization Form C");
	if (u_countChar32(out, -1) != u_strlen(out))
		die("a character outside of the BMP");
}

static const char *
utf8(const UChar *s, char *buf, int cap)
{
	UErrorCode err = U_ZERO_ERROR;

	u_strToUTF8(buf, cap, NULL, s, -1, &err);
	if (U_FAILURE(err) || err == U_STRING_NOT_TERMINATED_WARNING)
		die("the result is too long");
	return buf;
}

/* Checks the last column: the code points of the result. */
static void
check_points(const char *points, const UChar *result)
{
	char want[LINE] = "", one[16];

	for (int32_t i = 0; result[i] != 0; i++) {
		snprintf(one, sizeof one, "%sU+%04X", i > 0 ? " " : "", (unsigned)result[i]);
		strcat(want, one);
	}
	if (strcmp(want, points) != 0)
		die("the code points are not those of the result");
}

/* The number of the set with this name, or of one with these members, which is made. */
static int
find_set(struct table *t, const char *word)
{
	UChar members[4 * WORDS];

	for (int i = 0; i < t->nsets; i++) {
		if (strcmp(word, t->set_name[i]) == 0)
			return i;
	}
	if (word[0] >= 'a' && word[0] <= 'z')
		die("unknown context");
	to_utf16(word, members, 4 * WORDS);
	for (int i = 0; i < t->nsets; i++) {
		if (u_strcmp(members, t->set[i]) == 0)
			return i;
	}
	if (t->nsets == SCHEME_SETS)
		die("too many sets");
	u_strcpy(t->set[t->nsets], members);
	return t->nsets++;
}

/* The next word of text, which it ends with a zero; NULL: there is none. */
static char *
next_word(char **text)
{
	char *word = *text + strspn(*text, " ");

	*text = word + strcspn(word, " ");
	if (**text != '\0')
		*(*text)++ = '\0';
	return *word != '\0' ? word : NULL;
}

/* Reads "[not] after SET" and "[not] before SET". */
static void
read_context(struct table *t, char *text, struct rule *r)
{
	unsigned negative = 0;
	const char *w;

	r->left = r->right = -1;
	while ((w = next_word(&text)) != NULL) {
		int after = strcmp(w, "after") == 0, before = strcmp(w, "before") == 0;
		if (strcmp(w, "not") == 0) {
			negative = 1;
			continue;
		}
		w = next_word(&text);
		if ((!after && !before) || w == NULL || (after ? r->left : r->right) >= 0)
			die("unknown context");
		*(after ? &r->left : &r->right) = find_set(t, w);
		if (negative)
			r->flags |= after ? RULE_NOT_AFTER : RULE_NOT_BEFORE;
		negative = 0;
	}
}

static void
check_key(struct rule *r)
{
	int n = u_strlen(r->key);

	if (n == 0 || n > SCHEME_KEY - 1)
		die("the key is empty or too long");
	for (int i = 0; i < n; i++) {
		if (scheme_slot(r->key[i]) < 0)
			die("the key has a character without a slot: see scheme.h");
		if (u_tolower(r->key[i]) != r->key[i]) {
			if (i > 0)
				die("a capital inside of the key");
			r->flags |= RULE_CAPITAL;
			r->key[i] = (UChar)u_tolower(r->key[i]);
		}
	}
	if (u_getCombiningClass(r->key[0]) != 0 && u_charType(r->key[0]) == U_ENCLOSING_MARK)
		die("the key begins with a mark");
}

static int
same_place(const struct rule *a, const struct rule *b)
{
	return u_strcmp(a->key, b->key) == 0 && a->left == b->left && a->right == b->right &&
	       a->flags == b->flags;
}

/* Does a rule hold wherever r does? */
static int
has_place(const struct rules *rules, const struct rule *r)
{
	for (int i = 0; i < rules->n; i++) {
		const struct rule *o = &rules->rule[i];
		if (same_place(o, r) ||
		    (u_strcmp(o->key, r->key) == 0 && o->left < 0 && o->right < 0 &&
			((o->flags ^ r->flags) & RULE_CAPITAL) == 0))
			return 1;
	}
	return 0;
}

static void
add_rule(struct rules *rules, const struct rule *r)
{
	if (rules->rule == NULL)
		rules->rule = calloc(RULES, sizeof *rules->rule);
	if (rules->rule == NULL || rules->n == RULES)
		die("too many rules");
	for (int i = 0; i < rules->n; i++) {
		const struct rule *o = &rules->rule[i];
		if (same_place(o, r))
			die("the same key and context twice");
		if (u_strcmp(o->key, r->key) == 0 && o->left < 0 && o->right < 0 &&
		    ((o->flags ^ r->flags) & RULE_CAPITAL) == 0)
			die("a rule behind the one without context");
	}
	rules->rule[rules->n++] = *r;
}

static void
read_rule(struct table *t, struct rules *rules, char *col[4])
{
	struct rule r = {.line = line_number};

	to_utf16(col[0], r.key, WORDS);
	check_key(&r);
	if (col[1][0] == '\0')
		die("no result");
	to_utf16(strcmp(col[1], "(nothing)") == 0 ? "" : col[1], r.result, WORDS);
	read_context(t, col[2], &r);
	if (col[3][0] != '\0')
		check_points(col[3], r.result);
	add_rule(rules, &r);
}

static void
copy_fact(char *to, size_t cap, const char *text)
{
	size_t n = strlen(to);

	if (n + strlen(text) + 2 > cap)
		die("a fact is too long");
	snprintf(to + n, cap - n, "%s%s", n > 0 ? " " : "", text);
}

static void
read_fact(struct table *t, const char *name, const char *text)
{
	size_t n = strlen(t->facts);

	if (text[0] == '\0' || n + LINE > FACTS)
		die("a fact without text, or too many");
	if (strcmp(name, "reversible") == 0)
		t->reversible = strcmp(text, "yes") == 0;
	else if (strcmp(name, "directions") == 0)
		t->both = strcmp(text, "both") == 0;
	else if (strcmp(name, "base") == 0)
		copy_fact(t->base, sizeof t->base, text);
	else if (strcmp(name, "alias") == 0)
		copy_fact(t->aliases, sizeof t->aliases, text);
	else if (strcmp(name, "languages") == 0)
		copy_fact(t->languages, sizeof t->languages, text);
	else if (strcmp(name, "standard") == 0)
		copy_fact(t->standard, sizeof t->standard, text);
	else if (strcmp(name, "status") == 0)
		copy_fact(t->status, sizeof t->status, text);
	snprintf(t->facts + n, FACTS - n, "%-10s  %s\n", name, text);
}

static void
read_line(struct table *t, char *line)
{
	static char empty[] = "";
	char *col[5] = {line, empty, empty, empty, empty};

	for (int i = 1; i < 5; i++) {
		char *tab = strchr(col[i - 1], '\t');
		if (tab == NULL)
			break;
		*tab = '\0';
		col[i] = tab + 1;
	}
	if ((unsigned char)line[0] >= 0x80 || line[0] == '\'') {
		read_rule(t, &t->forward, col);
	} else if (strcmp(col[0], "back") == 0) {
		read_rule(t, &t->back, col + 1);
	} else if (strcmp(col[0], "set") == 0) {
		if (t->nsets == SCHEME_SETS)
			die("too many sets");
		snprintf(t->set_name[t->nsets], sizeof t->set_name[0], "%s", col[1]);
		to_utf16(col[2], t->set[t->nsets++], 4 * WORDS);
	} else {
		read_fact(t, col[0], col[1]);
	}
}

static void
check_facts(const struct table *t)
{
	static const char *const needed[] = {"standard", "edition", "issuer", "source", "status",
	    "languages", "directions", "reversible", "licence"};

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		char start[32];
		snprintf(start, sizeof start, "%-10s  ", needed[i]);
		if (strstr(t->facts, start) == NULL)
			die("a fact is missing at the top: standard, edition, issuer, source, "
			    "status, languages, directions, reversible or licence");
	}
	if (strncmp(t->status, "official", 8) != 0 && strncmp(t->status, "secondary", 9) != 0 &&
	    strncmp(t->status, "draft", 5) != 0)
		die("the status is not official, secondary or draft");
}

/* A small letter whose rules all have a context may fall through to nothing. */
static void
check_last(const struct rules *rules)
{
	for (int i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->rule[i];
		int whole = 0;
		line_number = r->line;
		if (u_strlen(r->key) > 1 || !u_isalpha(r->key[0]) ||
		    u_charType(r->key[0]) == U_MODIFIER_LETTER || (r->flags & RULE_CAPITAL))
			continue;
		for (int k = i; k < rules->n; k++) {
			const struct rule *o = &rules->rule[k];
			whole |= u_strcmp(o->key, r->key) == 0 && o->left < 0 && o->right < 0;
		}
		if (!whole)
			die("no rule without context behind this one");
	}
}

static void
read_table(struct table *t)
{
	char line[LINE];
	FILE *f = fopen(file, "r");

	line_number = 0;
	if (f == NULL)
		die("cannot be opened");
	while (fgets(line, sizeof line, f) != NULL) {
		line_number++;
		size_t n = strcspn(line, "\n");
		if (line[n] == '\0')
			die("the line is too long, or the last one has no end");
		line[n] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			read_line(t, line);
	}
	fclose(f);
	const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	snprintf(t->name, sizeof t->name, "%.*s", (int)(strlen(base) - strlen(".tsv")), base);
	check_facts(t);
	check_last(&t->forward);
}

/* A scheme that is called reversible writes no two letters alike. */
static void
check_reversible(const struct table *t)
{
	const struct rules *f = &t->forward;

	for (int i = 0; t->reversible && i < f->n; i++) {
		for (int k = 0; k < i; k++) {
			line_number = f->rule[i].line;
			if (u_strcmp(f->rule[i].result, f->rule[k].result) == 0 &&
			    u_strcmp(f->rule[i].key, f->rule[k].key) != 0)
				die("called reversible, but another letter has the same result");
		}
	}
}

/* Unicode's full upper-case mapping of the first n units of s; the rest stays. */
static void
upper(const UChar *s, int32_t n, UChar *out)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar whole[2 * WORDS];
	int32_t len = u_strToUpper(whole, 2 * WORDS, s, n, "", &err);

	whole[len] = 0;
	u_strcat(whole, s + n);
	unorm2_normalize(nfc, whole, -1, out, 2 * WORDS, &err);
	if (U_FAILURE(err))
		die("no capital form");
}

/* Writes the three forms of a result: small, with one capital, in capitals. */
static void
make_forms(const struct rule *r, UChar forms[3][2 * WORDS])
{
	int32_t first = 0;

	while (r->result[first] != 0 && !u_isalpha(r->result[first]))
		first++;
	u_strcpy(forms[0], r->result);
	upper(r->result, r->result[first] != 0 ? first + 1 : first, forms[1]);
	upper(r->result, u_strlen(r->result), forms[2]);
	if (r->flags & RULE_CAPITAL) {
		u_strcpy(forms[1], r->result);
		u_strcpy(forms[2], r->result);
	}
}

/* Adds key -> letter to the way back, unless the key has another meaning there. */
static void
add_back(struct table *t, const UChar *key, const struct rule *f, unsigned flags)
{
	struct rule r = {.left = -1, .right = -1, .flags = flags, .line = f->line};
	int has = 0;

	u_strcpy(r.key, key);
	u_strcpy(r.result, f->key);
	for (int i = 0; r.key[i] != 0; i++)
		r.key[i] = (UChar)u_tolower(r.key[i]);
	check_key(&r);
	if (flags & RULE_CAPITAL)
		r.result[0] = (UChar)u_toupper(r.result[0]);
	if (u_toupper(r.key[0]) == r.key[0]) /* no case, so it tells by itself */
		r.flags &= ~(unsigned)RULE_CAPITAL;
	for (int k = 0; k < t->back.n; k++) {
		const struct rule *o = &t->back.rule[k];
		has |= u_strcmp(o->key, r.key) == 0 &&
		       (o->flags & RULE_CAPITAL) == (flags & RULE_CAPITAL);
	}
	if (!has)
		add_rule(&t->back, &r);
}

/* Is key, but for case, what `small` is? */
static int
same_letters(const UChar *key, const UChar *small)
{
	int i = 0;

	while (key[i] != 0 && (UChar)u_tolower(key[i]) == small[i])
		i++;
	return key[i] == small[i];
}

static int
has_key(const struct rules *rules, int n, const UChar *key, unsigned flags)
{
	for (int i = 0; i < n; i++) {
		const struct rule *o = &rules->rule[i];
		if (u_strcmp(o->key, key) == 0 && ((o->flags ^ flags) & RULE_CAPITAL) == 0)
			return 1;
	}
	return 0;
}

/* Adds to the way back the rules for other spellings of its keys that mean nothing else. */
static void
add_equivalents(struct table *t)
{
	static UChar found[EQUIVALENTS][SCHEME_KEY];
	int n = t->back.n;

	for (int i = 0; i < n; i++) {
		struct rule r = t->back.rule[i];
		int nfound = find_equivalents(nfc, r.key, found);
		line_number = r.line;
		for (int k = 0; k < nfound; k++) {
			u_strcpy(r.key, found[k]);
			if (!has_key(&t->back, n, r.key, r.flags) && !has_place(&t->back, &r))
				add_rule(&t->back, &r);
		}
	}
}

/* The way back: each result to its key, the first one where several have it, behind the rules that
 * the table states.  Some capitals are composed in another way than their small letters. */
static void
derive_back(struct table *t)
{
	for (int i = 0; t->both && i < t->forward.n; i++) {
		const struct rule *f = &t->forward.rule[i];
		UChar forms[3][2 * WORDS];
		line_number = f->line;
		if (f->result[0] == 0)
			continue;
		make_forms(f, forms);
		add_back(t, forms[0], f, f->flags & RULE_CAPITAL);
		for (int k = 1; k < 3 && !(f->flags & RULE_CAPITAL); k++) {
			if (!same_letters(forms[k], forms[0]))
				add_back(t, forms[k], f, RULE_CAPITAL);
		}
	}
	add_equivalents(t);
}

static int
longer_first(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	int d = u_strlen(y->key) - u_strlen(x->key);

	d = d != 0 ? d : u_strcmp(x->key, y->key);
	d = d != 0 ? d : (int)(y->flags & RULE_CAPITAL) - (int)(x->flags & RULE_CAPITAL);
	return d != 0 ? d : (x > y) - (x < y);
}

/* s as the inside of a string constant. */
static void
print_string(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++)
		printf("%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
	putchar('"');
}

static void
print_rule(const struct rule *r)
{
	UChar forms[3][2 * WORDS];
	char text[4 * WORDS];
	unsigned flags = r->flags;

	line_number = r->line;
	make_forms(r, forms);
	if (u_toupper(r->key[0]) == r->key[0] && u_strcmp(forms[0], forms[1]) != 0)
		flags |= RULE_CASELESS;
	printf("\t{{");
	for (int i = 0; r->key[i] != 0; i++)
		printf("%s0x%X", i > 0 ? ", " : "", (unsigned)r->key[i]);
	printf("}, %u, %u, %u, {", r->left < 0 ? 0u : 1u << r->left,
	    r->right < 0 ? 0u : 1u << r->right, flags);
	for (int i = 0; i < 3; i++) {
		utf8(forms[i], text, sizeof text);
		if (strlen(text) > SCHEME_TEXT)
			die("the result is too long");
		printf("%s", i > 0 ? ", " : "");
		print_string(text);
	}
	printf("}},\n");
}

static void
print_rules(const char *which, const char *name, struct rules *rules)
{
	/* qsort is not stable; the places in the array are. */
	static struct rule *sorted[RULES];

	for (int i = 0; i < rules->n; i++)
		sorted[i] = &rules->rule[i];
	for (int i = 1; i < rules->n; i++) {
		struct rule *r = sorted[i];
		int k = i;
		for (; k > 0 && longer_first(sorted[k - 1], r) > 0; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = r;
	}
	printf("static const struct translit_rule %s_%s[] = {\n", which, name);
	for (int i = 0; i < rules->n; i++)
		print_rule(sorted[i]);
	if (rules->n == 0) /* all of it is in the base */
		printf("\t{{0}, 0, 0, 0, {\"\", \"\", \"\"}},\n");
	printf("};\n");
}

static void
print_members(const struct table *t, const char *name)
{
	static uint16_t sets[0x10000];

	memset(sets, 0, sizeof sets);
	for (int i = 0; i < t->nsets; i++) {
		for (const UChar *c = t->set[i]; *c != 0; c++) {
			if (*c != '^' && scheme_slot(*c) < 0)
				die("a set has a character without a slot");
			sets[*c == '^' ? 0 : u_tolower(*c)] |= (uint16_t)(1u << i);
		}
	}
	printf("static const struct translit_member members_%s[] = {\n\t{0, %u},", name, sets[0]);
	for (unsigned c = 1, n = 1; c < 0x10000; c++) {
		if (sets[c] != 0)
			printf("%s{0x%X, %u},", n++ % 6 ? " " : "\n\t", c, sets[c]);
	}
	printf("\n};\n\n");
}

/* The scheme's name as a C name. */
static const char *
c_name(const char *name, char buf[64])
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		buf[i] = (char)(name[i] == '-' || name[i] == '.' ? '_' : name[i]);
	buf[i] = '\0';
	return buf;
}

static void
print_table(struct table *t)
{
	char name[64];

	c_name(t->name, name);
	printf("/* %s */\n", t->name);
	print_rules("rules", name, &t->forward);
	if (t->both)
		print_rules("back", name, &t->back);
	print_members(t, name);
}

static void
print_scheme(const struct table *t)
{
	const char *texts[] = {t->name, t->base, t->aliases, t->languages, t->standard, t->status};
	char name[64];
	const char *s = t->facts;

	c_name(t->name, name);
	printf("\t{");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		print_string(texts[i]);
		printf(",\n\t    ");
	}
	while (*s != '\0') {
		char line[LINE];
		size_t n = strcspn(s, "\n");
		snprintf(line, sizeof line, "%.*s", (int)n, s);
		print_string(line);
		printf("\"\\n\"\n\t    ");
		s += n + 1;
	}
	printf(", %d, rules_%s, %d, %s%s, %d, members_%s, sizeof members_%s / sizeof "
	       "members_%s[0]},\n",
	    t->reversible, name, t->forward.n, t->both ? "back_" : "NULL", t->both ? name : "",
	    t->both ? t->back.n : 0, name, name, name);
}

/* A word of the manual: mdoc takes - as a hyphen, and a word like Ns as a macro. */
static void
print_manual(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '"')
			printf("\\(dq");
		else if (*s == '\'')
			printf("\\(aq");
		else
			putchar(*s);
	}
}

/* Writes the page potok-schemes(7). */
static void
print_page(const struct table *tables, int n)
{
	printf(".\\\" Generated by gen_translit.c from the files in data with ICU %s; do not "
	       "edit.\n.Dd November 24, 2026\n.Dt POTOK-SCHEMES 7\n.Os\n.Sh NAME\n.Nm "
	       "potok-schemes\n.Nd the schemes of potok-translit\n.Sh DESCRIPTION\n",
	    U_ICU_VERSION);
	printf("The %d schemes of\n.Xr potok-translit 1 ,\nwith other names for them, languages, "
	       "directions and standard.\nThe status is\n.Em official\nwhen the official text "
	       "was seen,\n.Em secondary\nwhen its descriptions were,\n.Em draft\nwhen the table "
	       "was put together from examples.\n.Bl -tag -width Ds\n",
	    n);
	for (int i = 0; i < n; i++) {
		const struct table *t = &tables[i];
		printf(".It Cm %s\n", t->name);
		print_manual(t->standard);
		printf(".\n.br\nLanguages: %s.\nDirections: %s%s.\n", t->languages,
		    t->both ? "both" : "forward", t->reversible ? ", no two letters alike" : "");
		if (t->aliases[0] != '\0') {
			printf("Also: ");
			print_manual(t->aliases);
			printf(".\n");
		}
		printf("Status: ");
		print_manual(t->status);
		printf(".\n");
	}
	printf(".El\n.Sh SEE ALSO\n.Xr potok-translit 1\n");
}

static unsigned
script(UChar32 c)
{
	UErrorCode err = U_ZERO_ERROR;
	UScriptCode s = uscript_getScript(c, &err);

	return s == USCRIPT_CYRILLIC ? SCRIPT_CYRILLIC
	       : s == USCRIPT_LATIN  ? SCRIPT_LATIN
				     : SCRIPT_OTHER;
}

static unsigned
kind(UChar32 c)
{
	int8_t type = u_charType(c);

	/* Combining letters are letters. */
	if ((c >= 0x2DE0 && c <= 0x2DFF) || (c >= 0xA674 && c <= 0xA67B) || c == 0xA69E ||
	    c == 0xA69F)
		return KIND_LOWER;
	if (u_getCombiningClass(c) != 0 || type == U_ENCLOSING_MARK || type == U_NON_SPACING_MARK ||
	    c == 0xAD)
		return KIND_MARK;
	if (u_isupper(c) || u_istitle(c))
		return KIND_UPPER;
	return u_isalpha(c) && (type != U_MODIFIER_LETTER || script(c) == SCRIPT_CYRILLIC)
		   ? KIND_LOWER
		   : KIND_NONE;
}

static void
print_properties(void)
{
	static struct translit_property all[SCHEME_SLOTS];

	for (UChar32 c = 0; c < 0x10000; c++) {
		int slot = scheme_slot((uint32_t)c), lower = scheme_slot((uint32_t)u_tolower(c));
		if (slot >= 0)
			all[slot] =
			    (struct translit_property){(uint16_t)(lower >= 0 ? lower : slot),
				(uint8_t)kind(c), (uint8_t)script(c)};
	}
	all[SCHEME_OTHER] = (struct translit_property){SCHEME_OTHER, KIND_LOWER, SCRIPT_OTHER};
	printf("/* By slot: small letter, kind, script. */\n");
	printf("static const struct translit_property properties[SCHEME_SLOTS] = {");
	for (int i = 0; i < SCHEME_SLOTS; i++)
		printf("%s{0x%X, %u, %u},", i % 6 ? " " : "\n\t", all[i].lower, all[i].kind,
		    all[i].script);
	printf("\n};\n\n");
}

/* The compositions of Unicode between characters that have slots. */
static void
print_compositions(void)
{
	printf("/* A letter and a mark that make one character. */\n");
	printf("static const struct translit_pair compositions[] = {");
	for (UChar32 c = 0x41, n = 0; c < 0x10000; c++) {
		if (scheme_slot((uint32_t)c) < 0)
			continue;
		for (UChar32 m = 0x300; m < 0x370; m++) {
			UChar32 to = unorm2_composePair(nfc, c, m);
			if (to > 0 && scheme_slot((uint32_t)to) >= 0)
				printf("%s{0x%X, 0x%X, 0x%X},", n++ % 4 ? " " : "\n\t", (unsigned)c,
				    (unsigned)m, (unsigned)to);
		}
	}
	printf("\n};\n\n");
}

static struct table *
find_table(struct table *tables, int n, const char *name)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	}
	die("the base is not there");
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct table tables[TABLES];
	UErrorCode err = U_ZERO_ERROR;
	int page = argc > 1 && strcmp(argv[1], "--manual") == 0;
	int n = argc - 1 - page;

	argv += page;
	nfc = unorm2_getNFCInstance(&err);
	if (U_FAILURE(err) || n < 1 || n > TABLES)
		return 1;
	for (int i = 0; i < n; i++) {
		file = tables[i].file = argv[i + 1];
		read_table(&tables[i]);
	}
	for (int i = 0; i < n; i++) {
		file = tables[i].file;
		line_number = 0;
		if (tables[i].base[0] != '\0' &&
		    find_table(tables, n, tables[i].base)->base[0] != '\0')
			die("the base has a base");
	}
	if (page) {
		print_page(tables, n);
		return 0;
	}
	printf("/*\n * The schemes of potok-translit.  Generated by gen_translit.c from the files "
	       "in data with ICU %s\n * (Unicode %s); do not edit.\n */\n#include \"scheme.h\"\n\n",
	    U_ICU_VERSION, U_UNICODE_VERSION);
	print_properties();
	print_compositions();
	for (int i = 0; i < n; i++) {
		file = tables[i].file;
		check_reversible(&tables[i]);
		derive_back(&tables[i]);
		print_table(&tables[i]);
	}
	printf("static const struct translit_scheme schemes[] = {\n");
	for (int i = 0; i < n; i++)
		print_scheme(&tables[i]);
	printf("};\n");
	return 0;
}
