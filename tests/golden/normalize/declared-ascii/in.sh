# What says that it is ASCII and is not tells nothing of its encoding: here ISO-8859-2.
printf 'Content-Type: text/plain; charset=us-ascii\n\n'
printf 'Baka je skuhala grah i ispekla pitu od višanja.\n' | iconv -f UTF-8 -t ISO-8859-2
