#include "issuance/perso/chip.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "issuance/perso/faceimage.h"
#include "registry/doc9303/face.h"
#include "registry/doc9303/iso39794.h"

/* Components with '<' between them, as the standard writes names and places in DG11. */
static void
components(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_u8(out, *text == ' ' ? '<' : (uint8_t)*text);
}

/* "12, Harbour Road, Zenith" has its commas as separators: parts with '<' between them. */
static void
place_parts(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text != ',') {
			buf_u8(out, (uint8_t)*text);
			continue;
		}
		buf_u8(out, '<');
		while (text[1] == ' ')
			text++;
	}
}

const struct chip_rules chip_rules_usual = { .iso39794_from = { DATE_DAY, 1, 1, 2030 } };

const char *
chip_dg2_standard(const struct chip_rules *rules, struct date issued_on)
{
	return date_compare(issued_on, rules->iso39794_from) >= 0 ? "39794" : "19794";
}

int
chip_rules_parse(const char *iso39794_from, struct chip_rules *rules, struct err *err)
{
	struct date from;

	if (date_parse(bytes_str(iso39794_from), &from, err) == -1)
		return err_prefix(err, "iso39794_from");
	if (from.precision != DATE_DAY || date_compare(from, chip_rules_usual.iso39794_from) > 0)
		return err_set(err, FAIL_INPUT, "iso39794_from: a day is wanted, at the latest 2030-01-01 (Doc 9303-9)");
	rules->iso39794_from = from;
	return 0;
}

/* The portrait as the document has it: as it was enrolled, or cropped and compressed as its row says. */
static int
fit_portrait(struct bytes enrolled, const char *form, struct faceimage *face, struct err *err)
{
	struct faceimage_order order;

	if (form != NULL)
		return faceimage_order_parse(form, &order, err) == -1 ? -1 : faceimage_make(enrolled, &order, face, err);
	faceimage_clear(face);
	buf_bytes(&face->image, enrolled);
	return buf_check(&face->image, err);
}

static int
compose_dg2(struct bytes enrolled, const char *form, bool is_39794, struct buf *dg2, struct err *err)
{
	struct faceimage fit = FACEIMAGE_INIT;
	struct buf record = BUF_INIT;
	struct face39794 face;
	struct bytes image;
	int rc = -1;

	if (fit_portrait(enrolled, form, &fit, err) == -1)
		goto out;
	image = bytes_of(&fit.image);
	if (is_39794 ? face39794_of_image(image, false, &face, err) == -1 || face39794_write(&face, &record, err) == -1
		     : face_record_of_image(image, fit.is_token ? FACE_TOKEN : FACE_FULL_FRONTAL, &record, err) == -1)
		err_prefix(err, "portrait");
	else
		rc = (is_39794 ? lds_dg2_write_39794 : lds_dg2_write)(bytes_of(&record), dg2, err);
out:
	faceimage_clear(&fit);
	buf_wipe(&record);
	return rc;
}

int
chip_portrait(struct bytes dg2, struct bytes *image, struct err *err)
{
	struct lds_templates templates;
	struct face39794 face3;
	struct bytes block;
	struct face face;

	if (lds_dg2_read(dg2, &templates, err) == -1)
		return -1;
	if (templates.n != 1)
		return err_set(err, FAIL_INPUT, "DG2: %u templates, wanted one face", templates.n);
	if (templates.template[0].is_constructed) {
		if (lds_template_block(2, &templates.template[0], &block, err) == -1 || face39794_read(block, &face3, err) == -1 ||
			face39794_check_image(&face3, err) == -1)
			return -1;
		*image = face3.image;
		return 0;
	}
	if (face_parse(templates.template[0].data, &face, err) == -1 || face_check_image(&face, err) == -1)
		return -1;
	*image = face.image;
	return 0;
}

static int
compose_dg11(const struct production *p, struct buf *file, struct err *err)
{
	struct buf name = BUF_INIT, place = BUF_INIT;
	struct lds_dg11 dg11 = { .personal_number = bytes_str(p->uin), .birth = p->birth };
	int rc = -1;

	components(&name, p->primary_name);
	if (p->secondary_name != NULL) {
		buf_str(&name, "<<");
		components(&name, p->secondary_name);
	}
	if (p->place_of_birth != NULL)
		place_parts(&place, p->place_of_birth);
	dg11.full_name = bytes_of(&name);
	dg11.place_of_birth = bytes_of(&place);
	if (buf_check(&name, err) == 0 && buf_check(&place, err) == 0)
		rc = lds_dg11_write(&dg11, file, err);
	buf_wipe(&name);
	buf_wipe(&place);
	return rc;
}

