printf 'a\013b\014c\302\205d\n'
