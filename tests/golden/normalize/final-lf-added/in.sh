printf 'no end'
