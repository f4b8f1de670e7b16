/* LDIF both ways; files of all forms taken apart; bounds; nothing that is altered brings it down. */
#include <archive.h>
#include <archive_entry.h>

#include "pki/certfile.h"
#include "pki/ldif.h"
#include "tests/unit/listfix.h"

/* ---- LDIF ---- */

struct seen {
	char text[2048];
	unsigned entries;
};

static int
see(void *context, const struct ldif_entry *entry, struct err *err)
{
	struct seen *s = context;

	(void)err;
	s->entries++;
	snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "[%zu %.*s]", entry->line, (int)entry->dn.n, (const char *)entry->dn.p);
	for (size_t i = 0; i < entry->n; i++)
		snprintf(s->text + strlen(s->text), sizeof(s->text) - strlen(s->text), "%s;%s=%.*s|", entry->attribute[i].name, entry->attribute[i].options,
			(int)entry->attribute[i].value.n, (const char *)entry->attribute[i].value.p);
	return 0;
}

static int
stop(void *context, const struct ldif_entry *entry, struct err *err)
{
	(void)context;
	(void)entry;
	return err_set(err, FAIL_CONFLICT, "enough");
}

static void
test_ldif_reading(void)
{
	static const struct {
		const char *name, *text, *want;
	} good[] = {
		{ "nothing", "", "" },
		{ "a version alone", "version: 1\n", "" },
		{ "one entry", "version: 1\ndn: c=UT\nc: UT\n", "[2 c=UT]c;=UT|" },
		{ "an entry without version and last line break", "dn: c=UT\nc: UT", "[1 c=UT]c;=UT|" },
		{ "two entries, CR LF, empty lines", "version: 1\r\n\r\n\r\ndn: c=UT\r\nc: UT\r\n\r\ndn: c=DE\r\nC: DE\r\n", "[4 c=UT]c;=UT|[7 c=DE]c;=DE|" },
		{ "folded lines", "dn: c=\n UT\nc\n : U\n T\n", "[1 c=UT]c;=UT|" },
		{ "comments, folded too", "# a\n  b\ndn: c=UT\n# c\nc: UT\n", "[3 c=UT]c;=UT|" },
		{ "base64", "dn:: Yz1VVA==\nuserCertificate;binary:: SGFs\n bG8=\n", "[1 c=UT]usercertificate;binary=Hallo|" },
		{ "an empty value", "dn: c=UT\nc:\n", "[1 c=UT]c;=|" },
		{ "a colon in a value", "dn: c=UT\nc: a:b\n", "[1 c=UT]c;=a:b|" },
		{ "changetype add", "dn: c=UT\nchangetype: add\nc: UT\n", "[1 c=UT]c;=UT|" },
	};
	static const struct {
		const char *name, *text, *says;
	} bad[] = {
		{ "version 2", "version: 2\ndn: c=UT\n", "line 1" },
		{ "an entry without a name", "c: UT\n", "line 1" },
		{ "a line without a colon", "dn: c=UT\n\ndn: c=DE\nc\n", "line 4" },
		{ "a line that begins with a colon", "dn: c=UT\n: x\n", "line 2" },
		{ "an URL for a value", "dn: c=UT\nuserCertificate:< file:///etc/passwd\n", "URL" },
		{ "a name of other characters", "dn: c=UT\nuser certificate: x\n", "line 2" },
		{ "half a base64 group", "dn: c=UT\nc:: SGFsb\n", "line 2" },
		{ "base64 of other characters", "dn: c=UT\nc:: SGF*\n", "line 2" },
		{ "a deletion", "dn: c=UT\nchangetype: delete\n", "change record" },
		{ "a name that is not UTF-8", "dn:: /w==\nc: UT\n", "UTF-8" },
		{ "a second version", "dn: c=UT\n\nversion: 1\n", "line 3" },
	};
	struct err err = ERR_INIT;
	struct buf many = BUF_INIT;
	struct seen s;

	for (size_t i = 0; i < NELEM(good); i++) {
		memset(&s, 0, sizeof(s));
		if (ldif_read(bytes_str(good[i].text), see, &s, &err) == -1)
			ok(false, "reads %s: %s", good[i].name, err.text);
		else
			is(s.text, good[i].want, good[i].name);
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		memset(&s, 0, sizeof(s));
		err_clear(&err);
		if (!ok(ldif_read(bytes_str(bad[i].text), see, &s, &err) == -1 && err.kind == FAIL_INPUT && strstr(err.text, bad[i].says) != NULL, "refuses %s", bad[i].name))
			printf("# %s\n", err.text);
	}
	ok(ldif_read(bytes_str("dn: c=UT\n"), stop, NULL, &err) == -1 && err.kind == FAIL_CONFLICT, "ends when it is told to");
	buf_str(&many, "dn: c=UT\n");
	for (unsigned i = 0; i <= LDIF_ATTRIBUTES_MAX; i++)
		buf_str(&many, "c: UT\n");
	ok(ldif_read(bytes_of(&many), see, &s, &err) == -1 && err.kind == FAIL_TOO_LARGE, "refuses too many attributes");
	ok(ldif_looks_like(bytes_str("# x\n\nversion: 1\n")) && ldif_looks_like(bytes_str("dn: c=UT\n")) && !ldif_looks_like(bytes_str("-----BEGIN CERTIFICATE-----\n")) &&
			!ldif_looks_like(bytes_str("# only\n")) && !ldif_looks_like(BYTES_NONE),
		"knows LDIF when it sees it");
	buf_clear(&many);
}

