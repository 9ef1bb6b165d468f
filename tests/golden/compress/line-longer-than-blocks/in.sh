# One byte and 50,000 letters of two bytes: the first block ends before the half letter.
printf 'a'; yes д | head -n 50000 | tr -d '\n'
printf '\nnext\n'
