printf 'a\r\nb\r\n\r\nc\r\n'
