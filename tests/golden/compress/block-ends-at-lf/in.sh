# Lines of 10 bytes: 6528 of them fill a block.
yes 'nine byte' | head -n 7000
