#!/bin/sh
# modules.sh NODE_MODULES OUT: prepares what the desks use of other projects for serving, in the folder OUT.
#
# Preact and htm stay as they are, but that hooks.js names its neighbour by path: browsers know no bare names.  Of GOV.UK Frontend's
# style the typeface and the crest go, which belong to the British government, and left and right become start and end, so that one
# sheet serves both directions of writing.  When NODE_MODULES is not there, OUT has notes that say so, and the desk shows them.
set -eu
LC_ALL=C
export LC_ALL

from=$1
out=$2
preact=$from/preact
htm=$from/htm
govuk=$from/govuk-frontend

rm -rf "$out"
mkdir -p "$out"
for file in "$preact/dist/preact.module.js" "$preact/hooks/dist/hooks.module.js" "$htm/dist/htm.module.js" \
	"$govuk/dist/govuk/govuk-frontend.min.css"; do
	if [ ! -f "$file" ]; then
		echo "modules.sh: ${file#"$from"/} is not in $from: the services are built without their desk's pages." >&2
		echo "modules.sh: with a network, ./bootstrap modules fetches what registry/desk/package-lock.json names; then make again." >&2
		echo missing >"$out/state"
		exit 0
	fi
done

sed '/^\/\/# sourceMappingURL/d' "$preact/dist/preact.module.js" >"$out/preact.js"
sed '/^\/\/# sourceMappingURL/d; s,from"preact",from"./preact.js",g' "$preact/hooks/dist/hooks.module.js" >"$out/hooks.js"
cp "$htm/dist/htm.module.js" "$out/htm.js"
# The few properties that name a side.  border-left-*, inset and float have their logical twins since 2023 in every browser.
sed -E '/^\/\*# sourceMappingURL/d
	s/@font-face\{[^}]*\}//g
	s/GDS Transport,arial,sans-serif/var(--desk-typeface)/g
	s/([{;])(margin|padding)-left:/\1\2-inline-start:/g
	s/([{;])(margin|padding)-right:/\1\2-inline-end:/g
	s/([{;])border-left(-color|-style|-width)?:/\1border-inline-start\2:/g
	s/([{;])border-right(-color|-style|-width)?:/\1border-inline-end\2:/g
	s/([{;])left:/\1inset-inline-start:/g
	s/([{;])right:/\1inset-inline-end:/g
	s/([{;])(float|clear):left/\1\2:inline-start/g
	s/([{;])(float|clear):right/\1\2:inline-end/g
	s/([{;])text-align:left/\1text-align:start/g
	s/([{;])text-align:right/\1text-align:end/g
	s,url\(/assets/images/govuk-crest.svg\),none,g' "$govuk/dist/govuk/govuk-frontend.min.css" >"$out/govuk.css"
# Their licences go where their code goes.
{
	for module in preact htm; do
		printf '==== %s ====\n\n' "$module"
		cat "$from/$module/LICENSE"
		printf '\n'
	done
	printf '==== govuk-frontend ====\n\n'
	cat "$govuk/README.md" # its package has no other text of the licence
} >"$out/licences.txt"
echo present >"$out/state"
