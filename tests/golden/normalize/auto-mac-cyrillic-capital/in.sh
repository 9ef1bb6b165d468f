# The first byte is a low quotation mark in windows-1251, where the other ones are the same.
printf 'Вчера бабушка сварила щи\n' | iconv -f UTF-8 -t MAC-CYRILLIC
