/* Sentences of split: texts and where they end, by hand: | stands for a space, ~ where none is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <potok/split.h>

static const char *const cases[][2] = {
    /* English */
    {"one sentence", "Hello world."},
    {"two sentences", "Hello world.|My name is Jonas."},
    {"question", "What is your name?|My name is Jonas."},
    {"exclamation", "There it is!|I found it."},
    {"title", "I spoke to Dr. Smith.|He was late."},
    {"titles", "Mr. and Mrs. Smith met Prof. Jones and Gen. Lee."},
    {"initials", "J. K. Rowling met E. M. Forster.|They talked."},
    {"initials of two letters",
	"Yu. A. Gagarin met E. Ye. Yezhova and N. Shch. Ivanov.|They left."},
    {"initials joined", "J.R.R. Tolkien wrote it.|We read it."},
    {"dotted country", "The U.S. Senate met.|It was long."},
    {"dotted country ends", "He lives in the U.S.|It is far away."},
    {"clock", "We met at 5 p.m. on Monday.|It rained."},
    {"clock ends", "We met at 5 p.m.|The rain fell."},
    {"number sign", "He is No. 5 on the list.|She is No. 1."},
    {"no is a word", "He said no.|She left."},
    {"decimal", "It costs 3.5 dollars.|That is much."},
    {"version", "Version 2.0.1 came out.|It is better than 1.9."},
    {"date", "It ended on Jan. 15, 2019, at last.|Then it rained."},
    {"month ends", "We met in Jan.|The snow was deep."},
    {"company", "Lenmost Co., Acme Inc. and Foo Ltd. merged.|Nobody knew."},
    {"etc", "Apples, pears, etc. are fruit.|Eat them."},
    {"quote closes", "She said: \"It is late.\"|He left."},
    {"curly quote closes", "\xE2\x80\x9CIt is late.\xE2\x80\x9D|He left."},
    {"quote goes on", "\"Is it late?\" he asked.|Yes."},
    {"exclamation goes on", "\"Stop!\" she cried.|He did."},
    {"bracket closes", "It rained (a lot.)|We left."},
    {"bracket opens", "It rained.|(We left.)"},
    {"ellipsis goes on", "He waited ... and waited.|Then he left."},
    {"ellipsis ends", "He waited...|Nobody came."},
    {"ellipsis sign", "He waited\xE2\x80\xA6|Nobody came."},
    {"ellipsis sign goes on", "He waited\xE2\x80\xA6 for hours."},
    {"two marks", "Really?!|Yes!!!|Good."},
    {"comma behind question", "\"Why?\", he asked."},
    {"link", "See https://example.org/a.b.html?x=1.2&y=Z.|It is good."},
    {"short link", "See t.co/aB3d.E5 and pic.example.com/Zx9.|Yes."},
    {"link in brackets", "[a](https://example.org/a.Html) is it.|Yes."},
    {"mail", "Write to John.Smith@Example.Org.|He answers."},
    {"file", "Open Main.Class and read.me first.|Then run."},
    {"begins with link", "It is there.|https://example.org is the place."},
    {"hashtag", "We won!|#great"},
    {"mention", "Thanks.|@anna you too."},
    {"emoji", "We won!|\xF0\x9F\x98\x80 Yes."},
    {"face", "We won! :-)|Yes."},
    {"many faces", "Ура! )))|Да."},
    {"list number", "1. First we eat.|Then we sleep."},
    {"digit behind word", "The war ended.|12 men came home."},
    {"small words begin", "we were late again.|they were not."},
    {"reference", "It is known.[12]|Others doubt it."},
    {"bold", "**It is late.**|He left."},
    {"saint", "He lives in St. Petersburg."},
    {"versus", "It was A v. B in court.|A won."},
    {"latin", "Some birds, e.g. Parus major, stay.|Others go."},
    {"year in the end", "It was built in 1703.|Then it burned."},
    {"no space", "It is what?~Yes it is."},
    {"thousands", "He paid 1,000.50 dollars.|She paid 2.000,50."},
    {"single letter ends", "It is plan B.|The rest is known."},
    {"pronoun ends", "He is taller than I.|He is ten."},
    /* Russian */
    {"ru two", "Пришла зима.|Выпал снег."},
    {"ru city", "Он живёт в г. Москве.|Там хорошо."},
    {"ru year", "В 2019 г. музей закрыли.|Потом открыли."},
    {"ru year ends", "Это было в 2019 г.|В городе ждали весны."},
    {"ru year ends before name", "Война кончилась в 1945 г.|Москва праздновала."},
    {"ru initials", "А. С. Пушкин родился в Москве.|Он поэт."},
    {"ru initials behind", "Роман написал Толстой Л. Н. в 1869 году.|Он большой."},
    {"ru initials joined", "Встретил И.И. Иванова.|Он спешил."},
    {"ru and so on", "Яблоки, груши и т. д. растут там.|Они вкусны."},
    {"ru and so on ends", "Там яблоки, груши и т. д.|Они вкусны."},
    {"ru that is", "Это он, т. е. Пётр, пришёл.|Вот."},
    {"ru street", "Дом на ул. Ленина, д. 5, стоит.|Он стар."},
    {"ru picture", "Это видно (см. рис. 5).|Верно."},
    {"ru page", "Читай стр. 12 и табл. 3.|Там всё."},
    {"ru named", "Завод им. Кирова работает.|Люди довольны."},
    {"ru money", "Цена 100 руб. 50 коп. за штуку."},
    {"ru money ends", "Цена 100 руб.|Магазин открыт."},
    {"ru millions", "Это стоит 5 млн. долларов."},
    {"ru quotes", "Он сказал: «Иду.»|И пошёл."},
    {"ru quotes go on", "«Куда ты?» — спросил он.|Я молчал."},
    {"ru speech", "— Куда ты?|— Домой."},
    {"ru speech author", "— Куда ты? — спросил он.|— Домой, — сказал я."},
    {"ru no space", "Пришла зима.~Выпал снег."},
    {"ru ellipsis", "Он ждал…|Никто не пришёл."},
    {"ru ellipsis goes on", "Он ждал... но зря."},
    {"ru exclamation goes on", "«Стой!» закричал он."},
    {"ru yo", "Это всё.|Ёлка стоит."},
    {"ru digit", "Прошёл год.|12 человек ушли."},
    {"ru list number", "2. Второй пункт.|Он короткий."},
    {"ru professor", "Пришёл проф. Иванов, акад. Петров и др.|Потом ушли."},
    {"ru century", "Это было в XIX в. в Париже."},
    {"ru before our era", "Это 9 век до н. э.|В Греции жили."},
    /* both on one page */
    {"mixed", "Mr. Ivanov сказал: «Да.»|Dr. Smith said no."},
    {"mixed street", "He lives on ул. Ленина in St. Petersburg.|It is far."},
    /* other scripts */
    {"zh", "今天下雨。~我们走吧！~好吗？~好。"},
    {"zh quote", "他说：“走吧。”~我们走了。"},
    {"zh comma", "“走吗？”，他问。"},
    {"ja", "雨です。~行きましょう。"},
    {"ja particle", "「はい。」と言った。~終わり。"},
    {"hi", "यह घर है।|वह बड़ा है।"},
    {"ar question", "هل أنت بخير؟|نعم أنا بخير."},
    {"ur", "یہ گھر ہے۔|وہ بڑا ہے۔"},
    {"hy", "Սա տուն է։|Այն մեծ է։"},
    {"hy colon", "Սա տուն է:|Այն մեծ է:"},
    {"hy comma", "Նա եկավ. Հետո գնաց։"},
    {"el question", "Πού είσαι;|Εδώ είμαι."},
    {"am", "ይህ ቤት ነው።|ትልቅ ነው።"},
    {"de ordinal", "Er kam am 28. September nach Hause.|Es war spät."},
    {"de doctor", "Dr. Müller und Prof. Maier kommen.|Sie bleiben."},
    {"fr quotes", "Il est tard.|« Oui », dit-il."},
    {"es opening mark", "Es tarde.|¿Vienes?|¡Sí!"},
    {"space before mark", "Il est tard !|Il part ."},
    {"ja question mark", "本当ですか?~はい。"},
    {"zh name with a question mark", "斯蒂芬?米勒先生来了。"},
    {"hi letters", "वह यू.एस. गया था।|वह डॉ. शर्मा है।"},
    {"el behind a quote", "Τι σημαίνει \"μονομερώς\";|Δεν ξέρω."},
    {"hy number", "Նա եկավ գյուղ:|9 մարդ գնաց:"},
    {"colon and number", "Счёт: 5.|Note: 7 men came."},
    {"hy behind a bracket", "Նա եկավ (երեկ):|Հետո գնաց:"},
    /* what differs between languages, told from the words around */
    {"de war", "Es war so, wie es immer war.|Der Mann ging nach Hause."},
    {"de million", "Das kostet 42 Mio. Euro und mehr.|Der Preis ist hoch."},
    {"de article and number", "Er sprach auf dem 19. Parteitag der Partei.|Das war gut."},
    {"en war", "They lost the war.|Nobody was there and it was over."},
    {"en art", "He likes art.|She does not like it and never did."},
    {"it article", "Il codice dice che l'art. 949 non si applica.|Il giudice ha deciso."},
    {"es no", "Dijo que no.|Luego se fue con los otros a la casa."},
    {"fr unit", "La température est de 25 °C.|La solution est dans le flacon."},
    {"fr etc", "Il y a des pommes, des poires, etc.|Marie les mange avec son frère."},
    {"pl percent", "To jest 42 proc. gatunków drzew w Europie.|Nie wiadomo, co dalej."},
    {"pl year ends", "Stało się to w 1992 r.|Zima była wtedy bardzo ciężka."},
    {"cs before Christ", "Bylo to v 9. století př. n. l. a ne jindy.|Potom přišli jiní."},
    {"cs word without vowel", "Uvedou to letos na trh.|Mluvčí to oznámil v pondělí."},
    {"tr ordinal", "Bu konuda 3. Kolordu da bir açıklama yaptı.|Sonra herkes evine gitti."},
    {"uk and so on", "Там були яблука, груші і т. п.|Потім їх з'їли."},
    {"uk see", "Про це йдеться далі (див. «Нові лідери») і не тільки."},
    {"bg saint", "Те отидоха до храма \"Св. Ал. Невски\" в града.|После се върнаха."},
    {"kk word", "Бұл жерде үй көп.|Олар қазір осында тұр."},
    {"hu ordinal", "Ez a 3. Magyar Hadsereg volt, és nem a másik.|Aztán elmentek."},
    /* what is no text */
    {"only marks", "..."},
    {"dots and letters", "a.b.c"},
    {"mark first", ". Then it came."},
    {"ill-formed", "It is \xFF\xFE here.|Then \xE2\x80 it goes."},
    {"cut character", "It is late.|\xD0"},
    {"a colon", "Note: This is one."},
    {"a semicolon", "One; Two."},
};

