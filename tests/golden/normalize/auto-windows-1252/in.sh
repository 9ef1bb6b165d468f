printf 'Un caf\351 \340 la cr\350me, s\047il vous pla\356t\n'
