#include "pki/signd/documentseals.h"

#include <stdio.h>

#include "registry/base/clock.h"
#include "registry/doc9303/mrz.h"

enum { VISA_LINE_2 = 28 }; /* characters of line 2 that a visa's seal has (Doc 9303-13) */

static const char *
text_of(const json_t *seal, const char *name)
{
	const char *text = json_string_value(json_object_get(seal, name));

	return text != NULL ? text : "";
}

static int
put(const json_t *seal, const char *name, char *to, size_t size, struct err *err)
{
	const char *from = text_of(seal, name);

	if (strlen(from) >= size)
		return err_set(err, FAIL_INPUT, "%s: longer than the MRZ has room for", name);
	memcpy(to, from, strlen(from) + 1);
	return 0;
}

static int
form_of(const json_t *seal, enum mrz_form *form, struct err *err)
{
	static const enum mrz_form sealed[] = { MRZ_MRVA, MRZ_MRVB, MRZ_TD2 };

	for (size_t i = 0; i < NELEM(sealed); i++)
		if (strcmp(text_of(seal, "form"), mrz_form_name(sealed[i])) == 0) {
			*form = sealed[i];
			return 0;
		}
	return err_set(err, FAIL_INPUT, "form: documents of this form have no seal (Doc 9303-13)");
}

static int
mrz_of(const json_t *seal, const char *state, struct mrz *m, struct err *err)
{
	const char *birth = text_of(seal, "date_of_birth");

	if (form_of(seal, &m->form, err) == -1 || put(seal, "code", m->code, sizeof(m->code), err) == -1 || put(seal, "number", m->number, sizeof(m->number), err) == -1 ||
		put(seal, "mrz_primary", m->name.primary, sizeof(m->name.primary), err) == -1 ||
		put(seal, "mrz_secondary", m->name.secondary, sizeof(m->name.secondary), err) == -1 ||
		put(seal, "nationality", m->nationality, sizeof(m->nationality), err) == -1)
		return -1;
	snprintf(m->issuer, sizeof(m->issuer), "%s", state);
	m->sex = *text_of(seal, "sex");
	m->birth = DATE_INIT;
	return *birth != '\0' && date_parse(bytes_str(birth), &m->birth, err) == -1 ? -1 : date_parse(bytes_str(text_of(seal, "expires_on")), &m->expiry, err);
}

static int
put_visa(const json_t *seal, enum mrz_form form, const char *lines, struct vds *vds, struct buf *values, struct err *err)
{
	json_int_t entries = json_integer_value(json_object_get(seal, "entries")), days = json_integer_value(json_object_get(seal, "stay_days"));
	struct vds_visa visa = { .is_b = form == MRZ_MRVB, .has_entries = true, .entries = (uint8_t)entries, .stay = { .days = (uint8_t)days } };

	snprintf(visa.mrz, sizeof(visa.mrz), "%.*s", (int)(mrz_form_width(form) + VISA_LINE_2), lines);
	if (put(seal, "passport_number", visa.passport, sizeof(visa.passport), err) == -1)
		return -1;
	return vds_put_visa(&visa, vds, values, err);
}

int
documentseals_message(const json_t *seal, const char *state, struct date issued_on, struct vds *vds, struct buf *values, struct err *err)
{
	struct vds_emergency sheet = { .unknown = 0 };
	char lines[MRZ_MAX_LEN + 1];
	struct mrz m = { .form = MRZ_TD2 };
	int rc = -1;

	if (mrz_of(seal, state, &m, err) == 0 && mrz_check_code(m.form, m.code, issued_on, m.expiry, err) == 0 && mrz_compose(&m, lines, err) == 0) {
		snprintf(vds->state, sizeof(vds->state), "%s", state);
		vds->version = 4;
		vds->issued_on = issued_on;
		if (m.form == MRZ_TD2) {
			memcpy(sheet.mrz, lines, VDS_MRZ_MAX + 1);
			rc = vds_put_emergency(&sheet, vds, values, err);
		} else {
			rc = put_visa(seal, m.form, lines, vds, values, err);
		}
	}
	wipe(&m, sizeof(m));
	wipe(&sheet, sizeof(sheet));
	wipe(lines, sizeof(lines));
	return rc;
}

int
documentseals_make(const struct signers *signers, const json_t *seal, const char *state, struct date issued_on, struct buf *made,
	const struct seal_signer **signer, struct err *err)
{
	bool is_sheet = strcmp(text_of(seal, "form"), "TD2") == 0;
	const struct seal_signer *by = is_sheet ? signers->emergency : signers->visa;
	struct vds vds = { .version = 4 };
	struct buf values = BUF_INIT;
	struct session *s = NULL;
	int rc = -1;

	*signer = NULL;
	if (by->key == NULL || clock_now() >= by->use_until)
		return err_set(err, FAIL_AGAIN, "no signer of %s is active: a key ceremony is needed", is_sheet ? "emergency documents' seals" : "visa seals");
	if (documentseals_message(seal, state, issued_on, &vds, &values, err) == -1)
		goto out;
	vds.signed_on = clock_today();
	*signer = by;
	if (token_borrow(by->token, &s, err) == 0)
		rc = vdsseal_sign(s, by->key, by->cert, &vds, made, err);
	token_return(by->token, s);
out:
	buf_wipe(&values);
	return rc;
}