static struct crl *
crl_of(const char *file)
{
	struct buf b = fix_file(file);
	struct err err = ERR_INIT;
	struct crl *crl = NULL;

	if (crl_parse(bytes_of(&b), &crl, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&b);
	return crl;
}

/* Certificate, CRL and master list in one upload file. */
static struct buf
upload_file(void)
{
	struct cert *ds = listfix_cert("good/dsA.cer"), *mls = listfix_cert("good/mls.cer");
	struct crl *crl = crl_of("good/utopia.crl");
	struct buf out = BUF_INIT, ml = fix_file("good/utopia.ml");
	struct err err = ERR_INIT;

	ldif_put_version(&out);
	ldif_put_end(&out);
	if (ldif_put_certificate(&out, LDIF_DSC, ds, NULL, &err) == -1 || ldif_put_crl(&out, crl, NULL, &err) == -1 ||
		ldif_put_list(&out, LDIF_MASTER_LIST, bytes_of(&ml), mls, "dc=example", &err) == -1)
		bail_out("%s", err.text);
	cert_free(ds);
	cert_free(mls);
	crl_free(crl);
	buf_clear(&ml);
	return out;
}

static void
test_ldif_writing(void)
{
	struct buf out = BUF_INIT, file = upload_file(), name = BUF_INIT;
	struct cert *ds = listfix_cert("good/dsA.cer");
	struct err err = ERR_INIT;
	size_t longest = 0, start = 0;
	int status;
	const char *path, *perl;

	ldif_put_line(&out, "cn", bytes_str("plain"));
	ldif_put_line(&out, "cn", bytes_str(" blank first"));
	ldif_put_line(&out, "cn", bytes_str("blank last "));
	ldif_put_line(&out, "cn", bytes_str("\xC3\x9Ctopia"));
	ldif_put_line(&out, "cn", bytes_str(":colon"));
	ldif_put_line(&out, "cn", BYTES_NONE);
	ldif_put_line(&out, "cn", bytes_str("012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"));
	is(buf_cstr(&out),
		"cn: plain\ncn:: IGJsYW5rIGZpcnN0\ncn:: YmxhbmsgbGFzdCA=\ncn:: w5x0b3BpYQ==\ncn:: OmNvbG9u\ncn: \n"
		"cn: 012345678901234567890123456789012345678901234567890123456789012345678901\n 234567890123456789\n",
		"values are plain where they may be, and folded after 76 characters");
	ok(ldif_name(ds->issuer, &name, &err) == 0, "writes a name");
	is(buf_cstr(&name), "CN=CSCA Utopia,OU=Passport Authority,O=Utopia,C=UT", "as RFC 4514 has it");

	for (size_t i = 0; i < file.n; i++)
		if (file.p[i] == '\n') {
			longest = i - start > longest ? i - start : longest;
			start = i + 1;
		}
	ok(longest == 76, "no line of the upload file is longer than 76 octets");
	path = fix_write("u.ldif", bytes_of(&file));
	fix_run(&status, "perl -0pe 's/\\n //g' %s | grep -q '^dn: .*+sn=2000,o=dsc,c=UT,dc=data,dc=download,dc=pkd,dc=icao,dc=int$'", path);
	ok(status == 0 && strstr(buf_cstr(&file), "\nobjectClass: pkdDownload\n") != NULL, "branch and object classes of the PKD");
	perl = fix_run(&status,
		"perl -0pe 's/\\n //g' %s | sed -n 's/^userCertificate;binary:: //p' | base64 -d | openssl x509 -inform DER -noout -subject 2>&1", path);
	if (!ok(status == 0 && strstr(perl, "subject=C = UT") != NULL, "unfolded and decoded by others, the certificate is there"))
		printf("# %s\n", perl);
	perl = fix_run(&status,
		"perl -0pe 's/\\n //g' %s | sed -n 's/^certificateRevocationList;binary:: //p' | base64 -d | openssl crl -inform DER -noout -crlnumber 2>&1", path);
	ok(status == 0 && strstr(perl, "2A") != NULL, "and the CRL");
	buf_clear(&out);
	buf_clear(&file);
	buf_clear(&name);
	cert_free(ds);
}

/* ---- containers ---- */

static void
show(const struct certfile *f)
{
	for (size_t i = 0; i < f->n; i++)
		printf("#   %-14s %s\n", certfile_kind_name(f->item[i].kind), f->item[i].where);
	for (size_t i = 0; i < f->nproblem && i < CERTFILE_PROBLEMS; i++)
		printf("#   problem %s: %s\n", f->problem[i].where, f->problem[i].text);
}

/* Certificates, CRLs, master lists, deviation lists, problems. */
static void
holds(struct bytes in, size_t certs, size_t crls, size_t ml, size_t dl, size_t problems, const char *what)
{
	struct err err = ERR_INIT;
	struct certfile f = { NULL };

	if (certfile_read(in, &f, &err) == -1) {
		ok(certs + crls + ml + dl == 0, "%s: %s", what, err.text);
		return;
	}
	if (!ok(f.count[0] == certs && f.count[1] == crls && f.count[2] == ml && f.count[3] == dl && f.nproblem == problems,
		    "%s: %zu certificates, %zu CRLs, %zu master lists, %zu deviation lists, %zu problems", what, certs, crls, ml, dl, problems))
		show(&f);
	certfile_clear(&f);
}

static void
refused(struct bytes in, enum fail kind, const char *what)
{
	struct err err = ERR_INIT;
	struct certfile f = { NULL };

	if (!ok(certfile_read(in, &f, &err) == -1 && err.kind == kind && f.n == 0, "refuses %s", what))
		printf("# %s\n", err.text);
	certfile_clear(&f);
}

struct zip {
	struct archive *a;
	struct buf out;
};

static la_ssize_t
zip_write(struct archive *a, void *context, const void *p, size_t n)
{
	(void)a;
	buf_add(context, p, n);
	return (la_ssize_t)n;
}

static void
zip_open(struct zip *z)
{
	z->out = BUF_INIT;
	z->a = archive_write_new();
	if (z->a == NULL || archive_write_set_format_zip(z->a) != ARCHIVE_OK || archive_write_set_bytes_per_block(z->a, 0) != ARCHIVE_OK ||
		archive_write_open(z->a, &z->out, NULL, zip_write, NULL) != ARCHIVE_OK)
		bail_out("libarchive cannot write ZIP");
}

/* times: the data are written so often, one after another. */
static void
zip_add(struct zip *z, const char *name, struct bytes data, size_t times)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)(data.n * times));
	if (archive_write_header(z->a, e) != ARCHIVE_OK)
		bail_out("libarchive: %s", archive_error_string(z->a));
	for (size_t i = 0; i < times; i++)
		if (data.n > 0 && archive_write_data(z->a, data.p, data.n) != (la_ssize_t)data.n)
			bail_out("libarchive: %s", archive_error_string(z->a));
	archive_entry_free(e);
}

