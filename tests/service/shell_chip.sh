#!/bin/sh
# shell_chip.sh: a software chip in a virtual reader of pcscd, through strangers' software: pcscd, vsmartcard's driver and opensc-tool see a chip; `catena
# chip write` personalises the empty one through PC/SC, locks it and reads it back; writing afterwards fails; it is the same after a power cut.
# pcscd has one socket for the whole machine: the test runs in a mount and network namespace of its own where that is allowed, else only where none runs.
set -u
LC_ALL=C
export LC_ALL
catena=$(cd "${top_builddir:-.}" && pwd)/catena
utopia=$(cd "${top_srcdir:-.}" && pwd)/tests/data/utopia
driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so

n=0
failed=0
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$scratch/out"
		failed=1
	fi
}
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

command -v pcscd >/dev/null 2>&1 && [ -e $driver ] || skip_all "pcscd and vsmartcard-vpcd are not installed"
command -v opensc-tool >/dev/null 2>&1 || skip_all "opensc-tool is not installed"
[ "$(id -u)" = 0 ] || skip_all "pcscd is started as root"
if [ "${1:-}" != inside ]; then
	if unshare --mount --net true 2>/dev/null; then
		exec unshare --mount --net sh "$0" inside
	fi
	[ ! -S /run/pcscd/pcscd.comm ] || skip_all "another pcscd runs, and namespaces are not allowed"
else
	mkdir -p /run/pcscd
	mount -t tmpfs pcscd /run/pcscd || skip_all "no file system for pcscd's socket"
	# the loopback interface of a new namespace is down
	ip link set lo up || skip_all "no loopback interface"
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/chip-XXXXXX") || exit 1
pids=
# shellcheck disable=SC2086
trap '[ -z "$pids" ] || kill $pids 2>/dev/null; wait; rm -rf "$scratch"' EXIT
port=$((20000 + $$ % 20000 / 2 * 2))

# wait_for COMMAND...: until it is true, at most ten seconds
wait_for() {
	tries=0
	until "$@" >"$scratch/out" 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.1
	done
}

# The driver has two readers, and pcscd wants a chip in both.
chips_start() {
	"$catena" chip --listen 127.0.0.1:$port --folder "$scratch/chip" >"$scratch/chip.log" 2>&1 &
	first=$!
	"$catena" chip --listen 127.0.0.1:$((port + 1)) >"$scratch/second.log" 2>&1 &
	second=$!
	wait_for grep -q 'waits on' "$scratch/chip.log" && wait_for grep -q 'waits on' "$scratch/second.log"
}
pcscd_start() {
	pcscd --foreground --error --config "$scratch/readers" >"$scratch/pcscd.log" 2>&1 &
	daemon=$!
	pids="$first $second $daemon"
	wait_for sh -c 'opensc-tool --list-readers | grep -q "^0  *Yes"'
}
stop_all() {
	kill $daemon && wait $daemon
	kill "$first" "$second" && wait "$first"
	status=$?
	wait "$second"
	pids=
	rm -f /run/pcscd/*
}
# send APDU: what opensc-tool prints as status, "90 00"
send() {
	opensc-tool --reader 0 --send-apdu "$1" >"$scratch/out" 2>&1
	sed -n 's/.*SW1=0x\(..\), SW2=0x\(..\).*/\1 \2/p' "$scratch/out" | tail -n 1
}
answers() {
	[ "$(send "$1")" = "$2" ]
	ok $? "opensc-tool: $3 is answered $2"
}

mkdir "$scratch/document" "$scratch/readers"
cp "$utopia/lds/EF.DG1.bin" "$utopia/lds/EF.DG2.bin" "$utopia/lds/EF.DG12.bin" "$scratch/document"
cp "$utopia/lds/EF.COM-0108.bin" "$scratch/document/EF.COM.bin"
cp "$utopia/sod/good-v1.bin" "$scratch/document/EF.SOD.bin"
tail -c 88 "$utopia/lds/EF.DG1.bin" | fold -w 44 >"$scratch/mrz"
printf 'FRIENDLYNAME "Catena test"\nDEVICENAME 127.0.0.1:0x%X\nLIBPATH %s\nCHANNELID 0x%X\n' $port $driver $port >"$scratch/readers/vpcd"

