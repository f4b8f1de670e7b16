#!/bin/sh
# embed.sh FILE.sql ...: prints schema.c, which holds the files as strings in order of their numbers.
set -eu
LC_ALL=C
export LC_ALL
echo '/* Made by embed.sh from the .sql files beside it. */'
echo '#include <stddef.h>'
echo '#include "registry/schema/schema.h"'
echo 'const struct schema_file schema_files[] = {'
last=0
for file; do
	name=${file##*/}
	number=$(expr "$name" : '0*\([1-9][0-9]*\)-[a-z0-9-]*\.sql$') || { echo "$file: not NNNN-topic.sql" >&2; exit 1; }
	[ "$number" -gt "$last" ] || { echo "$file: not in order of number" >&2; exit 1; }
	last=$number
	printf '{ %d, "%s",\n' "$number" "$name"
	sed 's/[\\"]/\\&/g; s/^/"/; s/$/\\n"/' "$file"
	echo '},'
done
echo '{ 0, NULL, NULL } };'
