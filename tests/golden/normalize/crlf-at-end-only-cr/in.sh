printf 'a\r\nb\r'
