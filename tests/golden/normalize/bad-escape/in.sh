printf 'a\377\320b\n'
