# A line of exactly one block, LF included.
head -c 65279 /dev/zero | tr '\0' a
echo
