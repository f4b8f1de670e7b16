#!/bin/sh
# embed.sh FILE.json ...: prints layouts.c, which holds the files as strings.
set -eu
echo '/* Made by embed.sh from the .json files beside it. */'
echo '#include "issuance/perso/layout.h"'
echo 'const struct layout_file layout_files[] = {'
for file; do
	printf '{ "%s",\n' "${file##*/}"
	sed 's/[\\"]/\\&/g; s/^/"/; s/$/\\n"/' "$file"
	echo '},'
done
echo '{ NULL, NULL } };'
