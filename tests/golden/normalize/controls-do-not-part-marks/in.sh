printf 'e\001\314\201\n'
