# Another method than deflate.
printf '\037\213' # magic
printf '\007' # method 7 does not exist
