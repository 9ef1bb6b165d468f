# Words that are UTF-8 in IBM866, too: those of three letters of which the first is one of р to я and
# the others are of а to п.  Two lines are UTF-8 indeed.
t() { printf "$2" | iconv -f UTF-8 -t "$1"; }
t CP866 'Словарь русского языка\nсад\nчай\nрак\nтом\nсок\nчин\nхлеб\nчай, чек, сом\n'
t UTF-8 'Café © λ\n'
t CP866 'сад\n'
t CP866 'юла\n'
t UTF-8 '∞\n'
