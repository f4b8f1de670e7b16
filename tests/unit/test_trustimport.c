/* Files of other States as proposals: Utopia's, whole and damaged, and Germany's real list with its figures. */

#include "pki/trustimport.h"
#include "tests/unit/pkifix.h"

enum { HELD_MAX = 8 };

struct held {
	struct cert *cert[HELD_MAX];
	const struct cert *trusted[HELD_MAX], *others[HELD_MAX];
	struct trustimport_newest newest[4];
	struct trustimport_held h;
};

static void
hold(struct held *held, const char *file, bool is_trusted)
{
	struct buf b = fix_file(file);
	struct err err = ERR_INIT;
	size_t n = held->h.ntrusted + held->h.nheld;

	if (cert_read(bytes_of(&b), &held->cert[n], &err) == -1)
		bail_out("%s: %s", file, err.text);
	if (is_trusted)
		held->trusted[held->h.ntrusted++] = held->cert[n];
	else
		held->others[held->h.nheld++] = held->cert[n];
	held->h.trusted = held->trusted;
	held->h.held = held->others;
	held->h.newest = held->newest;
	held->h.at = NOW;
	buf_clear(&b);
}

static void
held_clear(struct held *held)
{
	for (size_t i = 0; i < HELD_MAX; i++)
		cert_free(held->cert[i]);
	memset(held, 0, sizeof(*held));
}

static struct trustimport *
read_bytes(struct bytes file, const struct held *held, struct err *err)
{
	struct trustimport_held none = { .at = NOW };
	struct trustimport *t = NULL;

	return trustimport_read(file, held == NULL ? &none : &held->h, &t, err) == 0 ? t : NULL;
}

static struct trustimport *
read_file(const char *file, const struct held *held)
{
	struct buf b = fix_file(file);
	struct err err = ERR_INIT;
	struct trustimport *t = read_bytes(bytes_of(&b), held, &err);

	if (t == NULL)
		bail_out("%s: %s", file, err.text);
	for (size_t i = 0; i < t->file.n; i++) /* the items point into the proposal, not into the file */
		if (t->file.item[i].der.p == NULL)
			bail_out("%s: nothing in item %zu", file, i);
	buf_clear(&b);
	return t;
}

/* "kind change issuer verified taken", for each item. */
static const char *
items(const struct trustimport *t)
{
	static char text[2000];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < t->n && n + 80 < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %s %s%s%s", i > 0 ? "; " : "", certfile_kind_name(t->item[i].kind), t->item[i].change,
			t->item[i].issuer, t->item[i].is_verified ? " verified" : "", t->item[i].is_taken ? "" : " left out");
	return text;
}

