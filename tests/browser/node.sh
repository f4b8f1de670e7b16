#!/bin/sh
# node.sh TEST.js: runs a test with node; skips it where there is none.
if ! command -v node >/dev/null 2>&1; then
	echo "1..0 # SKIP node is not installed"
	exit 0
fi
exec node "$@"