static int
compose_keys(const struct production *p, struct chip_files *files, struct err *err)
{
	buf_bytes(&files->card_access, bytes_of(&p->card_access));
	buf_bytes(&files->dg[14], bytes_of(&p->dg14));
	buf_bytes(&files->dg[15], bytes_of(&p->dg15));
	return buf_check(&files->card_access, err) == -1 || buf_check(&files->dg[14], err) == -1 ? -1 : buf_check(&files->dg[15], err);
}

static int
compose_com(const struct chip_files *files, struct buf *out, struct err *err)
{
	struct lds_com com = { .lds_version = LDS_VERSION_1_8, .unicode_version = LDS_UNICODE_VERSION };

	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (files->dg[i].n > 0)
			com.dg[com.n++] = (uint8_t)i;
	return lds_com_write(&com, out, err);
}

int
chip_compose(const struct perso_order *order, struct bytes portrait_jpeg, const struct chip_rules *rules, struct chip_files *files, struct err *err)
{
	const struct production *p = order->from;
	const struct lds_dg12 dg12 = { .authority = bytes_str(p->authority), .issued_on = p->issued_on };
	struct chip_files made = CHIP_FILES_INIT;
	int rc = -1;

	if (lds_dg1_write(bytes_str(order->lines), &made.dg[1], err) == -1 ||
		compose_dg2(portrait_jpeg, p->portrait_form, strcmp(p->dg2_standard[0] != '\0' ? p->dg2_standard : chip_dg2_standard(rules, p->issued_on), "39794") == 0, &made.dg[2], err) == -1 || compose_dg11(p, &made.dg[11], err) == -1 ||
		lds_dg12_write(&dg12, &made.dg[12], err) == -1 || compose_keys(p, &made, err) == -1 || compose_com(&made, &made.com, err) == -1)
		goto out;
	chip_clear(files);
	*files = made;
	made = CHIP_FILES_INIT;
	rc = 0;
out:
	chip_clear(&made);
	return rc;
}

void
chip_clear(struct chip_files *files)
{
	for (unsigned i = 1; i <= LDS_DGS; i++)
		buf_wipe(&files->dg[i]);
	buf_wipe(&files->com);
	buf_wipe(&files->card_access);
}

int
chip_hash(const struct chip_files *files, int hash_bits, struct ldsso *lds, struct err *err)
{
	struct ldsso made;

	ldsso_init(&made, hash_bits);
	for (unsigned i = 1; i <= LDS_DGS; i++)
		if (files->dg[i].n > 0 && ldsso_add(&made, i, bytes_of(&files->dg[i]), err) == -1)
			return -1;
	*lds = made;
	return 0;
}

void
chip_hashes_json(const struct ldsso *lds, struct buf *json)
{
	buf_str(json, "{");
	for (unsigned i = 0; i < lds->n; i++) {
		buf_printf(json, "%s\"%u\":\"", i == 0 ? "" : ",", lds->dg[i].number);
		buf_hex(json, BYTES(lds->dg[i].hash, (size_t)lds->hash_bits / 8));
		buf_str(json, "\"");
	}
	buf_str(json, "}");
}

int
chip_hashes_agree(const struct ldsso *lds, const json_t *dg_hashes, struct err *err)
{
	if (json_object_size(dg_hashes) != lds->n)
		return err_set(err, FAIL_CONFLICT, "%u data groups are composed, the document's record has %zu", lds->n,
			json_object_size(dg_hashes));
	for (unsigned i = 0; i < lds->n; i++) {
		struct buf hex = BUF_INIT;
		char number[12];
		const char *want;
		bool same;

		snprintf(number, sizeof(number), "%u", lds->dg[i].number);
		buf_hex(&hex, BYTES(lds->dg[i].hash, (size_t)lds->hash_bits / 8));
		want = json_string_value(json_object_get(dg_hashes, number));
		same = want != NULL && strcmp(want, buf_cstr(&hex)) == 0;
		buf_clear(&hex);
		if (!same)
			return err_set(err, FAIL_CONFLICT, "DG%s does not have the hash of the document's record",
				number);
	}
	return 0;
}

struct bytes
chip_file(const struct chip_files *files, struct bytes sod, const char *name)
{
	unsigned long number;
	char *end;

	if (strcmp(name, "EF.COM") == 0)
		return bytes_of(&files->com);
	if (strcmp(name, "EF.SOD") == 0)
		return sod;
	if (strcmp(name, "EF.CardAccess") == 0)
		return bytes_of(&files->card_access);
	if (strncmp(name, "EF.", 3) == 0)
		name += 3;
	if (strncmp(name, "DG", 2) != 0 || name[2] < '1' || name[2] > '9')
		return BYTES_NONE;
	number = strtoul(name + 2, &end, 10);
	return *end == '\0' && number <= LDS_DGS ? bytes_of(&files->dg[number]) : BYTES_NONE;
}
