printf 'one\ntwo e\314\201\377three\n'
