#include "issuance/perso/content.h"

#include "pki/sod.h"
#include "registry/base/json.h"
#include "registry/doc9303/face.h"
#include "registry/doc9303/iso39794.h"
#include "registry/doc9303/secinfo.h"

/* ---- members ---- */

static void
put(json_t *o, const char *name, json_t *value)
{
	if (value != NULL)
		json_object_set_new(o, name, value);
}

static void
put_text(json_t *o, const char *name, struct bytes text)
{
	if (text.n > 0)
		put(o, name, json_stringn((const char *)text.p, text.n));
}

static void
put_date(json_t *o, const char *name, struct date d)
{
	char text[DATE_TEXT];

	if (d.precision != DATE_UNKNOWN)
		put(o, name, json_string(date_format(d, text)));
}

static void
put_moment(json_t *o, const char *name, int64_t at)
{
	char text[21];

	put(o, name, json_string(time_format(at, text)));
}

static void
put_octets(json_t *o, const char *name, struct bytes octets)
{
	if (octets.n > 0)
		put(o, name, json_integer((json_int_t)octets.n));
}

static void
put_list(json_t *o, const char *name, const struct bytes *texts, unsigned n)
{
	json_t *list;

	if (n == 0)
		return;
	list = json_array();
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_stringn((const char *)texts[i].p, texts[i].n));
	put(o, name, list);
}

/* ---- one file each ---- */

static int
com_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct lds_com com;
	json_t *groups;

	(void)today;
	if (lds_com_read(file, &com, err) == -1)
		return -1;
	groups = json_array();
	for (unsigned i = 0; i < com.n; i++)
		json_array_append_new(groups, json_integer(com.dg[i]));
	put(o, "lds_version", json_string(com.lds_version));
	put(o, "unicode_version", json_string(com.unicode_version));
	put(o, "data_groups", groups);
	return 0;
}

static int
dg1_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct bytes lines;
	json_t *list;
	struct mrz mrz;
	unsigned width;
	char sex[2] = "";

	if (lds_dg1_read(file, &lines, err) == -1 || mrz_parse(lines, today, &mrz, err) == -1)
		return -1;
	width = mrz_form_width(mrz.form);
	list = json_array();
	for (unsigned i = 0; i < mrz_form_lines(mrz.form); i++)
		json_array_append_new(list, json_stringn((const char *)lines.p + (size_t)i * width, width));
	sex[0] = mrz.sex;
	put(o, "form", json_string(mrz_form_name(mrz.form)));
	put(o, "mrz", list);
	put(o, "document_code", json_string(mrz.code));
	put(o, "issuing_state", json_string(mrz.issuer));
	put(o, "number", json_string(mrz.number));
	put(o, "primary_identifier", json_string(mrz.name.primary));
	put_text(o, "secondary_identifier", bytes_str(mrz.name.secondary));
	put(o, "nationality", json_string(mrz.nationality));
	put_date(o, "date_of_birth", mrz.birth);
	put(o, "sex", json_string(sex));
	put_date(o, "date_of_expiry", mrz.expiry);
	put_text(o, "optional_data", bytes_str(mrz.optional));
	put_text(o, "optional_data_2", bytes_str(mrz.optional2));
	wipe(&mrz, sizeof(mrz));
	return 0;
}

static int
dg2_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct lds_templates templates;
	struct jpeg_info info;
	struct bytes image;

	(void)today;
	if (lds_dg2_read(file, &templates, err) == -1 || chip_portrait(file, &image, err) == -1 || image_inspect(image, &jpeg_any, &info, err) == -1)
		return -1;
	put(o, "format", json_string(templates.template[0].is_constructed ? "ISO/IEC 39794-5" : "ISO/IEC 19794-5"));
	put(o, "image", json_string(jp2_is(image) ? "JPEG 2000" : "JPEG"));
	put(o, "width", json_integer(info.width));
	put(o, "height", json_integer(info.height));
	put_octets(o, "image_octets", image);
	return 0;
}

