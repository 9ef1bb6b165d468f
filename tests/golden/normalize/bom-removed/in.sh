printf '\357\273\277text\n'
