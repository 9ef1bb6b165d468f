/* Characters: what needs the tables. */
#include "chars.h"

#include "classes.h"

int
white_space(const unsigned char *p, size_t n)
{
	uint32_t cp;

	if (p[0] < 0x80)
		return p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r' && p[0] != '\n');
	if (p[0] != 0xC2 && (p[0] < 0xE1 || p[0] > 0xE3))
		return 0;
	int len = potok_utf8_decode(p, n, &cp);
	if (len == 0)
		return -1;
	return len > 0 && char_class(cp) == SPACE ? len : 0;
}

size_t
trim(const unsigned char *p, size_t start, size_t end)
{
	while (end > start && (p[end - 1] <= ' ' || p[end - 1] >= 0x80)) {
		if (p[end - 1] == '\n') {
			end--;
			continue;
		}
		struct character c = look_back(p, start, end);
		if (c.class != SPACE)
			break;
		end -= c.len;
	}
	return end;
}

uint32_t
char_lower(uint32_t cp)
{
	if (cp < sizeof lower_low / sizeof lower_low[0])
		return lower_low[cp];
	if (cp >= 0x1E00 && cp < 0x1E00 + sizeof lower_high / sizeof lower_high[0])
		return lower_high[cp - 0x1E00];
	return cp;
}
