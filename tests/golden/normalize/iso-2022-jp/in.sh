printf '\033$BF|K\134\070\154\033(Ba\n'
