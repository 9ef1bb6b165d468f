printf '%s\n' 'Все люди рождаются свободными' | iconv -f ISO-8859-1 -t UTF-8 | iconv -f ISO-8859-1 -t UTF-8
