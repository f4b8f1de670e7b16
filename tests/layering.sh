#!/bin/sh
# layering.sh: who may include whom.  The table is the house's drawing (docs, "The house"); the rest of this file
# compares every #include with it, and then plants bad includes to see that each rule bites.
#	tests/layering.sh               TAP
#	tests/layering.sh --tree DIR    prints the violations in DIR; exit status 1 when there are any
set -u
LC_ALL=C
export LC_ALL
top=${top_srcdir:-$(dirname "$0")/..}

# part: the parts it may include besides itself.  A part is the start of a path; the longest that fits a file is its own.
# Tests include what they test and are not checked; nothing includes tests.
arrows() {
	cat <<-'TABLE'
		registry/base:
		registry/doc9303:       registry/base
		registry/match:         registry/base registry/doc9303
		registry/service:       registry/base
		registry/schema:        registry/base
		registry/store:         registry/base registry/schema
		registry/office:        registry/base registry/doc9303 registry/match registry/service registry/store registry/schema
		registry/print:         registry/base
		registry/desk:          registry/base registry/service registry/office
		registry/registryd:     registry
		pki:                    registry/base registry/doc9303
		pki/signd:              registry/base registry/doc9303 registry/service registry/store pki
		pki/pkid:               registry pki pki/trustload
		pki/trustload:          registry/base registry/doc9303 registry/store registry/schema pki
		enrolment:              registry pki
		issuance:               registry pki pki/trustload
	TABLE
}

# library header: the only part that includes it
libraries() {
	cat <<-'TABLE'
		libpq-fe.h      registry/store
		libpq/          registry/store
		postgresql/     registry/store
		microhttpd.h    registry/service
		gnutls/         registry/service
		curl/           registry/service
		p11-kit/        pki
		zint.h          pki
	TABLE
}

