#include "issuance/catena/officers.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/base/file.h"
#include "registry/office/credentials.h"
#include "registry/service/roles.h"
#include "registry/service/signin.h"
#include "registry/store/audit.h"
#include "registry/store/offices.h"

enum { FILE_MAX = 4096,
	OFFICES_MAX = 4096,
	PASSWORD_GROUPS = 5,
	PASSWORD_GROUP = 4 };

static const struct query *const sets[] = { officer_queries, officer_admin_queries, offices_queries, audit_queries, NULL };

/* ---- credentials ---- */

void
credentials_clear(struct credentials *c)
{
	buf_wipe(&c->password);
	buf_wipe(&c->totp);
	*c = CREDENTIALS_INIT;
}

static void
line_take(struct credentials *c, const char *name, const char *value)
{
	if (strcmp(name, "login") == 0)
		snprintf(c->login, sizeof(c->login), "%s", value);
	else if (strcmp(name, "password") == 0)
		buf_str(&c->password, value);
	else if (strcmp(name, "totp") == 0)
		buf_str(&c->totp, value);
}

int
credentials_read(const char *file, struct credentials *c, struct err *err)
{
	struct credentials got = CREDENTIALS_INIT;
	struct buf text = BUF_INIT;
	char *rest, *line, *value;

	if (file_read(file, FILE_MAX, &text, err) == -1)
		return -1;
	rest = (char *)text.p;
	while ((line = strsep(&rest, "\n")) != NULL) {
		line[strcspn(line, "\r")] = '\0';
		if (*line == '#' || (value = strstr(line, " = ")) == NULL)
			continue;
		*value = '\0';
		line_take(&got, line, value + 3);
	}
	buf_wipe(&text);
	if (got.login[0] == '\0' || got.password.n == 0 || got.totp.n == 0) {
		credentials_clear(&got);
		err_set(err, FAIL_INPUT, "%s: wanted the lines login = ..., password = ..., totp = ...", file);
		err_hint(err, "catena officer add --credentials FILE writes such a file");
		return -1;
	}
	credentials_clear(c);
	*c = got;
	return 0;
}

int
credentials_write(const char *file, const struct credentials *c, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = -1;

	if (access(file, F_OK) == 0)
		return err_set(err, FAIL_CONFLICT, "%s: is there already and is not overwritten", file);
	buf_printf(&text, "# signs in as this officer: keep it like a key\nlogin = %s\npassword = %.*s\ntotp = %.*s\n", c->login,
		(int)c->password.n, (const char *)c->password.p, (int)c->totp.n, (const char *)c->totp.p);
	if (buf_check(&text, err) == 0)
		rc = file_write(file, bytes_of(&text), 0600, err);
	buf_wipe(&text);
	return rc;
}

int
credentials_tell(const struct credentials *c, const char *file, struct err *err)
{
	struct buf uri = BUF_INIT;

	if (file != NULL) {
		if (credentials_write(file, c, err) == -1)
			return -1;
		printf("officer %s: password and second factor are in %s\n", c->login, file);
		return 0;
	}
	totp_uri((const char *)c->totp.p, "Catena", c->login, &uri);
	if (buf_check(&uri, err) == -1)
		return -1;
	printf("officer        %s\n"
	       "password       %.*s\n"
	       "second factor  %.*s (TOTP, SHA-1, 6 digits, 30 s)\n"
	       "               %s\n"
	       "This is shown once.  catena officer reset %s makes new ones.\n",
		c->login, (int)c->password.n, (const char *)c->password.p, (int)c->totp.n, (const char *)c->totp.p, buf_cstr(&uri), c->login);
	buf_wipe(&uri);
	fflush(stdout);
	return 0;
}

/* About 99 bits in letters and digits that are not mistaken for one another, in groups that can be read out. */
static int
password_new(struct buf *out, struct err *err)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* 31 */
	const unsigned n = sizeof(letters) - 1;

	for (int i = 0; i < PASSWORD_GROUPS * PASSWORD_GROUP;) {
		uint8_t o;

		if (random_octets(&o, 1, err) == -1)
			return -1;
		if (o >= 256 / n * n) /* so that every letter is as likely */
			continue;
		if (i > 0 && i % PASSWORD_GROUP == 0)
			buf_u8(out, '-');
		buf_u8(out, (uint8_t)letters[o % n]);
		i++;
	}
	return buf_check(out, err);
}