static void
test_utopia(void)
{
	static const struct {
		const char *name, *file, *trusted, *held, *want;
	} cases[] = {
		{ "a root of nobody we know", "good/csca1.cer", NULL, NULL, "certificate new self verified" },
		{ "a root that is held", "good/csca1.cer", NULL, "good/csca1.cer", "certificate known self verified" },
		{ "a link whose issuer is trusted", "good/csca1-to-2-link.cer", "good/csca1.cer", NULL, "certificate new trusted verified" },
		{ "a link whose issuer is held", "good/csca1-to-2-link.cer", NULL, "good/csca1.cer", "certificate new held verified" },
		{ "a link whose issuer nobody has", "good/csca1-to-2-link.cer", NULL, NULL, "certificate new absent" },
		{ "a list whose signer is under a trusted root", "good/utopia.ml", "good/csca2.cer", NULL,
			"master list new trusted verified; certificate new self verified; certificate known self verified; certificate new file verified" },
		{ "a list whose signer is under nobody we trust", "good/utopia.ml", NULL, NULL,
			"master list new absent; certificate new self verified; certificate new self verified; certificate new file verified" },
		{ "a list whose signer's root is only held", "good/utopia.ml", NULL, "good/csca2.cer",
			"master list new absent; certificate new self verified; certificate known self verified; certificate new file verified" },
		{ "a list that was changed", "ml/tampered.ml", "good/csca2.cer", NULL, NULL },
		{ "a list that the CSCA itself signed", "ml/signed-by-csca.ml", "good/csca2.cer", NULL, NULL },
		{ "a list without a signing time", "ml/no-signingtime.ml", "good/csca2.cer", NULL, NULL },
		{ "a CRL of a trusted key", "good/utopia.crl", "good/csca2.cer", NULL, "CRL new trusted verified" },
		{ "a CRL of a key that is only held", "good/utopia.crl", NULL, "good/csca2.cer", "CRL new held" },
		{ "a CRL of nobody's key", "good/utopia.crl", NULL, NULL, "CRL new absent" },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct held held = { .h = { .at = NOW } };
		struct trustimport *t;
		bool left_out = true;

		if (cases[i].trusted != NULL)
			hold(&held, cases[i].trusted, true);
		if (cases[i].held != NULL)
			hold(&held, cases[i].held, false);
		t = read_file(cases[i].file, &held);
		for (size_t k = 0; k < t->n; k++)
			left_out = left_out && !t->item[k].is_taken && !(t->item[k].kind == CERTFILE_MASTER_LIST && t->item[k].is_verified) && t->item[k].why[0] != '\0';
		if (cases[i].want != NULL)
			is(items(t), cases[i].want, cases[i].name);
		else
			ok(left_out && t->list[0].is_refused, "%s is left out with all its certificates: %s", cases[i].name, t->item[0].why);
		trustimport_free(t);
		held_clear(&held);
	}
}

/* What is held decides: an older list and an older CRL are refused, whatever their signatures. */
static void
test_older(void)
{
	static const uint8_t other[32] = "some list";
	struct held held = { .h = { .at = NOW } };
	struct trustimport *t;
	json_t *summary = NULL;
	struct err err = ERR_INIT;

	hold(&held, "good/csca2.cer", true);
	held.newest[0] = (struct trustimport_newest){ CERTFILE_MASTER_LIST, "UT", BYTES_NONE, NOW + 1000000, other, true };
	held.h.nnewest = 1;
	t = read_file("good/utopia.ml", &held);
	ok(t->list[0].is_refused && list_verdict_find(&t->list[0].report, "older") != NULL && !t->item[0].is_taken && !t->item[1].is_taken && !t->item[1].is_taken,
		"a list older than the one held: %s", t->item[0].why);
	ok(trustimport_summary(t, &summary, &err) == 0 && json_is_true(json_object_get(json_array_get(json_object_get(summary, "lists"), 0), "is_refused")),
		"its summary says so");
	json_decref(summary);
	trustimport_free(t);
	held.newest[0].is_verified = false;
	t = read_file("good/utopia.ml", &held);
	ok(!t->list[0].is_refused && t->item[0].is_verified && t->list[0].has_previous, "one that nobody trusted signed keeps no list out, but is compared with");
	ok(!trustimport_has(t, 0, other) && trustimport_gone(t, 0, other, "UT", "CSCA Utopia", true, &err) == 0 && strcmp(t->item[t->n - 1].change, "gone") == 0 &&
			!t->item[t->n - 1].is_taken,
		"what is gone is shown and stays");
	trustimport_free(t);
	t = read_file("good/utopia.crl", &held);
	held.newest[0] = (struct trustimport_newest){ CERTFILE_CRL, "UT", BYTES(t->item[0].authority, t->item[0].authority_len), t->item[0].valid_from + 1, other, true };
	{
		struct trustimport *again = read_file("good/utopia.crl", &held);

		ok(t->item[0].is_taken && !again->item[0].is_taken, "an older CRL of the same key: %s", again->item[0].why);
		trustimport_free(again);
	}
	trustimport_free(t);
	held_clear(&held);
}

