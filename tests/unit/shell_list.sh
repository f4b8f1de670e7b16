#!/bin/sh
# shell_list.sh: `catena pki list` over the specimen State's lists, and Germany's: exit status, verdicts, figures; needs no state folder and no database.
verb=list
# shellcheck source=tests/unit/expect.sh
. "${top_srcdir:-.}/tests/unit/expect.sh"

good=$utopia/good/utopia.ml
trust="--anchor $utopia/good/csca1.cer $utopia/good/csca2.cer --at 2026-11-21"
# shellcheck disable=SC2086
{
	expect 0 "a good master list" 'kind: master list' 'certificates: 3' 'countries: 1' 'roots: 3' 'links: 0' 'verify_under_issuer: 3' 'verdict: good' -- "$good" $trust
	expect 0 "one that names its signer by serial number" 'verdict: good' -- "$utopia/ml/sid-issuerserial.ml" $trust
	expect 0 "with the CRL" 'good         revocation' -- "$good" $trust --crl "$utopia/good/utopia.crl"
	expect 0 "the one that is held" 'same' 'added: 0' 'removed: 0' -- "$good" $trust --previous "$good"
	expect 2 "signed by the CSCA" 'signer_is_csca' -- "$utopia/ml/signed-by-csca.ml" $trust
	expect 2 "without a signing time" 'signing_time_missing' -- "$utopia/ml/no-signingtime.ml" $trust
	expect 2 "tampered with" 'attributes_wrong' -- "$utopia/ml/tampered.ml" $trust
	expect 2 "another list of the same moment" 'same_time_differs' -- "$utopia/ml/sid-issuerserial.ml" $trust --previous "$good"
	expect 2 "signed later than the day of the check" 'signing_time_future' -- "$good" --anchor "$utopia/good/csca2.cer" --at 2026-11-01
	expect 1 "after the signer's end" 'signer_expired' -- "$good" --anchor "$utopia/good/csca2.cer" --at 2060-01-01
	expect 1 "without a trust anchor" 'no_anchor' -- "$good"
	{ head -c -1 "$utopia/good/csca1-to-2-link.cer" && printf x; } >"$scratch/forged.cer"
	expect 2 "under a forged link certificate" 'anchor_broken' -- "$good" --anchor "$scratch/forged.cer" "$utopia/good/csca1.cer" --at 2026-11-21
	expect 1 "under a link certificate alone" 'anchor_unverified' -- "$good" --anchor "$utopia/good/csca1-to-2-link.cer" --at 2026-11-21
	expect 3 "a CRL for a list" 'unreadable' -- "$utopia/good/utopia.crl" $trust
	expect 3 "a security object for a list" 'unreadable' -- "$utopia/sod/good-v1.bin" $trust
	expect 3 "a list for an anchor" 'those of a list' -- "$good" --anchor "$good"
	expect 3 "no such file" 'No such file' -- "$scratch/nothing" $trust
	expect 3 "no such anchor" 'No such file' -- "$good" --anchor "$scratch/nothing"
	expect 3 "a certificate for a CRL" 'unreadable' -- "$good" $trust --crl "$utopia/good/csca1.cer"
	head -c 2000 "$good" >"$scratch/short"
	expect 3 "a list that is cut off" 'unreadable' -- "$scratch/short" $trust
	: >"$scratch/empty"
	expect 3 "an empty file" 'unreadable' -- "$scratch/empty" $trust
	{ printf 'version: 1\ndn: o=ml,c=UT\npkdMasterListContent:: ' && base64 -w 0 "$good" && echo; } >"$scratch/list.ldif"
	expect 0 "in LDIF" 'certificates: 3' -- "$scratch/list.ldif" $trust
	"$catena" pki list "$good" $trust --json >"$scratch/json"
	count=$((count + 1))
	if grep -q '"outcome":"good"}$' "$scratch/json" && grep -q '"certificates":"3"' "$scratch/json"; then
		echo "ok $count - as JSON"
	else
		echo "not ok $count - as JSON"
		failed=1
	fi
}

# A deviation list of a CSCA that was thrown away; its certificate is beside the signer's.
deviations=${top_srcdir:-.}/tests/fuzz/corpus/deviation/list.dl
openssl cms -verify -noverify -inform DER -in "$deviations" -certsout "$scratch/csca.pem" -out "$scratch/content" 2>"$scratch/errors"
expect 0 "a deviation list" 'kind: deviation list' 'state: UT' 'deviations: 3' 'dg_hash_wrong 2' 'verdict: good' \
	-- "$deviations" --anchor "$scratch/csca.pem" --at 2026-11-21
expect 2 "under another anchor" 'signer_untrusted' -- "$deviations" --anchor "$utopia/good/csca2.cer" --at 2026-11-21
expect 0 "the one that is held" 'same' 'added: 0' 'removed: 0' -- "$deviations" --anchor "$scratch/csca.pem" --at 2026-11-21 --previous "$deviations"
expect 1 "with a master list for the one held" 'previous_other_kind' -- "$deviations" --anchor "$scratch/csca.pem" --at 2026-11-21 --previous "$good"

germany=${CATENA_TEST_DATA:-}/icao/masterlist
if [ -f "$germany/DE_ML_2026-05-28.ml" ]; then
	expect 1 "the German list: 7 of its certificates deny to be a CA's" 'good         signature' 'good         path' 'signer_serial: 04D5' \
		'signing_time: 2026-05-28T06:28:45Z' 'certificates: 588' 'countries: 116' 'roots: 509' 'links: 79' 'expired: 17' \
		'verify_under_issuer: 576' 'not_csca: 7' -- "$germany/DE_ML_2026-05-28.ml" --anchor "$germany/DE_CSCA07.cer" --at 2026-11-21
	expect 2 "under another anchor" 'signer_untrusted' -- "$germany/DE_ML_2026-05-28.ml" --anchor "$utopia/good/csca2.cer" --at 2026-11-21
else
	count=$((count + 1))
	echo "ok $count - the German list # SKIP no CATENA_TEST_DATA"
fi
finish
