/* The search for places of mojibake in what is decoded. */
#include "decode_search.h"

#include "mojibake_suspect.h"

void
decode_look_at(struct decode_search *search, size_t at, size_t n)
{
	if (search->ended || at < search->known)
		return;
	search->known = at;
	search->ended = mojibake_fires_from(search->base, &search->known, n);
	search->clear = search->known;
}

void
decode_search_ends(struct decode_search *search, size_t n)
{
	if (!search->ended)
		search->clear = n;
	search->ended = true;
}

void
decode_changes_at(struct decode_search *search, size_t at)
{
	if (search->changes)
		return;
	search->changes = true;
	search->plain = at;
	decode_search_ends(search, at);
}
