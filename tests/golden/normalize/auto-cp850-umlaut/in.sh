# In windows-1252 the byte of ä is a quotation mark that begins one, which hardly stands behind a letter.
printf 'Sehr geehrte Fahrgäste!\n' | iconv -f UTF-8 -t CP850
