# A line whose LF does not fit into the block.
head -c 65280 /dev/zero | tr '\0' a
echo
