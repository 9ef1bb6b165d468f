/* The names of schemes, and what people are told of them. */
#ifndef POTOK_TRANSLIT_NAMES_H
#define POTOK_TRANSLIT_NAMES_H

#include "scheme.h"

/* The scheme that potok_translit_find() means, or NULL. */
const struct translit_scheme *scheme_find(const char *name, const char *language);

#endif
