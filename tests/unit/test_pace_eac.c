/*
 * Our PACE against somebody else's: libeac at the other end, as terminal and as chip, generic mapping with AES.  Its integrated mapping is an earlier
 * draft's (another encoding of points, no R(s, t)) and not that of Doc 9303-11, and its 3DES fails with Debian 12's libcrypto: these two are not held against it.
 */
/* both call their passwords so */
#define PACE_MRZ eac_mrz
#define PACE_CAN eac_can
#include <eac/eac.h>
#include <eac/pace.h>
#undef PACE_MRZ
#undef PACE_CAN

#include <openssl/objects.h>

#include "registry/doc9303/pace.h"
#include "tests/tap.h"

static const char can[] = "123456";

static BUF_MEM *
mem_of(struct bytes b)
{
	BUF_MEM *m = BUF_MEM_new();

	if (m == NULL || BUF_MEM_grow(m, b.n) != b.n)
		bail_out("no memory");
	memcpy(m->data, b.p, b.n);
	return m;
}

static struct bytes
view(const BUF_MEM *m)
{
	return m != NULL ? BYTES(m->data, m->length) : BYTES_NONE;
}

/* libeac's end of one run. */
struct other {
	EAC_CTX *ctx;
	PACE_SEC *secret;
};

static bool
other_start(struct other *o, int protocol, int curve)
{
	o->ctx = EAC_CTX_new();
	o->secret = PACE_SEC_new(can, sizeof(can) - 1, eac_can);
	return o->ctx != NULL && o->secret != NULL && EAC_CTX_init_pace(o->ctx, protocol, curve) == 1;
}

static void
other_stop(struct other *o)
{
	PACE_SEC_clear_free(o->secret);
	EAC_CTX_clear_free(o->ctx);
}

static bool
same_keys(const struct other *o, const struct pace *p)
{
	struct err err = ERR_INIT;
	struct sm sm;
	bool same;

	if (pace_start(p, &sm, &err) == -1)
		return false;
	same = EAC_CTX_set_encryption_ctx(o->ctx, EAC_ID_PACE) == 1 && memcmp(o->ctx->key_ctx->k_enc->data, sm.enc, o->ctx->key_ctx->k_enc->length) == 0 &&
		memcmp(o->ctx->key_ctx->k_mac->data, sm.mac, o->ctx->key_ctx->k_mac->length) == 0;
	sm_clear(&sm);
	return same;
}

/* Keys and tokens are alike for both roles. */
static bool
agree(struct other *o, struct pace *p, struct err *err)
{
	struct buf mine = BUF_INIT;
	BUF_MEM *theirs = NULL, *in = NULL, *token = NULL, *checked = NULL;
	uint8_t t[CHIP_MAC];
	bool done = false;

	theirs = PACE_STEP3B_generate_ephemeral_key(o->ctx);
	if (theirs == NULL || pace_key_make(p, &mine, err) == -1 || pace_key_take(p, view(theirs), err) == -1)
		goto out;
	in = mem_of(bytes_of(&mine));
	if (PACE_STEP3B_compute_shared_secret(o->ctx, in) != 1 || PACE_STEP3C_derive_keys(o->ctx) != 1)
		goto out;
	token = PACE_STEP3D_compute_authentication_token(o->ctx, in);
	if (token == NULL || pace_token_make(p, t, err) == -1)
		goto out;
	checked = mem_of(BYTES(t, sizeof(t)));
	done = PACE_STEP3D_verify_authentication_token(o->ctx, checked) == 1 && pace_token_take(p, view(token), err) == 0 && same_keys(o, p);
out:
	buf_clear(&mine);
	BUF_MEM_free(theirs);
	BUF_MEM_free(in);
	BUF_MEM_free(token);
	BUF_MEM_free(checked);
	return done;
}

static bool
we_are_chip(int protocol, const char *oid, int curve, struct err *err)
{
	struct other o;
	struct pace *p = NULL;
	struct buf m = BUF_INIT;
	BUF_MEM *in = NULL, *map = NULL, *own = NULL;
	bool done = false;

	if (!other_start(&o, protocol, curve) || pace_new(oid, curve, PACE_CAN, bytes_str(can), &p, err) == -1 || pace_nonce_make(p, &m, err) == -1)
		goto out;
	in = mem_of(bytes_of(&m));
	map = PACE_STEP2_dec_nonce(o.ctx, o.secret, in) == 1 ? PACE_STEP3A_generate_mapping_data(o.ctx) : NULL;
	if (map == NULL || pace_map_take(p, view(map), err) == -1 || pace_map_make(p, &m, err) == -1)
		goto out;
	own = mem_of(bytes_of(&m));
	done = PACE_STEP3A_map_generator(o.ctx, own) == 1 && agree(&o, p, err);
out:
	other_stop(&o);
	pace_free(p);
	buf_clear(&m);
	BUF_MEM_free(in);
	BUF_MEM_free(map);
	BUF_MEM_free(own);
	return done;
}

static bool
we_are_terminal(int protocol, const char *oid, int curve, struct err *err)
{
	struct other o;
	struct pace *p = NULL;
	struct buf m = BUF_INIT;
	BUF_MEM *z = NULL, *map = NULL, *in = NULL;
	bool done = false;

	if (!other_start(&o, protocol, curve) || pace_new(oid, curve, PACE_CAN, bytes_str(can), &p, err) == -1)
		goto out;
	z = PACE_STEP1_enc_nonce(o.ctx, o.secret);
	if (z == NULL || pace_nonce_take(p, view(z), err) == -1 || pace_map_make(p, &m, err) == -1)
		goto out;
	in = mem_of(bytes_of(&m));
	map = PACE_STEP3A_generate_mapping_data(o.ctx);
	done = PACE_STEP3A_map_generator(o.ctx, in) == 1 && pace_map_take(p, view(map), err) == 0 && agree(&o, p, err);
out:
	other_stop(&o);
	pace_free(p);
	buf_clear(&m);
	BUF_MEM_free(z);
	BUF_MEM_free(map);
	BUF_MEM_free(in);
	return done;
}

int
main(void)
{
	static const int curves[] = { 12, 13, 15, 16, 17 };
	const struct {
		const char *oid, *name;
	} cases[] = {
		{ "0.4.0.127.0.7.2.2.4.2.2", "generic mapping, AES-128" },
		{ "0.4.0.127.0.7.2.2.4.2.3", "generic mapping, AES-192" },
		{ "0.4.0.127.0.7.2.2.4.2.4", "generic mapping, AES-256" },
	};

	EAC_init();
	for (size_t i = 0; i < NELEM(cases); i++)
		for (size_t c = 0; c < NELEM(curves); c++) {
			struct err err = ERR_INIT;
			const char *curve = secinfo_parameters(curves[c])->name;

			ok(we_are_chip(OBJ_txt2nid(cases[i].oid), cases[i].oid, curves[c], &err), "%s over %s, libeac is the terminal: %s", cases[i].name,
				curve, err.text);
			ok(we_are_terminal(OBJ_txt2nid(cases[i].oid), cases[i].oid, curves[c], &err), "%s over %s, libeac is the chip: %s",
				cases[i].name, curve, err.text);
		}
	EAC_cleanup();
	return done_testing();
}
