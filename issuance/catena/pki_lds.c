/*
 * catena pki lds, catena pki mrz: what a file of a passport's chip, or a machine readable zone, says; offline, of one file by itself.  Whether
 * it is genuine is `catena pki passive`'s question.
 */
#include <stdio.h>
#include <stdlib.h>

#include "issuance/catena/commands.h"
#include "issuance/catena/given.h"
#include "pki/cardsecurity.h"
#include "pki/sod.h"
#include "registry/base/clock.h"
#include "registry/base/file.h"
#include "registry/doc9303/face.h"
#include "registry/doc9303/finger.h"
#include "registry/doc9303/iso39794.h"
#include "registry/doc9303/mrz.h"

enum { MRZ_FILE_MAX = 1024 };

const struct arg_option pki_lds_options[] = {
	{ "at", "YYYY-MM-DD", "the day against which two-digit years are read; today when not given", false },
	{ "json", NULL, "one JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

static void
unreadable(struct verdicts *v, const struct err *err)
{
	verdicts_add(v, OUTCOME_UNREADABLE, NULL, "unreadable", NULL, "%s", err->text);
}

static void
refused(struct verdicts *v, const char *code, const struct err *err)
{
	verdicts_add(v, OUTCOME_REFUSED, NULL, code, NULL, "%s", err->text);
}

static void
fact_bytes(struct verdicts *v, const char *name, struct bytes text)
{
	if (text.n > 0)
		verdicts_fact(v, name, "%.*s", (int)(text.n < 400 ? text.n : 400), (const char *)text.p);
}

static void
fact_octets(struct verdicts *v, const char *name, struct bytes octets)
{
	if (octets.n > 0)
		verdicts_fact(v, name, "%zu octets", octets.n);
}

static void
fact_date(struct verdicts *v, const char *name, struct date d)
{
	char text[DATE_TEXT];

	if (d.precision != DATE_UNKNOWN)
		verdicts_fact(v, name, "%s", date_format(d, text));
}

/* ---- the machine readable zone ---- */

static void
tell_mrz(struct verdicts *v, struct bytes lines, struct date today)
{
	struct err err = ERR_INIT;
	struct mrz m;

	if (mrz_parse(lines, today, &m, &err) == -1) {
		refused(v, "mrz", &err);
		return;
	}
	verdicts_add(v, OUTCOME_GOOD, NULL, "mrz", NULL, "%s, all check digits agree", mrz_form_name(m.form));
	for (unsigned i = 0; i < mrz_form_lines(m.form); i++) {
		char name[16];

		snprintf(name, sizeof(name), "line %u", i + 1);
		fact_bytes(v, name, BYTES(lines.p + i * mrz_form_width(m.form), mrz_form_width(m.form)));
	}
	verdicts_fact(v, "document code", "%s", m.code);
	verdicts_fact(v, "issuing State", "%s", m.issuer);
	verdicts_fact(v, "primary identifier", "%s", m.name.primary);
	fact_bytes(v, "secondary identifier", bytes_str(m.name.secondary));
	if (m.name.may_be_truncated)
		verdicts_fact(v, "name", "perhaps truncated");
	verdicts_fact(v, "document number", "%s", m.number);
	verdicts_fact(v, "nationality", "%s", m.nationality);
	fact_date(v, "date of birth", m.birth);
	verdicts_fact(v, "sex", "%c", m.sex);
	fact_date(v, "date of expiry", m.expiry);
	fact_bytes(v, "optional data", bytes_str(m.optional));
	fact_bytes(v, "optional data of line 2", bytes_str(m.optional2));
}

/* ---- biometrics ---- */

static void
tell_image(struct verdicts *v, const char *what, unsigned width, unsigned height, struct bytes image)
{
	if (width == 0)
		verdicts_fact(v, what, "%zu octets", image.n);
	else
		verdicts_fact(v, what, "%u x %u, %zu octets", width, height, image.n);
}

/* An image that is not what its record says can be shown all the same: a warning. */
static void
tell_check(struct verdicts *v, int rc, const struct err *err)
{
	if (rc == -1)
		verdicts_add(v, OUTCOME_WARNING, NULL, "image", NULL, "%s", err->text);
}

/* One record or block, in whichever of the four forms.  False when it is none of them. */
static bool
tell_record(struct verdicts *v, struct bytes data, struct err *err)
{
	struct err inner = ERR_INIT;
	struct face39794 face3;
	struct finger39794 finger3;
	struct finger_record fingers;
	struct face face;

	if (face_parse(data, &face, err) == 0) {
		verdicts_fact(v, "format", "ISO/IEC 19794-5, %s", face.image_type == FACE_TOKEN ? "token frame" : face.image_type == FACE_FULL_FRONTAL ? "full frontal"
																		       : "basic");
		tell_image(v, face.data_type == FACE_JPEG ? "JPEG" : "JPEG 2000", face.width, face.height, face.image);
		tell_check(v, face_check_image(&face, &inner), &inner);
		return true;
	}
	if (finger_parse(data, &fingers, err) == 0) {
		verdicts_fact(v, "format", "ISO/IEC 19794-4");
		for (unsigned i = 0; i < fingers.n; i++)
			tell_image(v, finger_name(fingers.image[i].position), fingers.image[i].width, fingers.image[i].height, fingers.image[i].image);
		tell_check(v, finger_check_images(&fingers, &inner), &inner);
		return true;
	}
	if (face39794_read(data, &face3, err) == 0) {
		verdicts_fact(v, "format", "ISO/IEC 39794-5:%u", face3.year);
		tell_image(v, face3.format == FACE39794_JPEG ? "JPEG" : "JPEG 2000", face3.width, face3.height, face3.image);
		tell_check(v, face39794_check_image(&face3, &inner), &inner);
		return true;
	}
	if (finger39794_read(data, &finger3, err) == 0) {
		verdicts_fact(v, "format", "ISO/IEC 39794-4:%u", finger3.year);
		tell_image(v, finger_name((unsigned)finger3.position), 0, 0, finger3.image);
		tell_check(v, finger39794_check_image(&finger3, &inner), &inner);
		return true;
	}
	return false;
}

static int
tell_biometrics(struct verdicts *v, unsigned dg, struct bytes file, struct err *err)
{
	struct lds_templates t;

	if (lds_biometric_read(dg, file, &t, err) == -1)
		return -1;
	verdicts_fact(v, "templates", "%u", t.n);
	for (unsigned i = 0; i < t.n; i++) {
		struct bytes data = t.template[i].data;
		struct err inner = ERR_INIT;

		(void)lds_template_block(dg, &t.template[i], &data, &inner);
		if (!tell_record(v, data, &inner))
			verdicts_add(v, OUTCOME_WARNING, NULL, "format", NULL, "template %u: format %04X of owner %04X is not understood", i + 1, t.template[i].format,
				t.template[i].owner);
	}
	return 0;
}

/* ---- SecurityInfos ---- */

static void
tell_infos(struct verdicts *v, const struct secinfos *infos, enum secinfo_place place)
{
	struct err err = ERR_INIT;

	for (unsigned i = 0; i < infos->n; i++) {
		const struct secinfo *s = &infos->info[i];
		const struct secinfo_protocol *p = secinfo_protocol(s->protocol);
		const struct secinfo_parameters *standard = s->kind == SECINFO_PACE ? secinfo_parameters(s->id) : NULL;
		char name[16], more[80] = "";

		snprintf(name, sizeof(name), "info %u", i + 1);
		if (s->version != 0)
			snprintf(more, sizeof(more), ", version %u", s->version);
		if (s->id != SECINFO_NO_ID)
			snprintf(more + strlen(more), sizeof(more) - strlen(more), standard != NULL ? ", parameters %d" : ", id %d", s->id);
		verdicts_fact(v, name, "%s%s%s%s", p != NULL ? p->name : s->protocol, more, standard != NULL ? ", " : "", standard != NULL ? standard->name : "");
	}
	if (secinfos_check(infos, place, &err) == -1)
		verdicts_add(v, OUTCOME_WARNING, NULL, "security_info", NULL, "%s", err.text);
}

static int
tell_card_security(struct verdicts *v, struct bytes file, struct err *err)
{
	struct cardsecurity *cs = NULL;
	struct err bad = ERR_INIT;

	if (cardsecurity_parse(file, &cs, err) == -1)
		return -1;
	tell_infos(v, &cs->infos, SECINFO_CARD_SECURITY);
	if (cms_verify(cs->cms, oid_security_object, &bad) == -1)
		refused(v, "signature", &bad);
	else
		verdicts_add(v, OUTCOME_GOOD, NULL, "signature", NULL, "by %s, whom nothing here vouches for", cms_signer_cert(cs->cms)->subject_cn);
	cardsecurity_free(cs);
	return 0;
}

/* ---- the groups of texts ---- */

static int
tell_dg11(struct verdicts *v, struct bytes file, struct err *err)
{
	struct lds_dg11 d;

	if (lds_dg11_read(file, &d, err) == -1)
		return -1;
	fact_bytes(v, "full name", d.full_name);
	for (unsigned i = 0; i < d.n_other_names; i++)
		fact_bytes(v, "other name", d.other_name[i]);
	fact_bytes(v, "personal number", d.personal_number);
	fact_date(v, "date of birth", d.birth);
	fact_bytes(v, "place of birth", d.place_of_birth);
	fact_bytes(v, "address", d.address);
	fact_bytes(v, "telephone", d.telephone);
	fact_bytes(v, "profession", d.profession);
	fact_bytes(v, "title", d.title);
	fact_bytes(v, "personal summary", d.personal_summary);
	fact_octets(v, "proof of citizenship", d.citizenship_image);
	fact_bytes(v, "other documents", d.other_documents);
	fact_bytes(v, "custody", d.custody);
	return 0;
}

static int
tell_dg12(struct verdicts *v, struct bytes file, struct err *err)
{
	struct lds_dg12 d;

	if (lds_dg12_read(file, &d, err) == -1)
		return -1;
	fact_bytes(v, "issuing authority", d.authority);
	fact_date(v, "date of issue", d.issued_on);
	for (unsigned i = 0; i < d.n_other_persons; i++)
		fact_bytes(v, "other person", d.other_person[i]);
	fact_bytes(v, "endorsements", d.endorsements);
	fact_bytes(v, "tax or exit requirements", d.tax_exit);
	fact_octets(v, "image of the front", d.front_image);
	fact_octets(v, "image of the rear", d.rear_image);
	if (d.personalised_at.n == 14)
		fact_bytes(v, "time of personalisation", d.personalised_at);
	fact_bytes(v, "serial number of the system", d.system_serial);
	return 0;
}

static int
tell_dg16(struct verdicts *v, struct bytes file, struct err *err)
{
	struct lds_dg16 d;

	if (lds_dg16_read(file, &d, err) == -1)
		return -1;
	for (unsigned i = 0; i < d.n; i++) {
		fact_bytes(v, "person to notify", d.person[i].name);
		fact_date(v, "recorded on", d.person[i].recorded_on);
		fact_bytes(v, "telephone", d.person[i].telephone);
		fact_bytes(v, "address", d.person[i].address);
	}
	return 0;
}

/* ---- the other files ---- */

static int
tell_com(struct verdicts *v, struct bytes file, struct err *err)
{
	struct lds_com com;
	char groups[80] = "";

	if (lds_com_read(file, &com, err) == -1)
		return -1;
	for (unsigned i = 0; i < com.n; i++)
		snprintf(groups + strlen(groups), sizeof(groups) - strlen(groups), "%sDG%u", i > 0 ? " " : "", com.dg[i]);
	verdicts_fact(v, "LDS version", "%s", com.lds_version);
	verdicts_fact(v, "Unicode version", "%s", com.unicode_version);
	verdicts_fact(v, "data groups", "%s", groups);
	return 0;
}

static int
tell_sod(struct verdicts *v, struct bytes file, struct err *err)
{
	struct sod *sod = NULL;
	char groups[80] = "";

	if (sod_parse(file, &sod, err) == -1)
		return -1;
	for (unsigned i = 0; i < sod->lds.n; i++)
		snprintf(groups + strlen(groups), sizeof(groups) - strlen(groups), "%sDG%u", i > 0 ? " " : "", sod->lds.dg[i].number);
	verdicts_fact(v, "version", "%u", sod->lds.version);
	verdicts_fact(v, "hash", "%s", digest_name((unsigned)sod->lds.hash_bits));
	verdicts_fact(v, "data groups", "%s", groups);
	verdicts_add(v, OUTCOME_NOT_CHECKED, NULL, "signature", NULL, "catena pki passive checks it");
	sod_free(sod);
	return 0;
}

static int
tell_images(struct verdicts *v, unsigned dg, struct bytes file, struct err *err)
{
	struct lds_images images;

	if (lds_images_read(dg, file, &images, err) == -1)
		return -1;
	for (unsigned i = 0; i < images.n; i++)
		fact_octets(v, dg == 5 ? "displayed portrait" : "displayed signature", images.image[i]);
	return 0;
}

static int
tell_dg15(struct verdicts *v, struct bytes file, struct err *err)
{
	struct pubkey *key = NULL;
	struct bytes spki;

	if (lds_dg15_read(file, &spki, err) == -1 || pubkey_parse(spki, &key, err) == -1)
		return -1;
	verdicts_fact(v, "active authentication", "%s of %u bits", key->type == KEY_EC ? key->curve->name : "RSA", key->bits);
	pubkey_free(key);
	return 0;
}

static int
tell_infos_of(struct verdicts *v, bool is_dg14, struct bytes file, struct err *err)
{
	struct secinfos infos;

	if ((is_dg14 ? lds_dg14_read : secinfos_read)(file, &infos, err) == -1)
		return -1;
	tell_infos(v, &infos, is_dg14 ? SECINFO_DG14 : SECINFO_CARD_ACCESS);
	return 0;
}

static int
tell_dg1(struct verdicts *v, struct bytes file, struct date today, struct err *err)
{
	struct bytes mrz;

	if (lds_dg1_read(file, &mrz, err) == -1)
		return -1;
	tell_mrz(v, mrz, today);
	return 0;
}

static int
tell_dg13(struct verdicts *v, struct bytes file, struct err *err)
{
	struct bytes contents;

	if (lds_dg13_read(file, &contents, err) == -1)
		return -1;
	verdicts_fact(v, "contents", "%zu octets", contents.n);
	return 0;
}

/* By the tag of the file; *name is what it is called. */
static int
tell_file(struct verdicts *v, uint32_t tag, struct bytes file, struct date today, const char **name, struct err *err)
{
	unsigned dg = lds_dg_of_tag(tag);
	bool is_block = (tag == 0x64 || tag == 0x65) && file.n > 4 && lds_dg_of_tag(tag) != 0 && memchr(file.p + 2, 0xA0, 4) != NULL;

	*name = dg != 0 ? lds_file_of_dg(dg)->name : tag == LDS_TAG_COM ? "EF.COM"
		: tag == LDS_TAG_SOD                                    ? "EF.SOD"
		: tag == 0x31                                           ? "EF.CardAccess"
		: tag == 0x30                                           ? "EF.CardSecurity"
									: "file";
	if (tag == 0x64 || is_block) {
		*name = "a block of ISO/IEC 39794";
		return tell_record(v, file, err) ? 0 : -1;
	}
	switch (dg) {
	case 1: return tell_dg1(v, file, today, err);
	case 2:
	case 3:
	case 4: return tell_biometrics(v, dg, file, err);
	case 5:
	case 7: return tell_images(v, dg, file, err);
	case 11: return tell_dg11(v, file, err);
	case 12: return tell_dg12(v, file, err);
	case 13: return tell_dg13(v, file, err);
	case 14: return tell_infos_of(v, true, file, err);
	case 15: return tell_dg15(v, file, err);
	case 16: return tell_dg16(v, file, err);
	default: break;
	}
	switch (tag) {
	case LDS_TAG_COM: return tell_com(v, file, err);
	case LDS_TAG_SOD: return tell_sod(v, file, err);
	case 0x31: return tell_infos_of(v, false, file, err);
	case 0x30: return tell_card_security(v, file, err);
	default: break;
	}
	return err_set(err, FAIL_INPUT, "tag %X is of no file that is read here (Doc 9303-10 3.10)", (unsigned)tag);
}

static void
tell(struct verdicts *v, struct bytes file, struct date today)
{
	struct err err = ERR_INIT;
	struct bytes object;
	const char *name = "file";
	uint32_t tag;

	if (file.n > 8 && (memcmp(file.p, "FAC", 4) == 0 || memcmp(file.p, "FIR", 4) == 0)) {
		if (!tell_record(v, file, &err))
			unreadable(v, &err);
		else
			verdicts_add(v, OUTCOME_GOOD, NULL, "file", NULL, "a record of ISO/IEC 19794, %zu octets", file.n);
		return;
	}
	if (lds_object(file, &tag, &object, &err) == -1 || tell_file(v, tag, object, today, &name, &err) == -1) {
		unreadable(v, &err);
		return;
	}
	verdicts_add(v, OUTCOME_GOOD, NULL, "file", NULL, "%s, %zu octets", name, object.n);
	if (object.n < file.n)
		verdicts_add(v, OUTCOME_NOTICE, NULL, "padding", NULL, "%zu octets behind it", file.n - object.n);
}

static int
begin(const struct args *args, struct verdicts *v, struct date *today, struct err *err)
{
	int64_t at;

	if (given_moment(args_value(args, "at", NULL), clock_now(), &at, err) == -1)
		return -1;
	*today = date_of_unix(at);
	return verdicts_begin(v, args_flag(args, "json"), err);
}

int
pki_lds_command(const struct args *args, struct err *err)
{
	struct buf file = BUF_INIT;
	struct err inner = ERR_INIT;
	struct verdicts v;
	struct date today;
	int rc;

	if (begin(args, &v, &today, err) == -1)
		return -1;
	if (file_read(args->positional[0], LDS_MAX_FILE, &file, &inner) == -1)
		unreadable(&v, &inner);
	else
		tell(&v, bytes_of(&file), today);
	rc = verdicts_end(&v, err);
	buf_wipe(&file);
	return rc;
}

int
pki_mrz_command(const struct args *args, struct err *err)
{
	struct buf file = BUF_INIT, lines = BUF_INIT;
	struct err inner = ERR_INIT;
	struct verdicts v;
	struct date today;
	enum mrz_form form;
	int rc = -1;

	if (begin(args, &v, &today, err) == -1)
		return -1;
	if (file_read(args->positional[0], MRZ_FILE_MAX, &file, &inner) == -1)
		unreadable(&v, &inner);
	else {
		for (size_t i = 0; i < file.n; i++)
			if (file.p[i] != '\n' && file.p[i] != '\r')
				buf_u8(&lines, file.p[i]);
		if (mrz_form_of(bytes_of(&lines), &form, &inner) == -1)
			unreadable(&v, &inner);
		else
			tell_mrz(&v, bytes_of(&lines), today);
	}
	rc = buf_check(&lines, err) == -1 ? -1 : verdicts_end(&v, err);
	buf_wipe(&lines);
	buf_wipe(&file);
	return rc;
}
