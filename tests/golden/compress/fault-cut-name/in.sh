# Cut in the name.
printf '\037\213' # magic
printf '\010\010' # method, flags
printf '\000\000\000\000' # time
printf '\000\377' # extra flags, system
printf 'nam'
