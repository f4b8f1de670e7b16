/*
 * A year of the country's PKI, from 1 January to 31 December 2027, with the real signd and pkid and a clock that the test moves: each day at
 * nine the scheduler has done what two officers approved weeks ahead, a passport is signed, and an inspector who knows only what pkid
 * publishes authenticates every passport of every day before.
 *
 *	monthly   on the 20th the officers ask and approve: a document signer for the 1st of the next month (generate, certify, activate,
 *	          and its erasure after its period), the CRL of the 15th
 *	13 April  March's document signer is compromised: revoked that day, on the CRL of the 14th; the CRL of the 15th waits until 48 hours are over
 *	1 June    a new CSCA key with its link certificate, in use from 4 June
 *	15 July   the CRL is not approved: late from 30 July on, when the one of June ends; made up for on 2 August
 *	1 Sept.   a new name of the CSCA, with its link certificate, in use from 4 September
 *	1 Dec.    the ledger key's successor is not approved: late from 2 December on, made up for on the 4th
 */
#include <pthread.h>

#include "pki/certfile.h"
#include "pki/lint.h"
#include "pki/passive.h"
#include "pki/signclient.h"
#include "registry/base/digest.h"
#include "registry/doc9303/lds.h"
#include "registry/doc9303/mrz.h"
#include "tests/movedclock.h"
#include "tests/service/ask.h"
#include "tests/service/rig.h"
#include "tests/service/stage.h"

enum { DAYS = 365,
	DAY = 86400,
	NINE = 9 * 3600,
	SIX = 6 * 3600,
	SIGNERS = 16,
	PLANNED = 120,
	INSPECTORS = 2, /* threads */
	PATIENCE_MS = 30000 };

static struct rig rig = { .cluster = { .dir = "" }, .lock = PTHREAD_MUTEX_INITIALIZER, .signer_kind = "P-256", .csca_kind = "P-384", .options = "[pkid]\nduties_interval = 1\n" };
static struct signclient *signer;
static int64_t first_day; /* 00:00 of 1 January */
static unsigned today;    /* days since then */

/* ---- the clock ---- */

static int64_t
at_nine(unsigned day)
{
	return first_day + (int64_t)day * DAY + NINE;
}

static unsigned
day_of(int month, int day)
{
	return (unsigned)((date_to_unix((struct date){ DATE_DAY, (uint8_t)month, (uint8_t)day, 2027 }) - first_day) / DAY);
}

static const char *
day_text(unsigned day)
{
	static char text[4][DATE_TEXT];
	static unsigned next;

	return date_format(date_of_unix(at_nine(day)), text[next++ % 4]);
}

/* ---- the officers' desk ---- */

static int
desk(const char *login, const char *method, const char *path, json_t *body, json_t **reply)
{
	return ask_at(&rig, "pkid", login, method, path, body, reply);
}

/* What officers agreed on, and the day on which the scheduler is to do it. */
static struct planned {
	char id[UUID_TEXT], kind[16];
	unsigned day;
} planned[PLANNED];
static unsigned nplanned;

static void
approve(const char *id)
{
	char path[120];

	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/approval", id);
	if (desk("pki_officer.2", "POST", path, NULL, NULL) != 201)
		bail_out("%s: an approval was not taken", day_text(today));
}

/* Asked by the first officer, not before six on that day; the identifier of the ceremony, and of its new key. */
static void
ask(json_t *body, unsigned day, char id[UUID_TEXT], char key[UUID_TEXT])
{
	char moment[21];
	json_t *reply = NULL;

	json_object_set_new(body, "reason", json_string("the office's calendar"));
	json_object_set_new(body, "not_before", json_string(time_format(at_nine(day) - NINE + SIX, moment)));
	if (desk("pki_officer.1", "POST", "/pki/v1/ceremonies", body, &reply) != 201)
		bail_out("%s: a ceremony was not taken", day_text(today));
	snprintf(id, UUID_TEXT, "%s", text_of(reply, "id"));
	if (key != NULL)
		snprintf(key, UUID_TEXT, "%s", text_of(reply, "signing_key_id"));
	json_decref(reply);
}

