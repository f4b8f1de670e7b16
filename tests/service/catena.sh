#!/bin/sh
# catena.sh: an operator's day in a state folder of its own: init, up, officers, an import with bad rows, repetition, the ledger's
# check before and after a row was altered, a service that dies, down.
set -u
LC_ALL=C
export LC_ALL
top=${top_srcdir:-$(dirname "$0")/../..}
catena=${top_builddir:-.}/catena
unset CATENA_STATE CATENA_OFFICER

n=0
failed=0
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
		sed 's/^/# /' "$out"
	fi
}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/catena-XXXXXX") || exit 1
chmod 700 "$scratch" # as a home folder is: the database's user has no way through it
state=$scratch/var
out=$scratch/out
up=
end() {
	[ -z "$up" ] || { kill -TERM "$up" 2>/dev/null; wait "$up" 2>/dev/null; }
	rm -rf "$scratch"
}
trap end EXIT
trap 'exit 1' INT TERM HUP

# run WANTED-STATUS WHAT ARGUMENT...
run() {
	wanted=$1
	what=$2
	shift 2
	"$catena" "$@" --state "$state" >"$out" 2>&1
	[ $? = "$wanted" ]
	ok $? "$what"
}
says() {
	grep -q -e "$1" "$out"
	ok $? "... and says: $1"
}

# The foreground program in the background, until it says that it is ready.
start() {
	: >"$scratch/up"
	"$catena" up --state "$state" >>"$scratch/up" 2>&1 &
	up=$!
	for _ in $(seq 600); do
		grep -q '^ready after' "$scratch/up" && break
		kill -0 "$up" 2>/dev/null || break
		sleep 0.1
	done
	cp "$scratch/up" "$out"
	grep -q '^ready after' "$scratch/up"
	ok $? "up: the database and the services start"
}

"$catena" init --state "$state" --port 0 --credentials "$scratch/admin" >"$out" 2>&1
status=$?
if grep -q 'install the package' "$out"; then
	echo "1..0 # SKIP $(sed -n 1p "$out")"
	exit 0
fi
ok $status "init: makes an installation"
says '^key ceremony .*made'
[ "$(stat -c %a "$state/keys" "$state/token" "$state/pg" "$state/log" "$scratch/admin" "$state/keys/token.pin" | tr '\n' ' ')" = "700 700 700 700 600 600 " ]
ok $? "secrets are the owner's only"
openssl verify -CAfile "$state/tls/ca.crt" -purpose sslserver -verify_ip 127.0.0.1 "$state/tls/server.crt" >"$out" 2>&1
ok $? "openssl accepts the services' certificate"
openssl x509 -in "$state/pki/csca.crt" -noout -subject >"$out" 2>&1
ok $? "the CSCA certificate is there as PEM"
cp "$state/keys/seal.key" "$scratch/seal.key"
run 0 "init again" init --port 0
! grep -v '^The installation' "$out" | grep -qv 'is there$'
ok $? "... changes nothing"
cmp -s "$state/keys/seal.key" "$scratch/seal.key"
ok $? "... and keeps the keys"

run 1 "status: nothing runs yet" status
run 1 "officer list: without a database" officer list
says 'catena up'
start
run 0 "status: everything is ready" status
says '^signd .*ready, token catena'
run 1 "a second up is refused" up
says 'runs there already'
run 1 "init beside up is refused" init

run 0 "places from a file" place add "$top/docs/demo/places.csv"
run 0 "offices from a file" office add "$top/docs/demo/offices.csv"
run 0 "... again" office add "$top/docs/demo/offices.csv"
says '0 from .*, 12 were there'
printf 'code,name,kind\nNEW1,Office,laundry\n' >"$scratch/bad.csv"
run 1 "an office of an unknown kind is refused" office add "$scratch/bad.csv"
says 'line 2'
run 0 "a clerk" officer add clerk --name 'The Clerk' --role civil_clerk --office all --credentials "$scratch/clerk"
run 0 "a registrar" officer add registrar --name 'The Registrar' --role civil_registrar --office all --credentials "$scratch/registrar"
run 1 "the same login again is refused" officer add clerk --name X --role auditor --office HQ
run 1 "an unknown role is refused" officer add x1 --name X --role king --office HQ
says 'catena roles'
run 1 "an unknown office is refused" officer add x2 --name X --role auditor --office NOWHERE
run 1 "credentials are not overwritten" officer reset registrar --credentials "$scratch/clerk"
rm -f "$scratch/registrar"
run 0 "reset: new credentials" officer reset registrar --credentials "$scratch/registrar"
run 0 "officer list" officer list
says 'civil_registrar  *ZEN1'