/* ---- the registry ---- */

int
officers_open(const struct state *state, struct officers *o, struct err *err)
{
	struct conf *conf = NULL;
	int rc = -1;

	*o = (struct officers){ NULL };
	if (state_conf(state, "catena", &conf, err) == 0 && seal_load(conf_text(conf, "seal_key"), &o->seal, err) == 0)
		rc = state_db(state, sets, &o->db, err);
	if (rc == -1)
		officers_close(o);
	conf_free(conf);
	return rc;
}

void
officers_close(struct officers *o)
{
	if (o->db != NULL)
		db_close(o->db);
	seal_free(o->seal);
	*o = (struct officers){ NULL };
}

struct office_list {
	const char *codes; /* as wanted */
	uint64_t roles;
	size_t n;
	struct uuid id[OFFICES_MAX];
};

/* Whether the code is one of those between the commas. */
static bool
is_listed(const char *codes, const char *code)
{
	for (size_t n; *codes != '\0'; codes += n + (codes[n] == ',')) {
		n = strcspn(codes, ",");
		if (n == strlen(code) && memcmp(codes, code, n) == 0)
			return true;
	}
	return false;
}

/* "all": offices where somebody with these roles works. */
static bool
is_place_of(const char *kind, uint64_t roles)
{
	return (strcmp(kind, "civil") == 0 && (roles & ROLES_CIVIL) != 0) ||
		(strcmp(kind, "enrolment") == 0 && (roles & ROLES_ENROLMENT) != 0) ||
		(strcmp(kind, "passport") == 0 && (roles & ROLES_PASSPORT) != 0) ||
		(strcmp(kind, "pki") == 0 && (roles & ROLE_PKI_OFFICER) != 0) ||
		(strcmp(kind, "registry") == 0 && (roles & ~(ROLES_CIVIL | ROLES_ENROLMENT | ROLES_PASSPORT | ROLE_PKI_OFFICER)) != 0);
}

static int
take_office(void *arg, const struct office_row *office, struct err *err)
{
	struct office_list *list = arg;

	if (!(strcmp(list->codes, "all") == 0 ? is_place_of(office->kind, list->roles) : is_listed(list->codes, office->code)))
		return 0;
	if (list->n == OFFICES_MAX)
		return err_set(err, FAIL_TOO_LARGE, "offices: more than %d", OFFICES_MAX);
	list->id[list->n++] = office->id;
	return 0;
}

static int
find_offices(struct tx *tx, struct office_list *list, struct err *err)
{
	size_t wanted = 1;

	list->n = 0;
	if (offices_list(tx, take_office, list, err) == -1)
		return -1;
	for (const char *p = list->codes; *p != '\0'; p++)
		wanted += *p == ',';
	if (list->n > 0 && (strcmp(list->codes, "all") == 0 || list->n == wanted))
		return 0;
	err_set(err, FAIL_NOT_FOUND, "office %.80s: there is none, or not all of them", list->codes);
	err_hint(err, "catena office list shows them; catena office add FILE.csv adds some");
	return -1;
}

struct work {
	const struct officers *o;
	const struct officer_new *n;
	struct credentials *made;
	const char *phc;
	struct bytes totp_sealed;
	struct uuid id;
	bool remove;
	struct office_list offices;
};

static int
changed(struct tx *tx, const struct work *w, const char *detail, struct err *err)
{
	return audit_add(tx, &(struct audit_event){ .kind = "officer_changed", .program = "catena", .subject_kind = "officer", .subject_id = &w->id, .detail = detail }, err);
}

static int
each_role(struct tx *tx, struct work *w, struct err *err)
{
	char detail[120];

	if (find_offices(tx, &w->offices, err) == -1)
		return -1;
	for (const struct role_entry *r = role_table; r->name != NULL; r++)
		for (size_t i = 0; (w->offices.roles & r->role) != 0 && i < w->offices.n; i++)
			if ((w->remove ? officer_role_remove : officer_role_add)(tx, &w->id, r->name, &w->offices.id[i], err) == -1)
				return -1;
	snprintf(detail, sizeof(detail), "%s roles %llx for %zu offices", w->remove ? "without" : "with", (unsigned long long)w->offices.roles,
		w->offices.n);
	return changed(tx, w, detail, err);
}

static int
work_add(struct tx *tx, void *arg, struct err *err)
{
	struct work *w = arg;

	if (officer_add(tx, &w->id, w->n->login, w->n->name, w->phc, w->totp_sealed, err) == -1)
		return -1;
	return each_role(tx, w, err);
}

