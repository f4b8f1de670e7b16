#include "issuance/perso/order.h"

#include <stdio.h>

struct date
order_expiry(struct date birth, struct date issued_on, int years, int years_minor)
{
	int age = date_age(birth, issued_on);

	return date_add(issued_on, age >= 0 && age < ORDER_MINOR_BELOW ? years_minor : years, 0);
}

static int
put(char *to, size_t size, const char *from, const char *field, struct err *err)
{
	if (from == NULL)
		from = "";
	if (strlen(from) >= size)
		return err_set(err, FAIL_INPUT, "%s: longer than the MRZ's %zu characters (Doc 9303-3 4)", field, size - 1);
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

static int
form_of_name(const char *name, enum mrz_form *form, struct err *err)
{
	for (unsigned i = 0; i < MRZ_FORMS; i++)
		if (strcmp(mrz_form_name((enum mrz_form)i), name) == 0) {
			*form = (enum mrz_form)i;
			return 0;
		}
	return err_set(err, FAIL_INPUT, "document form: TD1, TD2, TD3, MRV-A or MRV-B is wanted");
}

int
order_of_production(const struct production *p, struct perso_order *order, struct err *err)
{
	struct perso_order made = { .from = p };
	struct mrz *mrz = &made.mrz;
	int rc = -1;

	if (form_of_name(p->mrz_form, &mrz->form, err) == -1 || put(mrz->code, sizeof(mrz->code), p->mrz_code, "document code", err) == -1 ||
		put(mrz->issuer, sizeof(mrz->issuer), p->issuing_state, "issuing State", err) == -1 ||
		put(mrz->number, sizeof(mrz->number), p->number, "document number", err) == -1 ||
		put(mrz->name.primary, sizeof(mrz->name.primary), p->mrz_primary, "primary identifier", err) == -1 ||
		put(mrz->name.secondary, sizeof(mrz->name.secondary), p->mrz_secondary, "secondary identifier", err) == -1 ||
		put(mrz->nationality, sizeof(mrz->nationality), p->nationality, "nationality", err) == -1)
		goto out;
	mrz->sex = p->sex;
	mrz->birth = p->birth;
	mrz->expiry = p->expires_on;
	if (p->uin != NULL)
		mrz_put_personal_number(mrz, p->uin);
	if (mrz->form == MRZ_TD3 && p->uin != NULL && p->uin[0] != '\0' && mrz->optional[0] == '\0') {
		err_set(err, FAIL_INPUT, "personal number: longer than the MRZ's 14 characters (Doc 9303-4 4.2.2)");
		goto out;
	}
	if (mrz_check_code(mrz->form, mrz->code, p->issued_on, p->expires_on, err) == -1 || mrz_compose(mrz, made.lines, err) == -1)
		goto out;
	*order = made;
	rc = 0;
out:
	wipe(&made, sizeof(made));
	return rc;
}

void
order_clear(struct perso_order *order)
{
	wipe(order, sizeof(*order));
}
