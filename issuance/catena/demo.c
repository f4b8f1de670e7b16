/*
 * catena demo: the whole chain on this machine.  Births of the specimen State are registered from a file, persons enrolled and passports
 * issued, each step by an officer whose role it is, over the services' own APIs; then the proof of one passport, and of a forged one.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "issuance/catena/births.h"
#include "issuance/catena/commands.h"
#include "issuance/catena/day.h"
#include "issuance/catena/init.h"
#include "issuance/catena/officers.h"
#include "issuance/catena/offices.h"
#include "issuance/catena/portrait.h"
#include "issuance/catena/session.h"
#include "issuance/catena/suite.h"
#include "issuance/catena/trace.h"
#include "pki/descent.h"
#include "registry/base/clock.h"
#include "registry/base/der.h"
#include "registry/base/file.h"

enum { DEMO_PASSPORTS = 24,
	DEMO_ADULT = 18,
	DEMO_FILE_MAX = 16 << 20 };

const struct arg_option demo_options[] = {
	OPTION_STATE,
	{ "data", "DIR", "folder with places.csv, offices.csv and births.csv; those of Utopia" },
	{ "out", "DIR", "where data pages and chip files go; demo in the state folder" },
	{ "stay", NULL, "keep the services running at the end" },
	{ NULL, NULL, NULL },
};

/* Who plays in it: login, name, roles, offices. */
static const struct officer_new cast[] = {
	{ "clerk", "Ada Clerk", "civil_clerk", "all" },
	{ "registrar", "Ben Registrar", "civil_registrar", "all" },
	{ "enroller", "Cleo Enrolment", "enrolment_officer", "all" },
	{ "supervisor", "Dov Supervisor", "enrolment_supervisor", "all" },
	{ "counter", "Ewa Counter", "passport_clerk", "all" },
	{ "approver", "Femi Approver", "passport_approver", "all" },
	{ "personaliser", "Gia Personaliser", "passport_personaliser", "all" },
	{ "inspector", "Hao Quality", "passport_qc", "all" },
	{ "delivery", "Ines Delivery", "passport_delivery", "all" },
	{ "auditor", "Juno Auditor", "auditor", "all" },
};

struct demo {
	struct state state;
	struct suite *suite;
	char out[PATH_MAX], data[PATH_MAX];
	char office_enrolment[16], office_passport[16];
	struct client *clerk, *registrar, *enroller, *supervisor, *counter, *approver, *personaliser, *qc, *delivery, *auditor_civil, *auditor;
	struct day_person person[DEMO_PASSPORTS];
	char act_id[64][UUID_TEXT]; /* by line of the births file; "": not registered */
	char act_number[DEMO_PASSPORTS][48];
	struct buf portrait[DEMO_PASSPORTS];
	size_t n;
	uint64_t began;
};

