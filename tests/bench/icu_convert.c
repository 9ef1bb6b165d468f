/* ICU's converter alone, the peer of potok-normalize -f: bytes to UTF-16 to UTF-8, by large pieces.
 * Argument: an encoding. */
#include <stdio.h>
#include <unistd.h>

#include <unicode/ucnv.h>
#include <unicode/ustring.h>

enum { CHUNK = 256 * 1024 };

int
main(int argc, char **argv)
{
	static char in[CHUNK], out[3 * CHUNK];
	static UChar text[CHUNK];
	UErrorCode e = U_ZERO_ERROR;
	UConverter *from = ucnv_open(argc > 1 ? argv[1] : "utf-8", &e);
	ssize_t n;

	while (U_SUCCESS(e) && (n = read(0, in, sizeof in)) >= 0) {
		const char *p = in;
		do {
			UChar *to = text;
			int32_t len;
			e = U_ZERO_ERROR;
			ucnv_toUnicode(from, &to, text + CHUNK, &p, in + n, NULL, n == 0, &e);
			UErrorCode e2 = U_ZERO_ERROR;
			u_strToUTF8(out, sizeof out, &len, text, (int32_t)(to - text), &e2);
			if (U_FAILURE(e2) || write(1, out, (size_t)len) != len)
				return 1;
		} while (e == U_BUFFER_OVERFLOW_ERROR);
		if (n == 0)
			break;
	}
	ucnv_close(from);
	return U_FAILURE(e);
}
