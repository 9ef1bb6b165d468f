printf 'a\357\273\277b\n'
