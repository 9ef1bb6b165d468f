printf '<meta charset="iso-8859-2">\n<p>\261 5\n'
