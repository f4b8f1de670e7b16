/*
 * One document of each form, over HTTPS with the real programs: from the application to the document in the holder's hand - a passport, an identity
 * card with its back, a single-sheet emergency document, visas.  What has no chip bears a seal, which a reader that is not ours reads from the picture
 * and from the PDF, and `catena pki seal` verifies.
 */
#include <unistd.h>

#include "pki/descent.h"
#include "tests/service/counter.h"
#include "tests/service/rites.h"

static const struct form {
	const char *kind, *form, *page, *visa, *name, *born; /* page: of pdfinfo, in points */
	const char *blanks;                                  /* prefix of their serials; NULL: the rig's booklets */
	unsigned pages;
	bool is_sealed;
} forms[] = {
	{ "PP", "TD3", "354.331 x 249.449", "", "Eriksson", "1994-08-12", NULL, 1, false },
	{ "ID", "TD1", "242.646 x 153.014", "", "Stevenson", "1992-01-30", "CARD", 2, false },
	{ "PU", "TD2", "297.638 x 209.764", "", "Nakamura", "1990-06-02", "SHEET", 1, true },
	{ "VA", "MRV-A", "340.157 x 226.772", ",'visa':{'passport_number':'L898902C3','entries':2,'stay_days':30}", "Oyelaran", "1991-11-23", "VISAA", 1, true },
	{ "VB", "MRV-B", "297.638 x 209.764", ",'visa':{'passport_number':'L898902C3','entries':0,'stay_days':0}", "Zubizarreta", "1999-04-17", "VISAB", 1, true },
};

static char build[1000]; /* where the programs are: the tests run there */
static struct day_person people[NELEM(forms)];

/* ---- what is needed ---- */

