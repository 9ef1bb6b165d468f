printf 'caf\351 \205x\n'
