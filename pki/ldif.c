/* Reading and writing LDIF. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "pki/ldif.h"
#include "registry/base/text.h"

enum { LINE_WIDTH = 76,
	NAME_MAX_LEN = 128,
	LINE_MAX_LEN = LDIF_VALUE_MAX / 3 * 4 + 4096 };

const char ldif_pkd_base[] = "dc=data,dc=download,dc=pkd,dc=icao,dc=int";

/* ---- reading ---- */

struct place { /* of an attribute, as offsets: the arena moves while it grows */
	size_t name, options, value, n;
};

struct reader {
	struct bytes text; /* not read yet */
	size_t line;       /* number of the line last taken */
	struct buf folded; /* one logical line */
	size_t folded_line;

	struct buf arena; /* names, options, values of the entry */
	struct place dn, attribute[LDIF_ATTRIBUTES_MAX];
	size_t n;
	bool in_entry;
	size_t entry_line, entries;
};

static bool
line_next(struct reader *r, struct bytes *line)
{
	const uint8_t *end;

	if (r->text.n == 0)
		return false;
	end = memchr(r->text.p, '\n', r->text.n);
	*line = BYTES(r->text.p, end != NULL ? (size_t)(end - r->text.p) : r->text.n);
	r->text = end != NULL ? BYTES(end + 1, r->text.n - line->n - 1) : BYTES_NONE;
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	r->line++;
	return true;
}

/* 1 and the logical line in r->folded, 0 at the end, -1. */
static int
logical_line(struct reader *r, struct err *err)
{
	struct bytes line;

	if (!line_next(r, &line))
		return 0;
	buf_cut(&r->folded, 0);
	r->folded_line = r->line;
	buf_bytes(&r->folded, line);
	while (r->text.n > 0 && r->text.p[0] == ' ' && line_next(r, &line)) {
		if (r->folded.n + line.n > LINE_MAX_LEN)
			return err_set(err, FAIL_TOO_LARGE, "LDIF line %zu: longer than %d octets", r->folded_line, LINE_MAX_LEN);
		buf_add(&r->folded, line.p + 1, line.n - 1);
	}
	return buf_check(&r->folded, err) == -1 ? -1 : 1;
}

static size_t
arena_put(struct reader *r, struct bytes text, bool lower)
{
	size_t at = r->arena.n;

	for (size_t i = 0; lower && i < text.n; i++)
		buf_u8(&r->arena, (uint8_t)tolower(text.p[i]));
	if (!lower)
		buf_bytes(&r->arena, text);
	buf_u8(&r->arena, 0);
	return at;
}

/* "name;options:: value" into a place; FAIL_INPUT with the line. */
static int
split(struct reader *r, struct place *place, struct err *err)
{
	struct bytes line = bytes_of(&r->folded), name, options = BYTES_NONE, value;
	const uint8_t *colon = memchr(line.p, ':', line.n), *semicolon;
	bool is_base64 = false;
	int rc = 0;

	if (colon == NULL || colon == line.p)
		return err_set(err, FAIL_INPUT, "LDIF line %zu: no attribute name and colon (RFC 2849)", r->folded_line);
	name = BYTES(line.p, (size_t)(colon - line.p));
	value = BYTES(colon + 1, line.n - name.n - 1);
	semicolon = memchr(name.p, ';', name.n);
	if (semicolon != NULL) {
		options = BYTES(semicolon + 1, name.n - (size_t)(semicolon - name.p) - 1);
		name.n = (size_t)(semicolon - name.p);
	}
	if (name.n == 0 || name.n + options.n > NAME_MAX_LEN)
		return err_set(err, FAIL_INPUT, "LDIF line %zu: a name of %zu octets", r->folded_line, name.n + options.n);
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '.')
			return err_set(err, FAIL_INPUT, "LDIF line %zu: an attribute name of other characters than letters, digits, - and . (RFC 2849)", r->folded_line);
	if (value.n > 0 && (value.p[0] == ':' || value.p[0] == '<')) {
		if (value.p[0] == '<')
			return err_set(err, FAIL_INPUT, "LDIF line %zu: an URL for a value is not followed", r->folded_line);
		is_base64 = true;
		value = BYTES(value.p + 1, value.n - 1);
	}
	while (value.n > 0 && value.p[0] == ' ')
		value = BYTES(value.p + 1, value.n - 1);
	if (r->arena.n + value.n > 2u * LDIF_VALUE_MAX)
		return err_set(err, FAIL_TOO_LARGE, "LDIF line %zu: an entry of more than %d octets", r->folded_line, 2 * LDIF_VALUE_MAX);
	place->name = arena_put(r, name, true);
	place->options = arena_put(r, options, true);
	place->value = r->arena.n;
	if (is_base64) {
		while (value.n > 0 && value.p[value.n - 1] == ' ')
			value.n--;
		rc = buf_from_base64(&r->arena, value, err);
		if (rc == -1)
			err_prefix(err, "LDIF line %zu", r->folded_line);
	} else
		buf_bytes(&r->arena, value);
	place->n = r->arena.n - place->value;
	buf_u8(&r->arena, 0);
	if (rc == 0 && place->n > LDIF_VALUE_MAX)
		return err_set(err, FAIL_TOO_LARGE, "LDIF line %zu: a value of %zu octets, at most %d", r->folded_line, place->n, LDIF_VALUE_MAX);
	return rc == -1 ? -1 : buf_check(&r->arena, err);
}

