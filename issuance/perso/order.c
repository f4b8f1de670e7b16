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
		return err_set(err, FAIL_INPUT, "%s: longer than the MRZ's %zu characters (Doc 9303-4 4.2.2)", field, size - 1);
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

int
order_of_production(const struct production *p, struct perso_order *order, struct err *err)
{
	struct perso_order made = { .from = p };
	struct mrz_td3 *mrz = &made.mrz;
	int rc = -1;

	if (put(mrz->code, sizeof(mrz->code), p->document_type, "document code", err) == -1 ||
		put(mrz->issuer, sizeof(mrz->issuer), p->issuing_state, "issuing State", err) == -1 ||
		put(mrz->number, sizeof(mrz->number), p->number, "document number", err) == -1 ||
		put(mrz->name.primary, sizeof(mrz->name.primary), p->mrz_primary, "primary identifier", err) == -1 ||
		put(mrz->name.secondary, sizeof(mrz->name.secondary), p->mrz_secondary, "secondary identifier", err) == -1 ||
		put(mrz->nationality, sizeof(mrz->nationality), p->nationality, "nationality", err) == -1 ||
		put(mrz->optional, sizeof(mrz->optional), p->uin, "personal number", err) == -1)
		goto out;
	mrz->sex = p->sex;
	mrz->birth = p->birth;
	mrz->expiry = p->expires_on;
	if (mrz_check_code(MRZ_TD3, mrz->code, p->issued_on, p->expires_on, err) == -1 || mrz_td3_compose(mrz, made.lines, err) == -1)
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