__attribute__((format(printf, 1, 2))) static void
headline(const char *fmt, ...)
{
	va_list ap;

	fputs("\n== ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	fputs(" ==\n", stdout);
	fflush(stdout);
}

/* One line that is written over, with the rate and the time left. */
static void
progress(struct demo *d, const char *what, size_t done, size_t of)
{
	double seconds;

	if (done == 0)
		d->began = clock_monotonic_ns();
	if (done < of && !isatty(STDOUT_FILENO))
		return; /* a log keeps the last line only */
	seconds = (double)(clock_monotonic_ns() - d->began) / 1e9;
	printf("%s  %-24s %zu of %zu", isatty(STDOUT_FILENO) ? "\r" : "", what, done, of);
	if (done > 0 && seconds > 0)
		printf("  %.1f a second, %.0f s left ", (double)done / seconds, seconds / (double)done * (double)(of - done));
	if (done == of)
		putchar('\n');
	fflush(stdout);
}

/* ---- the stage ---- */

/* The data of the specimen State: beside the build tree, or where it was installed. */
static int
find_data(struct demo *d, const char *given, struct err *err)
{
	static const char *const beside[] = { "../docs/demo", "docs/demo" };
	char self[PATH_MAX], *slash;
	ssize_t n;

	if (given != NULL)
		return realpath(given, d->data) != NULL ? 0 : err_errno(err, "%s", given);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n < 0 ? 0 : n] = '\0';
	if ((slash = strrchr(self, '/')) != NULL)
		*slash = '\0';
	for (size_t i = 0; i < NELEM(beside); i++) {
		char path[2 * PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", self, beside[i]);
		if (realpath(path, d->data) != NULL)
			return 0;
	}
	if (realpath(PKGDATADIR "/demo", d->data) == NULL)
		return err_set(err, FAIL_NOT_FOUND, "the specimen State's data (births.csv) are not installed");
	return 0;
}

static void
said(void *arg, const char *name, const char *address)
{
	(void)arg;
	printf("  %-10s %s\n", name, address);
	fflush(stdout);
}

static int
import_file(struct demo *d, const char *name, int (*import)(struct db *, struct bytes, struct offices_counts *, struct err *), struct err *err)
{
	char path[PATH_MAX + 32];
	struct offices_counts counts;
	struct buf csv = BUF_INIT;
	struct db *db = NULL;
	int rc = -1;

	snprintf(path, sizeof(path), "%s/%s", d->data, name);
	if (file_read(path, DEMO_FILE_MAX, &csv, err) == 0 && offices_db(&d->state, &db, err) == 0 &&
		import(db, bytes_of(&csv), &counts, err) == 0) {
		printf("  %-12s %u added, %u were there\n", name, counts.added, counts.there);
		rc = 0;
	}
	db_close(db);
	buf_clear(&csv);
	return rc;
}

static const char *
credentials_file(const struct demo *d, const char *login)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", state_path(&d->state, "demo-officers"), login);
	return path;
}

