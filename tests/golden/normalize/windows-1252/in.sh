printf '\223caf\351\224 \200\n'
