printf 'a\306\374\377b'
