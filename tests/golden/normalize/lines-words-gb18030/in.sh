# Words that are UTF-8 in GB18030, too, and two that are UTF-8 indeed.
printf '中文词汇表的第一行\n学习\n学校\n医学\n医院\n小学\n一些\n医药\n' | iconv -f UTF-8 -t GB18030
printf 'Café\nnaïve\n'
