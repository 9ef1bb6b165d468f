# What compress(1) makes begins with 1F 9D.
printf '\037\235\220'