static int
images_say(unsigned dg, struct bytes file, json_t *o, struct err *err)
{
	struct lds_images images;
	size_t n = 0;

	if (lds_images_read(dg, file, &images, err) == -1)
		return -1;
	for (unsigned i = 0; i < images.n; i++)
		n += images.image[i].n;
	put(o, "images", json_integer(images.n));
	put(o, "image_octets", json_integer((json_int_t)n));
	return 0;
}

static int
dg5_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	(void)today;
	return images_say(5, file, o, err);
}

static int
dg7_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	(void)today;
	return images_say(7, file, o, err);
}

static int
dg11_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct lds_dg11 d;

	(void)today;
	if (lds_dg11_read(file, &d, err) == -1)
		return -1;
	put_text(o, "full_name", d.full_name);
	put_list(o, "other_names", d.other_name, d.n_other_names);
	put_text(o, "personal_number", d.personal_number);
	put_date(o, "date_of_birth", d.birth);
	put_text(o, "place_of_birth", d.place_of_birth);
	put_text(o, "address", d.address);
	put_text(o, "telephone", d.telephone);
	put_text(o, "profession", d.profession);
	put_text(o, "title", d.title);
	put_text(o, "personal_summary", d.personal_summary);
	put_octets(o, "image_octets", d.citizenship_image);
	put_text(o, "other_documents", d.other_documents);
	put_text(o, "custody", d.custody);
	return 0;
}

static int
dg12_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct lds_dg12 d;

	(void)today;
	if (lds_dg12_read(file, &d, err) == -1)
		return -1;
	put_text(o, "authority", d.authority);
	put_date(o, "date_of_issue", d.issued_on);
	put_list(o, "other_persons", d.other_person, d.n_other_persons);
	put_text(o, "endorsements", d.endorsements);
	put_text(o, "tax_exit", d.tax_exit);
	put_text(o, "personalised_at", d.personalised_at);
	put_text(o, "system_serial", d.system_serial);
	return 0;
}

static void
protocols_say(const struct secinfos *infos, json_t *o)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < infos->n; i++) {
		const struct secinfo_protocol *p = secinfo_protocol(infos->info[i].protocol);

		json_array_append_new(list, json_string(p != NULL ? p->name : infos->info[i].protocol));
	}
	put(o, "protocols", list);
}

static int
dg14_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct secinfos infos;

	(void)today;
	if (lds_dg14_read(file, &infos, err) == -1)
		return -1;
	protocols_say(&infos, o);
	return 0;
}

static int
card_access_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct secinfos infos;

	(void)today;
	if (secinfos_read(file, &infos, err) == -1)
		return -1;
	protocols_say(&infos, o);
	return 0;
}

static void
key_says(const struct pubkey *key, json_t *o)
{
	if (key->type == KEY_EC)
		put(o, "key", json_string(key->curve->name));
	else
		put(o, "key", json_sprintf("RSA %u", key->bits));
}

static int
dg15_says(struct bytes file, struct date today, json_t *o, struct err *err)
{
	struct pubkey *key = NULL;
	struct bytes spki;

	(void)today;
	if (lds_dg15_read(file, &spki, err) == -1 || pubkey_parse(spki, &key, err) == -1)
		return -1;
	key_says(key, o);
	pubkey_free(key);
	return 0;
}

/* Data groups that are not here are shown by their length and digest. */
typedef int says(struct bytes file, struct date today, json_t *o, struct err *err);
static says *const readers[LDS_DGS + 1] = { [1] = dg1_says, [2] = dg2_says, [5] = dg5_says, [7] = dg7_says, [11] = dg11_says, [12] = dg12_says, [14] = dg14_says, [15] = dg15_says };

/* ---- EF.SOD ---- */

