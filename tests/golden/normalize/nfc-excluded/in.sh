printf '\340\245\230\n'
