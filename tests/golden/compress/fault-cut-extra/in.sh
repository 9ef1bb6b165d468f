# Cut in the extra field.
printf '\037\213' # magic
printf '\010\004' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf '\007\000' # length of the extra field
printf 'Ap\003'
