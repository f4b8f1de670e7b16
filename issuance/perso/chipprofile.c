#include "issuance/perso/chipprofile.h"

#include "registry/base/der.h"
#include "registry/doc9303/bac.h"

const struct chip_profile chip_profiles[] = {
	/* The passport applet of the JMRTD project: PUT DATA with DEAD locks; a file's size and place are signed 16-bit numbers. */
	{ "jmrtd", 223, 0x7FFF,
		{
			[PROFILE_SELECT] = { 0x00, 0xA4, "040C", "A0000002471001" },
			[PROFILE_CREATE] = { 0x00, 0xE0, "0000", "63(sf)" },
			[PROFILE_FILE] = { 0x00, 0xA4, "020C", "f" },
			[PROFILE_WRITE] = { 0x00, 0xD6, "o", "d" },
			[PROFILE_ACCESS] = { 0x00, 0xDA, "0062", "62(04(n)04(b)04(e))" },
			[PROFILE_LOCK] = { 0x00, 0xDA, "DEAD", "" },
		} },
};
const size_t nchip_profiles = NELEM(chip_profiles);

static const char *const act_names[PROFILE_ACTS] = { "application", "create file", "select file", "write", "access keys", "lock" };

const struct chip_profile *
chip_profile_by_name(const char *name)
{
	for (size_t i = 0; i < nchip_profiles; i++)
		if (strcmp(name, chip_profiles[i].name) == 0)
			return &chip_profiles[i];
	return NULL;
}

/* The values that a template's letters stand for. */
struct values {
	uint16_t fid;
	size_t size, offset;
	const char *number, *birth, *expiry;
	struct bytes octets;
};

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10
								     : -1;
}

/* Fills in a template up to its end or to ')'; returns where it stopped. */
static const char *fill(const char *t, const struct values *v, struct buf *out);

static const char *
fill_group(const char *t, const struct values *v, struct buf *out)
{
	struct buf inner = BUF_INIT;

	t = fill(t, v, &inner);
	if (inner.n < 0x80)
		buf_u8(out, (uint8_t)inner.n);
	else if (inner.n < 0x100)
		buf_be(out, 0x8100 | inner.n, 2);
	else
		buf_be(out, 0x820000 | (inner.n & 0xFFFF), 3);
	buf_bytes(out, bytes_of(&inner));
	buf_wipe(&inner);
	return *t == ')' ? t + 1 : t;
}

static const char *
fill(const char *t, const struct values *v, struct buf *out)
{
	while (*t != '\0' && *t != ')') {
		if (digit(t[0]) >= 0 && digit(t[1]) >= 0) {
			buf_u8(out, (uint8_t)(digit(t[0]) << 4 | digit(t[1])));
			t += 2;
			continue;
		}
		switch (*t++) {
		case '(':
			t = fill_group(t, v, out);
			break;
		case 'f':
			buf_be(out, v->fid, 2);
			break;
		case 's':
			buf_be(out, v->size, 2);
			break;
		case 'o':
			buf_be(out, v->offset, 2);
			break;
		case 'n':
			buf_str(out, v->number);
			break;
		case 'b':
			buf_str(out, v->birth);
			break;
		case 'e':
			buf_str(out, v->expiry);
			break;
		case 'd':
			buf_bytes(out, v->octets);
			break;
		}
	}
	return t;
}

