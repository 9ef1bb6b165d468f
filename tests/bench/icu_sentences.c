/* The peer of potok-split: ICU's sentence break iterator over each line.  Argument: a locale. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ubrk.h>
#include <unicode/utext.h>

int
main(int argc, char **argv)
{
	UErrorCode e = U_ZERO_ERROR;
	UBreakIterator *it = ubrk_open(UBRK_SENTENCE, argc > 1 ? argv[1] : "en", NULL, 0, &e);
	UText text = UTEXT_INITIALIZER;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while (U_SUCCESS(e) && (n = getline(&line, &cap, stdin)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		utext_openUTF8(&text, line, n, &e);
		ubrk_setUText(it, &text, &e);
		int32_t from = 0, to;
		while (U_SUCCESS(e) && (to = ubrk_next(it)) != UBRK_DONE) {
			fwrite(line + from, 1, (size_t)(to - from), stdout);
			putchar('\n');
			from = to;
		}
	}
	utext_close(&text);
	ubrk_close(it);
	free(line);
	return U_FAILURE(e) || fflush(stdout) != 0;
}
