# One byte of a header.
printf '\037'
