printf '\r'