static const char *
arena_str(const struct reader *r, size_t at)
{
	return (const char *)r->arena.p + at;
}

static int
entry_end(struct reader *r, int (*each)(void *context, const struct ldif_entry *entry, struct err *err), void *context, struct err *err)
{
	struct ldif_attribute attribute[LDIF_ATTRIBUTES_MAX];
	struct ldif_entry entry = { .attribute = attribute, .n = r->n, .line = r->entry_line };
	int rc;

	if (!r->in_entry)
		return 0;
	entry.dn = BYTES(r->arena.p + r->dn.value, r->dn.n);
	for (size_t i = 0; i < r->n; i++)
		attribute[i] = (struct ldif_attribute){ arena_str(r, r->attribute[i].name), arena_str(r, r->attribute[i].options),
			BYTES(r->arena.p + r->attribute[i].value, r->attribute[i].n) };
	rc = each(context, &entry, err);
	r->in_entry = false;
	r->n = 0;
	buf_cut(&r->arena, 0);
	return rc;
}

/* One line that is neither empty nor a comment. */
static int
line_take(struct reader *r, struct err *err)
{
	struct place place;

	if (split(r, &place, err) == -1)
		return -1;
	if (!r->in_entry) {
		if (strcmp(arena_str(r, place.name), "version") == 0 && r->entries == 0) {
			if (place.n != 1 || r->arena.p[place.value] != '1')
				return err_set(err, FAIL_INPUT, "LDIF line %zu: not version 1 (RFC 2849)", r->folded_line);
			buf_cut(&r->arena, 0);
			return 0;
		}
		if (strcmp(arena_str(r, place.name), "dn") != 0)
			return err_set(err, FAIL_INPUT, "LDIF line %zu: %s where dn was wanted (RFC 2849)", r->folded_line, arena_str(r, place.name));
		if (r->entries++ == LDIF_ENTRIES_MAX)
			return err_set(err, FAIL_TOO_LARGE, "LDIF line %zu: more than %d entries", r->folded_line, LDIF_ENTRIES_MAX);
		if (!text_is_utf8(BYTES(r->arena.p + place.value, place.n)))
			return err_set(err, FAIL_INPUT, "LDIF line %zu: a name that is not UTF-8 (RFC 2849)", r->folded_line);
		r->in_entry = true;
		r->entry_line = r->folded_line;
		r->dn = place;
		return 0;
	}
	if (strcmp(arena_str(r, place.name), "changetype") == 0) {
		if (place.n == 3 && memcmp(r->arena.p + place.value, "add", 3) == 0)
			return 0;
		return err_set(err, FAIL_INPUT, "LDIF line %zu: a change record other than add", r->folded_line);
	}
	if (r->n == LDIF_ATTRIBUTES_MAX)
		return err_set(err, FAIL_TOO_LARGE, "LDIF line %zu: more than %d attributes", r->folded_line, LDIF_ATTRIBUTES_MAX);
	r->attribute[r->n++] = place;
	return 0;
}

