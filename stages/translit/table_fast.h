/* What the makers of the tables share. */
#ifndef POTOK_TRANSLIT_TABLE_FAST_H
#define POTOK_TRANSLIT_TABLE_FAST_H

#include "table.h"

/* The next rule of the chain, from rule i on, that can hold for the letter when no mark follows. */
unsigned table_next_rule(const struct translit_table *t, unsigned i, bool capital);

/* Is the text of the rule the same whatever the neighbours' case? */
bool table_same_case(const struct table_rule *r, bool capital);

/* The first rule of the chain, from rule i on, that letter a before letter b may have; 0: none. */
unsigned table_rule_before(const struct translit_table *t, unsigned i, unsigned a, unsigned b);

/* The bit, of eight, that the vector code has for these sets; 0: there is none left. */
uint8_t table_set_bit(uint32_t known[8], uint32_t sets);

/* The text as a number whose lowest byte is the first one. */
uint64_t table_number(const unsigned char text[8]);

/* Fills t->fast, but for codes and pairs, when all else of t is made. */
void table_fast(struct translit_table *);

/* Is c one of the control characters that are rare in text? */
static inline bool
is_control(unsigned c)
{
	return c < ' ' && c != '\t' && c != '\n' && c != '\r';
}

#endif
