/* LDIF from anywhere; what was read, written again, is read as the same. */
#include "pki/ldif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct check {
	const struct ldif_entry *want;
	unsigned entries;
};

static int
compare(void *context, const struct ldif_entry *got, struct err *err)
{
	struct check *c = context;

	(void)err;
	if (c->entries++ > 0 || !bytes_equal(got->dn, c->want->dn) || got->n != c->want->n)
		__builtin_trap();
	for (size_t i = 0; i < got->n; i++)
		if (strcmp(got->attribute[i].name, c->want->attribute[i].name) != 0 || !bytes_equal(got->attribute[i].value, c->want->attribute[i].value))
			__builtin_trap();
	return 0;
}

static int
each(void *context, const struct ldif_entry *entry, struct err *err)
{
	struct check check = { entry, 0 };
	struct buf out = BUF_INIT;

	(void)context;
	ldif_put_version(&out);
	ldif_put_line(&out, "dn", entry->dn);
	for (size_t i = 0; i < entry->n; i++)
		ldif_put_line(&out, entry->attribute[i].name, entry->attribute[i].value);
	ldif_put_end(&out);
	if (!out.failed && (ldif_read(bytes_of(&out), compare, &check, err) == -1 || check.entries != 1))
		__builtin_trap();
	buf_clear(&out);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct buf name = BUF_INIT;

	(void)ldif_looks_like(BYTES(data, size));
	(void)ldif_read(BYTES(data, size), each, NULL, &err);
	(void)ldif_name(BYTES(data, size), &name, &err);
	buf_clear(&name);
	return 0;
}