# the first 30 births of the demonstration, and one row for each way to be wrong
births=$scratch/births.csv
head -31 "$top/docs/demo/births.csv" >"$births"
row=$(sed -n 2p "$top/docs/demo/births.csv")
bad() {
	printf '%s\n' "$row" | sed "s/^B00001/$1/; $2" >>"$births"
}
bad W1 's/,MTN1,/,NOPE,/'
bad W2 's/1958-11-11/1958-02-30/'
bad W3 's/,F,/,Q,/'
bad W4 's/,1,1,/,1,x,/'
bad W5 's/1933-02-19/2033-02-19/'
bad W6 's/other,midwife/stranger,midwife/'
bad W7 's/UT-MTN-VIL/UT-NOWHERE/'
bad W8 's/Çelik/Ç"elik/'
printf 'W9,MTN1,\377\376,x\n' >>"$births"
bad '' 's/x/x/'
run 1 "import: good rows in, bad rows out" import births "$births" --clerk "$scratch/clerk" --registrar "$scratch/registrar" --quiet
says '^30 births are registered, 10 rows were refused'
cut -d, -f26- "$births.rejects.csv" >"$out"
for wanted in '^32,office,' '^33,child_date_of_birth,' '^34,child_sex,' '^35,birth_order,' '^36,mother_date_of_birth,' \
	'^37,informant_relation,' '^38,place_of_birth,' ',39,child_primary_name,.*quotation mark' ',40,child_primary_name,.*UTF-8' '^41,local_id,'; do
	says "$wanted"
done
run 1 "import again: nothing is registered twice" import births "$births" --clerk "$scratch/clerk" --registrar "$scratch/registrar" --quiet
says '^30 births are registered, 10 rows were refused'
bin=${CATENA_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)}
psql=${bin:+$bin/}psql
sql() {
	"$psql" -h "$state/pg/run" -U postgres -d catena -AtXq -c "SET search_path = registry" -c "$1" 2>>"$out"
}
[ "$(sql 'SELECT count(*) FROM act_registration')" = 30 ]
ok $? "... the registry has each once"
run 0 "an officer who is both" officer add both --name Both --role civil_clerk,civil_registrar --office all --credentials "$scratch/both"
run 1 "an import by one officer alone" import births "$births" --clerk "$scratch/both" --registrar "$scratch/both" --quiet
says '^0 births are registered, 40 rows were refused'
printf 'a,b\n1,2\n' >"$scratch/other.csv"
run 1 "a file of other columns is refused" import births "$scratch/other.csv" --clerk "$scratch/clerk" --registrar "$scratch/registrar" --quiet
says 'there is no column a'

# whole files that are not what they should be: refused before anybody signs in
whole() {
	run 1 "births: $1" import births "$scratch/whole.csv" --clerk "$scratch/clerk" --registrar "$scratch/registrar" --quiet
	says "$2"
}
demo=$top/docs/demo/births.csv
sed '1s/child_sex,//' "$demo" | head -3 >"$scratch/whole.csv"
whole "a column that is missing" 'line 1: .*child_sex'
sed '1s/child_sex,/office,/' "$demo" | head -3 >"$scratch/whole.csv"
whole "a column that is there twice" 'line 1, column 6: .*office'
head -3 "$demo" | iconv -f UTF-8 -t UTF-16LE >"$scratch/utf16"
{ printf '\377\376' && cat "$scratch/utf16"; } >"$scratch/whole.csv"
whole "in UTF-16" 'line 1, column 1: .*UTF-8'
head -3 "$demo" | tr , ';' >"$scratch/whole.csv"
whole "with semicolons" 'line 1'
: >"$scratch/whole.csv"
whole "an empty file" 'the file is empty'

