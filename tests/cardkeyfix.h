/* cardkeyfix.h - keys and SecurityInfos of a software chip that speaks all protocols. */
#ifndef CATENA_TESTS_CARDKEYFIX_H
#define CATENA_TESTS_CARDKEYFIX_H

#include "issuance/chip/card-local.h"
#include "registry/base/der.h"
#include "registry/doc9303/group.h"
#include "registry/doc9303/secinfo.h"
#include "tests/cardfix.h"
#include "tests/hex.h"

#define PACE      "0.4.0.127.0.7.2.2.4."
#define CA        "0.4.0.127.0.7.2.2.3."
#define CA_NUMBER "86c88a4579ce48135878e6348a734b5d47ce5bc1e54c0e8978687b49fde2e2c2"
#define AA_NUMBER "107cf58696ef6155053340fd633392ba81909df7b9706f226f32086c7aff974a"

/* A SubjectPublicKeyInfo of a private number on brainpoolP256r1, explicit parameters. */
__attribute__((unused)) static void
spki_of(const char *number, struct buf *spki, struct buf *point)
{
	struct err err = ERR_INIT;
	struct buf n = octets(number);
	struct group *g = NULL;
	struct element *e = NULL;
	struct pubkey *key = NULL;
	struct der_out o = DER_OUT_INIT;

	if (group_new(13, &g, &err) == -1 || element_times(g, NULL, bytes_of(&n), &e, &err) == -1 || element_write(g, e, point, &err) == -1 ||
		pubkey_new_ec(curve_by_name("brainpoolP256r1"), bytes_of(point), &key, &err) == -1 || pubkey_put(key, &o, &err) == -1 ||
		der_finish(&o, spki, &err) == -1)
		bail_out("%s", err.text);
	pubkey_free(key);
	element_free(e);
	group_free(g);
	buf_clear(&n);
}

__attribute__((unused)) static void
put(struct card *card, uint16_t tag, const char *text)
{
	struct buf b = octets(text);

	if (card_put_object(card, tag, bytes_of(&b)) != SW_OK)
		bail_out("object %04X", tag);
	buf_clear(&b);
}

__attribute__((unused)) static void
add_info(struct secinfos *infos, enum secinfo_kind kind, const char *protocol, unsigned version, int id, struct bytes data)
{
	struct secinfo *i = &infos->info[infos->n++];

	*i = (struct secinfo){ .kind = kind, .version = version, .id = id, .data = data };
	snprintf(i->protocol, sizeof(i->protocol), "%s", protocol);
}

#endif