static void
check_case(const char *name, const char *marked)
{
	struct potok_split split;
	struct potok_buf out = {.limit = SIZE_MAX};
	char text[1024], want[1024];
	size_t ntext = 0, nwant = 0;

	for (const char *c = marked; *c != '\0'; c++) {
		if (*c != '~')
			text[ntext++] = *c == '|' ? ' ' : *c;
		want[nwant++] = *c == '|' || *c == '~' ? '\n' : *c;
	}
	want[nwant++] = '\n';
	assert_int_equal(potok_split_init(&split, NULL), POTOK_MORE);
	struct potok_slice in = {(const unsigned char *)text, ntext};
	assert_int_equal(potok_process(&split.stage, &in, &out, true), POTOK_DONE);
	struct potok_slice got = potok_buf_bytes(&out);
	if (got.len != nwant || memcmp(got.data, want, nwant) != 0)
		fail_msg("%s: expected\n%.*sgot\n%.*s", name, (int)nwant, want, (int)got.len,
		    (const char *)got.data);
	potok_buf_free(&out);
	potok_close(&split.stage);
}

static void
sentences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(cases[i][0], cases[i][1]);
}

static void
tags(void **state)
{
	static const char *const good[] = {
	    "en", "ru", "mul", "sr-Latn", "zh-Hant-TW", "en-GB", "de-1996"};
	static const char *const bad[] = {
	    "", "e", "en_GB", "en-", "-en", "12", "abcdefghi", "en--GB"};
	struct potok_split split;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_int_equal(
		    potok_split_init(&split, &(struct potok_split_options){.language = good[i]}),
		    POTOK_MORE);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(
		    potok_split_init(&split, &(struct potok_split_options){.language = bad[i]}),
		    POTOK_EUSAGE);
}