# as a spreadsheet writes it: byte order mark and CRLF; two good rows between bad ones, of which nothing is left
acts() {
	sql "SELECT (SELECT count(*) FROM act) || ' ' || (SELECT count(*) FROM act_registration) || ' ' || (SELECT count(*) FROM act_version) || ' ' || (SELECT count(*) FROM act_match_key)"
}
name() {
	printf "$1%.0s" $(seq "$2")
}
before=$(acts)
sheet=$scratch/sheet.csv
row=$(sed -n 34p "$demo" | cut -d, -f3)
{
	printf '\357\273\277'
	sed -n 1p "$demo"
	sed -n 32p "$demo"
	sed -n 34p "$demo" | sed "s/$row/$(name x 300)/"
	sed -n 34p "$demo" | sed "s/$row/$(name ش 300)/"
	sed -n 34p "$demo" | sed "s/,[0-9]\{4\}-[0-9][0-9]-[0-9][0-9],/,2019-02-31,/"
	sed -n 34p "$demo" | iconv -f UTF-8 -t UTF-16BE | tr -d '\n\r'
	printf '\n'
	sed -n 34p "$demo" | sed 's/,UT-[A-Z-]*,/,UT-ATLANTIS,/'
	sed -n 34p "$demo" | cut -d, -f1-9
	sed -n 33p "$demo"
} | sed 's/$/\r/' >"$sheet"
run 1 "births from a spreadsheet: byte order mark, CRLF" import births "$sheet" --clerk "$scratch/clerk" --registrar "$scratch/registrar" --quiet
says '^2 births are registered, 6 rows were refused'
cp "$sheet.rejects.csv" "$out"
for wanted in ',3,child_primary_name,.*200' ',4,child_primary_name,.*200' ',5,child_date_of_birth,' ',6,.*,' ',7,place_of_birth,' ',8,'; do
	says "$wanted"
done
echo "before $before, after $(acts)" >"$out"
set -- $before
[ "$(acts | cut -d' ' -f1-3)" = "$(($1 + 2)) $(($2 + 2)) $(($3 + 2))" ]
ok $? "... the register has two acts more, and nothing of those that were refused"

# entries of paper registers: a good one, an unreadable one, and one row for each way to be wrong
registers=$scratch/registers.csv
scans=$scratch/scans
mkdir "$scans"
printf '\377\330\377\340\000\004JF\377\331' >"$scans/12.jpg"
printf '%%PDF-1.4\n%%%%EOF\n' >"$scans/12.pdf"
cp "$scans/12.jpg" "$scans/13.png"
printf '\377\330\377' >"$scans/14.jpg"
: >"$scans/15.jpg"
ln -s /etc/passwd "$scans/16.jpg"
head -c 8388609 /dev/zero >"$scans/17.jpg"
mkdir "$scans/18.jpg"
{
	echo 'office,kind,register,volume,page,entry,grade,place,event_on,unreadable,images,text_child'
	echo 'ZEN1,birth,Births,7,12,1,original_register,UT-MTN-VIL,1951-03-02,,12.jpg;12.pdf,"Erikson, Anna"'
	echo 'ZEN1,birth,Births,7,12,2,original_register,,,yes,12.jpg,'
	echo 'ZEN1,birth,Births,7,12,1,original_register,UT-MTN-VIL,1951-03-02,,,again'
	echo 'NOPE,birth,Births,7,12,3,original_register,,,,,x'
	echo 'ZEN1,baptism,Births,7,12,4,original_register,,,,,x'
	echo 'ZEN1,birth,Births,7,12,5,hearsay,,,,,x'
	echo 'ZEN1,birth,Births,7,12,6,original_register,UT-NOWHERE,1951,,,x'
	echo 'ZEN1,birth,Births,7,12,7,original_register,,1951-02-31,,,x'
	echo 'ZEN1,birth,Births,7,12,8,original_register,,,,../12.jpg,x'
	echo 'ZEN1,birth,Births,7,12,9,original_register,,,,99.jpg,x'
	echo 'ZEN1,birth,Births,7,12,10,original_register,,,,13.png,x'
	echo 'ZEN1,birth,Births,7,12,11,original_register,,,,14.jpg,x'
	echo 'ZEN1,birth,Births,7,12,12,original_register,,,,15.jpg,x'
	echo 'ZEN1,birth,Births,7,12,13,original_register,,,,16.jpg,x'
	echo 'ZEN1,birth,Births,7,12,14,original_register,,,,17.jpg,x'
	echo 'ZEN1,birth,Births,7,12,15,original_register,,,,18.jpg,x'
	printf 'ZEN1,birth,Births,7,12,16,original_register,,,,,\351t\351\n'
	printf 'ZEN1,birth,Births,7,12,17,original_register,,,,,a\342\200\256b\n'
	echo 'ZEN1,birth,Births,7,12,18,original_register,,,,,'
	echo 'ZEN1,birth,Births,7,12,,original_register,,,,,x'
	echo "ZEN1,birth,$(name R 300),7,12,19,original_register,,,,,x"
	echo "ZEN1,birth,Births,7,12,20,original_register,,,,,$(name ش 1001)"
} | sed 's/$/\r/' >"$registers"
run 1 "registers: good rows in, bad rows out" import registers "$registers" --images "$scans" --clerk "$scratch/clerk" --threads 1 --quiet
says '^2 entries with 3 scans are imported, 20 rows were refused'
cut -d, -f13- "$registers.rejects.csv" >"$out"
for wanted in '^4,entry,.*line 2' '^5,office,' '^6,kind,' '^7,grade,' '^8,place,' '^9,event_on,' '^10,images,.*no name' '^11,images,.*not there' \
	'^12,images,.*says image/png, is image/jpeg' '^13,images,.*not whole' '^14,images,.*empty' '^15,images,.*cannot be opened' '^16,images,.*more than 8388608' \
	'^17,images,.*no ordinary file' '18,text_child,.*UTF-8' '^19,text_child,.*U+202E' '^20,original\|^20,/original' '^21,entry,' '^22,register,.*80' '^23,text_child,.*1000'; do
	says "$wanted"