static int
act(const struct chip_profile *profile, enum chip_act which, struct terminal *t, const struct values *v, const char *name, struct err *err)
{
	const struct chip_profile_command *c = &profile->command[which];
	struct buf p = BUF_INIT, data = BUF_INIT, answer = BUF_INIT;
	struct apdu a = { .cla = c->cla, .ins = c->ins };
	uint16_t sw;
	char room[80];
	int rc = -1;

	if (c->p1p2 == NULL)
		return 0;
	fill(c->p1p2, v, &p);
	fill(c->data, v, &data);
	if (buf_check(&p, err) == -1 || buf_check(&data, err) == -1)
		goto out;
	a.p1 = p.p[0];
	a.p2 = p.p[1];
	a.data = bytes_of(&data);
	if (terminal_send(t, &a, &answer, &sw, err) == -1)
		err_prefix(err, "%s: %s", name, act_names[which]);
	else if (sw == SW_OK)
		rc = 0;
	else if (which == PROFILE_SELECT)
		err_set(err, FAIL_NOT_FOUND, "chip: no passport application, %s", apdu_status(sw, room));
	else /* it is another kind of chip, or not empty */
		err_set(err, FAIL_CONFLICT, "%s: %s: the chip answered %s", name, act_names[which], apdu_status(sw, room));
out:
	buf_clear(&p);
	buf_wipe(&data);
	buf_wipe(&answer);
	return rc;
}

static int
write_file(const struct chip_profile *profile, struct terminal *t, const struct chip_contents_file *f, struct err *err)
{
	struct values v = { .fid = f->fid, .size = f->octets.n };

	if (f->octets.n == 0 || f->octets.n > profile->file_max)
		return err_set(err, FAIL_INPUT, "%s: %zu octets, a chip of kind %s holds 1 to %zu", f->name, f->octets.n, profile->name, profile->file_max);
	if (act(profile, PROFILE_CREATE, t, &v, f->name, err) == -1 || act(profile, PROFILE_FILE, t, &v, f->name, err) == -1)
		return -1;
	while (v.offset < f->octets.n) {
		size_t left = f->octets.n - v.offset;

		v.octets = BYTES(f->octets.p + v.offset, left < profile->write_max ? left : profile->write_max);
		if (act(profile, PROFILE_WRITE, t, &v, f->name, err) == -1)
			return -1;
		v.offset += v.octets.n;
	}
	return 0;
}

int
chip_personalise(const struct chip_profile *profile, struct terminal *t, const struct chip_contents *chip, struct err *err)
{
	const struct values access = { .number = chip->number, .birth = chip->birth, .expiry = chip->expiry };
	char information[41];

	/* what can be known before is refused before the chip is touched */
	if (mrz_information(chip->number, chip->birth, chip->expiry, information, err) == -1)
		return -1;
	wipe(information, sizeof(information));
	for (size_t i = 0; i < chip->nfile; i++)
		if (chip->file[i].octets.n == 0 || chip->file[i].octets.n > profile->file_max)
			return err_set(err, FAIL_INPUT, "%s: %zu octets, a chip of kind %s holds 1 to %zu", chip->file[i].name, chip->file[i].octets.n,
				profile->name, profile->file_max);
	if (act(profile, PROFILE_SELECT, t, &access, "chip", err) == -1)
		return -1;
	for (size_t i = 0; i < chip->nfile; i++)
		if (write_file(profile, t, &chip->file[i], err) == -1)
			return -1;
	if (act(profile, PROFILE_ACCESS, t, &access, "chip", err) == -1)
		return -1;
	return act(profile, PROFILE_LOCK, t, &access, "chip", err);
}

int
chip_read_back(struct terminal *t, const struct chip_contents *chip, struct err *err)
{
	struct buf file = BUF_INIT;
	char information[41];
	int rc = -1;

	terminal_end(t);
	if (mrz_information(chip->number, chip->birth, chip->expiry, information, err) == -1 || terminal_select_application(t, err) == -1 ||
		terminal_bac(t, information, err) == -1)
		goto out;
	for (size_t i = 0; i < chip->nfile; i++) {
		if (terminal_read_file(t, chip->file[i].fid, chip->file[i].name, &file, err) == -1)
			goto out;
		if (!bytes_equal(bytes_of(&file), chip->file[i].octets)) {
			err_set(err, FAIL_CONFLICT, "%s: the chip does not hold what was written", chip->file[i].name);
			goto out;
		}
	}
	rc = 0;
out:
	wipe(information, sizeof(information));
	buf_wipe(&file);
	return rc;
}