int
ldif_read(struct bytes text, int (*each)(void *context, const struct ldif_entry *entry, struct err *err), void *context, struct err *err)
{
	struct reader *r = calloc(1, sizeof(*r));
	int more, rc = -1;

	if (r == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	r->text = text;
	while ((more = logical_line(r, err)) == 1) {
		if (r->folded.n == 0) {
			if (entry_end(r, each, context, err) == -1)
				goto out;
		} else if (r->folded.p[0] != '#' && line_take(r, err) == -1)
			goto out;
	}
	if (more == 0)
		rc = entry_end(r, each, context, err);
out:
	buf_clear(&r->folded);
	buf_clear(&r->arena);
	free(r);
	return rc;
}

bool
ldif_looks_like(struct bytes text)
{
	struct reader r = { .text = text };
	struct bytes line;

	while (r.line < 1000 && line_next(&r, &line)) {
		if (line.n == 0 || line.p[0] == '#' || line.p[0] == ' ')
			continue;
		return (line.n > 8 && strncasecmp((const char *)line.p, "version:", 8) == 0) || (line.n > 3 && strncasecmp((const char *)line.p, "dn:", 3) == 0);
	}
	return false;
}

/* ---- writing ---- */

void
ldif_put_version(struct buf *out)
{
	buf_str(out, "version: 1\n");
}

void
ldif_put_end(struct buf *out)
{
	buf_str(out, "\n");
}

/* SAFE-STRING of RFC 2849, and no blank at its end, that an editor would take away. */
static bool
is_safe(struct bytes value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < 0x20 || value.p[i] > 0x7E)
			return false;
	return value.n == 0 || (strchr(" :<", value.p[0]) == NULL && value.p[value.n - 1] != ' ');
}

static void
put_folded(struct buf *out, struct bytes line)
{
	size_t width = LINE_WIDTH;

	while (line.n > width) {
		buf_add(out, line.p, width);
		buf_str(out, "\n ");
		line = BYTES(line.p + width, line.n - width);
		width = LINE_WIDTH - 1;
	}
	buf_bytes(out, line);
	buf_u8(out, '\n');
}

static void
put_line(struct buf *out, const char *attribute, struct bytes value, bool as_base64)
{
	struct buf line = BUF_INIT;

	buf_str(&line, attribute);
	if (!as_base64 && is_safe(value)) {
		buf_str(&line, ": ");
		buf_bytes(&line, value);
	} else {
		buf_str(&line, ":: ");
		buf_base64(&line, value);
	}
	put_folded(out, bytes_of(&line));
	out->failed |= line.failed;
	buf_clear(&line);
}

void
ldif_put_line(struct buf *out, const char *attribute, struct bytes value)
{
	put_line(out, attribute, value, false);
}

/* ---- names ---- */

static const struct {
	const char *oid, *name;
} name_types[] = {
	/* RFC 4514 3 */
	{ "2.5.4.3", "CN" },
	{ "2.5.4.7", "L" },
	{ "2.5.4.8", "ST" },
	{ "2.5.4.10", "O" },
	{ "2.5.4.11", "OU" },
	{ "2.5.4.6", "C" },
	{ "2.5.4.9", "STREET" },
	{ "0.9.2342.19200300.100.1.25", "DC" },
	{ "0.9.2342.19200300.100.1.1", "UID" },
};

/* RFC 4514 2.4; the equals sign too, as the PKD has it. */
static void
put_escaped(struct buf *out, struct bytes value)
{
	for (size_t i = 0; i < value.n; i++) {
		uint8_t c = value.p[i];
		bool at_end = (i == 0 && (c == ' ' || c == '#')) || (i == value.n - 1 && c == ' ');

		if (c < 0x20 || c == 0x7F)
			buf_printf(out, "\\%02x", c);
		else {
			if (at_end || strchr(",+\"\\<>;=", c) != NULL)
				buf_u8(out, '\\');
			buf_u8(out, c);
		}
	}
}

static bool
is_text(const struct tlv *value)
{
	return (value->tag == DER_UTF8_STRING || value->tag == DER_PRINTABLE_STRING || value->tag == DER_IA5_STRING) && text_is_utf8(value->value);
}

static int
put_attribute(struct buf *out, struct der *rdn, struct err *err)
{
	struct der attribute;
	struct tlv value;
	const char *name = NULL;
	char oid[128];

	if (der_enter(rdn, DER_SEQUENCE, &attribute, "name", err) == -1 || der_get_oid(&attribute, oid, sizeof(oid), "name", err) == -1 ||
		der_next(&attribute, &value, "name", err) == -1)
		return -1;
	for (size_t i = 0; i < NELEM(name_types); i++)
		if (strcmp(oid, name_types[i].oid) == 0)
			name = name_types[i].name;
	buf_str(out, name != NULL ? name : oid);
	buf_u8(out, '=');
	if (name != NULL && is_text(&value))
		put_escaped(out, value.value);
	else {
		buf_u8(out, '#');
		buf_hex(out, value.whole);
	}
	return 0;
}

enum { NAME_MAX_RDNS = 64 };

