printf 'ab\342\202'