static void
sod_says(const struct sod *sod, json_t *o)
{
	const struct cert *c = cms_signer_cert(sod->cms);
	json_t *groups = json_array(), *signer;
	char country[4], cn[65];
	struct err why = ERR_INIT;

	for (unsigned i = 0; i < sod->lds.n; i++)
		json_array_append_new(groups, json_integer(sod->lds.dg[i].number));
	put(o, "version", json_integer(sod->lds.version));
	put_text(o, "lds_version", bytes_str(sod->lds.lds_version));
	put(o, "digest_bits", json_integer(sod->lds.hash_bits));
	put(o, "data_groups", groups);
	if (sod->cms->has_signing_time)
		put_moment(o, "signed_at", sod->cms->signing_time);
	if (c == NULL)
		return;
	signer = json_object();
	put(signer, "name", json_string(c->subject_cn));
	put(signer, "country", json_string(c->country));
	put(signer, "serial", json_hex(c->serial));
	if (cert_name_parts(c->issuer, country, cn, &why) == 0)
		put(signer, "issuer", json_string(cn));
	put_moment(signer, "not_before", c->not_before);
	put_moment(signer, "not_after", c->not_after);
	if (c->key != NULL && c->key->type != KEY_UNUSABLE)
		key_says(c->key, signer);
	put(o, "signer", signer);
}

/* "good", "bad" or "unsigned". */
static const char *
digest_grade(const struct sod *sod, unsigned dg, struct bytes file)
{
	const struct ldsso_dg *wanted = sod != NULL ? ldsso_find(&sod->lds, dg) : NULL, *got;
	struct err why = ERR_INIT;
	struct ldsso own;

	if (wanted == NULL)
		return "unsigned";
	ldsso_init(&own, sod->lds.hash_bits);
	if (ldsso_add(&own, dg, file, &why) == -1 || (got = ldsso_find(&own, dg)) == NULL)
		return "bad";
	return bytes_equal(BYTES(wanted->hash, (size_t)sod->lds.hash_bits / 8), BYTES(got->hash, (size_t)sod->lds.hash_bits / 8)) ? "good" : "bad";
}

/* ---- the list ---- */

static void
add(json_t *list, const char *name, struct bytes file, const char *digest, says *reader, struct date today)
{
	json_t *one = json_pack("{s:s, s:I, s:s*}", "name", name, "octets", (json_int_t)file.n, "digest", digest), *o = json_object();
	struct err why = ERR_INIT;

	if (reader != NULL && reader(file, today, o, &why) == 0)
		put(one, "says", json_incref(o));
	else if (reader != NULL)
		put(one, "problem", json_string(why.text));
	json_decref(o);
	json_array_append_new(list, one);
}

static void
add_sod(json_t *list, struct bytes file, const struct sod *sod, const struct err *why)
{
	json_t *one = json_pack("{s:s, s:I}", "name", "EF.SOD", "octets", (json_int_t)file.n), *o;

	if (sod == NULL)
		put(one, "problem", json_string(why->text));
	else {
		o = json_object();
		sod_says(sod, o);
		put(one, "says", o);
	}
	json_array_append_new(list, one);
}

int
chip_content(const struct chip_files *files, struct bytes sod_file, struct date today, json_t **list, struct err *err)
{
	json_t *made = json_array();
	struct sod *sod = NULL;
	struct err why = ERR_INIT;

	if (made == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (sod_file.n > 0 && sod_parse(sod_file, &sod, &why) == -1)
		sod = NULL;
	if (files->card_access.n > 0)
		add(made, "EF.CardAccess", bytes_of(&files->card_access), NULL, card_access_says, today);
	if (files->com.n > 0)
		add(made, "EF.COM", bytes_of(&files->com), NULL, com_says, today);
	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (files->dg[i].n > 0)
			add(made, lds_file_of_dg(i)->name, bytes_of(&files->dg[i]), digest_grade(sod, i, bytes_of(&files->dg[i])), readers[i], today);
	if (sod_file.n > 0)
		add_sod(made, sod_file, sod, &why);
	sod_free(sod);
	*list = made;
	return 0;
}

int
chip_verdicts(const struct passive *passive, json_t **list, struct err *err)
{
	json_t *made = json_array();

	if (made == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	for (unsigned i = 0; i < passive->n; i++) {
		const struct verdict *v = &passive->verdict[i];
		json_t *one = json_pack("{s:s, s:s, s:s}", "check", check_name(v->check), "grade", grade_name(v->grade), "detail", v->text);

		if (v->dg > 0)
			put(one, "data_group", json_integer(v->dg));
		json_array_append_new(made, one);
	}
	*list = made;
	return 0;
}
