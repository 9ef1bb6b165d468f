printf 'a\032\034\177b\n'