/* Asked and approved; done_on: when it will really be carried out. */
static void
plan(json_t *body, unsigned day, unsigned done_on, char key[UUID_TEXT])
{
	struct planned *p = &planned[nplanned++];

	if (nplanned > PLANNED)
		bail_out("too much is planned");
	snprintf(p->kind, sizeof(p->kind), "%s", text_of(body, "kind"));
	p->day = done_on;
	ask(body, day, p->id, key);
	approve(p->id);
}

static void
plan_for_key(const char *kind, const char *key, unsigned day)
{
	plan(json_pack("{s:s, s:s}", "kind", kind, "signing_key_id", key), day, day, NULL);
}

static json_t *
new_key(const char *kind, const char *key_kind, const char *algorithm)
{
	return json_pack("{s:s, s:{s:s, s:s, s:s}}", "kind", kind, "key", "kind", key_kind, "token_label", "test", "algorithm", algorithm);
}

static json_t *
crl_for(int days)
{
	return json_pack("{s:s, s:{s:i}}", "kind", "crl", "parameters", "days", days);
}

__attribute__((format(printf, 1, 2))) static char *
sql_text(const char *fmt, ...)
{
	static char text[4][200];
	static unsigned next;
	char *out = text[next++ % 4], query[400];
	struct err err = ERR_INIT;
	va_list args;

	va_start(args, fmt);
	vsnprintf(query, sizeof(query), fmt, args);
	va_end(args);
	if (rig_sql(&rig, out, sizeof(text[0]), &err, "%s", query) == -1)
		bail_out("%s", err.text);
	return out;
}

/* What is planned for today is done by nobody's doing; the executions are of today, and ordered by no officer. */
static void
await_scheduler(void)
{
	for (unsigned i = 0; i < nplanned; i++) {
		int waited = 0;

		if (planned[i].day != today)
			continue;
		while (rig_count(&rig, "SELECT count(*) FROM ceremony_execution WHERE ceremony_id = '%s' AND officer_id IS NULL"
				       " AND at = to_timestamp(%lld)",
			       planned[i].id, (long long)at_nine(today)) == 0) {
			if (waited >= PATIENCE_MS)
				bail_out("%s: %s was not carried out", day_text(today), planned[i].kind);
			usleep(50000);
			waited += 50;
		}
	}
}

/* ---- the calendar of the office ---- */

static struct signing_key {
	char id[UUID_TEXT];
	unsigned from, until; /* days */
	unsigned csca;        /* which CSCA key has certified it: 0, 1, 2 */
	unsigned passports;
} keys[SIGNERS];
static unsigned nkeys;
enum { MARCH = 2,
	NOBODY = SIGNERS };

static char withheld_crl[UUID_TEXT], withheld_ledger[UUID_TEXT];
static char csca_key[2][UUID_TEXT];

/* The days on which something else happens than every month. */
static unsigned compromised_on, refused_from, rollover_on, renamed_on, crl_late_from, crl_late_until, ledger_late_from, ledger_late_until;

static void
make_calendar(void)
{
	compromised_on = day_of(4, 13);
	refused_from = day_of(4, 14);
	rollover_on = day_of(6, 1);
	crl_late_from = day_of(7, 30); /* 45 days after 15 June */
	crl_late_until = day_of(8, 2);
	renamed_on = day_of(9, 1);
	ledger_late_from = day_of(12, 2); /* 30 days before its year ends */
	ledger_late_until = day_of(12, 4);
}

static void
plan_signer(int month)
{
	static const char *const algorithms[] = { "P-256", "brainpoolP256r1", "P-256", "RSA-3072" };
	struct signing_key *k = &keys[nkeys];
	char algorithm[24];

	snprintf(algorithm, sizeof(algorithm), "%s", algorithms[nkeys % NELEM(algorithms)]);
	nkeys++;
	k->from = day_of(month, 1);
	k->until = k->from + 92;
	k->csca = (k->from > rollover_on + 3) + (k->from > renamed_on + 3);
	plan(new_key("generate", "document_signer", algorithm), k->from, k->from, k->id);
	plan_for_key("certify", k->id, k->from);
	plan_for_key("activate", k->id, k->from);
	plan_for_key("erase", k->id, k->until + 1);
}