# Prints "FILE:LINE: ..." for each include that the tables do not allow, in the tree of the current directory.
violations() {
	find . \( -path './build*' -o -path './_*' -o -path './tests' -o -path './var' -o -path './.git' -o -path './catena-*' \) -prune \
		-o -name '*.[ch]' -print | sed 's,^\./,,' | sort >"$scratch/files"
	{
		arrows | sed 's/^/arrow /; s/://'
		libraries | sed 's/^/library /'
		while read -r file; do
			sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*\(["<]\)\([^">]*\)[">].*/\1 \2/p' "$file" |
				sed "s,^,include $file ,"
		done <"$scratch/files"
	} | awk '
	# the longest part that path is in: the part itself, a file of that name, or something in that folder
	function part_of(path,   p, best) {
		best = ""
		for (p in part)
			if (length(p) > length(best) && substr(path, 1, length(p)) == p && substr(path, length(p) + 1, 1) ~ /^[\/._-]?$/)
				best = p
		return best
	}
	function within(path, folder) {
		return path == folder || index(path, folder "/") == 1
	}
	function bad(why) {
		printf "%s includes %s: %s\n", $2, $4, why
	}
	$1 == "arrow" {
		part[$2] = 1
		for (i = 3; i <= NF; i++)
			allowed[$2] = allowed[$2] " " $i
		next
	}
	$1 == "library" { only[$2] = $3; next }
	{
		from = part_of($2)
		if (from == "") {
			bad("the including file is in no part of the house")
			next
		}
		for (header in only)
			if ((header ~ /\/$/ ? index($4, header) == 1 : $4 == header) && !within(from, only[header]))
				bad("only " only[header] " may")
		if ($3 != "\"" || $4 == "config.h")
			next
		to = $4 ~ /\.\./ ? "" : part_of($4)
		if (to == "") {
			bad("not a path from the root of the tree")
			next
		}
		if (to == from)
			next
		n = split(allowed[from], may, " ")
		for (i = 1; i <= n; i++)
			if (to == may[i] || (may[i] == "registry" && within(to, "registry")))
				next
		bad(from " must not include " to)
	}' >"$scratch/found"
	cat "$scratch/found"
	[ ! -s "$scratch/found" ]
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/layering-XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT

if [ "${1:-}" = --tree ]; then
	cd "$2" && violations
	exit
fi

n=0
failed=0
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

(cd "$top" && violations) >"$scratch/report"
ok $? "every include is an allowed arrow"
sed 's/^/# /' "$scratch/report"

# A file that includes something, alone in a tree: `planted FILE INCLUDE`.
planted() {
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree/$(dirname "$1")"
	printf '#include <stdio.h>\n#  include %s /* planted */\n' "$2" >"$scratch/tree/$1"
	(cd "$scratch/tree" && violations) >/dev/null
}

while read -r file header; do
	planted "$file" "$header"
	ok $? "allows $file to include $header"
done <<'GOOD'
registry/base/der.c "registry/base/der.h"
registry/base/text.c <unicode/unorm2.h>
registry/doc9303/mrz.c "registry/base/date.h"
registry/match/keys.c "registry/doc9303/translit.h"
registry/service/http.c <microhttpd.h>
registry/service/http.c <gnutls/x509.h>
registry/store/db.c <libpq-fe.h>
registry/office/office.c "registry/store/db.h"
registry/office/office.c "registry/service/http.h"
registry/registryd/main.c "registry/office/office.h"
pki/token.c <p11-kit/p11-kit.h>
pki/signd.c "registry/store/ledger.h"
pki/signd/main.c "pki/token.h"
pki/sod.c "registry/doc9303/ldsso.h"
enrolment/civil/birth.c "registry/store/civil.h"
enrolment/identity/portrait.c "enrolment/identity/portrait.h"
issuance/perso/sod.c "pki/cms.h"
issuance/perso/perso.c "issuance/application/application.h"
GOOD

while read -r file header; do
	planted "$file" "$header"
	[ $? != 0 ]
	ok $? "refuses $file to include $header"
done <<'BAD'
registry/base/der.c "registry/doc9303/mrz.h"
registry/base/log.c "registry/service/http.h"
registry/base/conf.c "registry/store/db.h"
registry/base/der.h "pki/cms.h"
registry/doc9303/mrz.c "registry/service/http.h"
registry/doc9303/mrz.c "registry/store/db.h"
registry/doc9303/mrz.c "registry/match/keys.h"
registry/match/keys.c "registry/store/db.h"
registry/service/http.c "registry/doc9303/mrz.h"
registry/service/session.c "registry/store/officer.h"
registry/service/http.c "registry/office/office.h"
registry/store/db.c "registry/doc9303/mrz.h"
registry/store/db.c "registry/service/http.h"
registry/store/db.c "registry/office/office.h"
registry/office/office.c "pki/token.h"
registry/office/office.c "enrolment/civil/birth.h"
registry/registryd/main.c "issuance/perso/perso.h"
registry/registryd/main.c "pki/passive.h"
pki/cms.c "registry/store/db.h"
pki/cms.c "registry/service/http.h"
pki/cms.c "pki/signd/signd.h"
pki/signd/main.c "registry/office/office.h"
pki/pkid.c "enrolment/civil/birth.h"
pki/token.c "issuance/perso/perso.h"
enrolment/civil/birth.c "issuance/perso/perso.h"
enrolment/identity/portrait.c "issuance/application/application.h"
issuance/perso/perso.c "enrolment/identity/portrait.h"
issuance/catena.c "enrolment/civil/birth.h"
registry/office/office.c <libpq-fe.h>
registry/base/db.c <postgresql/libpq-fe.h>
enrolment/civil/birth.c <libpq-fe.h>
pki/signd.c "libpq-fe.h"
registry/store/db.c <microhttpd.h>
registry/office/office.c <gnutls/gnutls.h>
issuance/catena.c <curl/curl.h>
registry/store/uin.c <p11-kit/pkcs11.h>
enrolment/civil/seal.c <p11-kit/uri.h>
registry/base/err.c "err.h"
registry/doc9303/mrz.c "../base/date.h"
registry/doc9303/mrz.c "registry/base/../store/db.h"
pki/cms.c "tests/tap.h"
attic/old.c "registry/base/err.h"
BAD

echo "1..$n"
exit $failed
