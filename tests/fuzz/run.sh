#!/bin/sh
# run.sh: lets each fuzz target of $FUZZ_TARGETS search for FUZZ_SECONDS (60 unless given) and ends with a table.  FUZZ="NAME..." runs
# those only.  What a target finds worth keeping is kept in tests/fuzz/found/NAME of the build tree and is where the next run begins.
# An input that breaks a target is left there as crash-*, timeout-* or oom-*, and the exit status is 1.
set -u
cd "${top_builddir:-.}" || exit 1
seconds=${FUZZ_SECONDS:-60}
case $seconds in
'' | *[!0-9]*) echo "FUZZ_SECONDS: a number is wanted" >&2; exit 2 ;;
esac
table=$(mktemp "${TMPDIR:-/tmp}/fuzz-XXXXXX") || exit 1
trap 'rm -f "$table" "$table.log"' EXIT
broken=0

for target in $FUZZ_TARGETS; do
	name=${target##*/fuzz_}
	case " ${FUZZ:-$name} " in
	*" $name "*) ;;
	*) continue ;;
	esac
	found=tests/fuzz/found/$name
	mkdir -p "$found"
	printf '== %s for %s s\n' "$name" "$seconds"
	"./$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/" \
		"$found" "${top_srcdir:-.}/tests/fuzz/corpus/$name" >"$table.log" 2>&1
	status=$?
	verdict=ok
	if [ "$status" -ne 0 ]; then
		verdict=BROKEN
		broken=1
		grep -E 'ERROR|SUMMARY|Test unit written' "$table.log"
	fi
	awk -v name="$name" -v seconds="$seconds" -v verdict="$verdict" '
		{ for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1); if ($i == "corp:") corp = $(i + 1) } }
		/stat::number_of_executed_units/ { runs = $2 }
		END { sub("/.*", "", corp)
			printf "%-14s %8s %12s %9s %9s %7s  %s\n", name, seconds, runs, cov, ft, corp, verdict }' "$table.log" | tee -a "$table"
done
printf '\n%-14s %8s %12s %9s %9s %7s\n' target seconds executions edges features inputs
cat "$table"
exit $broken
