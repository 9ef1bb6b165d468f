# One block without an LF.
head -c 65280 /dev/zero | tr '\0' a
