# No byte at all.
