# A header with all fields.
printf '\037\213' # magic
printf '\010\037' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf '\004\000Xy\000\000' # extra field
printf 'n\000' # name
printf 'c\000' # comment
printf '\136\361' # CRC-16 of the header
printf '\001\003\000\374\377' # last block, stored; length, its complement
printf 'Hi\n'
printf '\232\074\042\325' # CRC-32
printf '\003\000\000\000' # length