static const struct {
	const char *name, *in, *out;
	struct potok_split_options options;
} named[] = {
    /* A language that is named counts, unless the words speak for another one. */
    {"named", "Vitamin C. Apfel.\n", "Vitamin C. Apfel.\n", {.language = "de"}},
    {"list number in Ukrainian", "2. Фонд є установою.\n", "2.\nФонд є установою.\n",
	{.language = "uk"}},
    {"list number in Russian", "2. Фонд есть.\n", "2. Фонд есть.\n", {.language = "ru"}},
    {"another language named", "Das war gut, und er war nicht da, aber es war so. Der war es.\n",
	"Das war gut, und er war nicht da, aber es war so.\nDer war es.\n", {.language = "en"}},
    {"unknown language", "He saw Dr. Lee. Yes.\n", "He saw Dr. Lee.\nYes.\n", {.language = "tlh"}},
    /* The user's words say more than ours. */
    {"user's word", "It is in the Sec. Two.\n", "It is in the Sec. Two.\n",
	{.abbreviations = "Sec"}},
    {"plain by the user", "He saw Dr. Lee.\n", "He saw Dr.\nLee.\n",
	{.abbreviations = "plain: dr."}},
    {"without capitals alone", "in sec. Two.\n", "in sec.\nTwo.\n",
	{.language = "fi", .abbreviations = "never: Sec\nplain: sec"}},
};

