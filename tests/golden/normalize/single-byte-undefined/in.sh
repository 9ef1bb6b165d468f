printf 'a\322\341\n'
