printf '\317\n'