/* Nothing for a trust store, and octets that are wrong: an error or less, never more taken than was there. */
static void
test_bad(void)
{
	static const char *const files[] = { "good/dsA.cer", "good/mls.cer", "cases.tsv" };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(files); i++) {
		struct buf b = fix_file(files[i]);
		struct trustimport *t;

		err = ERR_INIT;
		t = read_bytes(bytes_of(&b), NULL, &err);
		ok(t == NULL && err.kind == FAIL_INPUT, "refuses %s: %s", files[i], err.text);
		trustimport_free(t);
		buf_clear(&b);
	}
	ok(read_bytes(BYTES_NONE, NULL, &err) == NULL, "refuses an empty file");
	{
		struct buf b = fix_file("good/utopia.ml");
		struct held held = { .h = { .at = NOW } };
		struct trustimport *whole;
		unsigned bad = 0, verified = 0, changed = 0;

		hold(&held, "good/csca2.cer", true);
		whole = read_file("good/utopia.ml", &held);
		for (size_t i = 0; i < b.n; i += 7) {
			struct trustimport *t;

			b.p[i] ^= 1u << i % 8;
			err = ERR_INIT;
			t = read_bytes(bytes_of(&b), &held, &err);
			bad += t == NULL;
			/* a part of the file that nobody signs (the certificates beside the content) may change without harm */
			if (t != NULL && t->nlist > 0 && !t->list[0].is_refused && t->item[0].is_verified) {
				verified++;
				for (size_t k = 0; k < whole->n; k++)
					changed += whole->item[k].list == 0 && !trustimport_has(t, 0, whole->item[k].sha256);
				for (size_t k = 0; k < t->n; k++)
					changed += t->item[k].list == 0 && !trustimport_has(whole, 0, t->item[k].sha256);
			}
			trustimport_free(t);
			b.p[i] ^= 1u << i % 8;
		}
		ok(changed == 0 && bad > 0, "one bit changed never changes what a verified list holds (%u unreadable, %u in parts that nobody signs)", bad, verified);
		trustimport_free(whole);
		held_clear(&held);
		buf_clear(&b);
	}
}

static bool
germany(const char *name, struct buf *out)
{
	const char *data = getenv("CATENA_TEST_DATA");
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/icao/masterlist/%s", data != NULL ? data : "", name);
	return data != NULL && file_read(path, 8 << 20, out, &err) == 0;
}

static void
test_germany(void)
{
	struct buf list = BUF_INIT, root = BUF_INIT;
	struct held held = { .h = { .at = 1795219200 } }; /* 2026-11-21 */
	struct trustimport *t = NULL;
	struct err err = ERR_INIT;

	if (!germany("DE_ML_2026-05-28.ml", &list) || !germany("DE_CSCA07.cer", &root)) {
		skip("Germany's list", "no test data");
		goto out;
	}
	if (cert_read(bytes_of(&root), &held.cert[0], &err) == -1)
		bail_out("%s", err.text);
	held.trusted[0] = held.cert[0];
	held.h.trusted = held.trusted;
	held.h.ntrusted = 1;
	if (trustimport_read(bytes_of(&list), &held.h, &t, &err) == -1)
		bail_out("%s", err.text);
	printf("# DE 2026-05-28: %u certificates of %u States, %u roots, %u links, %u verify under their issuer, %u depart from the profile\n", t->certificates,
		t->list[0].counts.states, t->roots, t->links, t->verified, t->departing);
	ok(t->certificates == 581 && t->others == 8 && t->list[0].counts.certificates == 588 && t->item[0].is_verified,
		"588 certificates, 7 deny to be a CA's and are left out as is the signer's; the list is verified");
	ok(t->verified == 569 && t->roots + t->links == 581 && t->roots > 300, "all but 12 verify under their issuer");
	ok(t->departing > 200 && t->departing < 400, "as many as is known depart from the profile");
out:
	trustimport_free(t);
	cert_free(held.cert[0]);
	buf_clear(&list);
	buf_clear(&root);
}

int
main(void)
{
	test_utopia();
	test_older();
	test_bad();
	test_germany();
	return done_testing();
}
