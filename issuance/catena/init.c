/* catena init. */
#include "issuance/catena/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/keys.h"
#include "issuance/catena/officers.h"
#include "issuance/catena/postgres.h"
#include "issuance/catena/suite.h"
#include "issuance/catena/tls.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/store/migrate.h"
#include "registry/store/offices.h"

enum { FIRST_PORT_MAX = 65000 };

const struct arg_option init_command_options[] = {
	OPTION_STATE,
	{ "token-module", "PATH", "PKCS #11 library of the token; SoftHSM when not given" },
	{ "issuing-state", "CODE", "code of the State in the MRZ (UTO)" },
	{ "country", "CC", "its two letters in certificates (UT)" },
	{ "port", "N", "of civild, the other services take the next ones (8441); 0: the system chooses" },
	{ "credentials", "FILE", "write those of the officer admin into a new file and do not print them" },
	{ NULL, NULL, NULL },
};

struct init {
	const struct state *state;
	const struct init_options *options;
	struct process postgres;
	bool made; /* set by a step that did something */
};

/* ---- folders, configuration, keys ---- */

static int
step_folders(struct init *in, struct err *err)
{
	/* log/ and run/ are entered by nobody but us; PostgreSQL gets its folders as descriptors */
	static const struct {
		const char *name;
		int mode;
	} folders[] = { { "keys", 0700 }, { "token", 0700 }, { "tls", 0755 }, { "pki", 0755 }, { "run", 0711 }, { "log", 0700 } };

	if (strpbrk(in->state->dir, "'\\\n#") != NULL)
		return err_set(err, FAIL_INPUT, "state folder: its path must have no quotation mark, backslash or #");
	if (!state_has(in->state, "")) {
		in->made = true;
		if (file_mkdir(in->state->dir, 0755, err) == -1 || chmod(in->state->dir, 0755) == -1)
			return err->kind != FAIL_NONE ? -1 : err_errno(err, "%s", in->state->dir);
	}
	for (size_t i = 0; i < NELEM(folders); i++) {
		const char *path = state_path(in->state, folders[i].name);

		if (mkdir(path, (mode_t)folders[i].mode) == -1 && errno != EEXIST)
			return err_errno(err, "%s", path);
		if (chmod(path, (mode_t)folders[i].mode) == -1)
			return err_errno(err, "%s", path);
	}
	return 0;
}

static int
token_module(const struct init *in, const char **path, struct err *err)
{
	static const char *const places[] = { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
		"/usr/lib64/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so" };

	if ((*path = in->options->token_module) != NULL)
		return access(*path, R_OK) == 0 ? 0 : err_errno(err, "%s", *path);
	if ((*path = getenv("CATENA_SOFTHSM")) != NULL && access(*path, R_OK) == 0)
		return 0;
	for (size_t i = 0; i < NELEM(places); i++)
		if (access(*path = places[i], R_OK) == 0)
			return 0;
	err_set(err, FAIL_NOT_FOUND, "SoftHSM: its library is in none of the usual places");
	err_hint(err, "install the package softhsm2, or name a PKCS #11 library with --token-module");
	return -1;
}

static int
step_conf(struct init *in, struct err *err)
{
	struct buf text = BUF_INIT;
	const char *module;
	int rc = -1;

	if (state_has(in->state, "catena.conf"))
		return 0;
	if (token_module(in, &module, err) == -1)
		return -1;
	in->made = true;
	buf_str(&text, "# Made by catena init; catena conf --sample shows every option.  Paths begin at this folder.\n");
	buf_printf(&text, "database = host='%s/pg/run' dbname=catena\nstate = %s\ncountry = %s\n", in->state->dir, in->options->issuing_state,
		in->options->country);
	for (const struct service *s = suite_services; s->name != NULL; s++)
		if (s->port != 0 && in->options->port != -1)
			buf_printf(&text, "\n[%s]\nport = %d\n", s->name, in->options->port == 0 ? 0 : in->options->port + s->port - SUITE_FIRST_PORT);
	buf_printf(&text, "\n[signd]\ntoken = pkcs11:token=catena?module-path=%s\n", module);
	if (buf_check(&text, err) == 0)
		rc = file_write(in->state->conf_file, bytes_of(&text), 0644, err);
	buf_clear(&text);
	return rc;
}

static int
key_file(struct init *in, const char *name, struct err *err)
{
	uint8_t key[SEAL_KEY_LEN];
	int rc;

	if (state_has(in->state, name))
		return 0;
	in->made = true;
	if (random_octets(key, sizeof(key), err) == -1)
		return -1;
	rc = file_write(state_path(in->state, name), BYTES(key, sizeof(key)), 0600, err);
	wipe(key, sizeof(key));
	return rc;
}

static int
step_keys(struct init *in, struct err *err)
{
	return key_file(in, "keys/seal.key", err) == -1 ? -1 : key_file(in, "keys/biometric.key", err);
}

static int
step_tls(struct init *in, struct err *err)
{
	return tls_init(in->state, &in->made, err);
}

static int
step_token(struct init *in, struct err *err)
{
	return keys_token_init(in->state, &in->made, err);
}

/* ---- database ---- */

