#!/bin/sh
# shell_seal.sh: `catena pki seal` over the specimen State's seal: exit status, content, verdict; needs no state folder and no database.
verb=seal
# shellcheck source=tests/unit/expect.sh
. "${top_srcdir:-.}/tests/unit/expect.sh"
seal=$utopia/vds/good-etd.bin
signer=$utopia/good/bcs-UTTV-01.cer

trust="--anchor $utopia/good/csca1.cer $utopia/good/csca1-to-2-link.cer $utopia/good/csca2.cer --crl $utopia/good/utopia.crl"
# shellcheck disable=SC2086
{
	expect 0 "a good seal" 'seal: VALID' 'suspicion: none' 'MRZ line 1: PUUTOSADIQI<<NUR' 'date of issue: 2026-11-01' \
		-- "$seal" --signer "$signer" $trust --at 2026-11-21
	printf 'PUUTOSADIQI<<NUR<<<<<<<<<<<<<<<<<<<<\nE000000019UTO0102030F2701013<<<<<<<8\n' >"$scratch/mrz"
	expect 0 "with the printed MRZ" 'the printed MRZ is the seal' -- "$seal" --signer "$signer" $trust --at 2026-11-21 --mrz "$scratch/mrz"
	printf 'PUUTOSADIQI<<NOR<<<<<<<<<<<<<<<<<<<<\nE000000019UTO0102030F2701013<<<<<<<8\n' >"$scratch/mrz"
	expect 2 "with another's" 'seal: INVALID, MRZ_DIFFERS' 'name' -- "$seal" --signer "$signer" $trust --at 2026-11-21 --mrz "$scratch/mrz"
	expect 1 "without a trust anchor" 'anchor_missing' 'seal: NOT_CHECKED' -- "$seal" --signer "$signer" --at 2026-11-21
	expect 1 "without a CRL" 'crl_missing' -- "$seal" --signer "$signer" --anchor "$utopia/good/csca2.cer" --at 2026-11-21
	expect 2 "without the signer's certificate" 'UNKNOWN_CERTIFICATE' -- "$seal" --signer "$utopia/good/dsA.cer" $trust --at 2026-11-21
	expect 2 "after the certificate's end" 'EXPIRED_CERTIFICATE' 'suspicion: medium' -- "$seal" --signer "$signer" $trust --at 2033-06-02
	{ head -c -1 "$utopia/good/csca1-to-2-link.cer" && printf x; } >"$scratch/forged.cer"
	expect 2 "under a forged link certificate" 'anchor_broken' 'UNTRUSTED_CERTIFICATE' -- "$seal" --signer "$signer" --anchor "$utopia/good/csca1.cer" "$scratch/forged.cer" --at 2026-11-21
	expect 2 "under a CSCA that is not trusted" 'UNTRUSTED_CERTIFICATE' -- "$seal" --signer "$signer" --anchor "$utopia/good/csca1.cer" --at 2026-11-21
}
expect 0 "with a master list as anchor" 'seal: VALID' -- "$seal" --signer "$signer" --anchor "$utopia/good/utopia.ml" --crl "$utopia/good/utopia.crl" --at 2026-11-21
expect 3 "a CRL in the place of an anchor" 'no CSCA certificate' -- "$seal" --signer "$signer" --anchor "$utopia/good/utopia.crl"
expect 3 "a signer in the place of an anchor" 'unreadable' -- "$seal" --signer "$signer" --anchor "$signer"
expect 3 "an anchor in the place of a CRL" 'no CRL' -- "$seal" --signer "$signer" --anchor "$utopia/good/csca2.cer" --crl "$utopia/good/csca2.cer"
head -c 100 "$seal" >"$scratch/short"
expect 3 "a seal that is cut off" 'WRONG_FORMAT' -- "$scratch/short" --signer "$signer"
: >"$scratch/empty"
expect 3 "nothing read" 'READ_ERROR' -- "$scratch/empty" --signer "$signer"
{
	head -c 133 "$seal"
	printf 'x'
} >"$scratch/forged"
expect 2 "the last octet of the signature changed" 'INVALID_SIGNATURE' 'suspicion: high' -- "$scratch/forged" --signer "$signer"
expect 3 "no such file" 'unreadable' -- "$scratch/nothing" --signer "$signer"
expect 3 "a signer that is no certificate" 'unreadable' -- "$seal" --signer "$seal"
expect 3 "a day that is none" -- "$seal" --signer "$signer" --at 2026-13-01
expect 1 "in JSON" '"outcome":"warning"' '"seal":"NOT_CHECKED"' -- "$seal" --signer "$signer" --at 2026-11-21 --json
finish
