# The last letter may begin a character of two bytes, of which the other one is missing.
printf 'la farmacia più' | iconv -f UTF-8 -t CP1252
