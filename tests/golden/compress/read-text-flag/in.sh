# A header that says that this is text.
printf '\037\213' # magic
printf '\010\001' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf '\001\003\000\374\377' # last block, stored; length, its complement
printf 'Hi\n'
printf '\232\074\042\325' # CRC-32
printf '\003\000\000\000' # length
