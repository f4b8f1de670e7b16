#include <stdlib.h>

#include "pki/cardsecurity.h"

const char oid_security_object[] = "0.4.0.127.0.7.3.2.1";

int
cardsecurity_build(struct session *s, const struct signer *signer, const struct secinfos *infos, int64_t signing_time, struct buf *file,
	struct err *err)
{
	struct buf set = BUF_INIT;
	int rc = -1;

	if (secinfos_check(infos, SECINFO_CARD_SECURITY, err) == 0 && secinfos_write(infos, &set, err) == 0)
		rc = cms_sign(s, signer, oid_security_object, bytes_of(&set), signing_time, file, err);
	buf_clear(&set);
	return rc;
}

int
cardsecurity_parse(struct bytes file, struct cardsecurity **cs, struct err *err)
{
	struct der d = der_reader(file);
	struct cardsecurity *c;
	struct tlv object;

	if (der_next(&d, &object, "EF.CardSecurity", err) == -1)
		return -1;
	if (object.whole.n > CARDSECURITY_MAX)
		return err_set(err, FAIL_TOO_LARGE, "EF.CardSecurity: %zu octets, at most %d", object.whole.n, CARDSECURITY_MAX);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (cms_parse(object.whole, &c->cms, err) == -1)
		goto fail;
	if (strcmp(c->cms->content_type, oid_security_object) != 0) {
		err_set(err, FAIL_INPUT, "EF.CardSecurity: content type %s, wanted %s (Doc 9303-11 9.2.11)", c->cms->content_type, oid_security_object);
		goto fail;
	}
	if (secinfos_read(c->cms->content, &c->infos, err) == -1) {
		err_prefix(err, "EF.CardSecurity");
		goto fail;
	}
	*cs = c;
	return 0;
fail:
	cardsecurity_free(c);
	return -1;
}

void
cardsecurity_free(struct cardsecurity *cs)
{
	if (cs == NULL)
		return;
	cms_free(cs->cms);
	free(cs);
}