/* Made once; played again from the files when the demo runs a second time. */
static int
add_officers(struct demo *d, struct err *err)
{
	struct officers officers;
	int rc = -1;

	if (file_mkdir(state_path(&d->state, "demo-officers"), 0700, err) == -1 || officers_open(&d->state, &officers, err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(cast); i++) {
		struct credentials made = CREDENTIALS_INIT;
		bool done;

		if (access(credentials_file(d, cast[i].login), R_OK) == 0)
			continue;
		done = officers_add(&officers, &cast[i], &made, err) == 0 && credentials_write(credentials_file(d, cast[i].login), &made, err) == 0;
		credentials_clear(&made);
		if (!done)
			goto out;
		printf("  %-13s %-18s %s\n", cast[i].login, cast[i].name, cast[i].roles);
	}
	rc = 0;
out:
	officers_close(&officers);
	return rc;
}

/* ---- signing in ---- */

static int
sign_all_in(struct demo *d, struct err *err)
{
	const struct {
		const char *service, *login;
		struct client **client;
	} all[] = {
		{ "civild", "clerk", &d->clerk },
		{ "civild", "registrar", &d->registrar },
		{ "civild", "auditor", &d->auditor_civil },
		{ "enrold", "enroller", &d->enroller },
		{ "enrold", "supervisor", &d->supervisor },
		{ "issued", "counter", &d->counter },
		{ "issued", "approver", &d->approver },
		{ "issued", "personaliser", &d->personaliser },
		{ "issued", "inspector", &d->qc },
		{ "issued", "delivery", &d->delivery },
		{ "registryd", "auditor", &d->auditor },
	};

	for (size_t i = 0; i < NELEM(all); i++)
		if (session_open_file(&d->state, all[i].service, credentials_file(d, all[i].login), all[i].client, err) == -1)
			return -1;
	return 0;
}

/* ---- births ---- */

/* The first rows of the file have the difficult names: their acts are kept, by line. */
static void
registered(void *arg, const struct births_done *done)
{
	struct demo *d = arg;

	if (done->line < NELEM(d->act_id))
		snprintf(d->act_id[done->line], sizeof(d->act_id[0]), "%s", done->act_id);
}

static int
import_births(struct demo *d, struct err *err)
{
	char births[PATH_MAX + 16], rejects[PATH_MAX + 32];
	struct births_import import = { .source = "UTOPIA", .clerk = d->clerk, .registrar = d->registrar, .done = registered, .arg = d };
	struct births_counts counts;
	struct buf csv = BUF_INIT;
	int rc = -1;

	snprintf(births, sizeof(births), "%s/births.csv", d->data);
	snprintf(rejects, sizeof(rejects), "%s/births.rejects.csv", d->out);
	if (file_read(births, DEMO_FILE_MAX, &csv, err) == -1)
		return -1;
	import.text = bytes_of(&csv);
	import.rejects_file = rejects;
	if (births_import(&import, &counts, err) == 0) {
		printf("  %llu births registered, %llu refused\n", (unsigned long long)counts.registered, (unsigned long long)counts.refused);
		rc = 0;
	}
	buf_clear(&csv);
	return rc;
}

/* Passports are for nationals; of a birth without a parent of the State the officer would have to say the nationality. */
static bool
is_national(const json_t *content, const char *parent)
{
	const char *code = json_string_value(json_object_get(json_object_get(content, parent), "nationality"));

	return code != NULL && strcmp(code, "UTO") == 0;
}

/* The adult of a registered birth becomes a person of the demo, with a portrait of the right age. */
static int
take_person(struct demo *d, const char *act_id, struct err *err)
{
	struct day_person *p = &d->person[d->n];
	struct date born = DATE_INIT;
	const char *number, *day, *sex;
	json_t *act = NULL, *content, *child;
	char path[96];
	int years, rc = 0;

	snprintf(path, sizeof(path), "/civil/v1/births/%s", act_id);
	if (client_json(d->auditor_civil, "GET", path, NULL, NULL, &act, err) == -1)
		return -1;
	content = json_object_get(act, "content");
	child = json_object_get(content, "child");
	number = json_string_value(json_object_get(act, "number"));
	day = json_string_value(json_object_get(child, "date_of_birth"));
	sex = json_string_value(json_object_get(child, "sex"));
	if (number != NULL && day != NULL && sex != NULL && (is_national(content, "mother") || is_national(content, "father")) && date_parse(bytes_str(day), &born, err) == 0 &&
		(years = date_age(born, clock_today())) >= DEMO_ADULT) {
		snprintf(d->act_number[d->n], sizeof(d->act_number[0]), "%s", number);
		rc = portrait_draw(bytes_str(number), *sex, years, &d->portrait[d->n], err);
		p->act_number = d->act_number[d->n];
		p->portrait = bytes_of(&d->portrait[d->n]);
		d->n++;
	}
	json_decref(act);
	return rc;
}

static int
take_persons(struct demo *d, struct err *err)
{
	for (size_t line = 0; line < NELEM(d->act_id) && d->n < DEMO_PASSPORTS; line++)
		if (d->act_id[line][0] != '\0' && take_person(d, d->act_id[line], err) == -1)
			return -1;
	return d->n > 0 ? 0 : err_set(err, FAIL_NOT_FOUND, "no adult's birth was registered");
}

/* ---- enrolment and issuance ---- */

static int
office_id(struct demo *d, const char *kind, struct uuid *id, struct err *err)
{
	struct officers officers;
	int rc;

	if (officers_open(&d->state, &officers, err) == -1)
		return -1;
	rc = officers_office(&officers, strcmp(kind, "enrolment") == 0 ? d->office_enrolment : d->office_passport, id, err);
	officers_close(&officers);
	return rc;
}

static int
enrol_all(struct demo *d, struct err *err)
{
	struct day_enrolment who = { d->enroller, d->supervisor, { { 0 } } };

	if (office_id(d, "enrolment", &who.office_id, err) == -1)
		return -1;
	for (size_t i = 0; i < d->n; i++) {
		progress(d, "persons enrolled", i, d->n);
		if (day_enrol(&who, &d->person[i], err) == -1)
			return -1;
	}
	progress(d, "persons enrolled", d->n, d->n);
	return 0;
}

/* Played a second time, everybody has a passport already and renews it. */
static int
apply(const struct day_issuance *who, struct day_person *p, struct err *err)
{
	if (day_apply(who, p, err) == 0)
		return 0;
	if (err->kind != FAIL_CONFLICT)
		return -1;
	p->reason = "renewal";
	return day_apply(who, p, err);
}

static int
issue_all(struct demo *d, struct err *err)
{
	struct day_issuance who = { d->counter, d->approver, d->personaliser, d->qc, d->delivery, { { 0 } } };

	if (office_id(d, "passport", &who.office_id, err) == -1)
		return -1;
	for (size_t i = 0; i < d->n; i++) {
		progress(d, "applications approved", i, d->n);
		if (apply(&who, &d->person[i], err) == -1)
			return -1;
	}
	progress(d, "applications approved", d->n, d->n);
	if (day_stock(&who, (unsigned)d->n, err) == -1 || day_personalise(&who, d->person, d->n, err) == -1)
		return -1;
	printf("  %zu blank booklets counted by two officers and brought to the station\n", d->n);
	printf("  %zu passports personalised: chip files made, security objects signed on the token\n", d->n);
	for (size_t i = 0; i < d->n; i++) {
		progress(d, "checked and delivered", i, d->n);
		if (day_deliver(&who, &d->person[i], err) == -1)
			return -1;
	}
	progress(d, "checked and delivered", d->n, d->n);
	return 0;
}

/* ---- what came out ---- */

static int
save(struct demo *d, const char *number, const char *from, const char *as, struct err *err)
{
	char path[128], file[2 * PATH_MAX];
	struct buf octets = BUF_INIT;
	int rc = -1;

	snprintf(path, sizeof(path), "/issuance/v1/documents/%s/%s", number, from);
	snprintf(file, sizeof(file), "%s/%s/%s", d->out, number, as);
	if (client_call(d->qc, "GET", path, NULL, CLIENT_NO_BODY, NULL, &octets, err) == 0)
		rc = file_write(file, bytes_of(&octets), 0644, err);
	buf_wipe(&octets);
	return rc;
}

static int
save_all(struct demo *d, struct err *err)
{
	static const char *const files[] = { "EF.COM", "EF.SOD", "EF.DG1", "EF.DG2", "EF.DG11", "EF.DG12" };
	char folder[2 * PATH_MAX], from[64];

	for (size_t i = 0; i < d->n; i++) {
		const char *number = d->person[i].document_number;

		progress(d, "pictures and files", i, d->n);
		snprintf(folder, sizeof(folder), "%s/%s", d->out, number);
		if (file_mkdir(folder, 0755, err) == -1 || save(d, number, "data-page", "data-page.png", err) == -1)
			return -1;
		for (size_t k = 0; k < NELEM(files); k++) {
			snprintf(from, sizeof(from), "files/%s", files[k]);
			if (save(d, number, from, files[k], err) == -1)
				return -1;
		}
	}
	progress(d, "pictures and files", d->n, d->n);
	printf("  in %s, one folder for each passport\n", d->out);
	return 0;
}

/* Somebody else's program (argv[0] finds it), with its output shown: the first `lines` of it. */
static int
show_program(struct demo *d, const char *const *argv, unsigned lines, struct err *err)
{
	const char *log = state_path(&d->state, "log/demo-openssl.txt");
	const struct process_plan plan = { .name = argv[1], .argv = argv, .log_file = log, .stop_signal = SIGTERM };
	struct buf text = BUF_INIT;
	int rc = -1;

	unlink(log);
	fputs("  $", stdout);
	for (size_t i = 1; argv[i] != NULL; i++)
		printf(" %s", argv[i]);
	putchar('\n');
	if (process_run(&plan, err) == 0 && file_read(log, DEMO_FILE_MAX, &text, err) == 0) {
		char *save = NULL;

		for (char *line = strtok_r((char *)text.p, "\n", &save); line != NULL && lines > 0; line = strtok_r(NULL, "\n", &save), lines--)
			printf("    %s\n", line);
		rc = 0;
	}
	buf_clear(&text);
	return rc;
}

/* The CMS inside EF.SOD is verified by OpenSSL, and the LDS security object inside that shown. */
static int
verify_with_openssl(struct demo *d, struct err *err)
{
	char file[PATH_MAX + 64], cms_file[PATH_MAX + 64], content[PATH_MAX + 64];
	const char *const verify[] = { "/usr/bin/env", "openssl", "cms", "-verify", "-noverify", "-inform", "DER", "-in", cms_file, "-binary", "-out", content, NULL };
	const char *const parse[] = { "/usr/bin/env", "openssl", "asn1parse", "-inform", "DER", "-i", "-in", content, NULL };
	struct buf sod = BUF_INIT;
	struct bytes cms;
	struct der reader;
	int rc = -1;

	snprintf(file, sizeof(file), "%s/%s/EF.SOD", d->out, d->person[0].document_number);
	snprintf(cms_file, sizeof(cms_file), "%s/%s/sod.cms", d->out, d->person[0].document_number);
	snprintf(content, sizeof(content), "%s/%s/lds-security-object.der", d->out, d->person[0].document_number);
	if (file_read(file, DEMO_FILE_MAX, &sod, err) == -1)
		return -1;
	reader = der_reader(bytes_of(&sod));
	if (der_get(&reader, 0x77, &cms, "EF.SOD", err) == 0 && file_write(cms_file, cms, 0644, err) == 0 &&
		show_program(d, verify, 4, err) == 0 && show_program(d, parse, 24, err) == 0)
		rc = 0;
	buf_clear(&sod);
	return rc;
}

/* ---- descent ---- */

static void
print_report(const struct descent_report *report, bool all)
{
	static const char *const marks[] = { "[good]", "[not checked]", "[warning]", "[BAD]" };

	for (size_t i = 0; i < report->n; i++)
		if (all || report->findings[i].status == DESCENT_BAD)
			printf("  %-14s %-12s %s\n", marks[report->findings[i].status], report->findings[i].link, report->findings[i].text);
}

/* Returns -1 when the verdict is not the wanted one. */
static int
show_verdict(struct bytes bundle, struct bytes anchor, bool wanted, struct err *err)
{
	struct descent_report report = { NULL };
	bool good;

	if (descent_verify(bundle, &anchor, 1, &report, err) == -1)
		return -1;
	print_report(&report, wanted);
	good = report.is_good;
	printf("  verdict: %s\n", good ? "good" : "BAD");
	descent_report_clear(&report);
	return good == wanted ? 0 : err_set(err, FAIL_INTERNAL, "the verdict is not what it should be");
}

/* The next tree head has everything within a second or two. */
static int
fetch_bundle(struct demo *d, struct buf *bundle, struct err *err)
{
	for (int tries = 0;; tries++) {
		if (trace_fetch(d->auditor, d->person[0].document_number, true, bundle, err) == 0)
			return 0;
		if (err->kind != FAIL_AGAIN || tries == 50)
			return -1;
		usleep(200000);
	}
}

/* Another name in the disclosed content, as a forger would write it. */
static void
forge(struct buf *bundle)
{
	char *at = strstr((char *)bundle->p, "mrz_primary\\\": \\\"");

	if (at != NULL)
		at[strlen("mrz_primary\\\": \\\"")] ^= 1;
}

static int
show_descent(struct demo *d, struct err *err)
{
	struct buf bundle = BUF_INIT, anchor = BUF_INIT;
	json_t *json = NULL;
	char file[PATH_MAX + 32];
	int rc = -1;

	snprintf(file, sizeof(file), "%s/descent.json", d->out);
	if (fetch_bundle(d, &bundle, err) == -1 || file_write(file, bytes_of(&bundle), 0644, err) == -1 ||
		file_read(state_path(&d->state, "pki/csca.crt"), 65536, &anchor, err) == -1)
		goto out;
	headline("Passport %s: where it comes from", d->person[0].document_number);
	if (json_read(bytes_of(&bundle), &json, err) == -1 || trace_print(json, err) == -1)
		goto out;
	headline("The same as a proof that needs neither network nor database");
	printf("  $ catena verify %s --anchor %s\n", file, state_path(&d->state, "pki/csca.crt"));
	if (show_verdict(bytes_of(&bundle), bytes_of(&anchor), true, err) == -1)
		goto out;
	headline("A copy in which the name was changed");
	forge(&bundle);
	rc = show_verdict(bytes_of(&bundle), bytes_of(&anchor), false, err);
out:
	buf_wipe(&bundle);
	json_decref(json);
	buf_clear(&anchor);
	return rc;
}

/* ---- the play ---- */

static int
play(struct demo *d, struct err *err)
{
	headline("Utopia's offices, places and officers");
	if (import_file(d, "places.csv", places_import, err) == -1 || import_file(d, "offices.csv", offices_import, err) == -1 ||
		add_officers(d, err) == -1)
		return -1;
	headline("Births, from a file: a clerk declares, a registrar registers");
	if (sign_all_in(d, err) == -1 || import_births(d, err) == -1 || take_persons(d, err) == -1)
		return -1;
	headline("Identities: one officer examines, another verifies");
	if (enrol_all(d, err) == -1)
		return -1;
	headline("Passports: application, approval by another officer, personalisation, quality control, delivery");
	if (issue_all(d, err) == -1 || save_all(d, err) == -1)
		return -1;
	headline("The security object of the first one, as OpenSSL sees it");
	if (verify_with_openssl(d, err) == -1)
		return -1;
	return show_descent(d, err);
}

static void
leave(struct demo *d)
{
	struct client *const all[] = { d->clerk, d->registrar, d->enroller, d->supervisor, d->counter, d->approver, d->personaliser, d->qc, d->delivery,
		d->auditor_civil, d->auditor };

	for (size_t i = 0; i < NELEM(all); i++)
		client_free(all[i]);
	for (size_t i = 0; i < DEMO_PASSPORTS; i++)
		buf_wipe(&d->portrait[i]);
	suite_stop(d->suite);
	free(d);
}

static int
stay(struct demo *d, struct err *err)
{
	bool asked;

	printf("\nThe services stay up; credentials of the officers are in %s.  Ctrl-C stops them.\n", state_path(&d->state, "demo-officers"));
	fflush(stdout);
	return suite_wait(d->suite, -1, &asked, err);
}

int
demo_command(const struct args *args, struct err *err)
{
	const struct init_options init = { .issuing_state = "UTO", .country = "UT", .port = -1 };
	struct demo *d = calloc(1, sizeof(*d));
	int rc = -1;

	if (d == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (state_of_args(args, &d->state, err) == -1 || find_data(d, args_value(args, "data", NULL), err) == -1)
		goto out;
	snprintf(d->office_enrolment, sizeof(d->office_enrolment), "%s", "IDZEN");
	snprintf(d->office_passport, sizeof(d->office_passport), "%s", "PPZEN");
	snprintf(d->out, sizeof(d->out), "%s", args_value(args, "out", state_path(&d->state, "demo")));
	headline("An installation in %s", d->state.dir);
	if ((!state_has(&d->state, "pg/made") && init_run(&d->state, &init, err) == -1) || file_mkdir(d->out, 0755, err) == -1 ||
		suite_start(&d->state, NULL, said, NULL, &d->suite, err) == -1)
		goto out;
	rc = play(d, err);
	if (rc == 0 && args_flag(args, "stay"))
		rc = stay(d, err);
	else if (rc == 0)
		printf("\nDone.  catena up --state %s starts the services again; catena demo --stay keeps them up.\n", d->state.dir);
out:
	leave(d);
	return rc;
}
