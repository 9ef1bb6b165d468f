#!/bin/sh
# generated.sh HEADER GENERATOR ARGS...: is the committed HEADER what the generator writes?
header=$1
shift
"$@" | cmp - "$header"
