#!/bin/sh
# shell_lds.sh: `catena pki lds`, `pki mrz` and `pki cvc`: exit status and content, over the specimen State's files, made ones, and published
# ones where CATENA_TEST_DATA is set; needs no state folder and no database.
verb=lds
# shellcheck source=tests/unit/expect.sh
. "${top_srcdir:-.}/tests/unit/expect.sh"
corpus=${top_srcdir:-.}/tests/fuzz/corpus
lds=$utopia/lds

expect 0 "EF.COM" 'EF.COM, 23 octets' 'LDS version: 0108' 'data groups: DG1 DG2 DG12' -- "$lds/EF.COM-0108.bin"
expect 0 "DG1" 'TD3, all check digits agree' 'primary identifier: ERIKSSON' 'document number: L898902C3' -- "$lds/EF.DG1.bin" --at 2026-11-21
expect 0 "DG2" 'ISO/IEC 19794-5' 'JPEG 2000: ' 'EF.DG2' -- "$lds/EF.DG2.bin"
expect 0 "DG12" 'issuing authority: ' 'date of issue: 20' -- "$lds/EF.DG12.bin"
expect 1 "EF.SOD, whose signature is for pki passive" 'data groups: DG1 DG2 DG12' 'hash: SHA-256' 'not checked' -- "$utopia/sod/good-v1.bin"
expect 0 "DG3 without fingers" 'templates: 0' -- "$corpus/lds/dg3-none"
expect 0 "DG3 in ISO/IEC 39794-4" 'ISO/IEC 39794-4:2019' 'left index: 4 octets' -- "$corpus/lds/dg3-39794"
expect 1 "DG2 of an image that is not what it says" 'ISO/IEC 39794-5:2019' 'image' -- "$corpus/lds/dg2-39794"
expect 0 "DG5" 'displayed portrait: 1 octets' -- "$corpus/lds/dg5"
expect 0 "DG7" 'displayed signature: ' -- "$corpus/lds/dg7"
expect 0 "DG13" 'contents: 3 octets' -- "$corpus/lds/dg13"
expect 0 "DG16" 'person to notify: A<<B' 'recorded on: 2026-11-21' -- "$corpus/lds/dg16"
expect 0 "DG14" 'id-PACE-ECDH-GM-AES-CBC-CMAC-256, version 2, parameters 12, P-256' 'id-CA-ECDH-AES-CBC-CMAC-256, version 1, id 1' -- "$corpus/cvc/dg14"
expect 0 "EF.CardAccess" 'EF.CardAccess' 'id-TA, version 1' -- "$corpus/cvc/cardaccess"
{ cat "$lds/EF.COM-0108.bin" && printf '\0\0\0\0'; } >"$scratch/padded"
expect 0 "a file with its padding" '4 octets behind it' -- "$scratch/padded"
expect 0 "in JSON" '"outcome":"good"' '"data groups":"DG1 DG2 DG12"' -- "$lds/EF.COM-0108.bin" --json
head -c 20 "$lds/EF.COM-0108.bin" >"$scratch/short"
expect 3 "a file that is cut off" 'unreadable' -- "$scratch/short"
expect 3 "DG15 of a key that is none" 'unreadable' -- "$corpus/lds/dg15"
expect 3 "a CV certificate" 'tag 7F21 is of no file' -- "$corpus/cvc/cvca"
: >"$scratch/empty"
expect 3 "nothing" 'unreadable' -- "$scratch/empty"
expect 3 "no such file" 'unreadable' -- "$scratch/nothing"

verb=mrz
printf 'I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<\n' >"$scratch/td1"
expect 0 "TD1 with a long number" 'TD1, all check digits' 'document number: D23145890734' 'date of birth: 1934-07-12' 'line 3: STEVENSON' -- "$scratch/td1" --at 2026-11-21
printf 'V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\r\nL8988901C4XXX4009078F9612109<<<<<<<<\r\n' >"$scratch/mrvb"
expect 0 "MRV-B" 'MRV-B, all check digits' 'nationality: XXX' -- "$scratch/mrvb" --at 2026-11-21
printf 'I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458908UTO7408122F1204159<<<<<<<6\n' >"$scratch/bad"
expect 2 "TD2 with a wrong digit" 'line 2 column 10: is 8, computed 7' -- "$scratch/bad"
printf 'I<UTO\n' >"$scratch/tiny"
expect 3 "no form" '5 characters' -- "$scratch/tiny"

verb=cvc
expect 0 "our chain" 'trust_point' 'UTDV00001, domestic document verifier, by UTCVCA00001' 'reads: DG3 DG4' -- "$corpus/cvc/cvca" "$corpus/cvc/dv" --at 2026-11-21
expect 0 "an RSA trust point" 'id-TA-RSA-PSS-SHA-256' 'role: CVCA' -- "$corpus/cvc/cvca-rsa" --at 2026-11-21
expect 2 "after its end" 'expired on 2026-12-31' -- "$corpus/cvc/cvca" "$corpus/cvc/dv" --at 2027-01-01
expect 2 "without its trust point" "not a CVCA's own" -- "$corpus/cvc/dv" --at 2026-11-21
expect 2 "under another" 'its authority is UTCVCA00001' -- "$corpus/cvc/cvca-rsa" "$corpus/cvc/dv" --at 2026-11-21
expect 3 "what is no certificate" 'unreadable' -- "$lds/EF.COM-0108.bin"
if [ -n "${CATENA_TEST_DATA:-}" ] && [ -d "$CATENA_TEST_DATA/icao/cvc/persosim-is" ]; then
	icao=$CATENA_TEST_DATA/icao
	expect 0 "a published chain" 'DETESTIS00001, terminal, by DEDVIS00001' 'reads: DG3 DG4' -- "$icao/cvc/persosim-is/CVCA_Cert_01.cvcert" \
		"$icao/cvc/persosim-is/dv_is_cert_1.cvcert" "$icao/cvc/persosim-is/is_cert_1.cvcert" --at 2016-12-01
	expect 1 "a published CVCA with SHA-1" 'weak' -- "$icao/cvc/misc/GO_CVCA_RSA2008.cvcert"
	verb=lds
	expect 1 "a published EF.CardAccess" 'id-CI' 'security_info' 'brainpoolP256r1' -- "$icao/cardaccess/ecdh/ef_cardaccess"
	expect 1 "a published EF.CardSecurity" 'by HJP PB DS' -- "$icao/cardaccess/ecdh/ef_cardsecurity"
	expect 0 "a published DG2 in ISO/IEC 39794-5" 'ISO/IEC 39794-5:2019' 'JPEG 2000: 15000 octets' -- "$icao/dg2/ICAO_39794_5_mandatory.bin"
	expect 1 "a published record of ISO/IEC 19794-5 that names another format" 'ISO/IEC 19794-5' 'says JPEG 2000' -- "$icao/dg2/iso19794_face.bin"
	expect 0 "a published block of ISO/IEC 39794-4" 'right index: 689 octets' -- "$icao/dg3/sample-39794-4-ed-1-v1.der"
	for file in ef0101 ef0102 ef010F ef011E; do
		expect 0 "a published $file" 'file' -- "$icao/lds/loes2006/$file.bin"
	done
fi
finish