chips_start
ok $? "two chips wait for readers"
pcscd_start
ok $? "pcscd sees a chip in its reader"
opensc-tool --reader 0 --atr >"$scratch/out" 2>&1 && grep -qi '3b:85:80:01:80:73:94' "$scratch/out"
ok $? "opensc-tool prints its ATR"
answers 00:A4:04:0C:07:A0:00:00:02:47:10:01 "90 00" "the passport application"
answers 00:A4:04:0C:07:A0:00:00:02:47:10:02 "6A 82" "another application"

"$catena" inspect --mrz "$scratch/mrz" >"$scratch/out" 2>&1
[ $? = 3 ] && grep -q '6985' "$scratch/out"
ok $? "an empty chip is not opened"
"$catena" chip write "$scratch/document" --reader "Catena test 00 00" >"$scratch/out" 2>&1
ok $? "the empty chip is personalised through PC/SC"
grep -q '5 files written and locked' "$scratch/out" && grep -q 'read back, equal' "$scratch/out"
ok $? "locked, and read back"
"$catena" chip write "$scratch/document" --reader "Catena test 00 00" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q '6985' "$scratch/out"
ok $? "writing afterwards fails"
"$catena" chip write "$scratch/document" --reader Nobody >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'no such reader' "$scratch/out"
ok $? "a reader that is not there"
"$catena" chip write "$scratch/document" --profile nobody >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'no such profile' "$scratch/out"
ok $? "a profile that is not there"
"$catena" chip write "$scratch/readers" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'no EF.DG1.bin' "$scratch/out"
ok $? "a folder without a document"
answers 00:D6:00:00:01:FF "69 85" "UPDATE BINARY on the locked chip"
answers 00:E0:00:00:06:63:04:00:08:01:09 "69 85" "CREATE FILE on the locked chip"
answers 00:DA:DE:AD "69 85" "PUT DATA on the locked chip"
answers 00:B0:81:00:04 "6A 82" "READ BINARY outside the application"

"$catena" inspect --mrz "$scratch/mrz" --out "$scratch/read" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'no_anchor' "$scratch/out" && tail -n 1 "$scratch/out" | grep -q '^verdict: warning'
ok $? "the chip is read with the printed MRZ; without anchors the verdict is no good one"
for file in EF.COM EF.DG1 EF.DG2 EF.DG12 EF.SOD; do
	cmp "$scratch/document/$file.bin" "$scratch/read/$file.bin" >"$scratch/out" 2>&1
	ok $? "$file as it was written"
done

# PACE as Doc 9303-11 Appendix G.1 has it in EF.CardAccess: on the second chip, which is of our own kind
cp -r "$scratch/document" "$scratch/pace"
printf '\061\024\060\022\006\012\004\000\177\000\007\002\002\004\002\002\002\001\002\002\001\015' >"$scratch/pace/EF.CardAccess.bin"
echo 123456 >"$scratch/pace/CAN"
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1 -out "$scratch/pace/CA.key" 2>"$scratch/out"
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$scratch/pace/AA.key" 2>"$scratch/out"
"$catena" chip write "$scratch/pace" --reader "Catena test 00 01" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'a chip of kind jmrtd takes none' "$scratch/out"
ok $? "what a kind of chip does not take is refused before anything is sent"
"$catena" chip write "$scratch/pace" --reader "Catena test 00 01" --profile catena >"$scratch/out" 2>&1 && grep -q '6 files written and locked' "$scratch/out"
ok $? "a chip with PACE is personalised"
echo 123456 >"$scratch/can"
"$catena" inspect --can "$scratch/can" --reader "Catena test 00 01" --out "$scratch/by-can" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'access: good         access                   id-PACE-ECDH-GM-AES-CBC-CMAC-128 over brainpoolP256r1 with the CAN' "$scratch/out" &&
	cmp "$scratch/document/EF.DG2.bin" "$scratch/by-can/EF.DG2.bin" >>"$scratch/out" 2>&1
