/* A terminal's certificate as a chip gets it, and the SecurityInfos of a stranger's chip. */
#include <stdlib.h>

#include "pki/cardsecurity.h"
#include "pki/cvc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What is read is written, and that is read and written the same again. */
static void
infos_again(const struct secinfos *infos)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct secinfos read;
	struct err err = ERR_INIT;

	for (enum secinfo_place place = SECINFO_CARD_ACCESS; place <= SECINFO_DG14; place = (enum secinfo_place)(place * 2))
		(void)secinfos_check(infos, place, &err);
	(void)secinfos_key(infos, 1);
	must(secinfos_write(infos, &once, &err) == 0);
	must(secinfos_read(bytes_of(&once), &read, &err) == 0 && read.n == infos->n);
	must(secinfos_write(&read, &twice, &err) == 0 && bytes_equal(bytes_of(&once), bytes_of(&twice)));
	buf_clear(&once);
	buf_clear(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct date today = { DATE_DAY, 11, 21, 2026 };
	struct cvc *cvc = NULL;
	struct cvc_key key = CVC_KEY_INIT;
	struct cardsecurity *cs = NULL;
	struct secinfos infos;
	struct err err = ERR_INIT;

	if (secinfos_read(BYTES(data, size), &infos, &err) == 0)
		infos_again(&infos);
	if (lds_dg14_read(BYTES(data, size), &infos, &err) == 0)
		infos_again(&infos);
	if (cardsecurity_parse(BYTES(data, size), &cs, &err) == 0) {
		infos_again(&cs->infos);
		(void)cms_verify(cs->cms, oid_security_object, &err);
		cardsecurity_free(cs);
	}
	if (cvc_parse(BYTES(data, size), &cvc, &err) == 0) {
		must(cvc->body.p > cvc->der.p && cvc->body.p + cvc->body.n <= cvc->der.p + cvc->der.n);
		if (cvc_trust_point(cvc, &key, &err) == 0)
			(void)cvc_verify(cvc, &key, today, &key, &err);
		cvc_key_clear(&key);
		cvc_free(cvc);
	}
	return 0;
}
