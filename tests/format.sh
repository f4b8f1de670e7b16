#!/bin/sh
# format.sh: every .c and .h file is as .clang-format wants it.
#	tests/format.sh                         checks all, TAP
#	tests/format.sh --fix [FILE ...]        formats them in place; without FILE all
# The wanted form is that of clang-format 14; other versions differ in details, so without it the check is skipped.
set -u
top=${top_srcdir:-$(dirname "$0")/..}
cd "$top" || exit 1

clang_format=
for name in ${CLANG_FORMAT:-} clang-format-14 clang-format; do
	if "$name" --version 2>/dev/null | grep -q 'version 14\.'; then
		clang_format=$name
		break
	fi
done

sources() {
	find registry pki enrolment issuance tests -name '*.[ch]' | LC_ALL=C sort
}

if [ "${1:-}" = --fix ]; then
	shift
	[ -n "$clang_format" ] || { echo "format.sh: clang-format 14 is needed" >&2; exit 1; }
	[ $# -gt 0 ] || set -- $(sources)
	exec "$clang_format" -i --style=file "$@"
fi

if [ -z "$clang_format" ]; then
	echo "ok 1 - every source file is formatted # SKIP no clang-format 14"
	echo "1..1"
	exit 0
fi
wrong=$(sources | xargs "$clang_format" --style=file --dry-run 2>&1 | sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning: .*/\1/p' | uniq -c)
if [ -z "$wrong" ]; then
	echo "ok 1 - every source file is formatted"
	echo "1..1"
	exit 0
fi
echo "not ok 1 - every source file is formatted"
echo "$wrong" | sed 's/^ *\([0-9]*\) \(.*\)/# \2: \1 places; run tests\/format.sh --fix \2/'
echo "1..1"
exit 1
