# A body that is no deflate data.
printf '\037\213' # magic
printf '\010\000' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf '\007' # last block, of the type 3, which deflate does not have
printf '\000\000\000\000\000\000\000\000\000\000\000\000'
