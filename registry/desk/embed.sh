#!/bin/sh
# embed.sh NAME PATH=FILE...: prints a C file with the table `const struct web_file NAME[]` (registry/service/files.h): what is served
# at PATH below the desk is what FILE holds now.
set -eu
LC_ALL=C
export LC_ALL

name=$1
shift

content_type() {
	case $1 in
	*.html) echo 'text/html; charset=utf-8' ;;
	*.js)   echo 'text/javascript; charset=utf-8' ;;
	*.css)  echo 'text/css; charset=utf-8' ;;
	*.json) echo 'application/json' ;;
	*.svg)  echo 'image/svg+xml' ;;
	*.txt)  echo 'text/plain; charset=utf-8' ;;
	*)      echo "embed.sh: $1: no content type is known for it" >&2; exit 1 ;;
	esac
}
octets() {
	od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g'
}

echo "/* Made by registry/desk/embed.sh. */"
echo '#include "registry/service/files.h"'
echo "extern const struct web_file $name[];"
i=0
for pair; do
	file=${pair#*=}
	echo "static const unsigned char octets_$i[] = {"
	octets <"$file"
	echo '};'
	echo "static const unsigned char gzip_$i[] = {"
	gzip -9nc "$file" | octets
	echo '};'
	i=$((i + 1))
done
echo "const struct web_file $name[] = {"
i=0
for pair; do
	file=${pair#*=}
	path=${pair%%=*}
	type=$(content_type "$file")
	tag=$(sha256sum "$file" | cut -c 1-32)
	[ -s "$file" ] || { echo "embed.sh: $file: empty" >&2; exit 1; }
	printf '{ "%s", "%s", "\\"%s\\"", octets_%d, sizeof(octets_%d), gzip_%d, sizeof(gzip_%d) },\n' \
		"$path" "$type" "$tag" $i $i $i $i
	i=$((i + 1))
done
echo '{ NULL, NULL, NULL, NULL, 0, NULL, 0 } };'
