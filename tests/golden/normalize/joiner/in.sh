printf o
awk 'BEGIN { for (i = 0; i < 300; i++) printf "\314\243" }'
printf '\n'
