#include <stdlib.h>

#include "pki/sod.h"

const char oid_lds_security_object[] = "2.23.136.1.1.1";

int
sod_build(struct session *s, const struct signer *signer, const struct ldsso *lds, int64_t signing_time, struct buf *sod,
	struct err *err)
{
	struct buf content = BUF_INIT, signed_data = BUF_INIT, out = BUF_INIT;
	int rc = -1;

	if (ldsso_write(lds, &content, err) == -1 ||
		cms_sign(s, signer, oid_lds_security_object, bytes_of(&content), signing_time, &signed_data, err) == -1)
		goto out;
	der_header(&out, LDS_TAG_SOD, signed_data.n);
	buf_bytes(&out, bytes_of(&signed_data));
	if (buf_check(&out, err) == -1)
		goto out;
	buf_move(sod, &out);
	rc = 0;
out:
	buf_clear(&content);
	buf_clear(&signed_data);
	buf_clear(&out);
	return rc;
}

int
sod_parse_tolerantly(struct bytes file, struct sod **sod, bool *is_bare, struct err *problem, struct err *err)
{
	struct der d = der_reader(file);
	struct bytes signed_data = file;
	bool bare = der_peek(&d) == DER_SEQUENCE;
	struct sod *s;

	if (!bare && der_get(&d, LDS_TAG_SOD, &signed_data, "EF.SOD", err) == -1)
		return -1;
	if (signed_data.n > SOD_MAX)
		return err_set(err, FAIL_TOO_LARGE, "EF.SOD: %zu octets, at most %d", signed_data.n, SOD_MAX);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return err_set(err, FAIL_INTERNAL, "out of memory");
	if (cms_parse_any(signed_data, &s->cms, err) == -1) {
		sod_free(s);
		return -1;
	}
	err_clear(problem);
	ldsso_read(s->cms->content, &s->lds, problem); /* leaves it alone on failure */
	*is_bare = bare;
	*sod = s;
	return 0;
}

int
sod_parse(struct bytes file, struct sod **sod, struct err *err)
{
	struct err problem = ERR_INIT;
	struct sod *s = NULL;
	bool is_bare;

	if (sod_parse_tolerantly(file, &s, &is_bare, &problem, err) == -1)
		return -1;
	if (is_bare)
		err_set(&problem, FAIL_INPUT, "EF.SOD: no tag 77 around the SignedData (Doc 9303-10 4.6.2)");
	else if (s->cms->is_ber)
		err_set(&problem, FAIL_INPUT, "EF.SOD: in BER of indefinite length where DER is wanted (Doc 9303-10 4.6.2)");
	if (problem.kind != FAIL_NONE) {
		sod_free(s);
		*err = problem;
		return -1;
	}
	*sod = s;
	return 0;
}

void
sod_free(struct sod *s)
{
	if (s == NULL)
		return;
	cms_free(s->cms);
	free(s);
}
