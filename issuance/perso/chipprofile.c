#include "issuance/perso/chipprofile.h"

#include "registry/base/der.h"
#include "registry/doc9303/bac.h"
#include "registry/doc9303/secinfo.h"

const struct chip_profile chip_profiles[] = {
	/* The passport applet of the JMRTD project: PUT DATA with DEAD locks; a file's size and place are signed 16-bit numbers. */
	{ "jmrtd", 223, 0x7FFF,
		{
			[PROFILE_SELECT] = { 0x00, 0xA4, "040C", "A0000002471001" },
			[PROFILE_CREATE] = { 0x00, 0xE0, "0000", "63(sf)" },
			[PROFILE_FILE] = { 0x00, 0xA4, "020C", "f" },
			[PROFILE_WRITE] = { 0x00, 0xD6, "o", "d" },
			[PROFILE_AA_MODULUS] = { 0x00, 0xDA, "0060", "60(04(m))" },
			[PROFILE_AA_EXPONENT] = { 0x00, 0xDA, "0061", "61(04(x))" },
			[PROFILE_ACCESS] = { 0x00, 0xDA, "0062", "62(04(n)04(b)04(e))" },
			[PROFILE_LOCK] = { 0x00, 0xDA, "DEAD", "" },
		} },
	/* Our software chip: the same, and more (cardkey.c). */
	{ "catena", 223, 0xFFFF,
		{
			[PROFILE_SELECT] = { 0x00, 0xA4, "040C", "A0000002471001" },
			[PROFILE_CREATE] = { 0x00, 0xE0, "0000", "63(sf)" },
			[PROFILE_WRITE] = { 0x00, 0xD6, "o", "d" },
			[PROFILE_MASTER_FILE] = { 0x00, 0xA4, "000C", "3F00" },
			[PROFILE_CAN] = { 0x00, 0xDA, "0068", "68(c)" },
			[PROFILE_CA_KEY] = { 0x00, 0xDA, "0066", "66(80(p)81(k)i)" },
			[PROFILE_AA_KEY] = { 0x00, 0xDA, "0067", "67(80(p)81(k)82(h))" },
			[PROFILE_AA_MODULUS] = { 0x00, 0xDA, "0060", "60(04(m))" },
			[PROFILE_AA_EXPONENT] = { 0x00, 0xDA, "0061", "61(04(x))" },
			[PROFILE_CVCA] = { 0x00, 0xDA, "0064", "d" },
			[PROFILE_ACCESS] = { 0x00, 0xDA, "0062", "62(04(n)04(b)04(e))" },
			[PROFILE_LOCK] = { 0x00, 0xDA, "DEAD", "" },
		} },
};
const size_t nchip_profiles = NELEM(chip_profiles);

static const char *const act_names[PROFILE_ACTS] = {
	[PROFILE_SELECT] = "application",
	[PROFILE_CREATE] = "create file",
	[PROFILE_FILE] = "select file",
	[PROFILE_WRITE] = "write",
	[PROFILE_MASTER_FILE] = "master file",
	[PROFILE_CAN] = "CAN",
	[PROFILE_CA_KEY] = "key of chip authentication",
	[PROFILE_AA_KEY] = "key of active authentication",
	[PROFILE_AA_MODULUS] = "RSA key of active authentication",
	[PROFILE_AA_EXPONENT] = "RSA key of active authentication",
	[PROFILE_CVCA] = "CVCA",
	[PROFILE_ACCESS] = "access keys",
	[PROFILE_LOCK] = "lock",
};

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
	const char *can;
	const struct chip_contents_key *key;
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
		case 'c':
			buf_str(out, v->can);
			break;
		case 'p':
			buf_u8(out, (uint8_t)v->key->parameters);
			break;
		case 'k':
			buf_bytes(out, v->key->number);
			break;
		case 'h':
			buf_u8(out, (uint8_t)v->key->hash_octets);
			break;
		case 'i':
			if (v->key->id != SECINFO_NO_ID)
				buf_be(out, 0x840100 | ((unsigned)v->key->id & 0xFF), 3);
			break;
		case 'm':
			buf_bytes(out, v->key->modulus);
			break;
		case 'x':
			buf_bytes(out, v->key->exponent);
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

