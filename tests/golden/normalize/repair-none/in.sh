printf 'a\001\302\240b\n'
