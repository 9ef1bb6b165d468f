printf 'no 5 \337\355\341\351 x\n'