static void
plan_csca(unsigned which, json_t *body, unsigned day)
{
	plan(body, day, day, csca_key[which]);
	plan_for_key("activate", csca_key[which], day + 3);
}

static void
plan_ledger(void)
{
	char key[UUID_TEXT];
	unsigned day = day_of(12, 1);

	ask(new_key("generate", "ledger", "P-256"), day, withheld_ledger, key);
	plan(json_pack("{s:s, s:s}", "kind", "certify", "signing_key_id", key), day, ledger_late_until, NULL);
	plan(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", key), day, ledger_late_until, NULL);
}

/* The 20th: what the next month needs. */
static void
office_day(int month)
{
	int next = month + 1;

	if (next > 12)
		return;
	plan_signer(next);
	if (next == 7)
		ask(crl_for(45), day_of(7, 15), withheld_crl, NULL);
	else
		plan(crl_for(45), day_of(next, 15), next == 4 ? day_of(4, 16) : day_of(next, 15), NULL);
	if (next == 4)
		plan_for_key("erase", keys[0].id, keys[0].until + 1);
	if (next == 6)
		plan_csca(0, new_key("rollover", "csca", "P-384"), rollover_on);
	if (next == 9) {
		json_t *body = new_key("name_change", "csca", "brainpoolP384r1");

		json_object_set_new(body, "parameters", json_pack("{s:{s:s, s:s}}", "subject", "organization", "Republic of Utopia", "common_name", "CSCA Republic of Utopia"));
		plan_csca(1, body, renamed_on);
	}
	if (next == 12)
		plan_ledger();
}

static void
compromise(void)
{
	const char *certificate = sql_text("SELECT id FROM certificate WHERE signing_key_id = '%s'", keys[MARCH].id);

	plan(json_pack("{s:s, s:s, s:{s:s}}", "kind", "revoke", "certificate_id", certificate, "parameters", "cause", "compromise"), today, today, NULL);
	plan(crl_for(45), today + 1, today + 1, NULL);
	for (unsigned i = 0; i < nplanned; i++) /* its erasure was planned for the end of its period: done earlier now */
		if (strcmp(planned[i].kind, "erase") == 0 && planned[i].day == keys[MARCH].until + 1)
			planned[i].day = DAYS;
	plan_for_key("erase", keys[MARCH].id, today + 2);
}

static void
make_up(const char *id, const char *kind)
{
	struct planned *p = &planned[nplanned++];

	approve(id);
	snprintf(p->id, sizeof(p->id), "%s", id);
	snprintf(p->kind, sizeof(p->kind), "%s", kind);
	p->day = today;
}

static void
morning(void)
{
	struct date date = date_of_unix(at_nine(today));
	struct err err = ERR_INIT;

	if (today == 0)
		plan(crl_for(45), today, today, NULL);
	if (date.day == 20)
		office_day(date.month);
	if (today == compromised_on)
		compromise();
	if (today == crl_late_until)
		make_up(withheld_crl, "crl");
	if (today == ledger_late_until)
		make_up(withheld_ledger, "generate");
	await_scheduler();
	if (today == ledger_late_until && rig_restart(&rig, "signd", &err) == -1) /* a new ledger key needs it */
		bail_out("%s", err.text);
}

/* A new CSCA key rests on its first two days, whoever wants it otherwise. */
static void
try_early_activation(void)
{
	unsigned which = today > renamed_on;
	char id[UUID_TEXT], path[120];
	json_t *reply = NULL;

	if (today != rollover_on + 1 && today != renamed_on + 1)
		return;
	ask(json_pack("{s:s, s:s}", "kind", "activate", "signing_key_id", csca_key[which]), today, id, NULL);
	approve(id);
	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/execution", id);
	ok(desk("pki_officer.1", "POST", path, NULL, NULL) >= 400, "%s: a new CSCA key is not activated on its second day", day_text(today));
	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/cancellation", id);
	ok(desk("pki_officer.1", "POST", path, json_pack("{s:s}", "reason", "too early"), &reply) == 201, "and nobody insists");
	json_decref(reply);
}

/* ---- what is late ---- */

static const struct {
	const char *what, *kind;
	const unsigned *from, *until; /* on the day `until` it is made up for */
} late[] = {
	{ "crl", "csca", &crl_late_from, &crl_late_until },
	{ "successor", "ledger", &ledger_late_from, &ledger_late_until },
};
static unsigned late_days, wrong_days;

/* What the duties say is late is what the calendar says, on this day. */
static void
check_duties(void)
{
	json_t *reply = NULL, *due;
	bool seen[NELEM(late)] = { false };
	unsigned wrong = 0;

	if (desk("auditor.1", "GET", "/pki/v1/duties", NULL, &reply) != 200)
		bail_out("no duties");
	due = json_object_get(reply, "due");
	for (size_t i = 0; i < json_array_size(due); i++) {
		const json_t *item = json_array_get(due, i);
		size_t k = 0;

		if (!json_is_true(json_object_get(item, "is_late")))
			continue;
		while (k < NELEM(late) && (strcmp(late[k].what, text_of(item, "what")) != 0 || strcmp(late[k].kind, text_of(item, "kind")) != 0))
			k++;
		if (k < NELEM(late) && today >= *late[k].from && today < *late[k].until) {
			seen[k] = true;
			continue;
		}
		wrong++;
		printf("# %s: late without reason: %s %s %s, due %s\n", day_text(today), text_of(item, "what"), text_of(item, "kind"), text_of(item, "detail"), text_of(item, "due_at"));
	}
	for (size_t k = 0; k < NELEM(late); k++) {
		bool is_late = today >= *late[k].from && today < *late[k].until;

		late_days += is_late;
		if (is_late && !seen[k]) {
			wrong++;
			printf("# %s: not late: %s %s\n", day_text(today), late[k].what, late[k].kind);
		}
	}
	if (json_array_size(json_object_get(reply, "alarms")) != 0) {
		wrong++;
		printf("# %s: an alarm\n", day_text(today));
	}
	wrong_days += wrong > 0;
	json_decref(reply);
}

/* ---- passports ---- */

static struct passport {
	struct buf sod, dg1, dg2;
	unsigned day, key;
} passports[DAYS];
static unsigned npassports;

static void
compose_dg(struct passport *p)
{
	struct mrz_td3 mrz = { .code = "PP", .issuer = "UTO", .nationality = "UTO", .sex = 'F', .birth = { DATE_DAY, 5, 17, 1980 } };
	struct buf face = BUF_INIT;
	char lines[MRZ_TD3_LEN + 1];
	struct err err = ERR_INIT;

	snprintf(mrz.number, sizeof(mrz.number), "U%08u", npassports + 1);
	snprintf(mrz.name.primary, sizeof(mrz.name.primary), "PERSON");
	mrz.expiry = date_add(date_of_unix(at_nine(today)), 10, -1);
	buf_printf(&face, "face of %u", npassports); /* passive authentication looks at its hash only */
	if (mrz_td3_compose(&mrz, lines, &err) == -1 || lds_dg1_write(bytes_str(lines), &p->dg1, &err) == -1 || lds_dg2_write(bytes_of(&face), &p->dg2, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&face);
}

static void
hash_dg(struct bytes dg, struct sign_order *order, unsigned i, char hex[65])
{
	order->dg[i].number = (int)i + 1;
	order->dg[i].len = SHA256_LEN;
	sha256(dg, order->dg[i].hash);
	for (unsigned k = 0; k < SHA256_LEN; k++)
		snprintf(hex + 2 * k, 3, "%02x", order->dg[i].hash[k]);
}

/* One passport, put up and signed; which document signer it was. */
static void
issue(void)
{
	struct passport *p = &passports[npassports];
	struct sign_order order = { .ndg = 2, .sod = BUF_INIT, .err = ERR_INIT };
	char id[UUID_TEXT], hex[2][65];
	struct err err = ERR_INIT;
	const char *key;

	if ((today + 5) % 7 == 0) /* 1 January 2027 is a Friday; nobody signs on Sundays */
		return;
	*p = (struct passport){ .day = today, .key = NOBODY };
	compose_dg(p);
	hash_dg(bytes_of(&p->dg1), &order, 0, hex[0]);
	hash_dg(bytes_of(&p->dg2), &order, 1, hex[1]);
	if (rig_sql(&rig, id, sizeof(id), &err, "SELECT x_document(jsonb_build_object('1', '%s', '2', '%s'), '%s')", hex[0], hex[1], day_text(today)) == -1 ||
		uuid_parse(bytes_str(id), &order.document_id, &err) == -1 || signclient_documents(signer, &order, 1, &err) == -1)
		bail_out("%s: %s", day_text(today), err.text);
	if (order.err.kind != FAIL_NONE)
		bail_out("%s: the passport was not signed: %s", day_text(today), order.err.text);
	p->sod = order.sod;
	key = sql_text("SELECT c.signing_key_id FROM document_signature s JOIN certificate c ON c.id = s.certificate_id WHERE s.document_id = '%s'", id);
	for (unsigned k = 0; k < nkeys; k++)
		if (strcmp(keys[k].id, key) == 0)
			p->key = k;
	if (p->key == NOBODY || today < keys[p->key].from || today >= keys[p->key].until)
		bail_out("%s: signed by a key that is not of the day", day_text(today));
	keys[p->key].passports++;
	npassports++;
}

/* ---- the inspector ---- */

enum viewer { VIEW_PUBLISHED, /* the first CSCA certificate as anchor, and all that is published */
	VIEW_LINKS,           /* of that only the link certificates */
	VIEW_OLD,             /* the first CSCA certificate alone */
	VIEWS };
static const char *const view_names[VIEWS] = { "who follows the publication", "who has the first CSCA and the links", "who has the first CSCA alone" };
static struct buf anchor; /* DER of the first CSCA certificate, from the first day */
static struct buf published_csca, published_crl;

static void
fetch(const char *path, struct buf *out)
{
	struct client_answer answer = CLIENT_ANSWER_INIT;
	struct err err = ERR_INIT;

	if (client_exchange(client_at(&rig, "pkid", NULL), "GET", path, NULL, CLIENT_NO_BODY, &answer, &err) == -1 || answer.status != 200)
		bail_out("%s: %s", path, err.text);
	buf_move(out, &answer.body);
}

static struct truststore *
store_of(enum viewer view)
{
	struct certfile file = { 0 };
	struct truststore *store = NULL;
	struct err err = ERR_INIT;

	if (certfile_read(bytes_of(&published_csca), &file, &err) == -1 || truststore_new(&store, &err) == -1)
		bail_out("%s", err.text);
	if (anchor.n == 0) { /* handed over from State to State, on the first day */
		if (file.count[CERTFILE_CERTIFICATE] != 1)
			bail_out("more than one CSCA on the first day");
		buf_bytes(&anchor, bytes_of(&file.item[0].der));
	}
	if (truststore_add(store, bytes_of(&anchor), TRUST_ANCHOR, "handed over", &err) == -1)
		bail_out("%s", err.text);
	for (size_t i = 0; i < file.n && view != VIEW_OLD; i++) {
		struct cert *cert = NULL;

		if (cert_parse(bytes_of(&file.item[i].der), &cert, &err) == -1 ||
			((view == VIEW_PUBLISHED || !cert->is_self_signed) && truststore_add(store, bytes_of(&file.item[i].der), TRUST_NONE, "published", &err) == -1))
			bail_out("%s", err.text);
		cert_free(cert);
	}
	if (truststore_add_crl(store, bytes_of(&published_crl), "published", &err) == -1 || truststore_settle(store, &err) == -1)
		bail_out("%s", err.text);
	certfile_clear(&file);
	return store;
}

/* What the calendar says of one check of this passport, today. */
static const char *
expected(const struct passport *p, enum check check, enum viewer view)
{
	bool is_revoked = p->key == MARCH && today >= refused_from;
	bool crl_is_late = today >= crl_late_from && today < crl_late_until; /* it ends at nine; at nine it still is good */
	bool knows_csca = view != VIEW_OLD || keys[p->key].csca == 0;
	bool knows_crl = view != VIEW_OLD || today < day_of(6, 15); /* signed by the newest CSCA key */

	switch (check) {
	case CHECK_CHAIN:
		return knows_csca ? "good" : "signer_untrusted";
	case CHECK_CRL:
		return !knows_csca ? NULL : !knows_crl         ? "crl_issuer_unknown"
			: crl_is_late && today > crl_late_from ? "crl_stale"
							       : "good";
	case CHECK_REVOCATION:
		return !knows_csca ? "signer_untrusted" : !knows_crl ? "crl_unusable"
			: is_revoked                                 ? "signer_revoked"
								     : "good";
	case CHECK_CSCA_REVOCATION:
		return !knows_csca ? NULL : !knows_crl ? "crl_unusable"
						       : "good";
	case CHECK_CSCA_VALIDITY:
		return knows_csca ? "good" : NULL;
	default:
		return "good";
	}
}

static bool
is_refused_by_calendar(const struct passport *p, enum viewer view)
{
	return strcmp(expected(p, CHECK_CHAIN, view), "good") != 0 || strcmp(expected(p, CHECK_REVOCATION, view), "signer_revoked") == 0;
}

/* The checks that the calendar speaks of: all but what was not read of the chip, and lists there are none of. */
static const enum check judged[] = { CHECK_FORMAT, CHECK_ATTRIBUTES, CHECK_SIGNATURE, CHECK_CHAIN, CHECK_CSCA_VALIDITY, CHECK_CSCA_REVOCATION,
	CHECK_SIGNER_VALIDITY, CHECK_SIGNER_PERIOD, CHECK_CRL, CHECK_REVOCATION, CHECK_COUNTRY, CHECK_DOCUMENT_TYPE };

struct inspection {
	pthread_t thread;
	const struct truststore *store;
	enum viewer view;
	unsigned first, step;
	unsigned good, refused, wrong;
	char problem[300]; /* the first */
};

static void
wrong(struct inspection *in, const struct passport *p, const char *check, const char *got, const char *want)
{
	if (in->wrong++ == 0)
		snprintf(in->problem, sizeof(in->problem), "%s: passport of %s, %s: %s instead of %s, to the inspector %s", day_text(today), day_text(p->day), check,
			got, want, view_names[in->view]);
}

static void
inspect_one(struct inspection *in, const struct passport *p)
{
	struct passive_input input = { .sod = bytes_of(&p->sod), .store = in->store, .at = at_nine(today) };
	struct passive out;
	bool refused;

	input.dg[1] = bytes_of(&p->dg1);
	input.dg[2] = bytes_of(&p->dg2);
	passive_authenticate(&input, &out);
	refused = passive_is_refused(&out);
	for (size_t i = 0; i < NELEM(judged); i++) {
		const struct verdict *v = passive_find(&out, judged[i], 0);
		const char *got = v == NULL ? NULL : v->code, *want = expected(p, judged[i], in->view);

		if (got == NULL ? want != NULL : want == NULL || strcmp(got, want) != 0)
			wrong(in, p, check_name(judged[i]), got == NULL ? "nothing" : got, want == NULL ? "nothing" : want);
	}
	for (unsigned dg = 1; dg <= 2; dg++)
		if (passive_find(&out, CHECK_DATA_GROUP, dg) == NULL || passive_find(&out, CHECK_DATA_GROUP, dg)->grade != GRADE_GOOD)
			wrong(in, p, "data_group", "not good", "good");
	for (unsigned i = 0; i < out.n; i++)
		if (out.verdict[i].check == CHECK_PROFILE || out.verdict[i].check == CHECK_ALGORITHM)
			if (out.verdict[i].grade > GRADE_GOOD)
				wrong(in, p, check_name(out.verdict[i].check), out.verdict[i].code, "good");
	if (refused != is_refused_by_calendar(p, in->view))
		wrong(in, p, "total", refused ? "refused" : "not refused", refused ? "not refused" : "refused");
	in->refused += refused;
	in->good += !refused;
}

static void *
inspect(void *arg)
{
	struct inspection *in = arg;

	for (unsigned i = in->first; i < npassports; i += in->step)
		inspect_one(in, &passports[i]);
	return NULL;
}

static struct {
	unsigned passports, good, refused, wrong, others;
} sum[13]; /* by month; [0] the year */

/* All passports that there are, against what is published today. */
static void
inspect_all(enum viewer view)
{
	struct truststore *store = store_of(view);
	struct inspection in[INSPECTORS];
	unsigned month = date_of_unix(at_nine(today)).month;

	for (unsigned i = 0; i < INSPECTORS; i++) {
		in[i] = (struct inspection){ .store = store, .view = view, .first = i, .step = INSPECTORS };
		if (pthread_create(&in[i].thread, NULL, inspect, &in[i]) != 0)
			bail_out("thread");
	}
	for (unsigned i = 0; i < INSPECTORS; i++) {
		pthread_join(in[i].thread, NULL);
		for (unsigned m = 0; m <= month; m += month) {
			sum[m].good += view == VIEW_PUBLISHED ? in[i].good : 0;
			sum[m].refused += view == VIEW_PUBLISHED ? in[i].refused : 0;
			sum[m].others += view == VIEW_PUBLISHED ? 0 : in[i].good + in[i].refused;
			sum[m].wrong += in[i].wrong;
		}
		if (in[i].wrong > 0)
			printf("# %u wrong verdicts; %s\n", in[i].wrong, in[i].problem);
	}
	truststore_free(store);
}

static void
inspect_today(void)
{
	fetch("/pki/v1/public/csca", &published_csca);
	fetch("/pki/v1/public/crl", &published_crl);
	inspect_all(VIEW_PUBLISHED);
	if (today % 7 == 0 || today == refused_from || today == rollover_on + 30 || today == renamed_on + 30)
		inspect_all(VIEW_LINKS);
	if (today % 30 == 29)
		inspect_all(VIEW_OLD);
}

/* ---- the year ---- */

static void
close_month(int month)
{
	static bool has_head;

	if (!has_head)
		printf("# month    signers  retired  erased  CSCA keys  CRL  revoked  passports    good  refused  wrong  other inspectors\n");
	has_head = true;
	printf("# 2027-%02d  %7lld  %7lld  %6lld  %9lld  %3lld  %7lld  %9u  %6u  %7u  %5u  %16u\n", month,
		(long long)rig_count(&rig, "SELECT count(*) FROM key_standing WHERE kind = 'document_signer' AND state = 'active'"),
		(long long)rig_count(&rig, "SELECT count(*) FROM key_retirement"),
		(long long)rig_count(&rig, "SELECT count(*) FROM key_standing WHERE kind = 'document_signer' AND state = 'erased'"),
		(long long)rig_count(&rig, "SELECT count(*) FROM key_standing WHERE kind = 'csca' AND state = 'active'"),
		(long long)rig_count(&rig, "SELECT max(number) FROM crl"), (long long)rig_count(&rig, "SELECT entries FROM crl ORDER BY number DESC LIMIT 1"),
		npassports, sum[month].good, sum[month].refused, sum[month].wrong, sum[month].others);
	fflush(stdout);
	ok(sum[month].wrong == 0, "month %d: each verdict on each day is the calendar's", month);
}

static void
one_day(void)
{
	struct err err = ERR_INIT;

	if (today == day_of(7, 1) && rig_halt(&rig, "pkid", NULL, &err) == -1) /* what the day brings finds pkid away */
		bail_out("%s", err.text);
	clock_set(at_nine(today));
	if (today == day_of(7, 1) && rig_restart(&rig, "pkid", &err) == -1)
		bail_out("%s", err.text);
	morning();
	try_early_activation();
	issue();
	check_duties();
	inspect_today();
	if (date_of_unix(at_nine(today + 1)).day == 1)
		close_month(date_of_unix(at_nine(today)).month);
}

static void
begin(void)
{
	struct err err = ERR_INIT;

	if (rig_sql(&rig, NULL, 0, &err, "%s", stage) == -1 || signclient_new(rig_program(&rig, "signd")->address, &signer, &err) == -1)
		bail_out("%s", err.text);
	make_calendar();
	snprintf(keys[0].id, UUID_TEXT, "%s", sql_text("SELECT id FROM signing_key WHERE kind = 'document_signer'"));
	keys[0].until = 92;
	nkeys = 1;
}

/* What held over the whole year. */
static void
look_back(void)
{
	unsigned least = DAYS, most = 0;

	ok(wrong_days == 0, "on no day of a well-kept year anything was late, but on the %u days on which an approval was withheld", late_days);
	ok(late_days == crl_late_until - crl_late_from + ledger_late_until - ledger_late_from, "and on each of those");
	ok(rig_count(&rig, "SELECT count(*) FROM crl a JOIN crl b ON b.number = a.number + 1 WHERE b.this_update < a.this_update + interval '48 hours'") == 0,
		"no CRL came within 48 hours of the one before");
	ok(rig_count(&rig, "SELECT count(*) FROM crl a JOIN crl b ON b.number = a.number + 1 WHERE b.this_update > a.this_update + interval '90 days'") == 0,
		"none later than 90 days after it");
	ok(rig_count(&rig, "SELECT count(*) FROM revocation v WHERE NOT EXISTS (SELECT FROM crl l WHERE l.this_update >= v.revoked_at"
			   " AND l.this_update <= v.revoked_at + interval '48 hours' AND l.entries > 0)") == 0,
		"within 48 hours after the revocation there was one");
	ok(rig_count(&rig, "SELECT count(*) FROM certificate c JOIN certificate i ON i.id = c.issuer_id JOIN ceremony_execution e ON e.ceremony_id = c.ceremony_id"
			   " JOIN signing_key k ON k.id = i.signing_key_id AND k.kind = 'csca' WHERE i.ceremony_id IS NOT NULL AND e.at < i.not_before + interval '2 days'") == 0 &&
			rig_count(&rig, "SELECT count(*) FROM crl l JOIN certificate i ON i.id = l.certificate_id WHERE i.ceremony_id IS NOT NULL AND l.this_update < i.not_before + interval '2 days'") == 0,
		"no CSCA key was used in its first two days");
	ok(rig_count(&rig, "SELECT count(*) FROM certificate c JOIN signing_key k ON k.id = c.signing_key_id AND k.kind = 'csca' WHERE c.profile = 'link'") == 2,
		"both new CSCA keys have their link certificate");
	ok(rig_count(&rig, "SELECT count(*) FROM audit_event WHERE kind = 'signature_refused'") == 2, "the scheduler tried nothing in vain: only the two early activations were refused");
	ok(rig_count(&rig, "SELECT count(*) FROM key_standing WHERE kind = 'document_signer' AND state = 'erased'") == 9 &&
			rig_count(&rig, "SELECT count(*) FROM key_standing WHERE kind = 'document_signer' AND state = 'active'") == 3,
		"document signers whose time was over retired and are erased, three are at work");
	for (unsigned k = 0; k < nkeys; k++) {
		printf("# document signer %2u, from %s, under CSCA key %u: %u passports%s\n", k + 1, day_text(keys[k].from), keys[k].csca + 1, keys[k].passports, k == MARCH ? ", compromised" : "");
		least = k > 2 && k < 9 && keys[k].passports < least ? keys[k].passports : least;
		most = keys[k].passports > most ? keys[k].passports : most;
	}
	ok(least >= 15, "the signers that are active at a time share the work (%u to %u passports)", least, most);
	ok(sum[0].refused > 0 && sum[0].good > 50000 * 4 / 5, "%u passports, %u verdicts good, %u refused", npassports, sum[0].good, sum[0].refused);
	ok(rig_count(&rig, "SELECT count(*) FROM tree_head h JOIN certificate c ON c.id = h.certificate_id JOIN key_standing k ON k.id = c.signing_key_id"
			   " WHERE k.key_label <> 'ledger-1'") > 0,
		"the ledger's heads are signed with the new ledger key");
}

int
main(void)
{
	struct err err = ERR_INIT;

	first_day = date_to_unix((struct date){ DATE_DAY, 1, 1, 2027 });
	clock_make(at_nine(0));
	if (rig_start(&rig, (const char *const[]){ "signd", "pkid", NULL }, &err) == -1) {
		if (err.kind != FAIL_NOT_FOUND)
			bail_out("%s", err.text);
		skip("year", err.text);
		return done_testing();
	}
	begin();
	for (today = 0; today < DAYS; today++)
		one_day();
	today = DAYS - 1;
	look_back();
	for (unsigned i = 0; i < npassports; i++) {
		buf_clear(&passports[i].sod);
		buf_clear(&passports[i].dg1);
		buf_clear(&passports[i].dg2);
	}
	buf_clear(&anchor);
	buf_clear(&published_csca);
	buf_clear(&published_crl);
	signclient_free(signer);
	rig_stop(&rig);
	return done_testing();
}
