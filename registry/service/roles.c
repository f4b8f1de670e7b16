#include "config.h"

#include "registry/service/roles.h"

const struct role_entry role_table[] = {
	{ ROLE_CIVIL_CLERK, "civil_clerk", "declares births, deaths and other events at a civil registration office" },
	{ ROLE_CIVIL_REGISTRAR, "civil_registrar", "registers, corrects and annuls civil acts and certifies copies of them" },
	{ ROLE_CIVIL_SUPERVISOR, "civil_supervisor", "approves late registrations and whatever else takes a senior officer at a civil registration office" },
	{ ROLE_ENROLMENT_OFFICER, "enrolment_officer", "opens enrolments, takes portraits and attaches evidence" },
	{ ROLE_ENROLMENT_SUPERVISOR, "enrolment_supervisor", "verifies and decides enrolments that another officer opened" },
	{ ROLE_PASSPORT_CLERK, "passport_clerk", "receives applications for travel documents" },
	{ ROLE_PASSPORT_APPROVER, "passport_approver", "approves or refuses applications that another officer received" },
	{ ROLE_PASSPORT_SUPERVISOR, "passport_supervisor", "approves what takes a senior officer at a passport office: service passports, documents of refugees, stateless persons and aliens, second documents, waived fees" },
	{ ROLE_PASSPORT_PERSONALISER, "passport_personaliser", "personalises booklets of approved applications" },
	{ ROLE_PASSPORT_QC, "passport_qc", "reads personalised booklets back and passes or rejects them" },
	{ ROLE_PASSPORT_DELIVERY, "passport_delivery", "hands documents over and records their return and loss" },
	{ ROLE_INSPECTOR, "inspector", "inspects documents and reads their descent" },
	{ ROLE_PKI_OFFICER, "pki_officer", "holds key ceremonies and issues certificates and revocation lists" },
	{ ROLE_AUDITOR, "auditor", "reads the ledger and traces records; changes nothing" },
	{ ROLE_STATISTICIAN, "statistician", "reads statistics without names" },
	{ ROLE_ADMINISTRATOR, "administrator", "keeps offices, officers and their roles; sees no records of persons" },
	{ ROLE_PROGRAM, "program", "a program known by its client certificate" },
	{ 0, NULL, NULL }
};

int
role_parse(struct bytes name, uint64_t *role, struct err *err)
{
	for (const struct role_entry *e = role_table; e->name != NULL; e++) {
		if (bytes_equal(name, bytes_str(e->name))) {
			*role = e->role;
			return 0;
		}
	}
	return err_set(err, FAIL_INPUT, "role: there is none of this name (%zu octets)", name.n);
}

static struct bytes
without_spaces(struct bytes in)
{
	while (in.n > 0 && in.p[0] == ' ') {
		in.p++;
		in.n--;
	}
	while (in.n > 0 && in.p[in.n - 1] == ' ')
		in.n--;
	return in;
}

int
roles_parse(struct bytes names, uint64_t *roles, struct err *err)
{
	uint64_t all = 0, one;

	names = without_spaces(names);
	while (names.n > 0) {
		const uint8_t *comma = memchr(names.p, ',', names.n);
		size_t n = comma != NULL ? (size_t)(comma - names.p) : names.n;

		if (role_parse(without_spaces(BYTES(names.p, n)), &one, err) == -1)
			return -1;
		all |= one;
		if (comma == NULL)
			break;
		names = BYTES(names.p + n + 1, names.n - n - 1);
		if (names.n == 0)
			return err_set(err, FAIL_INPUT, "role: a comma ends the list");
	}
	*roles = all;
	return 0;
}

const char *
role_name(uint64_t role)
{
	for (const struct role_entry *e = role_table; e->name != NULL; e++)
		if (e->role == role)
			return e->name;
	return NULL;
}

void
roles_print(uint64_t roles, struct buf *out)
{
	const char *between = "";

	for (const struct role_entry *e = role_table; e->name != NULL; e++) {
		if ((roles & e->role) == 0)
			continue;
		buf_str(out, between);
		buf_str(out, e->name);
		between = ",";
	}
}

void
roles_manual(struct buf *out)
{
	for (const struct role_entry *e = role_table; e->name != NULL; e++)
		buf_printf(out, ".It Cm %s\n%s.\n", e->name, e->manual);
}
