printf '\252\272\244\n'
