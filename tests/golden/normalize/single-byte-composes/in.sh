printf 'e\354o\n'