static int
work_find(struct tx *tx, void *arg, struct err *err)
{
	struct officer officer = { 0 };
	struct work *w = arg;

	if (officer_find(tx, w->n->login, &officer, err) == -1)
		return -1;
	w->id = officer.id;
	officer_clear(&officer);
	return 0;
}

static int
work_reset(struct tx *tx, void *arg, struct err *err)
{
	struct work *w = arg;

	if (officer_reset(tx, &w->id, w->phc, w->totp_sealed, err) == -1)
		return -1;
	return changed(tx, w, "new credentials", err);
}

static int
work_roles(struct tx *tx, void *arg, struct err *err)
{
	return each_role(tx, arg, err);
}

static int
parse_roles(struct work *w, const char *roles, struct err *err)
{
	if (roles_parse(bytes_str(roles), &w->offices.roles, err) == -1 || w->offices.roles == 0 || (w->offices.roles & ROLE_PROGRAM) != 0) {
		if (err->kind == FAIL_NONE)
			err_set(err, FAIL_INPUT, "roles: at least one that a person can have is wanted");
		err_hint(err, "catena roles lists them");
		return -1;
	}
	return 0;
}

/* New credentials for the officer, and `run` with them in one transaction. */
static int
with_credentials(struct work *w, db_work *run, struct credentials *made, struct err *err)
{
	struct credentials c = CREDENTIALS_INIT;
	struct buf phc = BUF_INIT, sealed = BUF_INIT;
	int rc = -1;

	snprintf(c.login, sizeof(c.login), "%s", w->n->login);
	if (password_new(&c.password, err) == -1 || credentials_make(w->o->seal, &w->id, bytes_of(&c.password), &phc, &c.totp, &sealed, err) == -1)
		goto out;
	w->phc = buf_cstr(&phc);
	w->totp_sealed = bytes_of(&sealed);
	if (db_run(w->o->db, DB_READ_COMMITTED, run, w, err) == -1)
		goto out;
	credentials_clear(made);
	*made = c;
	c = CREDENTIALS_INIT;
	rc = 0;
out:
	credentials_clear(&c);
	buf_wipe(&phc);
	buf_wipe(&sealed);
	return rc;
}

int
officers_add(const struct officers *o, const struct officer_new *n, struct credentials *made, struct err *err)
{
	struct work *w = calloc(1, sizeof(*w));
	int rc = -1;

	if (w == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	w->o = o;
	w->n = n;
	w->offices.codes = n->offices;
	if (parse_roles(w, n->roles, err) == 0 && uuid_new(&w->id, err) == 0)
		rc = with_credentials(w, work_add, made, err);
	free(w);
	return rc;
}

int
officers_reset(const struct officers *o, const char *login, struct credentials *made, struct err *err)
{
	const struct officer_new n = { .login = login };
	struct work *w = calloc(1, sizeof(*w));
	int rc = -1;

	if (w == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	w->o = o;
	w->n = &n;
	if (db_run(o->db, DB_READ_ONLY, work_find, w, err) == 0)
		rc = with_credentials(w, work_reset, made, err);
	free(w);
	return rc;
}

int
officers_change_roles(const struct officers *o, const char *login, const char *roles, const char *offices, bool remove, struct err *err)
{
	const struct officer_new n = { .login = login };
	struct work *w = calloc(1, sizeof(*w));
	int rc = -1;

	if (w == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	w->o = o;
	w->n = &n;
	w->remove = remove;
	w->offices.codes = offices;
	if (parse_roles(w, roles, err) == 0 && db_run(o->db, DB_READ_ONLY, work_find, w, err) == 0)
		rc = db_run(o->db, DB_READ_COMMITTED, work_roles, w, err);
	free(w);
	return rc;
}

struct office_wanted {
	const char *code;
	struct uuid *id;
};

static int
work_office(struct tx *tx, void *arg, struct err *err)
{
	const struct office_wanted *w = arg;
	struct office_row office;

	if (office_find_code(tx, w->code, &office, err) == -1)
		return -1;
	*w->id = office.id;
	return 0;
}

int
officers_office(const struct officers *o, const char *code, struct uuid *id, struct err *err)
{
	struct office_wanted w = { code, id };

	return db_run(o->db, DB_READ_ONLY, work_office, &w, err);
}
