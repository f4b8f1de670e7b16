/*
 * chipkey.h - the symmetric cryptography of chip protocols: key derivation, CBC, MACs.  Doc 9303-11 (8th ed.) 9.7 and 9.8.
 *
 * 3DES is two-key; all of it works on the triple cipher of libcrypto's default provider: single DES, which the MAC of ISO/IEC 9797-1
 * algorithm 3 is made of, is the triple cipher with three equal keys, so that no legacy provider is loaded.  The digest of keys up to 128 bits is
 * SHA-1, by the standard; that is a derivation and no signature.
 */
#ifndef CATENA_DOC9303_CHIPKEY_H
#define CATENA_DOC9303_CHIPKEY_H
#include "registry/base/bytes.h"
#include "registry/base/err.h"

/* The numbers are the last arcs of the protocols' object identifiers (Doc 9303-11 9.2). */
enum chip_cipher { CHIP_3DES = 1,
	CHIP_AES128 = 2,
	CHIP_AES192 = 3,
	CHIP_AES256 = 4 };
enum { CHIP_KEY_MAX = 32,
	CHIP_BLOCK_MAX = 16,
	CHIP_MAC = 8,
	CHIP_SHA1 = 20 };
enum { KDF_ENC = 1,
	KDF_MAC = 2,
	KDF_PASSWORD = 3 }; /* counters of the key derivation */

size_t chip_key_len(enum chip_cipher c);   /* 16, 16, 24, 32 */
size_t chip_block_len(enum chip_cipher c); /* 8 or 16 */

void chip_sha1(struct bytes in, uint8_t out[CHIP_SHA1]);
/* The first octets of H(secret || 32-bit counter); SHA-1 for keys of 16 octets, SHA-256 above; odd parity for 3DES. */
void chip_kdf(enum chip_cipher c, struct bytes secret, uint32_t counter, uint8_t key[CHIP_KEY_MAX]);
/* CBC over whole blocks, in.n octets to out (may be in.p); iv NULL: zeros.  */
int chip_cbc(enum chip_cipher c, const uint8_t *key, const uint8_t *iv, bool encrypt, struct bytes in, uint8_t *out, struct err *err);
/* 8 octets.  3DES: ISO/IEC 9797-1 algorithm 3, padded by method 2; AES: CMAC (RFC 4493), its first 8 octets. */
int chip_mac(enum chip_cipher c, const uint8_t *key, struct bytes in, uint8_t mac[CHIP_MAC], struct err *err);

/* ISO/IEC 9797-1 padding method 2: 80, then zeros to a whole block; `from`: where what is padded begins. */
void chip_pad(struct buf *b, size_t from, size_t block);
/* The octets without their padding.  -1 FAIL_INPUT. */
int chip_unpad(struct bytes in, struct bytes *out, struct err *err);

#endif
