/*
 * What we hand on: the content of a master list against one that another tool made of the same certificates, and the PKD file read back.
 */
#include "pki/certfile.h"
#include "pki/masterlist.h"
#include "pki/pkd.h"
#include "tests/unit/pkifix.h"

static void
test_master_list(void)
{
	struct buf list = fix_file("good/utopia.ml"), one = fix_file("good/csca1.cer"), two = fix_file("good/csca2.cer"), link = fix_file("good/csca1-to-2-link.cer"),
		   ds = fix_file("good/dsA.cer"), content = BUF_INIT;
	struct bytes certs[] = { bytes_of(&link), bytes_of(&two), bytes_of(&one), bytes_of(&two) };
	struct masterlist *theirs = NULL;
	struct err err = ERR_INIT;

	if (masterlist_parse(bytes_of(&list), &theirs, &err) == -1)
		bail_out("%s", err.text);
	ok(pkd_master_list(certs, 4, &content, &err) == 0 && bytes_equal(bytes_of(&content), theirs->cms->content),
		"the content is that of Utopia's list, whatever the order, the same certificate once");
	buf_clear(&content);
	ok(pkd_master_list(certs, 0, &content, &err) == -1 && err.kind == FAIL_INPUT && content.n == 0, "refuses none: %s", err.text);
	certs[1] = bytes_of(&ds);
	err = ERR_INIT;
	ok(pkd_master_list(certs, 4, &content, &err) == -1 && err.kind == FAIL_INPUT && content.n == 0, "refuses a document signer: %s", err.text);
	certs[1] = BYTES(two.p, two.n - 1);
	err = ERR_INIT;
	ok(pkd_master_list(certs, 4, &content, &err) == -1 && err.kind == FAIL_INPUT && content.n == 0, "refuses a cut one: %s", err.text);
	masterlist_free(theirs);
	buf_clear(&list);
	buf_clear(&one);
	buf_clear(&two);
	buf_clear(&link);
	buf_clear(&ds);
	buf_clear(&content);
}

static void
test_file(void)
{
	static const struct {
		const char *file;
		enum ldif_branch branch;
	} parts[] = {
		{ "good/dsA.cer", LDIF_DSC },
		{ "good/dsB.cer", LDIF_DSC },
		{ "good/bcs-UTTV-01.cer", LDIF_BCSC },
		{ "good/utopia.crl", LDIF_CRL },
		{ "good/utopia.ml", LDIF_MASTER_LIST },
	};
	struct buf octets[NELEM(parts)], signer = fix_file("good/mls.cer"), out = BUF_INIT;
	struct pkd_entry entry[NELEM(parts)];
	struct certfile file = { 0 };
	struct err err = ERR_INIT;
	unsigned same = 0;

	for (size_t i = 0; i < NELEM(parts); i++) {
		octets[i] = fix_file(parts[i].file);
		entry[i] = (struct pkd_entry){ parts[i].branch, bytes_of(&octets[i]), parts[i].branch == LDIF_MASTER_LIST ? bytes_of(&signer) : BYTES_NONE };
	}
	ok(pkd_write(entry, NELEM(parts), NULL, &out, &err) == 0 && strstr(buf_cstr(&out), "dc=data,dc=download,dc=pkd,dc=icao,dc=int") != NULL, "a file for the PKD");
	if (certfile_read(bytes_of(&out), &file, &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < NELEM(parts); i++)
		for (size_t k = 0; k < file.n; k++)
			if (bytes_equal(bytes_of(&file.item[k].der), bytes_of(&octets[i]))) {
				same++;
				break;
			}
	ok(same == NELEM(parts), "all five are read back with their octets");
	ok(file.nproblem == 0 && file.count[CERTFILE_CRL] == 1 && file.count[CERTFILE_MASTER_LIST] == 1, "as what they are");
	certfile_clear(&file);
	buf_clear(&out);
	ok(pkd_write(entry, 0, NULL, &out, &err) == 0 && strncmp(buf_cstr(&out), "version: 1", 10) == 0, "nothing to hand on is an empty file");
	buf_clear(&out);
	for (size_t i = 0; i < NELEM(parts); i++) {
		struct pkd_entry bad = entry[i];

		if (bad.branch == LDIF_MASTER_LIST)
			bad.signer = BYTES(bad.signer.p, bad.signer.n - 1);
		else
			bad.der.n--;
		err = ERR_INIT;
		ok(pkd_write(&bad, 1, NULL, &out, &err) == -1 && err.kind == FAIL_INPUT && out.n == 0, "refuses %s cut short: %s", parts[i].file, err.text);
		buf_clear(&octets[i]);
	}
	buf_clear(&signer);
	buf_clear(&out);
}

int
main(void)
{
	test_master_list();
	test_file();
	return done_testing();
}
