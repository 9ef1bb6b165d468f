printf 'good\n'
