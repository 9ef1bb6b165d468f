# The same with zero bytes behind it.
printf '\037\213' # magic
printf '\010\004' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf '\006\000' # length of the extra field
printf '\102\103\002\000' # subfield BC
printf '\041\000' # length of the member less one
printf '\001\003\000\374\377' # last block, stored; length, its complement
printf 'Hi\n'
printf '\232\074\042\325' # CRC-32
printf '\003\000\000\000' # length
printf '\000\000'
