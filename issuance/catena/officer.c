/* catena officer add, role, reset, list. */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/officers.h"
#include "registry/store/offices.h"

#define OPTION_CREDENTIALS \
	{ \
		"credentials", "FILE", "write them into a new file, readable by you only, and do not print them" \
	}
#define OPTION_ROLE \
	{ \
		"role", "ROLE[,ROLE]", "what the officer may do; catena roles lists them" \
	}
#define OPTION_OFFICE \
	{ \
		"office", "CODE[,CODE]", "for which offices; all: every office where there is such work" \
	}

const struct arg_option officer_add_options[] = { OPTION_STATE, { "name", "NAME", "the officer's name, as other officers see it" }, OPTION_ROLE,
	OPTION_OFFICE, OPTION_CREDENTIALS, { NULL, NULL, NULL } };
const struct arg_option officer_role_options[] = { OPTION_STATE, OPTION_ROLE, OPTION_OFFICE, { "remove", NULL, "take the roles away" },
	{ NULL, NULL, NULL } };
const struct arg_option officer_reset_options[] = { OPTION_STATE, OPTION_CREDENTIALS, { NULL, NULL, NULL } };
const struct arg_option state_options[] = { OPTION_STATE, { NULL, NULL, NULL } };

static int
begin(const struct args *args, struct officers *o, struct err *err)
{
	struct state state;

	if (state_of_args(args, &state, err) == -1)
		return -1;
	return officers_open(&state, o, err);
}

static int
wanted(const struct args *args, const char *const *names, struct err *err)
{
	for (; *names != NULL; names++)
		if (args_value(args, *names, NULL) == NULL)
			return err_set(err, FAIL_INPUT, "--%s is missing", *names);
	return 0;
}

int
officer_add_command(const struct args *args, struct err *err)
{
	static const char *const needed[] = { "name", "role", "office", NULL };
	struct credentials made = CREDENTIALS_INIT;
	struct officer_new n = { .login = args->positional[0] };
	struct officers o;
	int rc = -1;

	if (wanted(args, needed, err) == -1 || begin(args, &o, err) == -1)
		return -1;
	n.name = args_value(args, "name", NULL);
	n.roles = args_value(args, "role", NULL);
	n.offices = args_value(args, "office", NULL);
	if (officers_add(&o, &n, &made, err) == 0)
		rc = credentials_tell(&made, args_value(args, "credentials", NULL), err);
	credentials_clear(&made);
	officers_close(&o);
	return rc;
}

int
officer_role_command(const struct args *args, struct err *err)
{
	static const char *const needed[] = { "role", "office", NULL };
	struct officers o;
	int rc;

	if (wanted(args, needed, err) == -1 || begin(args, &o, err) == -1)
		return -1;
	rc = officers_change_roles(&o, args->positional[0], args_value(args, "role", NULL), args_value(args, "office", NULL),
		args_flag(args, "remove"), err);
	if (rc == 0)
		printf("officer %s: roles changed\n", args->positional[0]);
	officers_close(&o);
	return rc;
}

int
officer_reset_command(const struct args *args, struct err *err)
{
	struct credentials made = CREDENTIALS_INIT;
	struct officers o;
	int rc = -1;

	if (begin(args, &o, err) == -1)
		return -1;
	if (officers_reset(&o, args->positional[0], &made, err) == 0)
		rc = credentials_tell(&made, args_value(args, "credentials", NULL), err);
	credentials_clear(&made);
	officers_close(&o);
	return rc;
}

/* ---- list ---- */

struct listing {
	struct buf out; /* begun anew when the transaction is */
	struct office_row *office;
	size_t noffice;
};

static int
keep_office(void *arg, const struct office_row *office, struct err *err)
{
	struct listing *l = arg;
	struct office_row *more = realloc(l->office, (l->noffice + 1) * sizeof(*more));

	if (more == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	l->office = more;
	l->office[l->noffice++] = *office;
	return 0;
}

static const char *
code_of(const struct listing *l, const struct uuid *id)
{
	for (size_t i = 0; i < l->noffice; i++)
		if (uuid_equal(&l->office[i].id, id))
			return l->office[i].code;
	return "?";
}

static int
list_officer(void *arg, const struct officer *officer, struct err *err)
{
	struct listing *l = arg;

	(void)err;
	buf_printf(&l->out, "%-20s %-30s %s%s\n", officer->login, officer->name, officer->is_active ? "" : "inactive ",
		officer->is_locked ? "locked out" : "");
	for (unsigned i = 0; i < officer->nrole; i++)
		buf_printf(&l->out, "    %-22s %s\n", officer->role[i].role, code_of(l, &officer->role[i].office_id));
	return 0;
}

static int
work_list(struct tx *tx, void *arg, struct err *err)
{
	struct listing *l = arg;

	buf_cut(&l->out, 0);
	l->noffice = 0;
	return offices_list(tx, keep_office, l, err) == -1 ? -1 : officer_list(tx, list_officer, l, err);
}

int
officer_list_command(const struct args *args, struct err *err)
{
	struct listing l = { .out = BUF_INIT };
	struct officers o;
	int rc;

	if (begin(args, &o, err) == -1)
		return -1;
	rc = db_run(o.db, DB_READ_ONLY, work_list, &l, err);
	officers_close(&o);
	free(l.office);
	if (rc == 0)
		return print_buf(&l.out, err);
	buf_clear(&l.out);
	return -1;
}