static int
step_cluster(struct init *in, struct err *err)
{
	if (!postgres_is_there(in->state)) {
		in->made = true;
		if (postgres_init(in->state, err) == -1)
			return -1;
	}
	return postgres_start(in->state, &in->postgres, err);
}

static void
applied(void *arg, int number, const char *name)
{
	struct init *in = arg;

	(void)number;
	(void)name;
	in->made = true;
}

static int
step_schema(struct init *in, struct err *err)
{
	struct buf conninfo = BUF_INIT;
	int rc = state_owner_conninfo(in->state, &conninfo, err);

	if (rc == 0)
		rc = migrate_run(buf_cstr(&conninfo), applied, in, err);
	buf_clear(&conninfo);
	return rc;
}

static int
step_ceremony(struct init *in, struct err *err)
{
	return keys_ceremony(in->state, &in->made, err);
}

/* ---- the first officer ---- */

struct first {
	bool has_office, has_officer;
};

static int
see_office(void *arg, const struct office_row *office, struct err *err)
{
	(void)err;
	if (strcmp(office->kind, "registry") == 0)
		((struct first *)arg)->has_office = true;
	return 0;
}

static int
see_officer(void *arg, const struct officer *officer, struct err *err)
{
	(void)officer;
	(void)err;
	((struct first *)arg)->has_officer = true;
	return 0;
}

static int
work_office(struct tx *tx, void *arg, struct err *err)
{
	struct office_row office = { .code = "HQ", .name = "Administration of the registry", .kind = "registry", .series_first = 1 };
	struct first *f = arg;

	f->has_office = false;
	if (offices_list(tx, see_office, f, err) == -1)
		return -1;
	if (f->has_office)
		return 0;
	return uuid_new(&office.id, err) == -1 ? -1 : office_add(tx, &office, err);
}

static int
work_officer(struct tx *tx, void *arg, struct err *err)
{
	struct first *f = arg;

	f->has_officer = false;
	return officer_list(tx, see_officer, f, err);
}

static int
step_officer(struct init *in, struct err *err)
{
	static const struct query *const sets[] = { offices_queries, offices_admin_queries, officer_queries, officer_admin_queries, NULL };
	struct credentials made = CREDENTIALS_INIT;
	struct first first = { false, false };
	struct officers o = { NULL };
	struct db *db = NULL;
	int rc = -1;

	if (state_db(in->state, sets, &db, err) == -1 || db_run(db, DB_READ_COMMITTED, work_office, &first, err) == -1 ||
		db_run(db, DB_READ_ONLY, work_officer, &first, err) == -1)
		goto out;
	if (first.has_officer) {
		rc = 0;
		goto out;
	}
	in->made = true;
	if (officers_open(in->state, &o, err) == 0 &&
		officers_add(&o, &(struct officer_new){ "admin", "Administrator", "administrator,auditor", "all" }, &made, err) == 0)
		rc = credentials_tell(&made, in->options->credentials_file, err);
out:
	credentials_clear(&made);
	officers_close(&o);
	if (db != NULL)
		db_close(db);
	return rc;
}

/* ---- all of them ---- */

static const struct step {
	const char *what;
	int (*run)(struct init *in, struct err *err);
} steps[] = {
	{ "folders", step_folders },
	{ "configuration", step_conf },
	{ "keys of secrets and portraits", step_keys },
	{ "TLS certificates", step_tls },
	{ "token", step_token },
	{ "database cluster", step_cluster },
	{ "schema", step_schema },
	{ "key ceremony", step_ceremony },
	{ "first officer", step_officer },
};

int
init_run(const struct state *state, const struct init_options *options, struct err *err)
{
	struct init in = { .state = state, .options = options, .postgres = PROCESS_INIT };
	int lock = -1, rc = 0;

	if (options->credentials_file != NULL && access(options->credentials_file, F_OK) == 0)
		return err_set(err, FAIL_CONFLICT, "%s: is there already and is not overwritten", options->credentials_file);
	for (size_t i = 0; i < NELEM(steps) && rc == 0; i++) {
		in.made = false;
		if ((rc = steps[i].run(&in, err)) == -1) {
			err_prefix(err, "%s", steps[i].what);
			break;
		}
		printf("%-32s %s\n", steps[i].what, in.made ? "made" : "is there");
		fflush(stdout);
		if (i == 0)
			rc = suite_lock(state, &lock, err);
	}
	postgres_stop(&in.postgres);
	if (lock != -1)
		close(lock);
	return rc;
}

static int
options_of(const struct args *args, struct init_options *options, struct err *err)
{
	*options = (struct init_options){ .token_module = args_value(args, "token-module", NULL), .issuing_state = args_value(args, "issuing-state", "UTO"), .country = args_value(args, "country", "UT"), .credentials_file = args_value(args, "credentials", NULL) };
	return args_int(args, "port", 0, FIRST_PORT_MAX, -1, &options->port, err);
}

int
init_command(const struct args *args, struct err *err)
{
	struct init_options options;
	struct state state;

	if (state_of_args(args, &state, err) == -1 || options_of(args, &options, err) == -1 || init_run(&state, &options, err) == -1)
		return -1;
	printf("The installation is in %s.  catena up%s%s starts it.\n", state.dir, args_value(args, "state", NULL) != NULL ? " --state " : "",
		args_value(args, "state", ""));
	return 0;
}
