# Ill-formed UTF-8 beside a letter (U+0449).
printf 'a\377\320 \320\320b\342\200 \302\314\n\360\237\321\211\320'
