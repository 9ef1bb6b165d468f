printf 'key\000value and more text of that kind\n'