done
run 1 "registers again: nothing is imported twice" import registers "$registers" --images "$scans" --clerk "$scratch/clerk" --quiet
[ "$(sql 'SELECT count(*) FROM legacy_act')" = 2 ] && [ "$(sql 'SELECT count(*) FROM legacy_image')" = 3 ]
ok $? "... the registry has each once"
[ "$(sql 'SELECT count(*) FROM act_registration')" = 32 ]
ok $? "... and no act comes of them"
run 1 "registers by a registrar" import registers "$registers" --clerk "$scratch/registrar" --quiet
says '^0 entries'
run 1 "registers without a clerk" import registers "$registers" --images "$scans"
says 'clerk is missing'
run 1 "registers with a folder that is not there" import registers "$registers" --images "$scratch/none" --clerk "$scratch/clerk"
run 1 "a file of births is none of registers" import registers "$births" --clerk "$scratch/clerk"
says 'no column'

# estimates of how many births occurred: two good ones, and one row for each way to be wrong
run 0 "a statistician" officer add stat --name Stat --role statistician --office all --credentials "$scratch/stat"
estimates=$scratch/estimates.csv
{
	echo 'event,year,place,sex,events,source'
	echo 'birth,2020,,,1000,"Census 2020, table 4"'
	echo 'birth,2020,UT-MTN,F,120,Census 2020'
	echo 'funeral,2020,,,10,Census 2020'
	echo 'birth,MMXX,,,10,Census 2020'
	echo 'birth,1066,,,10,Census 2020'
	echo 'birth,2020,UT-NOWHERE,,10,Census 2020'
	echo 'birth,2020,,Q,10,Census 2020'
	echo 'birth,2020,,,-3,Census 2020'
	echo 'birth,2020,,,0,Census 2020'
	echo 'marriage,2020,,F,10,Census 2020'
	echo 'birth,2020,,,10,'
	printf 'birth,2020,,,10,Recens\351\n'
	echo "birth,2020,,,10,$(name s 300)"
} | sed 's/$/\r/; 1s/^/\xef\xbb\xbf/' >"$estimates"
run 1 "estimates: good rows in, bad rows out" import estimates "$estimates" --statistician "$scratch/stat" --quiet
says '^2 estimates are imported, 11 rows were refused'
cut -d, -f7- "$estimates.rejects.csv" >"$out"
for wanted in '^4,event,' '^5,year,.*whole number' '^6,year,' '^7,place,.*no such place' '^8,sex,' '^9,events,.*whole number' '^10,events,' '^11,sex,.*marriages' \
	'^12,source,' '13,source,.*UTF-8' '^14,source,.*200'; do
	says "$wanted"
done
run 1 "estimates again" import estimates "$estimates" --statistician "$scratch/stat" --quiet
[ "$(sql 'SELECT count(*) FROM completeness_estimate')" = 2 ]
ok $? "... the registry has each once"
run 1 "estimates by a clerk" import estimates "$estimates" --statistician "$scratch/clerk" --quiet
says '^0 estimates'
run 1 "estimates without a statistician" import estimates "$estimates"
says 'statistician is missing'
run 1 "a file of births is none of estimates" import estimates "$births" --statistician "$scratch/stat"
says 'no column'
run 1 "trace: of a document that does not exist" trace U0000001 --officer "$scratch/admin"
says 'no document has this number'
run 1 "trace: what is no number" trace 'U1/../..' --officer "$scratch/admin"

