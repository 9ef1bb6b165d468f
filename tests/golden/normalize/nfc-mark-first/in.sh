printf '\314\201a\n'
