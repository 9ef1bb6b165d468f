printf '\n'
