printf 'cafe\314\201 i\314\206\n'
