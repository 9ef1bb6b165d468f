# The length of the extra field is damaged: 48 for 8.  Taken at its word, the file is a member whose
# extra field holds both blocks of the real one, and whose text is empty: good gzip without the text.
printf '\037\213\010\004\000\000\000\000\000\377' # magic, method, flags, time, extra flags, system
printf '\060\000' # length of the extra field
printf '\115\132\004\000\014\000\000\000' # subfield MZ: 12 bytes of deflate data
printf '\001\007\000\370\377\304\201\101\003\360\077\331' # last block, stored: length, its complement, 7 bytes
printf '\020\116\341\025\007\000\000\000' # CRC-32, length
# The end block of the kind with MZ.
printf '\037\213\010\004\000\000\000\000\000\377\010\000\115\132\004\000\002\000\000\000\003\000\000\000\000\000\000\000\000\000'
