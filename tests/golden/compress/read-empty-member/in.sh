# A member without text.
printf '\037\213' # magic
printf '\010\000' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf '\001\000\000\377\377' # last block, stored; length, its complement
printf ''
printf '\000\000\000\000' # CRC-32
printf '\000\000\000\000' # length
