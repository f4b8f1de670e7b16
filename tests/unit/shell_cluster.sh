#!/bin/sh
# tests/cluster.sh does what it says.
. "${top_srcdir:-.}/tests/cluster.sh"
if ! cluster_programs || ! command -v psql >/dev/null; then
	echo "1..0 # SKIP no PostgreSQL"
	exit 0
fi
echo "1..4"
n=0
is() {
	n=$((n + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $n - $3"
	else
		echo "not ok $n - $3"
		echo "# got '$1', wanted '$2'"
	fi
}
cluster_start
is "$(psql -XAtc 'SELECT session_user')" catena_owner "the owner signs in"
psql -XqAtc 'CREATE TABLE kept AS SELECT 42 AS n'
is "$(psql -XAtc 'CHECKPOINT' -U postgres; psql -XAtc 'SELECT n FROM kept')" "CHECKPOINT
42" "a row is kept"
cluster_kill
is "$(psql -XAtc 'SELECT n FROM kept')" 42 "and is there after a kill"
dir=$cluster_dir
cluster_stop
is "$(ls -d "$dir" 2>/dev/null)" "" "stopped: its directory is gone"
