# One word of 3000 letters: 6000 bytes.
head -c 3000 /dev/zero | sed 's/\x00/щ/g'
echo