/* What is not a file: the acts that the contents ask for, in this order. */
static bool
is_asked(enum chip_act act, const struct chip_contents *c)
{
	switch (act) {
	case PROFILE_MASTER_FILE:
		return c->nmf_file > 0;
	case PROFILE_CAN:
		return c->can != NULL;
	case PROFILE_CA_KEY:
		return c->ca.number.n > 0;
	case PROFILE_AA_KEY:
		return c->aa.number.n > 0;
	case PROFILE_AA_MODULUS:
	case PROFILE_AA_EXPONENT:
		return c->aa.modulus.n > 0;
	case PROFILE_CVCA:
		return c->cvca.n > 0;
	default:
		return true;
	}
}

int
chip_contents_check(const struct chip_profile *profile, const struct chip_contents *chip, struct err *err)
{
	char information[41];

	if (mrz_information(chip->number, chip->birth, chip->expiry, information, err) == -1)
		return -1;
	wipe(information, sizeof(information));
	for (size_t i = 0; i < chip->nfile + chip->nmf_file; i++) {
		const struct chip_contents_file *f = i < chip->nfile ? &chip->file[i] : &chip->mf_file[i - chip->nfile];

		if (f->octets.n == 0 || f->octets.n > profile->file_max)
			return err_set(err, FAIL_INPUT, "%s: %zu octets, a chip of kind %s holds 1 to %zu", f->name, f->octets.n, profile->name, profile->file_max);
	}
	for (enum chip_act a = PROFILE_MASTER_FILE; a <= PROFILE_CVCA; a++)
		if (is_asked(a, chip) && profile->command[a].p1p2 == NULL)
			return err_set(err, FAIL_INPUT, "%s: a chip of kind %s takes none", act_names[a], profile->name);
	return 0;
}

static int
write_files(const struct chip_profile *profile, struct terminal *t, const struct chip_contents_file *file, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (write_file(profile, t, &file[i], err) == -1)
			return -1;
	return 0;
}

/* A chip that is locked does not even say which files there are. */
static int
has_no_file(struct terminal *t, uint16_t fid, const char *name, struct err *err)
{
	if (terminal_select_file(t, fid, name, err) == 0)
		return err_set(err, FAIL_CONFLICT, "the chip is not blank: it has %s", name);
	if (err->kind == FAIL_DENIED)
		return err_set(err, FAIL_CONFLICT, "the chip is not blank: it is locked");
	if (err->kind != FAIL_NOT_FOUND)
		return -1;
	err_clear(err);
	return 0;
}

int
chip_is_blank(const struct chip_profile *profile, struct terminal *t, struct err *err)
{
	const struct values none = { .fid = 0 };

	if (act(profile, PROFILE_SELECT, t, &none, "chip", err) == -1 || has_no_file(t, 0x011E, "EF.COM", err) == -1)
		return -1;
	if (profile->command[PROFILE_MASTER_FILE].p1p2 == NULL)
		return 0;
	return act(profile, PROFILE_MASTER_FILE, t, &none, "chip", err) == -1 ? -1 : has_no_file(t, 0x011C, "EF.CardAccess", err);
}

int
chip_personalise(const struct chip_profile *profile, struct terminal *t, const struct chip_contents *chip, struct err *err)
{
	struct values v = { .number = chip->number, .birth = chip->birth, .expiry = chip->expiry, .can = chip->can, .octets = chip->cvca };

	if (chip_contents_check(profile, chip, err) == -1)
		return -1;
	if (chip->nmf_file > 0 &&
		(act(profile, PROFILE_MASTER_FILE, t, &v, "chip", err) == -1 || write_files(profile, t, chip->mf_file, chip->nmf_file, err) == -1))
		return -1;
	if (act(profile, PROFILE_SELECT, t, &v, "chip", err) == -1 || write_files(profile, t, chip->file, chip->nfile, err) == -1)
		return -1;
	for (enum chip_act a = PROFILE_CAN; a <= PROFILE_CVCA; a++) {
		v.key = a == PROFILE_CA_KEY ? &chip->ca : &chip->aa;
		if (is_asked(a, chip) && act(profile, a, t, &v, "chip", err) == -1)
			return -1;
	}
	if (act(profile, PROFILE_ACCESS, t, &v, "chip", err) == -1)
		return -1;
	return act(profile, PROFILE_LOCK, t, &v, "chip", err);
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
		/* they open for terminals of their State only */
		if (chip->file[i].fid == 0x0103 || chip->file[i].fid == 0x0104)
			continue;
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
