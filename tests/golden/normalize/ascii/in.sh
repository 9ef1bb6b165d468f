printf 'Hello, world.\nSecond line.\n'
