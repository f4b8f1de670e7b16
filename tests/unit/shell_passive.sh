#!/bin/sh
# shell_passive.sh: `catena pki passive` over the specimen State's documents: exit status, codes, JSON; needs no state folder and no database.
verb=passive
# shellcheck source=tests/unit/expect.sh
. "${top_srcdir:-.}/tests/unit/expect.sh"

lds=$utopia/lds
files="--dg 1=$lds/EF.DG1.bin 2=$lds/EF.DG2.bin --dg 12=$lds/EF.DG12.bin"
anchors="--anchor $utopia/good/csca1.cer $utopia/good/csca2.cer"
crl="--crl $utopia/good/utopia.crl"
day="--at 2026-11-21"
sod=$utopia/sod
# shellcheck disable=SC2086
{
	expect 0 "a good document" 'verdict: good' -- --sod "$sod/good-v1.bin" $files $anchors $crl $day
	expect 0 "a master list as anchor is trusted as a whole" 'verdict: good' -- --sod "$sod/good-v1.bin" $files --anchor "$utopia/good/utopia.ml" $crl $day
	expect 0 "with its EF.COM" 'verdict: good' -- --sod "$sod/good-v1.bin" $files --com "$lds/EF.COM-0108.bin" $anchors $crl $day
	expect 1 "an EF.COM that names more" 'com_differs' -- --sod "$sod/good-v1.bin" $files --com "$lds/EF.COM-extra-DG14.bin" $anchors $crl $day
	expect 1 "without a CRL" 'not checked' -- --sod "$sod/good-v1.bin" $files $anchors $day
	expect 1 "a data group that was not read" 'not checked' -- --sod "$sod/good-v1.bin" --dg "1=$lds/EF.DG1.bin" $anchors $crl $day
	expect 2 "another data group" 'malformed' -- --sod "$sod/good-v1.bin" --dg "1=$lds/EF.DG1.bin" "2=$lds/EF.DG12.bin" $anchors $crl $day
	expect 2 "no anchor of its State" 'untrusted' -- --sod "$sod/good-v1.bin" $files --anchor "$utopia/good/csca1.cer" $crl $day
	expect 2 "a revoked signer" 'revoked' -- --sod "$sod/revoked-ds.bin" $files $anchors $crl $day
	expect 2 "a signature that does not hold" 'signature' -- --sod "$sod/signature-bit-flip.bin" $files $anchors $crl $day
	expect 3 "no security object" 'unreadable' -- --sod "$lds/EF.DG1.bin" $files $anchors $crl $day
	expect 3 "a file that is not there" 'unreadable' -- --sod "$scratch/none" $anchors
	expect 3 "no --sod" '--sod is missing' -- $anchors
	expect 3 "a day that is none" '--at' -- --sod "$sod/good-v1.bin" $anchors --at 2026-02-30
	expect 3 "a data group that is none" '--dg' -- --sod "$sod/good-v1.bin" --dg "17=$lds/EF.DG1.bin" $anchors
	expect 3 "an option that is none" 'no such option' -- --sod "$sod/good-v1.bin" --anchors x
	{ head -c -1 "$utopia/good/csca1-to-2-link.cer" && printf x; } >"$scratch/forged.cer"
	expect 2 "a forged link certificate as anchor" 'anchor_broken' 'not trusted' 'signer_untrusted' -- --sod "$sod/good-v1.bin" $files --anchor "$utopia/good/csca1.cer" "$scratch/forged.cer" $crl $day
	expect 1 "one beside both roots" 'anchor_broken' 'the document signer is under' -- --sod "$sod/good-v1.bin" $files $anchors "$scratch/forged.cer" $crl $day
	{
		openssl x509 -inform DER -in "$utopia/good/csca1.cer"
		openssl x509 -inform DER -in "$utopia/good/csca2.cer" | sed '2s/M/N/'
	} >"$scratch/bundle.pem"
	expect 2 "an anchor that cannot be read, among others" 'notice       unreadable' 'signer_untrusted' -- --sod "$sod/good-v1.bin" $files --anchor "$scratch/bundle.pem" $crl $day
	expect 3 "a file whose name is no text" 'n\xff\x0a.: unreadable' -- --sod "$scratch/n$(printf '\377\n.')"
	expect 3 "and as JSON" 'n\\xff\\x0a.","outcome":"unreadable"' -- --sod "$scratch/n$(printf '\377\n.')" --json
	expect 2 "as JSON" '"outcome":"refused"' '"code":"hash_wrong"' -- --sod "$sod/dg2-hash-wrong.bin" $files $anchors $crl $day --json
}
finish
