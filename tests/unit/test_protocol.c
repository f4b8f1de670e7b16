/* The printed protocol of a ceremony: pdftotext, which others wrote, finds every fact; the same input gives the same octets. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "pki/pkid/protocol.h"
#include "registry/base/file.h"
#include "tests/tap.h"

static const char ceremony_text[] =
	"{\"id\":\"01a1fd92-a2a5-7408-94e0-5501cbc02f14\",\"kind\":\"name_change\",\"state\":\"executed\",\"reason\":\"the ministry has a new name\","
	"\"signing_key_id\":\"01a1fd92-a2a5-7408-94e0-5501cbc02f15\",\"officers\":3,\"agreed\":3,\"created_at\":\"2026-11-21T08:00:00Z\","
	"\"parameters\":{\"subject\":{\"organization\":\"Republic of Utopia\",\"common_name\":\"CSCA Utopia\"},\"document_years\":10},"
	"\"key\":{\"kind\":\"csca\",\"state\":\"generated\",\"token_label\":\"catena\",\"key_label\":\"csca-2\",\"algorithm\":\"brainpoolP384r1\",\"is_offline\":true},"
	"\"decisions\":["
	"{\"event\":\"ask\",\"officer_id\":\"a\",\"created_at\":\"2026-11-21T08:00:00Z\"},"
	"{\"event\":\"approve\",\"officer_id\":\"b\",\"created_at\":\"2026-11-21T08:30:00Z\"},"
	"{\"event\":\"approve\",\"officer_id\":\"c\",\"created_at\":\"2026-11-21T08:40:00Z\"},"
	"{\"event\":\"suffice\",\"officer_id\":\"c\",\"created_at\":\"2026-11-21T08:40:00Z\"}],"
	"\"execution\":{\"officer_id\":\"b\",\"at\":\"2026-11-21T09:00:00Z\",\"token_label\":\"catena\",\"token_serial\":\"9a8b7c6d\",\"created_at\":"
	"\"2026-11-21T09:00:01Z\",\"result\":{\"key_identifier\":\"00112233445566778899aabbccddeeff00112233\",\"certificates\":["
	"{\"profile\":\"link\",\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}}}";
static const char officers_text[] =
	"[{\"officer_id\":\"a\",\"login\":\"ana\",\"name\":\"Ana Núñez\",\"did\":[\"ask\"]},"
	"{\"officer_id\":\"b\",\"login\":\"bo\",\"name\":\"أحمد بن علي\",\"did\":[\"approve\"]},"
	"{\"officer_id\":\"c\",\"login\":\"chea\",\"name\":\"Чея Сок\",\"did\":[\"approve\"]}]";

/* What pdftotext reads; "" when it cannot. */
static void
text_of(struct bytes pdf, struct buf *text)
{
	char path[] = "/tmp/catena-protocol-XXXXXX", command[120], chunk[4096];
	int fd = mkstemp(path);
	FILE *from;
	size_t n;

	if (fd == -1 || write(fd, pdf.p, pdf.n) != (ssize_t)pdf.n)
		bail_out("%s", path);
	close(fd);
	snprintf(command, sizeof(command), "pdftotext -layout %s -", path);
	if ((from = popen(command, "r")) == NULL)
		bail_out("pdftotext");
	while ((n = fread(chunk, 1, sizeof(chunk), from)) > 0)
		buf_bytes(text, BYTES(chunk, n));
	if (pclose(from) != 0)
		bail_out("pdftotext does not read it");
	unlink(path);
}

static json_t *
parse(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	if (value == NULL)
		bail_out("the test's own JSON");
	return value;
}

static void
test_facts(void)
{
	static const char *const facts[] = { "Key ceremony: name change", "01a1fd92-a2a5-7408-94e0-5501cbc02f14", "the ministry has a new name", "Republic of Utopia",
		"CSCA Utopia", "csca-2", "brainpoolP384r1", "3, of whom 3 have agreed", "Ana Núñez (ana)", "Чея Сок (chea)", "2026-11-21T08:30:00Z",
		"9a8b7c6d", "00112233 44556677 8899aabb ccddeeff",
		"01234567 89abcdef 01234567 89abcdef", "place and date", "UTO", "page 1" };
	json_t *ceremony = parse(ceremony_text), *officers = parse(officers_text);
	struct buf pdf = BUF_INIT, again = BUF_INIT, text = BUF_INIT;
	struct err err = ERR_INIT;

	ok(protocol_pdf(ceremony, officers, "UTO", &pdf, &err) == 0, "a protocol is made %s", err.text);
	ok(protocol_pdf(ceremony, officers, "UTO", &again, &err) == 0 && bytes_equal(bytes_of(&pdf), bytes_of(&again)), "and the same again");
	text_of(bytes_of(&pdf), &text);
	for (size_t i = 0; i < NELEM(facts); i++) {
		char flat[200];

		snprintf(flat, sizeof(flat), "%s", facts[i]);
		ok(strstr(buf_cstr(&text), flat) != NULL, "it tells: %s", flat);
	}
	ok(strstr(buf_cstr(&text), "suffice") == NULL, "it does not tell of the registry's own bookkeeping");
	if (getenv("PROTOCOL") != NULL && file_write(getenv("PROTOCOL"), bytes_of(&pdf), 0644, &err) == -1)
		bail_out("%s", err.text);
	json_decref(ceremony);
	json_decref(officers);
	buf_clear(&pdf);
	buf_clear(&again);
	buf_clear(&text);
}

/* A ceremony that was refused has no execution; one of many decisions takes several pages. */
static void
test_other_forms(void)
{
	json_t *ceremony = parse(ceremony_text), *officers = parse(officers_text), *decisions = json_object_get(ceremony, "decisions");
	struct buf pdf = BUF_INIT, text = BUF_INIT;
	struct err err = ERR_INIT;

	json_object_del(ceremony, "execution");
	for (int i = 0; i < 90; i++)
		json_array_append(decisions, json_array_get(decisions, 1));
	ok(protocol_pdf(ceremony, officers, "UTO", &pdf, &err) == 0, "a long one");
	text_of(bytes_of(&pdf), &text);
	ok(strstr(buf_cstr(&text), "not carried out") != NULL, "it was not carried out");
	ok(strstr(buf_cstr(&text), "page 3") != NULL, "and takes several pages");
	buf_clear(&pdf);
	json_decref(ceremony);
	ceremony = json_object();
	ok(protocol_pdf(ceremony, NULL, "UTO", &pdf, &err) == 0, "a ceremony without members breaks nothing");
	json_decref(ceremony);
	json_decref(officers);
	buf_clear(&pdf);
	buf_clear(&text);
}

int
main(void)
{
	test_facts();
	test_other_forms();
	return done_testing();
}
