#!/bin/sh
# run.sh: runs the benchmark programs in $BENCHES (paths in the build tree) and ends with a table of what they measured.
# BENCH=NAME runs one: the program of that name, or every program, keeping to the measures of that name (a program sees
# BENCH too and may save itself the rest).  A measure that falls short is told, and is no error: a machine's load decides.
# A program that fails is one.
set -u
cd "${top_builddir:-.}" || exit 1
lines=$(mktemp "${TMPDIR:-/tmp}/bench-XXXXXX") || exit 1
trap 'rm -f "$lines"' EXIT
failed=

program_of() {
	for program in $BENCHES; do
		case ${program##*/} in
		"$1" | "bench_$1" | "$1.sh" | "bench_$1.sh") echo "$program" ;;
		esac
	done
}

[ -n "${BENCH:-}" ] || unset BENCH      # make gives it empty
chosen=${BENCHES:-}
measure=
if [ -n "${BENCH:-}" ]; then
	chosen=$(program_of "$BENCH")
	if [ -n "$chosen" ]; then
		unset BENCH             # all its measures
	else
		chosen=${BENCHES:-}
		measure=$BENCH
		export BENCH
	fi
fi

for program in $chosen; do
	path=$program
	[ -e "$path" ] || path=${top_srcdir:-.}/$program
	printf '== %s\n' "$program"
	case $path in
	*.sh)   sh "$path" >"$lines.out" ;;
	*/*)    "$path" >"$lines.out" ;;
	*)      "./$path" >"$lines.out" ;;
	esac || failed="$failed $program"
	if [ -n "$measure" ]; then
		grep -E "^(bench $measure |#)" "$lines.out"
	else
		cat "$lines.out"
	fi | tee -a "$lines"
	rm -f "$lines.out"
done

awk '
$1 != "bench" { next }
{
	split("", member)
	for (i = 3; i < NF; i++) {
		at = index($i, "=")
		member[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
	if (n++ == 0)
		printf "\n%-34s %14s %-12s %14s %8s %8s  %s\n", "measure", "value", "unit", "limit", "ratio", "goal", ""
	printf "%-34s %14s %-12s %14s %8s %8s  %s\n", $2, member["value"], member["unit"], member["limit"], member["ratio"],
		member["goal"], $NF
	short += $NF != "ok"
}
END { printf "\n%d measures, %d short of the goal\n", n, short }' "$lines"

if [ -n "$failed" ]; then
	printf 'failed:%s\n' "$failed" >&2
	exit 1
fi
