/* Runs a fuzz target over files, where libFuzzer is not linked in: the corpus as an ordinary test.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
main(int argc, char **argv)
{
	enum { MAX = 1 << 20 };
	uint8_t *data = calloc(1, MAX);

	if (data == NULL)
		return 1;
	LLVMFuzzerTestOneInput(data, 0);
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		size_t n = fread(data, 1, MAX, f);
		fclose(f);
		LLVMFuzzerTestOneInput(data, n);
	}
	free(data);
	printf("%d inputs\n", argc - 1);
	return 0;
}