# batches of orders; one without orders is there to be stopped
run 0 "a personaliser" officer add maker --name 'The Maker' --role passport_personaliser --office PPZEN --credentials "$scratch/maker"
run 0 "batch: there is none" batch --officer "$scratch/maker"
[ ! -s "$out" ]
ok $? "... and none is listed"
batch=$(sql "WITH b AS (INSERT INTO batch (id, office_id, officer_id) SELECT gen_random_uuid(), f.id, o.id FROM office f, officer o WHERE f.code = 'PPZEN' AND o.login = 'maker' RETURNING id, officer_id)
	INSERT INTO batch_decision (batch_id, event, officer_id) SELECT id, 'order', officer_id FROM b RETURNING batch_id")
sql "SELECT station_says('line-9', 'no chip in the reader')" >>"$out"
run 0 "batch: listed" batch --officer "$scratch/maker"
says "^$batch  .*running .* 0 of 0 done"
run 0 "... how far one is" batch "$batch" --once --officer "$scratch/maker"
says '^0 of 0 done, 0 failed, 0 in hand, running'
says '^line-9: no chip in the reader'
run 1 "... stopped: it ends, not completed" batch "$batch" --stop 'no booklets' --officer "$scratch/maker"
says 'in hand, stopped'
[ "$(sql "SELECT reason FROM batch_decision WHERE event = 'stop'")" = 'no booklets' ]
ok $? "... with its reason"
run 1 "... stopped twice" batch "$batch" --stop 'no booklets' --officer "$scratch/maker"
says 'does not allow'
run 0 "... resumed" batch "$batch" --resume --once --officer "$scratch/maker"
says 'in hand, running'
run 1 "... both at once" batch "$batch" --resume --stop x --officer "$scratch/maker"
run 1 "... one that is none" batch 018f2a00-0000-7000-8000-00000000abcd --officer "$scratch/maker"
says 'no such batch'
run 1 "... what is no id" batch ../documents --officer "$scratch/maker"
run 1 "... by an officer of the civil registry" batch --officer "$scratch/clerk"
run 1 "... by nobody" batch
says 'officer is missing'
sql "SELECT station_says('line-9', NULL)" >>"$out"

# the stop list: exported by a supervisor, asked without a service
run 0 "a supervisor" officer add super --name Super --role passport_supervisor --office all --credentials "$scratch/super"
run 0 "stoplist export" stoplist export --out "$scratch/full.csv" --officer "$scratch/super"
says '^export 1 (full): 0 entries'
grep -q '^document_number,' "$scratch/full.csv"
ok $? "... a CSV"
run 0 "... as XML" stoplist delta --since 1 --out "$scratch/delta.xml" --format xml --officer "$scratch/super"
xmllint --noout --schema "$top/docs/stop-list.xsd" "$scratch/delta.xml" 2>"$out"
ok $? "... of its schema"
run 0 "... as a snapshot" stoplist export --out "$scratch/list.stop" --format snapshot --officer "$scratch/super"
"$catena" stoplist verify "$scratch/list.stop" --anchor "$state/pki/csca.crt" >"$out" 2>&1
ok $? "... which verifies"
says '^verdict: good'
"$catena" stoplist ask "$scratch/list.stop" L898902C3 --anchor "$state/pki/csca.crt" >"$out" 2>&1
ok $? "... and is asked"
says '^L898902C3: not on the stop list'
"$catena" stoplist ask "$scratch/list.stop" L898902C3 --anchor "$state/tls/ca.crt" >"$out" 2>&1
[ $? = 3 ]
ok $? "... not under another anchor"
"$catena" stoplist verify "$scratch/full.csv" --anchor "$state/pki/csca.crt" >"$out" 2>&1
[ $? = 3 ]
ok $? "a CSV is no snapshot"
run 1 "stoplist: by a clerk" stoplist export --out "$scratch/x" --officer "$scratch/clerk"
run 1 "... by nobody" stoplist export --out "$scratch/x"
says 'officer is missing'
run 1 "... to nowhere" stoplist export --officer "$scratch/super"
run 1 "... a delta since nothing" stoplist delta --out "$scratch/x" --officer "$scratch/super"
run 1 "... a delta since an export that there never was" stoplist delta --since 99 --out "$scratch/x" --officer "$scratch/super"
run 1 "... a snapshot of a delta" stoplist delta --since 1 --format snapshot --out "$scratch/x" --officer "$scratch/super"

# the country's rules; what the schema itself changed of them was before
changes() {
	sql "SELECT count(*) FROM audit_event a JOIN ledger_entry e ON e.record_id = a.id WHERE a.kind = 'rule_changed'"
}
before=$(changes)
run 0 "late: nothing is, before a rule says so" late list
says '^birth  *never late'
run 0 "... a year for births" late set birth --days 365 --basis 'Civil Registration Act, section 9'
run 0 "... the rule is listed" late list
says '^birth  *late after 365 days: Civil Registration Act, section 9'
run 0 "... again, with other days" late set birth --days 90 --basis 'Decree 4'
[ "$(sql "SELECT days || legal_basis FROM late_rule")" = "90Decree 4" ]
ok $? "... in the place of the first"
run 1 "... of no kind of act" late set baptism --days 90 --basis 'Decree 4'
says 'no such kind of act'
run 1 "... of no days" late set birth --days 0 --basis 'Decree 4'
says 'from 1 to'
run 1 "... without days" late set birth --basis 'Decree 4'
run 1 "... without a law" late set birth --days 90
says 'basis is missing'
run 1 "... with a law of blanks" late set birth --days 90 --basis '   '
run 1 "... with a control character" late set birth --days 90 --basis "$(printf 'a\302\205b')"
run 0 "... retired" late retire birth
run 1 "... which is done once" late retire birth
says 'no rule says'
[ "$(sql "SELECT count(*) FROM late_rule")" = 0 ]
ok $? "... and gone"
run 0 "policy: of births" policy list --kind birth
says '^birth  *register  *late  *another officer, after approval'
run 1 "... of no kind of act" policy list --kind baptism
run 0 "... a marriage in time validated by who declared it" policy set marriage validate --alone yes
run 0 "... is listed" policy list --kind marriage
says '^marriage  *validate  *in time  *the declaring officer alone'
says '^marriage  *validate  *late  *another officer'
run 0 "... registered after approval only" policy set marriage register --approval yes --alone no
says '^marriage, register, in time: changed'
for args in 'birth register --alone yes' 'marriage validate --late --alone yes' 'marriage annul --alone yes' 'marriage reinstate --alone yes' \
	'marriage correct_key --alone yes' 'marriage override --alone yes' 'death approve --alone yes'; do
	# shellcheck disable=SC2086
	run 1 "... refused: $args" policy set $args
	says 'no rule lets an officer alone'
done
run 1 "... refused: a late registration without approval" policy set marriage register --late --approval no
says 'always needs the approval'
run 1 "... refused: a validation after approval" policy set marriage validate --approval yes
says 'only a registration'
run 1 "... of no decision" policy set marriage bless --alone yes
says 'no such decision'
run 1 "... neither yes nor no" policy set marriage validate --alone maybe
run 1 "... nothing to set" policy set marriage validate
[ "$(sql "SELECT string_agg(kind || ' ' || event || ' ' || by_declarer || ' ' || needs_approval, ';' ORDER BY event) FROM act_policy WHERE kind = 'marriage' AND NOT is_late AND event IN ('validate', 'register')")" = "marriage register false true;marriage validate true false" ]
ok $? "... the rows say so"
for i in 1 2; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj "/CN=hospital $i" -days 30 -out "$scratch/program$i.pem" 2>/dev/null
done
run 1 "facility: a program without certificate" facility set hospital --place UT-ZEN-H1
says 'its certificate is wanted'
run 0 "... with one" facility set hospital --certificate "$scratch/program1.pem" --place UT-ZEN-H1,UT-ZEN-H2
run 1 "... its certificate for another program" facility set clinic --certificate "$scratch/program1.pem"
says 'belongs to a program already'
run 1 "... of a place that is none" facility set hospital --place UT-ZEN-H1,UT-NOWHERE
says 'UT-NOWHERE: there is no such place'
run 1 "... with a file that is no certificate" facility set clinic --certificate "$scratch/seal.key" --place UT-ZEN-H1
run 1 "... with nothing to set" facility set hospital
run 1 "... of an empty place" facility set hospital --place UT-ZEN-H1,
run 1 "... of a name with blanks around" facility set ' hospital' --certificate "$scratch/program2.pem"
run 0 "... renewed" facility set hospital --certificate "$scratch/program2.pem"
[ "$(sql "SELECT encode(certificate_sha256, 'hex') FROM program WHERE name = 'hospital'")" = "$(openssl x509 -in "$scratch/program2.pem" -outform DER | sha256sum | cut -c1-64)" ]
ok $? "... by its new certificate"
run 0 "... without one of its facilities" facility retire hospital --place UT-ZEN-H2
run 1 "... which is done once" facility retire hospital --place UT-ZEN-H2
says 'does not notify for this place'
run 0 "... listed" facility list
says '^hospital  *active  *UT-ZEN-H1, UT-ZEN-H2 (retired)'
run 0 "... let in no more" facility retire hospital
run 1 "... which is done once, too" facility retire hospital
run 0 "... listed" facility list
says '^hospital  *retired'
run 0 "... let in again" facility set hospital --place UT-ZEN-H2
run 0 "... listed" facility list
says '^hospital  *active  *UT-ZEN-H1, UT-ZEN-H2$'
run 1 "... of a program that is none" facility retire nobody
[ "$(changes)" = $((before + 13)) ]
ok $? "every change, and nothing else, is in the ledger"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj "/CN=bank" -days 30 -out "$scratch/bank.pem" 2>/dev/null
run 1 "partner: without certificate" partner set bank --service document_status
run 0 "... with one" partner set bank --certificate "$scratch/bank.pem" --service document_status,stop_list
run 1 "... for what there is not" partner set bank --service everything
run 1 "... for nothing" partner set bank
run 0 "... less of it" partner retire bank --service stop_list
run 1 "... once" partner retire bank --service stop_list
run 0 "... listed" partner list
says '^bank  *active  *document_status, stop_list (retired)'
run 0 "subscriber" subscriber set police --url https://police.example/hook --topic 'document.*,person.deceased'
run 1 "... without TLS" subscriber set police --url http://police.example/hook --topic 'document.*'
run 1 "... of no topic" subscriber set police --url https://police.example/hook
run 1 "... of a topic that there is not" subscriber set police --url https://police.example/hook --topic 'document.*,weather.rain'
run 1 "... of half a topic" subscriber set police --url https://police.example/hook --topic 'document.'
run 0 "... listed" subscriber list
says '^police  *active  *https://police.example/hook  document.\*,person.deceased'
run 0 "... told no more" subscriber retire police
run 1 "... once" subscriber retire police
[ "$(sql "SELECT concat(detail::jsonb->'was'->>'days', detail::jsonb->'is'->>'days') FROM audit_event WHERE subject_kind = 'late_rule' AND detail::jsonb ?& '{was,is}'")" = 36590 ]
ok $? "... as it was and as it is"

# the country's rules of issuing
before=$(changes)
run 0 "kind: the kinds of documents" kind list
says '^PP  ordinary  *TD3  *national  *as configured, 2 at once, consent below 18, fetched by a guardian below 15, approved by the approver'
run 0 "... an identity card for five years" kind set ID --years 5 --years-minor 3 --consent-below 16 --fetched-below 14
run 0 "... is listed" kind list
says '^ID .* 5 years (minors 3), 1 at once, consent below 16, fetched by a guardian below 14'
run 0 "... an emergency passport for 90 days, by a supervisor" kind set PE --days 90 --approver passport_supervisor
run 0 "... and a refugee's for days in the place of years" kind set PR --days 700
[ "$(sql "SELECT string_agg(concat_ws(' ', code, years, years_minor, days, consent_below, approver), ';' ORDER BY code) FROM document_kind WHERE code IN ('ID', 'PE', 'PR')")" = "ID 5 3 16 passport_approver;PE 90 18 passport_supervisor;PR 700 18 passport_supervisor" ]
ok $? "... the rows say so"
for args in 'XX --days 9' 'PP' 'PP --days 0' 'PP --years 5' 'PP --years-minor 5' 'PP --years 11 --years-minor 5' 'PP --years 5 --years-minor 5 --days 9' 'PP --at-once 3' 'PP --consent-below 99' 'PP --fetched-below -1' \
	'PP --approver civil_clerk' 'PP --days ten' "PP';-- --days 9"; do
	# shellcheck disable=SC2086
	run 1 "... refused: $args" kind set $args
done
run 0 "fee: of nothing" fee list
run 0 "... of a passport" fee set PP --amount 5000 --surcharge 2500 --currency EUR
run 0 "... of an urgent one" fee set PP --amount 9000 --currency EUR --urgent
run 0 "... again" fee set PP --amount 6000 --surcharge 2500 --currency EUR
run 0 "... listed" fee list
says '^PP  *6000 EUR, lost or damaged 2500 more$'
says '^PP  urgent  9000 EUR$'
for args in 'XX --amount 1 --currency EUR' 'PP --amount 1' 'PP --currency EUR' 'PP --amount -1 --currency EUR' 'PP --amount 1 --currency euro' 'PP --amount 1 --currency eur' \
	'PP --amount 1 --currency EUR --surcharge -1' 'PP --amount 999999999999 --currency EUR'; do
	# shellcheck disable=SC2086
	run 1 "... refused: $args" fee set $args
done
run 0 "... retired" fee retire PP --urgent
run 1 "... which is done once" fee retire PP --urgent
says 'no rule says'
run 0 "refund: half of what was refused" refund set refused --percent 50
run 0 "... listed" refund list
says '^refused  *50 of a hundred'
for args in 'refused --percent 101' 'refused --percent -1' 'refused' 'approved --percent 5'; do
	# shellcheck disable=SC2086
	run 1 "... refused: $args" refund set $args
done
run 0 "interview: of the last year" interview set repeated_loss --days 365 --reason 'Passport Act, section 4'
run 0 "... listed" interview list
says '^repeated_loss  *of the last 365 days: Passport Act, section 4'
run 1 "... of no rule" interview set first_passport --days 365 --reason 'so'
run 1 "... of no days" interview set repeated_loss --days 0 --reason 'so'
run 1 "... without a reason" interview set repeated_loss --days 9
run 0 "... retired" interview retire repeated_loss
run 1 "... which is done once" interview retire repeated_loss
says 'no rule asks'
[ "$(changes)" = $((before + 10)) ]
ok $? "every change is in the ledger"

# an alert list: two persons get a number, so that there is somebody
sql "INSERT INTO person_uin SELECT person_id, CASE row_number WHEN 1 THEN '234567890111' ELSE '234567890124' END FROM (SELECT person_id, row_number() OVER (ORDER BY person_id) FROM act_registration WHERE kind = 'birth') r WHERE row_number < 3"
alerts=$scratch/alerts.csv
{
	printf 'uin,reference,kind\n'
	echo "234567890111,AL 17/26,"
	echo "234567890124,17 Cs 4/26,court"
	echo "234567890111,AL 17/26,alert"
	echo "345678901238,AL 18/26,alert"
	echo "234567890111,AL 19/26,registry"
	echo "234567890111,x,alert"
	echo "234567890112,AL 20/26,alert"
	echo ",AL 21/26,alert"
	echo "234567890111' OR '1'='1,AL 22/26,alert"
	printf '234567890111,AL \351,alert\n'
} >"$alerts"
run 1 "alerts: good rows in, bad rows out" import stops "$alerts" --supervisor "$scratch/super" --quiet
says '^3 stops stand, 7 rows were refused'
cut -d, -f4- "$alerts.rejects.csv" >"$out"
for wanted in '^5,.*no person has this number' '^6,kind,' '^7,reference,' '^8,uin,' '^9,uin,' '^10,uin,'; do
	says "$wanted"
done
[ "$(sql 'SELECT count(*) FROM person_stop')" = 2 ]
ok $? "... the registry has each once"
run 1 "... again" import stops "$alerts" --supervisor "$scratch/super" --quiet
[ "$(sql 'SELECT count(*) FROM person_stop')" = 2 ]
ok $? "... sets nothing twice"
sql "INSERT INTO person_stop (id, person_id, kind, reference, lifts_id, officer_id) SELECT gen_random_uuid(), person_id, kind, 'lifted', id, (SELECT id FROM officer WHERE login = 'clerk') FROM person_stop WHERE kind = 'alert'"
run 1 "... and again when one was lifted" import stops "$alerts" --supervisor "$scratch/super" --quiet
[ "$(sql "SELECT count(*) FROM person_stop WHERE kind = 'alert' AND lifts_id IS NULL")" = 2 ]
ok $? "... sets it anew"
run 1 "alerts by a clerk" import stops "$alerts" --supervisor "$scratch/clerk" --quiet
says '^0 stops'
run 1 "alerts by nobody" import stops "$alerts"
says 'supervisor is missing'
run 1 "a file of births is no alert list" import stops "$births" --supervisor "$scratch/super"
says 'no column'

run 0 "the ledger's check" ledger check
says '^verdict: good'
sql "ALTER TABLE act_version DISABLE TRIGGER ALL; UPDATE act_version SET content = content || '{\"note\": \"altered\"}' WHERE id = (SELECT min(id::text)::uuid FROM act_version); ALTER TABLE act_version ENABLE TRIGGER ALL"
run 1 "... of a ledger with an altered row" ledger check
says '^\[BAD\] act_version .*altered'

victim=$(sed -n 's/^enrold \([0-9]*\) .*/\1/p' "$state/run/services")
database=$(sed -n 's/^postgres \([0-9]*\) .*/\1/p' "$state/run/services")
kill -KILL "$victim"
wait "$up"
[ $? = 1 ]
ok $? "a service that dies takes up with it"
up=
cp "$scratch/up" "$out"
says 'enrold was ended by signal 9'
! kill -0 "$database" 2>/dev/null
ok $? "... and the database is stopped"

start
services=$(sed 's/^[a-z]* \([0-9]*\) .*/\1/' "$state/run/services")
kill -KILL "$up"
wait "$up" 2>/dev/null
up=
left=1
for _ in $(seq 100); do
	left=0
	for pid in $services; do
		kill -0 "$pid" 2>/dev/null && left=1
	done
	[ $left = 1 ] || break
	sleep 0.1
done
ok $left "when up is killed its programs end"

start
run 0 "down" down
wait "$up"
ok $? "... and up ends well"
up=
run 0 "down again" down
says 'nothing runs'

echo "1..$n"
exit $failed
