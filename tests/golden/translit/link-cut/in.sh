# A link that is longer than 4096 bytes: what lies behind them is text.
printf 'https://'
head -c 4096 /dev/zero | tr '\0' x
echo /щ
