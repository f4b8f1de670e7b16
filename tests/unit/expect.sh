# shellcheck shell=sh disable=SC2034
# expect.sh: for the shell tests of `catena pki VERB` over the specimen State's files, which say verb=VERB and read this file with
# `. "${top_srcdir:-.}/tests/unit/expect.sh"`: $catena, $utopia, a scratch folder and expect; count and failed for what they test besides.
set -u
LC_ALL=C
export LC_ALL
catena=${top_builddir:-.}/catena
utopia=${top_srcdir:-.}/tests/data/utopia
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
count=0
failed=0

# expect STATUS NAME [WANTED LINE ...] -- ARGUMENTS: the command exits so and says so, on its output or as its error.
expect() {
	status=$1
	name=$2
	shift 2
	: >"$scratch/wanted"
	while [ "$1" != -- ]; do
		printf '%s\n' "$1" >>"$scratch/wanted"
		shift
	done
	shift
	"$catena" pki "$verb" "$@" >"$scratch/out" 2>"$scratch/errors"
	got=$?
	missing=$(while read -r line; do grep -qF -- "$line" "$scratch/out" "$scratch/errors" || printf '%s\n' "$line"; done <"$scratch/wanted")
	count=$((count + 1))
	if [ "$got" = "$status" ] && [ -z "$missing" ]; then
		printf 'ok %d - %s\n' "$count" "$name"
	else
		printf 'not ok %d - %s\n# status %s instead of %s; not said: %s\n' "$count" "$name" "$got" "$status" "$missing"
		sed 's/^/#   /' "$scratch/out" "$scratch/errors"
		failed=1
	fi
}

# The plan, and the test's exit status.
finish() {
	printf '1..%d\n' "$count"
	exit "$failed"
}
