printf 'a\n\rb\n'
