# cluster.sh: a private PostgreSQL cluster for a shell test; sourced, not run:
#
#	. "$top_srcdir/tests/cluster.sh"
#	cluster_start || skip_all               # sets PGHOST PGPORT PGDATABASE PGUSER; stopped and removed at exit
#	psql -c 'SELECT 1'                      # as catena_owner; psql -U ROLE as another
#	cluster_kill                            # SIGKILL to the postmaster, then up again
#
# The same as tests/cluster.h: database catena of catena_owner, superuser postgres, unix socket only, fsync off unless
# CLUSTER_FSYNC=on; CLUSTER_SET="name=value ..." adds settings.  As root the server runs as nobody.

cluster_dir=
cluster_pid=

cluster_as() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- "$@"
	else
		"$@"
	fi
}

cluster_programs() {
	cluster_bin=${CATENA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}
	[ -n "$cluster_bin" ] || cluster_bin=$(dirname "$(command -v initdb || echo ./none)")
	[ -x "$cluster_bin/initdb" ] && [ -x "$cluster_bin/postgres" ]
}

# The postmaster is started through setpriv's exec, so that $! is its own process id.
cluster_up() {
	cluster_try=0
	while [ $cluster_try -lt 100 ]; do
		cluster_try=$((cluster_try + 1))
		set -- -c listen_addresses= -c unix_socket_directories="$cluster_dir" -c track_commit_timestamp=on \
			-c shared_buffers=32MB -c timezone=UTC -c fsync="${CLUSTER_FSYNC:-off}"
		for cluster_setting in ${CLUSTER_SET:-}; do
			set -- "$@" -c "$cluster_setting"
		done
		if [ "$(id -u)" = 0 ]; then
			setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- \
				"$cluster_bin/postgres" -D "$cluster_dir/data" "$@" >>"$cluster_dir/server.log" 2>&1 </dev/null &
		else
			"$cluster_bin/postgres" -D "$cluster_dir/data" "$@" >>"$cluster_dir/server.log" 2>&1 </dev/null &
		fi
		cluster_pid=$!
		while kill -0 "$cluster_pid" 2>/dev/null; do
			if [ "$(sed -n 1p "$cluster_dir/data/postmaster.pid" 2>/dev/null)" = "$cluster_pid" ] &&
				sed -n 8p "$cluster_dir/data/postmaster.pid" 2>/dev/null | grep -q '^ready'; then
				return 0
			fi
			sleep 0.05
		done
		sleep 0.2                       # backends of a killed postmaster still hold the shared memory
	done
	echo "# PostgreSQL does not start:" && tail -n 5 "$cluster_dir/server.log" | sed 's/^/# /'
	return 1
}

cluster_start() {
	cluster_programs || return 1
	cluster_dir=$(mktemp -d "/tmp/catena-XXXXXX") || return 1
	trap cluster_stop EXIT
	trap 'exit 1' HUP INT TERM
	[ "$(id -u)" != 0 ] || chown nobody "$cluster_dir"
	(
		cd "$cluster_dir" || exit 1
		cluster_as "$cluster_bin/initdb" -D "$cluster_dir/data" -N -U postgres -A trust -E UTF8 --locale=C \
			--lc-ctype=C.UTF-8 &&
			printf '%s\n' 'CREATE ROLE catena_owner LOGIN CREATEROLE' 'CREATE DATABASE catena OWNER catena_owner' |
			cluster_as "$cluster_bin/postgres" --single -D "$cluster_dir/data" -c fsync=off postgres
	) >"$cluster_dir/init.log" 2>&1 || {
		sed 's/^/# /' "$cluster_dir/init.log"
		return 1
	}
	: >"$cluster_dir/server.log"
	cluster_up || return 1
	PGHOST=$cluster_dir PGPORT=5432 PGDATABASE=catena PGUSER=catena_owner
	export PGHOST PGPORT PGDATABASE PGUSER
}

cluster_crash() {
	[ -n "$cluster_pid" ] || return 0
	kill -KILL "$cluster_pid" 2>/dev/null
	wait "$cluster_pid" 2>/dev/null
	cluster_pid=
}

cluster_kill() {
	cluster_crash
	cluster_up
}

cluster_stop() {
	[ -n "$cluster_dir" ] || return 0
	if [ -n "$cluster_pid" ]; then
		kill -INT "$cluster_pid" 2>/dev/null
		wait "$cluster_pid" 2>/dev/null
		cluster_pid=
	fi
	rm -rf "$cluster_dir"
	cluster_dir=
}
