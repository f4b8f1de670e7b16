#include "registry/doc9303/bac.h"

#include <stdio.h>

#include "registry/doc9303/mrz.h"

void
bac_init(struct bac *bac, struct bytes information)
{
	uint8_t digest[CHIP_SHA1];

	chip_sha1(information, digest);
	chip_kdf(CHIP_3DES, BYTES(digest, 16), KDF_ENC, bac->enc);
	chip_kdf(CHIP_3DES, BYTES(digest, 16), KDF_MAC, bac->mac);
	wipe(digest, sizeof(digest));
}

void
bac_clear(struct bac *bac)
{
	wipe(bac, sizeof(*bac));
}

int
mrz_information(const char *number, const char *birth, const char *expiry, char out[41], struct err *err)
{
	char padded[32];
	size_t n = strlen(number);

	if (n == 0 || n > 22 || !mrz_is_alphabet(bytes_str(number)))
		return err_set(err, FAIL_INPUT, "document number: wanted 1 to 22 characters A-Z, 0-9 or < (Doc 9303-3 4.2)");
	if (strlen(birth) != 6 || !mrz_is_alphabet(bytes_str(birth)))
		return err_set(err, FAIL_INPUT, "date of birth: wanted YYMMDD as in the MRZ (Doc 9303-3 4.8)");
	if (strlen(expiry) != 6 || strspn(expiry, "0123456789") != 6)
		return err_set(err, FAIL_INPUT, "date of expiry: wanted YYMMDD as in the MRZ (Doc 9303-3 4.8)");
	snprintf(padded, sizeof(padded), "%s%.*s", number, n < 9 ? (int)(9 - n) : 0, "<<<<<<<<<");
	snprintf(out, 41, "%s%c%s%c%s%c", padded, mrz_check_digit(bytes_str(padded)), birth, mrz_check_digit(bytes_str(birth)), expiry,
		mrz_check_digit(bytes_str(expiry)));
	wipe(padded, sizeof(padded));
	return 0;
}

/* Two random numbers and a key, encrypted, and the MAC over that. */
static int
cryptogram(const struct bac *bac, const uint8_t a[BAC_RANDOM], const uint8_t b[BAC_RANDOM], const uint8_t k[BAC_KEY], uint8_t out[BAC_CRYPTOGRAM],
	struct err *err)
{
	memcpy(out, a, BAC_RANDOM);
	memcpy(out + 8, b, BAC_RANDOM);
	memcpy(out + 16, k, BAC_KEY);
	if (chip_cbc(CHIP_3DES, bac->enc, NULL, true, BYTES(out, 32), out, err) == -1)
		return -1;
	return chip_mac(CHIP_3DES, bac->mac, BYTES(out, 32), out + 32, err);
}

/* The 32 octets inside. */
static int
opened(const struct bac *bac, struct bytes in, uint8_t out[32], struct err *err)
{
	uint8_t mac[CHIP_MAC];

	if (in.n != BAC_CRYPTOGRAM)
		return err_set(err, FAIL_INPUT, "basic access control: %zu octets, wanted %d (Doc 9303-11 4.3)", in.n, BAC_CRYPTOGRAM);
	if (chip_mac(CHIP_3DES, bac->mac, BYTES(in.p, 32), mac, err) == -1)
		return -1;
	if (!bytes_equal_secret(BYTES(mac, CHIP_MAC), BYTES(in.p + 32, CHIP_MAC)))
		return err_set(err, FAIL_DENIED, "basic access control: MAC is wrong: not the MRZ of this chip (Doc 9303-11 4.3)");
	return chip_cbc(CHIP_3DES, bac->enc, NULL, false, BYTES(in.p, 32), out, err);
}

static void
start(struct sm *session, const uint8_t k_ifd[BAC_KEY], const uint8_t k_ic[BAC_KEY], const uint8_t rnd_ic[BAC_RANDOM], const uint8_t rnd_ifd[BAC_RANDOM])
{
	uint8_t seed[BAC_KEY], ssc[8];

	for (int i = 0; i < BAC_KEY; i++)
		seed[i] = k_ifd[i] ^ k_ic[i];
	memcpy(ssc, rnd_ic + 4, 4);
	memcpy(ssc + 4, rnd_ifd + 4, 4);
	sm_start(session, CHIP_3DES, BYTES(seed, sizeof(seed)), ssc);
	wipe(seed, sizeof(seed));
}

int
bac_challenge(const struct bac *bac, const uint8_t rnd_ic[BAC_RANDOM], const uint8_t rnd_ifd[BAC_RANDOM], const uint8_t k_ifd[BAC_KEY],
	uint8_t out[BAC_CRYPTOGRAM], struct err *err)
{
	return cryptogram(bac, rnd_ifd, rnd_ic, k_ifd, out, err);
}

int
bac_finish(const struct bac *bac, const uint8_t rnd_ic[BAC_RANDOM], const uint8_t rnd_ifd[BAC_RANDOM], const uint8_t k_ifd[BAC_KEY],
	struct bytes answer, struct sm *session, struct err *err)
{
	uint8_t r[32];
	int rc = -1;

	if (opened(bac, answer, r, err) == -1)
		goto out;
	if (memcmp(r, rnd_ic, 8) != 0 || memcmp(r + 8, rnd_ifd, 8) != 0) {
		err_set(err, FAIL_DENIED, "basic access control: the chip answered another challenge (Doc 9303-11 4.3)");
		goto out;
	}
	start(session, k_ifd, r + 16, rnd_ic, rnd_ifd);
	rc = 0;
out:
	wipe(r, sizeof(r));
	return rc;
}

int
bac_answer(const struct bac *bac, const uint8_t rnd_ic[BAC_RANDOM], const uint8_t k_ic[BAC_KEY], struct bytes command, uint8_t out[BAC_CRYPTOGRAM],
	struct sm *session, struct err *err)
{
	uint8_t s[32], made[BAC_CRYPTOGRAM];
	int rc = -1;

	if (opened(bac, command, s, err) == -1)
		goto out;
	if (memcmp(s + 8, rnd_ic, 8) != 0) {
		err_set(err, FAIL_DENIED, "basic access control: the terminal answered another challenge (Doc 9303-11 4.3)");
		goto out;
	}
	if (cryptogram(bac, rnd_ic, s, k_ic, made, err) == -1)
		goto out;
	start(session, s + 16, k_ic, rnd_ic, s);
	memcpy(out, made, sizeof(made));
	rc = 0;
out:
	wipe(s, sizeof(s));
	return rc;
}