static void
zip_close(struct zip *z)
{
	archive_write_close(z->a);
	archive_write_free(z->a);
}

static void
test_zip(void)
{
	struct buf csca1 = fix_file("good/csca1.cer"), crl = fix_file("good/utopia.crl"), ml = fix_file("good/utopia.ml"), ldif = upload_file();
	uint8_t *zeros = calloc(1, 1 << 20);
	struct err err = ERR_INIT;
	struct certfile f = { NULL };
	struct zip z, outer;
	unsigned asked = 0;

	zip_open(&z);
	zip_add(&z, "UT/csca1.cer", bytes_of(&csca1), 1);
	zip_add(&z, "UT/\x1b[31m.crl", bytes_of(&crl), 1);
	zip_add(&z, "README.txt", bytes_str("about"), 1);
	zip_add(&z, "ml/utopia.ml", bytes_of(&ml), 1);
	zip_add(&z, "pkd.ldif", bytes_of(&ldif), 1);
	zip_add(&z, "empty", BYTES_NONE, 1);
	zip_close(&z);
	/* The master list has three certificates and two beside; in the LDIF once more, with a document signer and a CRL. */
	holds(bytes_of(&z.out), 1 + 5 + 1 + 5, 2, 2, 0, 1, "a ZIP archive");
	if (certfile_read(bytes_of(&z.out), &f, &err) == -1)
		bail_out("%s", err.text);
	is(f.item[0].where, "UT/csca1.cer", "the certificate's place");
	is(f.item[1].where, "UT/?[31m.crl", "the CRL's place, made harmless");
	ok(f.item[2].kind == CERTFILE_MASTER_LIST && f.item[3].list == 2 && !f.item[3].is_signer, "a certificate of the list knows its list");
	is(f.item[3].where, "ml/utopia.ml: master list: certificate 0", "and its place in it");
	ok(f.item[6].list == 2 && f.item[6].is_signer, "the signer's certificate is marked");
	certfile_clear(&f);
	for (size_t i = 0; i < z.out.n; i += 97) {
		z.out.p[i] ^= 0x41;
		if (certfile_read(bytes_of(&z.out), &f, &err) == 0)
			certfile_clear(&f);
		z.out.p[i] ^= 0x41;
		asked++;
		if (certfile_read(BYTES(z.out.p, i), &f, &err) == 0)
			certfile_clear(&f);
	}
	ok(asked > 0, "altered and cut archives end in an answer");

	zip_open(&outer);
	zip_add(&outer, "inner.zip", bytes_of(&z.out), 1);
	zip_add(&outer, "csca1.cer", bytes_of(&csca1), 1);
	zip_close(&outer);
	holds(bytes_of(&outer.out), 1, 0, 0, 0, 1, "an archive in an archive is not opened");
	buf_clear(&z.out);
	buf_clear(&outer.out);

	zip_open(&z);
	zip_add(&z, "bomb", BYTES(zeros, 1 << 20), CERTFILE_MEMBER_MAX / (1 << 20) + 1);
	zip_close(&z);
	printf("# bomb of %zu octets\n", z.out.n);
	refused(bytes_of(&z.out), FAIL_TOO_LARGE, "a bomb");
	buf_clear(&z.out);
	zip_open(&z);
	for (unsigned i = 0; i <= CERTFILE_MEMBERS_MAX; i++)
		zip_add(&z, "x", BYTES_NONE, 1);
	zip_close(&z);
	refused(bytes_of(&z.out), FAIL_TOO_LARGE, "too many members");
	buf_clear(&z.out);
	free(zeros);
	buf_clear(&csca1);
	buf_clear(&crl);
	buf_clear(&ml);
	buf_clear(&ldif);
}

