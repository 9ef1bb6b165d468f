printf 'a\n\314\201\r\n\314\201'
