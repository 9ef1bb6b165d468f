printf 'a\r\nb\rc\vd\342\200\250e'
