printf '\000a\000'
