# 30 words of 10 letters; a word of 400 bytes, of two bytes a letter
i=0
while [ $i -lt 30 ]; do printf 'abcdefghi '; i=$((i + 1)); done
printf '\n'
i=0
while [ $i -lt 40 ]; do printf 'яяяяя'; i=$((i + 1)); done
printf '\n'