static void
test_forms(void)
{
	struct buf csca1 = fix_file("good/csca1.cer"), csca2 = fix_file("good/csca2.cer"), crl = fix_file("good/utopia.crl"), ml = fix_file("good/utopia.ml"),
		   key = fix_file("keys/csca1.key.pem"), sod = fix_file("sod/good-v1.bin"), bundle = BUF_INIT, pem = BUF_INIT, several = BUF_INIT, ldif = upload_file(), b64 = BUF_INIT,
		   p7 = BUF_INIT, marked = BUF_INIT;
	struct err err = ERR_INIT;
	const char *a, *b;
	char p7_path[160];
	int status;

	holds(bytes_of(&csca1), 1, 0, 0, 0, 0, "a certificate");
	holds(bytes_of(&crl), 0, 1, 0, 0, 0, "a CRL");
	holds(bytes_of(&ml), 5, 0, 1, 0, 0, "a master list with two certificates beside its three");
	buf_bytes(&several, bytes_of(&csca1));
	buf_bytes(&several, bytes_of(&crl));
	buf_bytes(&several, bytes_of(&csca2));
	holds(bytes_of(&several), 2, 1, 0, 0, 0, "three objects one after another");
	buf_u8(&several, 0x30);
	holds(bytes_of(&several), 2, 1, 0, 0, 1, "and half an object after them");

	if (cert_pem(bytes_of(&csca1), &pem, &err) == -1)
		bail_out("%s", err.text);
	buf_str(&bundle, "subject=C = UT\n");
	buf_bytes(&bundle, bytes_of(&pem));
	buf_bytes(&bundle, bytes_of(&key));
	buf_str(&bundle, "-----BEGIN X509 CRL-----\r\n");
	buf_base64(&bundle, bytes_of(&crl));
	buf_str(&bundle, "\r\n-----END X509 CRL-----\r\n");
	holds(bytes_of(&bundle), 1, 1, 0, 0, 0, "a PEM bundle with a private key, which is left alone");
	buf_str(&bundle, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n");
	holds(bytes_of(&bundle), 1, 1, 0, 0, 3, "and three broken blocks");
	buf_str(&marked, "\xEF\xBB\xBF");
	buf_bytes(&marked, bytes_of(&pem));
	holds(bytes_of(&marked), 1, 0, 0, 0, 0, "a PEM file with a byte order mark");
	buf_base64(&b64, bytes_of(&csca1));
	holds(bytes_of(&b64), 1, 0, 0, 0, 0, "base64 alone");
	holds(bytes_of(&ldif), 6, 1, 1, 0, 0, "a PKD upload file");

	a = fix_write("a.pem", bytes_of(&pem));
	buf_clear(&pem);
	if (cert_pem(bytes_of(&csca2), &pem, &err) == -1)
		bail_out("%s", err.text);
	b = fix_write("b.pem", bytes_of(&pem));
	snprintf(p7_path, sizeof(p7_path), "%s/c.p7b", softhsm_dir);
	fix_run(&status, "openssl crl2pkcs7 -nocrl -certfile %s -certfile %s -outform DER -out %s 2>&1", a, b, p7_path);
	if (status != 0 || file_read(p7_path, 1 << 20, &p7, &err) == -1)
		bail_out("openssl crl2pkcs7");
	holds(bytes_of(&p7), 2, 0, 0, 0, 0, "a SignedData without a signer, of openssl crl2pkcs7");

	refused(BYTES_NONE, FAIL_INPUT, "nothing");
	refused(bytes_str("hello"), FAIL_INPUT, "a greeting");
	refused(bytes_str("version: 1\ndn: c=UT\nc: UT\n"), FAIL_INPUT, "LDIF without certificates");
	refused(bytes_of(&sod), FAIL_INPUT, "a security object");
	refused(bytes_of(&key), FAIL_INPUT, "a private key");
	refused(bytes_str("PK\x03\x04 and no archive"), FAIL_INPUT, "a false archive");
	refused(BYTES(csca1.p, csca1.n - 1), FAIL_INPUT, "a certificate without its last octet");
	refused(BYTES("\x30\x80\x00\x00", 4), FAIL_INPUT, "an indefinite length");
	buf_clear(&csca1);
	buf_clear(&csca2);
	buf_clear(&crl);
	buf_clear(&ml);
	buf_clear(&key);
	buf_clear(&sod);
	buf_clear(&bundle);
	buf_clear(&pem);
	buf_clear(&several);
	buf_clear(&ldif);
	buf_clear(&b64);
	buf_clear(&p7);
	buf_clear(&marked);
}

int
main(void)
{
	snprintf(softhsm_dir, sizeof(softhsm_dir), "/tmp/catena-files-XXXXXX"); /* where fix_write() writes; no token is needed */
	if (mkdtemp(softhsm_dir) == NULL)
		bail_out("no temporary folder");
	test_ldif_reading();
	test_ldif_writing();
	test_forms();
	test_zip();
	softhsm_stop();
	return done_testing();
}
