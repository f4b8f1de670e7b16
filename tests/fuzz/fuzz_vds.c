/*
 * fuzz_vds.c - a seal that is read comes out again to the octet; a message that is accepted can be described, and written again when
 * nothing in it is unknown, and then reads the same.  C40 that is read is written as it was.
 */
#include <stdlib.h>

#include "registry/base/text.h"
#include "registry/doc9303/c40.h"
#include "registry/doc9303/vdscivil.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_fact(void *to, const char *name, const char *value)
{
	(void)to;
	must(name[0] != '\0' && value[0] != '\0' && text_is_utf8(bytes_str(value)));
}

static void
fuzz_c40(struct bytes in)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;

	if (c40_decode(in, &text, &err) == 0) {
		must(c40_encode(bytes_of(&text), &again, &err) == 0);
		must(bytes_equal(bytes_of(&again), in));
	}
	buf_clear(&text);
	buf_clear(&again);
}

static void
fuzz_visa(const struct vds *vds)
{
	struct vds_visa visa, back;
	struct buf values = BUF_INIT;
	struct err err = ERR_INIT;
	struct vds again = *vds;

	if (vds_get_visa(vds, &visa, &err) == 0) {
		if (visa.type.n <= VDS_ADDITIONAL_MAX && visa.additional.n <= VDS_ADDITIONAL_MAX) {
			must(vds_put_visa(&visa, &again, &values, &err) == 0);
			must(vds_get_visa(&again, &back, &err) == 0);
			must(memcmp(visa.mrz, back.mrz, sizeof(visa.mrz)) == 0 && strcmp(visa.passport, back.passport) == 0);
		}
	}
	buf_clear(&values);
}

static void
fuzz_civil(const struct vds *vds)
{
	struct vds_civil civil, back;
	struct buf values = BUF_INIT;
	struct err err = ERR_INIT;
	struct vds again = *vds;

	/* what another implementation wrote less compactly, ours writes in its own way: it must say the same */
	if (vds_get_civil(vds, &civil, &err) == 0 && vds_put_civil(&civil, &again, &values, &err) == 0) {
		must(vds_get_civil(&again, &back, &err) == 0);
		must(strcmp(civil.act_number, back.act_number) == 0 && strcmp(civil.registered_at, back.registered_at) == 0);
		must(strcmp(civil.subject.name.mrz, back.subject.name.mrz) == 0 && civil.subject.sex == back.subject.sex);
	}
	buf_clear(&values);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = BYTES(data, size);
	struct vds_message message;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	char differing[VDS_MRZ_FIELDS_TEXT];
	struct vds vds;

	fuzz_c40(in);
	if (vds_decode(in, &vds, &err) == -1) {
		must(err.text[0] != '\0');
		return 0;
	}
	must(vds_encode(&vds, &out, &err) == 0 && bytes_equal(bytes_of(&out), vds.signed_part));
	must(vds_put_signature(vds.version, vds.signature, &out, &err) == 0 && bytes_equal(bytes_of(&out), in));
	buf_clear(&out);
	if (vds_message_check(&vds, &message, &err) == 0) {
		must(vds_describe(&vds, check_fact, NULL, &err) == 0);
		vds_mrz_compare(&message, in, differing, &err);
		if (message.mrz[0] != '\0')
			vds_mrz_compare(&message, bytes_str(message.mrz), differing, &err);
	}
	fuzz_visa(&vds);
	fuzz_civil(&vds);
	return 0;
}
