/* A user of libpotok in C: reaches every public function and runs one. */
#include "all.h"

extern void (*const all_functions[])(void);

int
main(void)
{
	int n = 0;

	while (all_functions[n] != 0)
		n++;
	return n > 5 && potok_utf8_valid((const unsigned char *)"\xD1\x84\xFF", 3) == 2 ? 0 : 1;
}
