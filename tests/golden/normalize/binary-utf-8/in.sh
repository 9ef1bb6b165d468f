# Records with strings in UTF-8 that have an error: one byte in ten is a control.
for i in 1 2 3 4 5 6; do printf '\1\2\3\4\5свободными и равными в'; done
printf '\377\n'
