/* A file of another State as a proposal for the trust store; the first of its own certificates stands for what is trusted. */
#include "pki/trustimport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const struct trustimport *t)
{
	json_t *summary = NULL;
	struct err err = ERR_INIT;

	if (t->n == 0 || trustimport_summary(t, &summary, &err) == -1)
		__builtin_trap();
	for (size_t i = 0; i < t->n; i++) {
		const struct trustimport_item *item = &t->item[i];

		if (item->list >= (long)t->nlist || (!item->is_taken && item->why[0] == '\0') || (item->list >= 0 && t->list[item->list].is_refused && item->is_taken))
			__builtin_trap();
		/* what nobody trusted has signed never counts as verified but a certificate's own signature */
		if (item->is_verified && item->kind != CERTFILE_CERTIFICATE && strcmp(item->issuer, "trusted") != 0)
			__builtin_trap();
	}
	json_decref(summary);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trustimport_held held = { .at = 1795219200 };
	struct trustimport *t = NULL, *again = NULL;
	const struct cert *trusted[1];
	struct cert *cert = NULL;
	struct err err = ERR_INIT;

	if (trustimport_read(BYTES(data, size), &held, &t, &err) == -1) {
		if (err.kind == FAIL_NONE || t != NULL)
			__builtin_trap();
		return 0;
	}
	look(t);
	for (size_t i = 0; i < t->n && cert == NULL; i++)
		if (t->item[i].kind == CERTFILE_CERTIFICATE && cert_parse(t->item[i].der, &cert, &err) == -1)
			__builtin_trap();
	if (cert != NULL) {
		trusted[0] = cert;
		held.trusted = trusted;
		held.ntrusted = 1;
		if (trustimport_read(BYTES(data, size), &held, &again, &err) == -1 || again->n != t->n)
			__builtin_trap();
		look(again);
	}
	cert_free(cert);
	trustimport_free(t);
	trustimport_free(again);
	return 0;
}