/* Splits text with the options; the caller frees. */
static struct potok_buf
split_with(const char *text, size_t n, const struct potok_split_options *options)
{
	struct potok_split split;
	struct potok_buf out = {.limit = SIZE_MAX};
	struct potok_slice in = {(const unsigned char *)text, n};

	assert_int_equal(potok_split_init(&split, options), POTOK_MORE);
	assert_int_equal(potok_process(&split.stage, &in, &out, true), POTOK_DONE);
	assert_int_equal(potok_buf_own(&out), POTOK_MORE);
	potok_close(&split.stage);
	return out;
}

static void
options(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		struct potok_buf out =
		    split_with(named[i].in, strlen(named[i].in), &named[i].options);
		if (out.len != strlen(named[i].out) || memcmp(out.data, named[i].out, out.len) != 0)
			fail_msg("%s: expected\n%sgot\n%.*s", named[i].name, named[i].out,
			    (int)out.len, (const char *)out.data);
		potok_buf_free(&out);
	}
}

static void
refused(void **state)
{
	static const struct potok_split_options bad[] = {
	    {.max_bytes = POTOK_SPLIT_SENTENCE_LEAST - 1},
	    {.max_bytes = POTOK_SPLIT_SENTENCE_MOST + 1}, {.without = UINT64_C(1) << 63},
	    {.abbreviations = "never nevr: x"}, {.abbreviations = "kind: x"},
	    {.abbreviations = "ok\n\xFF\xFF"}};
	struct potok_split split;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(potok_split_init(&split, &bad[i]), POTOK_EUSAGE);
		assert_non_null(split.stage.why);
		potok_close(&split.stage);
	}
}

/* Every language stands once, and its number of words is that of its list. */
static void
languages(void **state)
{
	struct potok_split_language l, before = {.tag = ""};
	size_t n = 0, with_words = 0;

	(void)state;
	for (; potok_split_language(n, &l); n++) {
		assert_true(strcmp(before.tag, l.tag) < 0);
		assert_true(strlen(l.name) > 2);
		with_words += l.words > 0;
		before = l;
	}
	assert_true(n >= 60);
	assert_true(with_words >= 55);
}

/* Left context of any length: a link of 4000 bytes is a link. */
static void
long_link(void **state)
{
	char text[4200] = "See https://example.org/";
	size_t n = strlen(text);

	(void)state;
	while (n < 4100) {
		memcpy(text + n, "ab?Cd", 5);
		n += 5;
	}
	memcpy(text + n, " now.\n", 6);
	n += 6;
	struct potok_buf out = split_with(text, n, NULL);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, text, n);
	potok_buf_free(&out);
}

/* A sentence of more than the maximum is cut behind the last space before it, and counted. */
static void
long_sentence(void **state)
{
	enum { WORD = 1000, N = 3 * POTOK_SPLIT_SENTENCE };
	struct potok_split split;
	struct potok_buf out = {.limit = SIZE_MAX};
	unsigned char *text = malloc(N);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < N; i++)
		text[i] = i % WORD == WORD - 1 ? ' ' : 'a';
	assert_int_equal(potok_split_init(&split, NULL), POTOK_MORE);
	struct potok_slice in = {text, N};
	assert_int_equal(potok_process(&split.stage, &in, &out, true), POTOK_DONE);
	assert_int_equal(split.counts[0].n, 4);
	assert_int_equal(split.counts[3].n, 3);
	/* 1,048 words and their spaces are the most that fit into 1,048,576 bytes. */
	assert_int_equal(potok_buf_bytes(&out).data[1048 * WORD - 1], '\n');
	potok_buf_free(&out);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sentences),
	    cmocka_unit_test(options),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(languages),
	    cmocka_unit_test(long_link),
	    cmocka_unit_test(tags),
	    cmocka_unit_test(long_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
