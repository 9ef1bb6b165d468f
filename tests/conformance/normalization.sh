#!/bin/sh
# normalization.sh PROGRAM: feeds Unicode's NormalizationTest.txt to PROGRAM.  The file comes from
# Debian's package unicode-data; without it the test is skipped.
for dir in /usr/share/unicode /usr/share/unicode-data; do
	file=$dir/NormalizationTest.txt
	if [ -f "$file" ]; then
		"$1" <"$file"
		exit
	elif [ -f "$file.bz2" ]; then
		bzip2 -dc "$file.bz2" | "$1"
		exit
	fi
done
echo "skipped: no NormalizationTest.txt; Debian's package unicode-data has it"
exit 77