int
ldif_name(struct bytes name, struct buf *out, struct err *err)
{
	struct der d = der_reader(name), rdns, rdn[NAME_MAX_RDNS];
	struct buf text = BUF_INIT;
	size_t n = 0;

	if (der_enter(&d, DER_SEQUENCE, &rdns, "name", err) == -1)
		return -1;
	for (; der_more(&rdns); n++) {
		if (n == NAME_MAX_RDNS)
			return err_set(err, FAIL_INPUT, "name: more than %d parts", NAME_MAX_RDNS);
		if (der_enter(&rdns, DER_SET, &rdn[n], "name", err) == -1)
			return -1;
	}
	for (size_t i = n; i-- > 0;) {
		for (bool first = true; der_more(&rdn[i]); first = false) {
			if (!first)
				buf_u8(&text, '+');
			if (put_attribute(&text, &rdn[i], err) == -1) {
				buf_clear(&text);
				return -1;
			}
		}
		if (i > 0)
			buf_u8(&text, ',');
	}
	if (buf_check(&text, err) == -1) {
		buf_clear(&text);
		return -1;
	}
	buf_bytes(out, bytes_of(&text));
	buf_clear(&text);
	return 0;
}

/* ---- entries of the PKD ---- */

static const struct {
	const char *organization, *attribute, *classes[6];
} branches[] = {
	[LDIF_DSC] = { "dsc", "userCertificate;binary", { "top", "person", "organizationalPerson", "inetOrgPerson", "pkdDownload", NULL } },
	[LDIF_BCSC] = { "bcsc", "userCertificate;binary", { "top", "person", "organizationalPerson", "inetOrgPerson", "pkdDownload", NULL } },
	[LDIF_CRL] = { "crl", "certificateRevocationList;binary", { "top", "cRLDistributionPoint", "pkdDownload", NULL } },
	[LDIF_MASTER_LIST] = { "ml", "pkdMasterListContent", { "top", "person", "pkdMasterList", "pkdDownload", NULL } },
	[LDIF_DEVIATION_LIST] = { "dl", "pkdDeviationListContent", { "top", "person", "pkdDeviationList", "pkdDownload", NULL } },
};

/* name: the Name that cn is made of; serial: n 0 none. */
static int
put_entry(struct buf *out, enum ldif_branch branch, struct bytes name, struct bytes serial, const char *country, struct bytes der, const char *base, struct err *err)
{
	struct buf cn = BUF_INIT, sn = BUF_INIT, dn = BUF_INIT, entry = BUF_INIT;
	int rc = -1;

	if (country[0] == '\0')
		return err_set(err, FAIL_INPUT, "LDIF: no countryName to put the entry below");
	if (ldif_name(name, &cn, err) == -1)
		return -1;
	buf_hex(&sn, serial);
	buf_str(&dn, "cn=");
	put_escaped(&dn, bytes_of(&cn));
	if (sn.n > 0)
		buf_printf(&dn, "+sn=%s", buf_cstr(&sn));
	buf_printf(&dn, ",o=%s,c=%s,%s", branches[branch].organization, country, base != NULL ? base : ldif_pkd_base);
	ldif_put_line(&entry, "dn", bytes_of(&dn));
	for (size_t i = 0; branches[branch].classes[i] != NULL; i++)
		ldif_put_line(&entry, "objectClass", bytes_str(branches[branch].classes[i]));
	ldif_put_line(&entry, "cn", bytes_of(&cn));
	if (sn.n > 0)
		ldif_put_line(&entry, "sn", bytes_of(&sn));
	put_line(&entry, branches[branch].attribute, der, true);
	ldif_put_end(&entry);
	entry.failed |= cn.failed || sn.failed || dn.failed;
	if (buf_check(&entry, err) == 0) {
		buf_bytes(out, bytes_of(&entry));
		rc = 0;
	}
	buf_clear(&cn);
	buf_clear(&sn);
	buf_clear(&dn);
	buf_clear(&entry);
	return rc;
}

int
ldif_put_certificate(struct buf *out, enum ldif_branch branch, const struct cert *cert, const char *base, struct err *err)
{
	return put_entry(out, branch, cert->subject, cert->serial, cert->country, bytes_of(&cert->der), base, err);
}

int
ldif_put_crl(struct buf *out, const struct crl *crl, const char *base, struct err *err)
{
	return put_entry(out, LDIF_CRL, crl->issuer, BYTES_NONE, crl->country, bytes_of(&crl->der), base, err);
}

int
ldif_put_list(struct buf *out, enum ldif_branch branch, struct bytes der, const struct cert *signer, const char *base, struct err *err)
{
	return put_entry(out, branch, signer->subject, signer->serial, signer->country, der, base, err);
}
