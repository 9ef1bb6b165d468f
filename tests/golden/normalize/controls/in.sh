printf 'a\001b\033[1mc\177\302\200d\te\n'