static void
seal_signer(const char *kind, const char *id)
{
	char key[UUID_TEXT];

	hold(json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", "generate", "key", "kind", kind, "token_label", "test", "algorithm", "brainpoolP256r1"), key);
	hold(json_pack("{s:s, s:s, s:{s:s}}", "kind", "certify", "signing_key_id", key, "parameters", "signer_id", id), NULL);
	hold(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", key), NULL);
}

static void
stock(const struct form *f)
{
	char office_id[UUID_TEXT], members[300], id[UUID_TEXT];

	uuid_format(&rig.office[RIG_PASSPORT], office_id);
	snprintf(members, sizeof(members), "'office_id':'%s','event':'receive','form':'%s','delivery_note':'D 1','prefix':'%s','first':1,'last':3,'counted':3", office_id, f->form, f->blanks);
	ok(tell("passport_personaliser.1", members, "booklets/counts") == 201, "%s: blanks come %s", f->form, got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	ok(tell("passport_qc.1", "'counted':3", "booklets/counts/%s/confirmation", id) < 300, "counted by another %s", got.err.text);
	snprintf(members, sizeof(members), "'office_id':'%s','prefix':'%s','first':1,'last':3,'station':'line-1'", office_id, f->blanks);
	ok(tell("passport_personaliser.1", members, "booklets/assignments") < 300, "and brought to the station %s", got.err.text);
}

/* ---- the way of a document ---- */

static void
apply(const struct form *f, struct day_person *p)
{
	char members[300], office_id[UUID_TEXT], id[UUID_TEXT];
	struct err err = ERR_INIT;

	person_new(f->name, f->born, p);
	snprintf(members, sizeof(members), "'uin':'%s','document_type':'%s','reason':'first','office_id':'%s'%s", p->uin, f->kind, uuid_format(&rig.office[RIG_PASSPORT], office_id), f->visa);
	ok(tell("passport_clerk.1", members, "applications") == 201, "%s is applied for %s", f->kind, got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	ok(tell(f->kind[0] == 'V' ? "passport_supervisor.1" : "passport_approver.1", NULL, "applications/%s/approval", id) == 201, "and approved %s", got.err.text);
	if (uuid_parse(bytes_str(id), &p->application_id, &err) == -1)
		bail_out("%s", err.text);
}

static const char *
personalise(struct day_person *p)
{
	static struct err err;
	struct day_issuance who = office();

	err_clear(&err);
	if (day_personalise(&who, p, 1, &err) == 0)
		err_set(&err, FAIL_NONE, "%s", "");
	return err.text;
}

static void
fetch(const struct day_person *p, const char *what, const char *file, int want)
{
	struct buf octets = BUF_INIT;
	struct err err = ERR_INIT;
	char path[200];
	int status;

	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/%s", p->document_number, what);
	status = exchange_at(&rig, "issued", "passport_qc.1", "GET", path, CLIENT_NO_BODY, &octets);
	ok(status == want, "%s: %d", what, status);
	if (status == 200 && file_write(rig_path(&rig, file), bytes_of(&octets), 0600, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&octets);
}

static void
test_seal(const struct form *f, const struct day_person *p)
{
	char signer[20000];
	struct err err = ERR_INIT;
	struct buf der = BUF_INIT;

	fetch(p, "files/SEAL", "seal", 200);
	fetch(p, "files/EF.DG1", "none", 404);
	fetch(p, "chip", "none", 404);
	ok(run("dmtxread -N 1 -m 120000 front.png > read && cmp read seal"), "%s: the seal is read from the picture", f->form);
	ok(run("pdftoppm -r 600 -png -singlefile page.pdf page && dmtxread -N 1 -m 120000 page.png > read && cmp read seal"), "and from the PDF");
	if (rig_sql(&rig, signer, sizeof(signer), &err, "SELECT encode(c.der, 'hex') FROM registry.certificate c JOIN registry.document_signature s ON s.certificate_id = c.id"
							" JOIN registry.document d ON d.id = s.document_id WHERE d.number = '%s'",
		    p->document_number) == -1 ||
		buf_from_hex(&der, bytes_str(signer), &err) == -1 || file_write(rig_path(&rig, "signer.der"), bytes_of(&der), 0600, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&der);
	ok(run("pdftotext -layout page.pdf - | grep -E '^ *[A-Z0-9<]{36,44}$' | tr -d ' ' > printed.mrz && test $(wc -l < printed.mrz) = 2"), "the printed MRZ is text");
	ok(run("%s/catena pki seal read --mrz printed.mrz --signer signer.der --anchor csca.pem --crl ours.crl > verified.txt; grep -q 'seal: VALID' verified.txt || { cat verified.txt; false; }", build),
		"with the CSCA and its CRL the seal is valid and says what is printed");
	ok(run("sed 's/NAKA\\|OYEL\\|ZUBI/ABCD/' printed.mrz > other.mrz;"
	       " %s/catena pki seal read --mrz other.mrz --signer signer.der --anchor csca.pem --crl ours.crl > verified.txt; ! grep -q 'seal: VALID' verified.txt",
		   build),
		"on another document it is not");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.ledger_entry l JOIN registry.document_signature s ON s.id = l.record_id JOIN registry.document d ON d.id = s.document_id"
			   " WHERE d.number = '%s'",
		   p->document_number) == 1,
		"the ledger has it");
}

/* The bundle, verified without the registry. */
static void
test_descent(const struct form *f, const struct day_person *p)
{
	struct buf csca = BUF_INIT, text = BUF_INIT;
	struct descent_report report = { 0 };
	struct bytes anchor;
	json_t *bundle = NULL;
	struct err err = ERR_INIT;
	char path[200];

	snprintf(path, sizeof(path), "/registry/v1/documents/%s/descent?form=disclosed", p->document_number);
	for (int i = 0; i < 200; i++) { /* the sequencer may still be at work */
		if (ask_at(&rig, "registryd", "auditor.1", "GET", path, NULL, &bundle) == 200)
			break;
		usleep(50000);
	}
	if (bundle == NULL || json_text(bundle, &text, &err) == -1 || file_read(rig_path(&rig, "pki/csca.crt"), 1 << 16, &csca, &err) == -1)
		bail_out("%s: no bundle %s", f->form, err.text);
	anchor = bytes_of(&csca);
	ok(descent_verify(bytes_of(&text), &anchor, 1, &report, &err) == 0 && report.is_good, "%s: its descent is verified from birth to delivery %s", f->form, err.text);
	for (size_t i = 0; i < report.n; i++)
		if (report.findings[i].status != DESCENT_GOOD)
			printf("# %s: %s\n", report.findings[i].link, report.findings[i].text);
	descent_report_clear(&report);
	json_decref(bundle);
	buf_clear(&csca);
	buf_clear(&text);
}

static void
test_form(const struct form *f, struct day_person *p)
{
	struct day_issuance who = office();
	struct err err = ERR_INIT;

	if (f->blanks != NULL) {
		ok(strstr(personalise(p), "not enough blank") != NULL, "%s: a booklet is no blank of it", f->form);
		stock(f);
	}
	is(personalise(p), "", "it is personalised");
	ok(strlen(p->document_number) == (f->pages == 2 ? 10 : 9), "a card's number has ten characters, of which its MRZ has nine in their place: %s", p->document_number);
	fetch(p, "data-page?side=front&dpi=600", "fine.png", 200);
	fetch(p, "data-page", "front.png", 200);
	fetch(p, "data-page?side=back", "back.png", f->pages == 2 ? 200 : 400);
	fetch(p, "data-page?form=pdf", "page.pdf", 200);
	ok(run("pdfinfo page.pdf > info && grep -q 'Pages: *%u$' info && grep -q 'Page size: *%s pts' info || { cat info; false; }", f->pages, f->page), "the PDF has the size of %s", f->form);
	ok(run("pdftotext page.pdf - | grep -q %s", p->document_number), "and its number");
	if (f->is_sealed)
		test_seal(f, p);
	else
		fetch(p, "files/EF.SOD", "sod", 200);
	ok(day_deliver(&who, p, &err) == 0, "quality control passes it, and it is delivered %s", err.text);
	test_descent(f, p);
}

static void
test_refusals(void)
{
	char members[300], office_id[UUID_TEXT];
	struct day_person p;

	uuid_format(&rig.office[RIG_PASSPORT], office_id);
	person_new("Quartermaine", "1995-10-05", &p);
	snprintf(members, sizeof(members), "'uin':'%s','document_type':'VA','reason':'first','office_id':'%s','visa':{'passport_number':'l898902c3','entries':1,'stay_days':300}", p.uin, office_id);
	tell("passport_clerk.1", members, "applications");
	ok(got.status == 400 && strstr(got.err.text, "stay_days") != NULL, "refuses: a stay of 300 days: %s", got.err.text);
	snprintf(members, sizeof(members), "'uin':'%s','document_type':'PP','reason':'first','office_id':'%s','visa':{'passport_number':'L898902C3','entries':1,'stay_days':30}", p.uin, office_id);
	tell("passport_clerk.1", members, "applications");
	ok(got.status == 409 && strstr(got.err.text, "of visas") != NULL, "refuses: a passport with entries and stay: %s", got.err.text);
	snprintf(members, sizeof(members), "'uin':'%s','document_type':'VA','reason':'first','office_id':'%s'", p.uin, office_id);
	ok(tell("passport_clerk.1", members, "applications") == 400 && strstr(got.err.text, "duration of stay") != NULL, "refuses: a visa of which nothing is said: %s", got.err.text);
}

int
main(void)
{
	struct err err = ERR_INIT;

	if (rig_start(&rig, (const char *[]){ "signd", "civild", "enrold", "issued", "pkid", "registryd", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("documents of all forms", err.text);
		return done_testing();
	}
	if (getcwd(build, sizeof(build)) == NULL)
		bail_out("no working directory");
	/* who gets a visa is data; the rig registers nationals */
	sql("UPDATE registry.document_kind SET entitled = 'national' WHERE family = 'visa'");
	for (size_t i = 0; i < NELEM(forms); i++)
		apply(&forms[i], &people[i]);
	ok(strstr(personalise(&people[2]), "blank") != NULL, "no sheet, no emergency document");
	stock(&forms[2]);
	ok(strstr(personalise(&people[2]), "a key ceremony is needed") != NULL, "no signer, no seal");
	seal_signer("visa_seal_signer", "VS");
	seal_signer("emergency_seal_signer", "ES");
	hold(json_pack("{s:s}", "kind", "crl"), NULL);
	published("csca", "csca.pem");
	published("crl", "ours.crl");
	for (size_t i = 0; i < NELEM(forms); i++)
		if (i != 2)
			test_form(&forms[i], &people[i]);
	test_form(&(struct form){ "PU", "TD2", forms[2].page, "", "", "", NULL, 1, true }, &people[2]);
	test_refusals();
	json_decref(got.json);
	rig_stop(&rig);
	return done_testing();
}
