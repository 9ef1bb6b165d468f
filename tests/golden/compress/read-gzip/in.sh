# What gzip makes of a larger text.
seq 1 3000 | gzip -9c
