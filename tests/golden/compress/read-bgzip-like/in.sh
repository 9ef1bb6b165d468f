# Text of several pieces, highly compressed: each byte of input makes much output.
yes | head -c 300000 | gzip -c