ok $? "it is read with the CAN"
"$catena" inspect --mrz "$scratch/mrz" --reader "Catena test 00 01" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'with the MRZ' "$scratch/out"
ok $? "it is read with the MRZ, by PACE"
"$catena" inspect --mrz "$scratch/mrz" --bac --reader "Catena test 00 01" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q 'basic access control' "$scratch/out"
ok $? "and by basic access control"
cp "$scratch/can" "$scratch/can.good"
echo 123457 >"$scratch/can"
"$catena" inspect --can "$scratch/can" --reader "Catena test 00 01" >"$scratch/out" 2>&1
[ $? = 3 ] && grep -q '6300' "$scratch/out"
ok $? "another CAN does not open it"
"$catena" inspect --can "$scratch/can" >"$scratch/out" 2>&1
[ $? = 3 ] && grep -q 'no PACE' "$scratch/out"
ok $? "nor does a CAN open a chip without PACE"
"$catena" inspect --can "$scratch/can" --terminal "$scratch/can" >"$scratch/out" 2>&1
[ $? = 3 ] && grep -q 'go together' "$scratch/out"
ok $? "certificates without their key"

sed 's/L898902C3/L898902C4/' "$scratch/mrz" >"$scratch/wrong"
"$catena" inspect --mrz "$scratch/wrong" >"$scratch/out" 2>&1
[ $? = 3 ] && grep -q '6300' "$scratch/out"
ok $? "another MRZ does not open it"
trust="--anchor $utopia/good/csca1.cer $utopia/good/csca1-to-2-link.cer $utopia/good/csca2.cer --crl $utopia/good/utopia.crl --at 2026-11-21"
# shellcheck disable=SC2086
"$catena" inspect --mrz "$scratch/mrz" $trust --portrait "$scratch/portrait.jpg" >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q '^chip: not checked' "$scratch/out" && grep -q '^signature: good' "$scratch/out" && grep -q '^data_group 12: good' "$scratch/out"
ok $? "it passes passive authentication; that it has no key to prove itself with is said"
[ "$(head -c 3 "$scratch/portrait.jpg" | od -An -tx1)" = ' ff d8 ff' ]
ok $? "the portrait is there to look at"
# shellcheck disable=SC2086
"$catena" inspect --can "$scratch/can.good" --reader "Catena test 00 01" $trust >"$scratch/out" 2>&1
[ $? = 1 ] && grep -q '^card_access: warning' "$scratch/out"
ok $? "an EF.CardAccess that nobody signed is a warning"
"$catena" inspect --mrz "$scratch/mrz" --anchor "$utopia/good/csca1.cer" --at 2026-11-21 --json >"$scratch/out" 2>&1
[ $? = 2 ] && grep -q '"outcome":"refused"}' "$scratch/out"
ok $? "under another anchor it is refused; as JSON"

stop_all
[ "$status" = 0 ]
ok $? "a chip ends when it is told to"
"$catena" inspect --mrz "$scratch/mrz" >"$scratch/out" 2>&1
[ $? = 3 ] && grep -q 'pcscd' "$scratch/out"
ok $? "without pcscd it is said"
chips_start && pcscd_start
ok $? "the same chip again, from its folder"
"$catena" inspect --mrz "$scratch/mrz" --out "$scratch/again" >"$scratch/out" 2>&1
[ $? = 1 ] && cmp "$scratch/document/EF.DG2.bin" "$scratch/again/EF.DG2.bin" >"$scratch/out" 2>&1
ok $? "it holds what it held"
answers 00:DA:DE:AD "69 85" "PUT DATA on the chip that was locked before"
stop_all

echo "1..$n"
exit $failed
