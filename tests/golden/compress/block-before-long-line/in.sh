# The second line would go on behind the block: it begins the next one.
echo short; head -c 65275 /dev/zero | tr '\0' a
echo; echo end
