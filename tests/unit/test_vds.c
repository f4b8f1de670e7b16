/*
 * Visible digital seals: worked values of Doc 9303-13, the specimen State's seal (tests/data/utopia), seals of other implementations
 * (test data icao/vds), the profile for civil certificates of docs/vds.md.
 */
#include "registry/doc9303/c40.h"
#include "registry/doc9303/vdscivil.h"
#include "tests/data.h"
#include "tests/hex.h"
#include "tests/tap.h"

static struct buf
utopia_seal(void)
{
	struct buf b = BUF_INIT;
	size_t n;
	uint8_t *p = source_file("tests/data/utopia/vds/good-etd.bin", &n);

	if (p == NULL)
		bail_out("no tests/data/utopia/vds/good-etd.bin");
	buf_add(&b, p, n);
	free(p);
	return b;
}

/* ---- C40 ---- */

static void
test_c40(void)
{
	static const struct {
		const char *text, *hex, *back;
	} worked[] = {
		/* Doc 9303-13 2.4; the longer ones of seals that verify */
		{ "XK<CD", "eb0466a9", "XK CD" },
		{ "XKCD", "eb11fe45", "XKCD" },
		{ "VISA01", "de515826", "VISA01" },
		{ "UTO", "d9c5", "UTO" },
		{ "UTTS025B", "d9cac8a73a99", "UTTS025B" },
		{ "DETS0232", "6d32c8a72cb1", "DETS0232" },
		{ "PA5500K11", "b77a38e596ce", "PA5500K11" },
		{ "<<<", "133c", "   " },
		{ "", "", "" },
	};
	static const struct {
		const char *hex, *name;
	} bad[] = {
		{ "d9", "an odd number of octets" },
		{ "0000", "group 0000" },
		{ "fa01", "a group over 63999" },
		{ "ffff", "group FFFF" },
		{ "0001", "a shift in the first place" },
		{ "1901", "a shift in the second place" },
		{ "0641", "a single character followed by values 0 and 0" },
		{ "12c2", "value 1 in the third place" },
		{ "d9c5fe45d9c5", "FE before the end" },
		{ "fe62", "FE and a small letter" },
		{ "fe00", "FE and nothing" },
		{ "fe3d", "FE and a filler, which is written as a space" },
		{ "59b1d9c5", "two characters before the end" },
	};
	struct err err;

	for (size_t i = 0; i < NELEM(worked); i++) {
		struct buf out = BUF_INIT, hex = BUF_INIT, back = BUF_INIT;

		err = ERR_INIT;
		ok(c40_encode(bytes_str(worked[i].text), &out, &err) == 0 && out.n == c40_length(strlen(worked[i].text)), "C40 of '%s'", worked[i].text);
		buf_hex(&hex, bytes_of(&out));
		is(buf_cstr(&hex), worked[i].hex, "its octets");
		ok(c40_decode(bytes_of(&out), &back, &err) == 0 && strcmp(buf_cstr(&back), worked[i].back) == 0, "and back");
		buf_clear(&out);
		buf_clear(&hex);
		buf_clear(&back);
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf in = octets(bad[i].hex), out = BUF_INIT;

		err = ERR_INIT;
		buf_str(&out, "x");
		ok(c40_decode(bytes_of(&in), &out, &err) == -1 && err.kind == FAIL_INPUT && out.n == 1, "C40 refuses %s", bad[i].name);
		buf_clear(&in);
		buf_clear(&out);
	}
	for (const char *p = "a-.\x80\xC4/>"; *p != 0; p++) {
		struct buf out = BUF_INIT;

		ok(c40_encode(BYTES(p, 1), &out, &err) == -1 && out.n == 0, "C40 cannot write %02x", (unsigned char)*p);
		buf_clear(&out);
	}
}

/* ---- dates ---- */

static void
test_dates(void)
{
	static const struct {
		const char *hex, *iso;
	} good[] = {
		{ "319ef5", "1957-03-25" }, /* Doc 9303-13 2.3.1 */
		{ "0f7134", "2020-01-01" },
		{ "7d4e37", "2023-08-21" },
		{ "0007a5", "1957" },
		{ "2dce65", "1957-03" },
		{ "000000", "" },
	};
	static const char *const bad[] = { "ffffff", "00000a00", "0000", "", "0f4240" /* January without a year */, "c68c38" /* month 13 */, "232048" /* 30 February */ };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < NELEM(good); i++) {
		struct buf in = octets(good[i].hex), out = BUF_INIT;
		struct date d = { .year = 1 };
		char text[DATE_TEXT];

		ok(vds_date_get(bytes_of(&in), &d, &err) == 0 && strcmp(date_format(d, text), good[i].iso) == 0, "date %s is '%s'", good[i].hex, good[i].iso);
		ok(vds_date_put(d, &out, &err) == 0 && bytes_equal(bytes_of(&out), bytes_of(&in)), "and back");
		buf_clear(&in);
		buf_clear(&out);
	}
	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf in = octets(bad[i]);
		struct date d = { .year = 1 };

		ok(vds_date_get(bytes_of(&in), &d, &err) == -1 && d.year == 1, "no date: '%s'", bad[i]);
		buf_clear(&in);
	}
}

/* ---- whole seals ---- */

/* Encoded again, header, message and signature give the octets that were read. */
static bool
comes_out_again(const struct vds *vds, struct bytes raw)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	bool same = vds_encode(vds, &out, &err) == 0 && bytes_equal(bytes_of(&out), vds->signed_part) &&
		vds_put_signature(vds->version, vds->signature, &out, &err) == 0 && bytes_equal(bytes_of(&out), raw);

	buf_clear(&out);
	return same;
}

struct facts {
	struct buf text;
};

static void
add_fact(void *to, const char *name, const char *value)
{
	buf_printf(&((struct facts *)to)->text, "%s=%s\n", name, value);
}

static bool
has_fact(struct facts *facts, const char *line)
{
	const char *text = buf_cstr(&facts->text), *p = strstr(text, line);

	return p != NULL && (p == text || p[-1] == '\n') && p[strlen(line)] == '\n';
}

static void
test_strangers(void)
{
	static const struct {
		const char *file;
		unsigned definition, category;
		const char *facts[16];
	} seals[] = {
		{ "icao/vds/addressStickerPassport.bin", 248, 10, { "header=version 4", "issuing State=UTO", "signer=UTTS", "certificate reference=5B", "date of issue=2020-01-01", "date of signature=2023-08-21", "feature 01=b77a38e596ce (in C40 \"PA5500K11\")", "feature 02=1a203a4d1fe1 (in C40 \"03359010\")", "feature 03=26532081 (in C40 \"21614\")" } },
		{ "icao/vds/doc9303-8-etd.bin", 94, 3, { "signer=UTTS", "certificate reference=5B", "date of issue=2026-06-13", "date of signature=2023-08-23", "MRZ line 1=PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "MRZ line 2=D231458907UTO7408122F2606277<<<<<<<8", "document number=D23145890", "nationality=UTO", "date of birth=740812", "sex=F", "date of expiry=260627" } },
		{ "icao/vds/residentPermit.bin", 251, 6, { "date of signature=2023-07-26", "document=unknown (definition FB, category 06, of the State)" } },
		{ "icao/vds/visa_224bitSig.bin", 93, 1, { "signer=DETS", "certificate reference=32", "date of signature=2023-08-19", "MRZ line 1=VCD<<DENT<<ARTHUR<PHILIP<<<<<<<<<<<<", "MRZ line 2=1234567XY7GBR5203116M2005250", "duration of stay=160 days, 0 months, 0 years", "passport number=47110815P" } },
	};

	for (size_t i = 0; i < NELEM(seals); i++) {
		struct facts facts = { BUF_INIT };
		struct err err = ERR_INIT;
		struct vds vds;
		size_t n;
		uint8_t *p = data_file(seals[i].file, &n);

		if (p == NULL) {
			skip(seals[i].file, "no test data");
			continue;
		}
		if (ok(vds_decode(BYTES(p, n), &vds, &err) == 0, "%s is read", seals[i].file)) {
			ok(vds.definition == seals[i].definition && vds.category == seals[i].category, "definition and category");
			ok(comes_out_again(&vds, BYTES(p, n)), "comes out again to the octet");
			ok(vds_describe(&vds, add_fact, &facts, &err) == 0, "is described");
			for (const char *const *fact = seals[i].facts; *fact != NULL; fact++)
				ok(has_fact(&facts, *fact), "says %s", *fact);
		}
		buf_clear(&facts.text);
		free(p);
	}
}

static void
test_utopia(void)
{
	struct facts facts = { BUF_INIT };
	struct buf seal = utopia_seal(), changed = BUF_INIT;
	struct vds_message message;
	struct err err = ERR_INIT;
	unsigned accepted = 0, differ = 0;
	struct vds vds, other;

	ok(vds_decode(bytes_of(&seal), &vds, &err) == 0 && vds.version == 4 && vds_profile_of(&vds) == VDS_EMERGENCY, "Utopia's emergency travel document");
	is(vds.signer, "UTTV", "its signer");
	is(vds.reference, "01", "its reference");
	ok(comes_out_again(&vds, bytes_of(&seal)), "comes out again to the octet");
	ok(vds_describe(&vds, add_fact, &facts, &err) == 0 && has_fact(&facts, "MRZ line 1=PUUTOSADIQI<<NUR<<<<<<<<<<<<<<<<<<<<"), "its MRZ");
	ok(vds_message_check(&vds, &message, &err) == 0 && message.unknown == 0 && strcmp(message.code, "PU") == 0, "its message");

	for (size_t n = 0; n < seal.n; n++)
		accepted += vds_decode(BYTES(seal.p, n), &other, &err) == 0;
	ok(accepted == 0, "no beginning of it is a seal");
	buf_bytes(&changed, bytes_of(&seal));
	buf_u8(&changed, 0);
	ok(vds_decode(bytes_of(&changed), &other, &err) == -1, "nor it with an octet more");
	for (size_t bit = 0; bit < seal.n * 8; bit++) {
		memcpy(changed.p, seal.p, seal.n);
		changed.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (vds_decode(BYTES(changed.p, seal.n), &other, &err) == 0)
			differ += !comes_out_again(&other, BYTES(changed.p, seal.n));
	}
	ok(differ == 0, "with any bit flipped it is refused, or comes out again to the octet");
	buf_clear(&changed);
	buf_clear(&seal);
	buf_clear(&facts.text);
}

#define HEAD     "dc03 d9c5 d9cadb6719c9 a807ba a807ba 5e03 "
#define HEAD3    "dc02 d9c5 d9cac8a519af 0f7134 0f7134 "
#define TAIL     "ff04 11223344"
#define ETD_MRZ  "0230 bab3d2c15a3fbef4171bc23c133c133c133c133c133c133c712519a519a656b2afa619f52c74273d1fe62c3c133c1345 "
#define MARRIAGE "dc03 d9c5 d9cadb6719c9 a807ba a807ba c124 "

static void
test_forms(void)
{
	static const struct {
		const char *hex, *name;
	} bad[] = {
		{ "dd03 d9c5 d9cadb6719c9 a807ba a807ba 5e03 " TAIL, "another magic octet" },
		{ "dc01 d9c5 d9cadb6719c9 a807ba a807ba 5e03 " TAIL, "version octet 01" },
		{ "dc04 d9c5 d9cadb6719c9 a807ba a807ba 5e03 " TAIL, "version octet 04" },
		{ "dc03 fe56 d9cadb6719c9 a807ba a807ba 5e03 " TAIL, "a State of one character" },
		{ "dc03 133c d9cadb6719c9 a807ba a807ba 5e03 " TAIL, "a State of spaces" },
		{ "dc03 1951 d9cadb6719c9 a807ba a807ba 5e03 " TAIL, "a State of digits" },
		{ "dc03 d9c5 1951db6719c9 a807ba a807ba 5e03 " TAIL, "a signer of digits" },
		{ "dc03 d9c5 d9cadb50 a807ba a807ba 5e03 " TAIL, "a reference of no length" },
		{ "dc03 d9c5 d9cadb9119c9 a807ba a807ba 5e03 " TAIL, "a reference longer than there is" },
		{ "dc03 d9c5 d9cadb6719c9 ffffff a807ba 5e03 " TAIL, "an issue date that is none" },
		{ "dc03 d9c5 d9cadb6719c9 0007a5 a807ba 5e03 " TAIL, "an issue date that is a year" },
		{ "dc03 d9c5 d9cadb6719c9 a807ba 000000 5e03 " TAIL, "no signature date" },
		{ HEAD "0205 0102030405", "no signature" },
		{ HEAD "0205 01020304", "a feature longer than the seal" },
		{ HEAD "0281 05 0102030405" TAIL, "a length that is not the shortest" },
		{ HEAD "0280" TAIL, "an indefinite length" },
		{ HEAD "0283 000001 00" TAIL, "a length of three octets" },
		{ HEAD "ff00", "an empty signature" },
		{ HEAD "ff03 112233", "r and s of different length" },
		{ HEAD TAIL "00", "an octet after the signature" },
		{ HEAD TAIL TAIL, "two signatures" },
		{ HEAD3 "5e03 02ff 01" TAIL, "version 3: a feature longer than the seal" },
		{ "", "nothing" },
	};
	struct err err = ERR_INIT;
	struct vds vds;

	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf in = octets(bad[i].hex);

		err = ERR_INIT;
		vds.version = 77;
		ok(vds_decode(bytes_of(&in), &vds, &err) == -1 && vds.version == 77 && err.text[0] != 0, "refuses %s: %s", bad[i].name, err.text);
		buf_clear(&in);
	}

	struct buf in = octets(HEAD3 "0802 0180 000102" TAIL);
	ok(vds_decode(bytes_of(&in), &vds, &err) == -1, "version 3: length 80 is 128 octets");
	buf_clear(&in);
	in = octets(HEAD3 "0802 0103 000102" TAIL);
	ok(vds_decode(bytes_of(&in), &vds, &err) == 0 && vds.version == 3 && vds.nfeature == 1, "a header of version 3: %s", err.text);
	is(vds.signer, "UTTS", "its signer");
	is(vds.reference, "0000A", "its reference of five digits");
	uint8_t serial[VDS_REFERENCE_MAX / 2];
	ok(vds_reference_octets(&vds, serial) == 1 && serial[0] == 0x0A, "which is serial number 0A");
	ok(comes_out_again(&vds, bytes_of(&in)), "comes out again to the octet");
	buf_clear(&in);
	snprintf(vds.reference, sizeof(vds.reference), "%s", "0ABC1");
	ok(vds_reference_octets(&vds, serial) == 2 && serial[0] == 0xAB && serial[1] == 0xC1, "reference 0ABC1 is ABC1");
	snprintf(vds.reference, sizeof(vds.reference), "%s", "00000");
	ok(vds_reference_octets(&vds, serial) == 0, "reference 00000, for tests, is no number");
}

/* Lengths where DER and version 3 change their form. */
static void
test_lengths(void)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 255, 256, 1000 };
	uint8_t value[1000] = { 0 };
	struct err err = ERR_INIT;

	for (unsigned version = 3; version <= 4; version++)
		for (size_t i = 0; i < NELEM(lengths); i++) {
			struct vds vds = { .version = version, .state = "D", .signer = "DEXX", .reference = "00042", .issued_on = { DATE_DAY, 2, 29, 2024 }, .signed_on = { DATE_DAY, 12, 31, 9999 }, .definition = 0xFB, .category = 6, .nfeature = 1, .signature = BYTES(value, 64) }, back;
			struct buf raw = BUF_INIT;
			bool fits = version == 4 || lengths[i] < 256;
			int rc;

			vds.feature[0] = (struct vds_feature){ 0xFE, BYTES(value, lengths[i]) };
			rc = vds_encode(&vds, &raw, &err);
			if (!fits) {
				ok(rc == -1 && raw.n == 0, "version 3 cannot have a feature of %zu octets", lengths[i]);
				buf_clear(&raw);
				continue;
			}
			ok(rc == 0 && vds_put_signature(version, vds.signature, &raw, &err) == 0 && vds_decode(bytes_of(&raw), &back, &err) == 0 &&
					back.feature[0].value.n == lengths[i] && strcmp(back.state, "D") == 0 && comes_out_again(&back, bytes_of(&raw)),
				"version %u: a feature of %zu octets", version, lengths[i]);
			buf_clear(&raw);
		}
}

static void
test_encoding_refuses(void)
{
	static const uint8_t big[VDS_MAX];
	const struct vds good = { .version = 4, .state = "UTO", .signer = "UTTV", .reference = "01", .issued_on = { DATE_DAY, 1, 1, 2026 }, .signed_on = { DATE_DAY, 1, 1, 2026 } };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct vds v;

#define REFUSES(change, what) \
	do { \
		v = good; \
		change; \
		ok(vds_encode(&v, &out, &err) == -1 && out.n == 0, "does not write %s", what); \
	} while (0)
	ok(vds_encode(&good, &out, &err) == 0 && out.n == 18, "a header alone can be written");
	buf_cut(&out, 0);
	REFUSES(v.version = 2, "version 2");
	REFUSES(v.version = 5, "version 5");
	REFUSES(memcpy(v.state, "", 1), "no State");
	REFUSES(memcpy(v.state, "U<", 3), "a State with fillers");
	REFUSES(memcpy(v.state, "uto", 4), "small letters");
	REFUSES(memcpy(v.signer, "UTT", 4), "a signer of three characters");
	REFUSES(memcpy(v.signer, "1TTV", 5), "a signer that begins with a digit");
	REFUSES(memcpy(v.signer, "UT-V", 5), "a signer with a hyphen");
	REFUSES(memcpy(v.reference, "", 1), "no reference");
	REFUSES(memcpy(v.reference, "0g", 3), "a reference that is not hexadecimal");
	REFUSES(v.version = 3, "a reference of two digits in version 3");
	REFUSES((v.issued_on.precision = DATE_YEAR, v.issued_on.month = v.issued_on.day = 0), "an issue date that is a year");
	REFUSES(v.signed_on.day = 32, "a day 32");
	REFUSES((v.nfeature = 1, v.feature[0].tag = 0xFF), "a feature FF");
	REFUSES((v.nfeature = 1, v.feature[0].value = BYTES(big, VDS_MAX)), "more than a bar code holds");
	REFUSES(v.nfeature = VDS_FEATURES + 1, "more features than there are");
	ok(vds_put_signature(4, BYTES_NONE, &out, &err) == -1 && vds_put_signature(4, BYTES(big, 3), &out, &err) == -1 && out.n == 0, "nor signatures that are none");
	buf_clear(&out);
}

/* ---- visa, emergency travel document ---- */

#define MRVA "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L8988901C4XXX4009078F9612109"

static const struct vds_visa visa_good = {
	.mrz = MRVA,
	.has_entries = true,
	.entries = 2,
	.stay = { 90, 0, 0 },
	.passport = "L898902C3",
};

static struct vds
frame(void)
{
	return (struct vds){ .version = 4, .state = "UTO", .signer = "UTTV", .reference = "01", .issued_on = { DATE_DAY, 11, 21, 2026 }, .signed_on = { DATE_DAY, 11, 21, 2026 } };
}

static bool
takes_visa(const struct vds_visa *visa)
{
	struct vds vds = frame();
	struct err err = ERR_INIT;
	struct buf values = BUF_INIT;
	bool taken = vds_put_visa(visa, &vds, &values, &err) == 0;

	buf_clear(&values);
	return taken;
}

static void
test_visa(void)
{
	struct vds vds = frame();
	struct buf values = BUF_INIT;
	struct vds_message message;
	char differing[VDS_MRZ_FIELDS_TEXT];
	struct err err = ERR_INIT;
	struct vds_visa back, bad;

	ok(vds_put_visa(&visa_good, &vds, &values, &err) == 0 && vds_get_visa(&vds, &back, &err) == 0, "a visa: %s", err.text);
	ok(vds.definition == 0x5D && vds.category == 1 && vds.feature[0].tag == 1 && vds.feature[0].value.n == 48, "MRV-A: 48 octets under tag 01");
	ok(strcmp(back.mrz, MRVA) == 0 && !back.is_b && back.entries == 2 && back.stay.days == 90 && strcmp(back.passport, "L898902C3") == 0 && back.unknown == 0, "reads the same");
	ok(vds_find(&vds, 5)->value.n == 6, "passport number: 6 octets");

	ok(vds_message_check(&vds, &message, &err) == 0 && strcmp(message.code, "V") == 0 && message.width == 44, "its type is V");
	ok(vds_mrz_compare(&message, bytes_str(MRVA "4<<<<<<<<<<<<<<<\n"), differing, &err) == 0 && differing[0] == 0, "agrees with the printed MRZ, whatever stands behind the 28th character");
	ok(vds_mrz_compare(&message, bytes_str("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988902C4XXX4009078M9612109<<<<<<<<<<<<<<<<"), differing, &err) == 0, "another MRZ");
	is(differing, "document number, sex", "what differs");
	ok(vds_mrz_compare(&message, bytes_str("V<UTO"), differing, &err) == -1, "a short MRZ is no MRZ");

	vds.feature[vds.nfeature++] = (struct vds_feature){ 0x4A, BYTES("x", 1) };
	ok(vds_get_visa(&vds, &back, &err) == 0 && back.unknown == 1, "an unknown feature is counted, not refused");
	vds.feature[vds.nfeature - 1].tag = 4;
	ok(vds_get_visa(&vds, &back, &err) == -1, "the duration of stay twice is refused");
	vds.feature[vds.nfeature - 1] = (struct vds_feature){ 2, vds.feature[0].value };
	ok(vds_get_visa(&vds, &back, &err) == -1, "both MRZ sizes are refused");
	vds.nfeature--;
	for (unsigned i = 0; i < vds.nfeature; i++) {
		struct vds less = vds;

		less.feature[i].tag = 0x55;
		ok((vds_get_visa(&less, &back, &err) == 0) == (vds.feature[i].tag == 3), "without feature %02x", vds.feature[i].tag);
		less = vds;
		less.feature[i].value.n--;
		ok(vds_get_visa(&less, &back, &err) == -1, "feature %02x an octet shorter", vds.feature[i].tag);
	}
	buf_clear(&values);

	bad = visa_good;
	bad.mrz[0] = 'P';
	ok(!takes_visa(&bad), "no visa: document code P");
	bad = visa_good;
	bad.mrz[71] = 0;
	ok(!takes_visa(&bad), "no visa: a character short");
	bad = visa_good;
	bad.mrz[30] = ' ';
	ok(!takes_visa(&bad), "no visa: a space in the MRZ");
	bad = visa_good;
	bad.is_b = true;
	ok(!takes_visa(&bad), "no visa: MRV-A called MRV-B");
	bad = visa_good;
	bad.passport[0] = 0;
	ok(!takes_visa(&bad), "no visa: no passport number");
	bad = visa_good;
	bad.type = BYTES(MRVA, 255);
	ok(!takes_visa(&bad), "no visa: a visa type of 255 octets");
}

/* ---- civil certificates ---- */

/* Names of 39 characters: Latin without and with letters outside C40, Arabic. */
#define LATIN_1  "Papandropoulous"
#define LATIN_2  "Jonathon Warren Trevor"
#define UMLAUT_1 "M\xC3\xBCller-L\xC3\xBC" \
		 "denscheidt"
#define UMLAUT_2 "\xC3\x85sa Bj\xC3\xB6rk Zo\xC3\xAB \xC3\x89lise"
#define ARABIC_1 "\xD8\xA7\xD9\x84\xD8\xB3\xD8\xA7\xD8\xAF\xD8\xA7\xD8\xAA"
#define ARABIC_2 "\xD9\x85\xD8\xAD\xD9\x85\xD8\xAF \xD8\xA3\xD9\x86\xD9\x88\xD8\xB1"

static struct vds_person
person(const char *primary, const char *secondary, struct date birth, char sex)
{
	struct vds_person p = { .birth = birth, .sex = sex, .nationality = "UTO" };
	struct err err = ERR_INIT;

	if (vds_name_set(bytes_str(primary), bytes_str(secondary), NULL, NULL, &p.name, &err) == -1)
		bail_out("name: %s", err.text);
	return p;
}

static struct vds_civil
civil(enum vds_profile kind)
{
	struct vds_civil c = {
		.kind = kind,
		.act_number = "ZEN1-B-2026-000017-K",
		.registered_at = "ZENITH",
		.registered_on = { DATE_DAY, 11, 21, 2026 },
		.certificate_number = "C2026-0000042",
		.subject = person(LATIN_1, LATIN_2, (struct date){ DATE_DAY, 11, 19, 2026 }, 'F'),
		.parent1 = person(UMLAUT_1, UMLAUT_2, (struct date){ DATE_MONTH, 5, 0, 1990 }, 'F'),
		.parent2 = person(ARABIC_1, ARABIC_2, (struct date){ DATE_YEAR, 0, 0, 1988 }, 'M'),
	};

	c.registered_on = (struct date){ DATE_DAY, 11, 21, 2026 };
	snprintf(c.subject.birthplace, sizeof(c.subject.birthplace), "%s", "Z\xC3\xA9nith-sur-Mer");
	if (kind != VDS_BIRTH) {
		c.event_on = (struct date){ DATE_DAY, 11, 20, 2026 };
		snprintf(c.event_place, sizeof(c.event_place), "%s", "ZENITH");
	}
	if (kind == VDS_MARRIAGE)
		c.spouse = person("Ng", "", (struct date){ DATE_UNKNOWN, 0, 0, 0 }, 'X');
	return c;
}

static bool
takes_civil(const struct vds_civil *c)
{
	struct vds vds = frame();
	struct err err = ERR_INIT;
	struct buf values = BUF_INIT;
	bool taken = vds_put_civil(c, &vds, &values, &err) == 0;

	buf_clear(&values);
	return taken;
}

static bool
same_name(const struct vds_name *wrote, const struct vds_name *read)
{
	return strcmp(wrote->mrz, read->mrz) == 0 && (read->national[0] == 0 || strcmp(wrote->national, read->national) == 0);
}

static bool
same_date(struct date a, struct date b)
{
	return a.precision == b.precision && a.year == b.year && a.month == b.month && a.day == b.day;
}

static bool
same_person(const struct vds_person *a, const struct vds_person *b)
{
	return same_name(&a->name, &b->name) && same_date(a->birth, b->birth) && a->sex == b->sex &&
		strcmp(a->birthplace, b->birthplace) == 0 && strcmp(a->nationality, b->nationality) == 0 && strcmp(a->number, b->number) == 0;
}

static void
test_civil(void)
{
	static const enum vds_profile kinds[] = { VDS_BIRTH, VDS_DEATH, VDS_MARRIAGE };
	struct err err = ERR_INIT;

	for (size_t k = 0; k < NELEM(kinds); k++) {
		struct vds_civil c = civil(kinds[k]), back;
		struct vds vds = frame(), read;
		struct buf values = BUF_INIT, raw = BUF_INIT, again = BUF_INIT;
		struct facts facts = { BUF_INIT };
		const char *name = vds_profiles[kinds[k]].name;

		if (!ok(vds_put_civil(&c, &vds, &values, &err) == 0, "%s is written %s", name, err.text))
			continue;
		ok(vds_encode(&vds, &raw, &err) == 0 && vds_put_signature(4, BYTES(MRVA, 64), &raw, &err) == 0, "%s as a seal", name);
		printf("# %s: %zu octets with a signature of 64\n", name, raw.n);
		ok(vds_decode(bytes_of(&raw), &read, &err) == 0 && vds_get_civil(&read, &back, &err) == 0, "and read %s", err.text);
		ok(strcmp(c.act_number, back.act_number) == 0 && strcmp(c.registered_at, back.registered_at) == 0 && strcmp(c.certificate_number, back.certificate_number) == 0 &&
				same_date(c.registered_on, back.registered_on) && same_date(c.event_on, back.event_on) &&
				strcmp(c.event_place, back.event_place) == 0,
			"%s: the act reads the same", name);
		ok(same_person(&c.subject, &back.subject) && same_person(&c.spouse, &back.spouse) && same_person(&c.parent1, &back.parent1) && same_person(&c.parent2, &back.parent2),
			"%s: the persons read the same", name);
		ok(back.subject.name.national[0] == 0 && strcmp(back.subject.name.mrz, "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR") == 0, "a name of 39 letters is C40 only");
		is(back.parent1.name.national, UMLAUT_1 "<<" UMLAUT_2, "letters outside C40 survive");
		is(back.parent2.name.national, ARABIC_1 "<<" ARABIC_2, "Arabic too");
		ok(vds_put_civil(&c, &vds, &again, &err) == 0 && bytes_equal(bytes_of(&values), bytes_of(&again)), "the same certificate gives the same octets");
		ok(vds_describe(&read, add_fact, &facts, &err) == 0 && has_fact(&facts, "act number=ZEN1-B-2026-000017-K") && has_fact(&facts, "parent 1, date of birth=1990-05"), "%s is described", name);
		buf_clear(&facts.text);
		for (unsigned i = 0; i < read.nfeature; i++) {
			struct vds less = read;

			less.feature[i].value.n = 0;
			if (vds_get_civil(&less, &back, &err) == 0)
				ok(false, "%s: feature %02x may not be empty", name, read.feature[i].tag);
			if (read.nfeature < VDS_FEATURES) {
				less = read;
				less.feature[less.nfeature++] = read.feature[i];
				if (vds_get_civil(&less, &back, &err) == 0)
					ok(false, "%s: feature %02x may not stand twice", name, read.feature[i].tag);
			}
		}
		buf_clear(&values);
		buf_clear(&again);
		buf_clear(&raw);
	}
}

static void
test_civil_refuses(void)
{
	static const struct {
		const char *hex, *name;
	} bad[] = {
		{ "0102 d9c5 " TAIL, "a certificate without its mandatory features" },
		{ "8101 07 " TAIL, "a control character" },
		{ "8102 c3 28 " TAIL, "bad UTF-8" },
		{ "8103 e2 80 ae " TAIL, "a character that turns the direction of text" },
		{ "0102 d9c5 8103 55544f " TAIL, "a number in C40 and in UTF-8" },
		{ "1004 1951 1951 " TAIL, "a name of digits" },
	};
	struct err err = ERR_INIT;
	struct vds_civil c, back;
	struct vds vds;

	for (size_t i = 0; i < NELEM(bad); i++) {
		struct buf b = octets(MARRIAGE), more = octets(bad[i].hex);

		buf_bytes(&b, bytes_of(&more));
		ok(vds_decode(bytes_of(&b), &vds, &err) == 0 && vds_get_civil(&vds, &back, &err) == -1, "refuses %s: %s", bad[i].name, err.text);
		buf_clear(&b);
		buf_clear(&more);
	}
#define CIVIL_REFUSES(kind, change, what) \
	do { \
		c = civil(kind); \
		change; \
		ok(!takes_civil(&c), "does not write %s", what); \
	} while (0)
	CIVIL_REFUSES(VDS_BIRTH, c.kind = VDS_VISA, "a visa as a certificate");
	CIVIL_REFUSES(VDS_BIRTH, c.act_number[0] = 0, "a certificate without number");
	CIVIL_REFUSES(VDS_BIRTH, c.registered_at[0] = 0, "a certificate without place of registration");
	CIVIL_REFUSES(VDS_BIRTH, c.registered_on = DATE_INIT, "a certificate without date of registration");
	CIVIL_REFUSES(VDS_BIRTH, memset(&c.subject.name, 0, sizeof(c.subject.name)), "a birth of nobody");
	CIVIL_REFUSES(VDS_BIRTH, (c.subject.birth = DATE_INIT, c.subject.sex = 0), "a birth without date and sex");
	CIVIL_REFUSES(VDS_BIRTH, c.subject.birthplace[0] = 0, "a birth without place");
	CIVIL_REFUSES(VDS_BIRTH, c.event_on = c.registered_on, "a birth with another event");
	CIVIL_REFUSES(VDS_BIRTH, c.spouse = c.subject, "a birth with a spouse");
	CIVIL_REFUSES(VDS_DEATH, c.event_on = DATE_INIT, "a death without date");
	CIVIL_REFUSES(VDS_MARRIAGE, memset(&c.spouse, 0, sizeof(c.spouse)), "a marriage of one");
	CIVIL_REFUSES(VDS_BIRTH, c.subject.sex = 'W', "a sex W");
	CIVIL_REFUSES(VDS_BIRTH, c.subject.birth.month = 13, "a month 13");
	CIVIL_REFUSES(VDS_BIRTH, memcpy(c.subject.nationality, "u-1", 4), "a nationality u-1");
	CIVIL_REFUSES(VDS_BIRTH, memcpy(c.subject.name.mrz, "<A", 3), "an MRZ name that begins with a filler");
	CIVIL_REFUSES(VDS_BIRTH, memcpy(c.registered_at, "A\nB", 4), "a line end in a place");
}

/* The example of docs/vds.md, octet by octet. */
static void
test_manual(void)
{
	struct buf want = octets("dc03 d9c5 d9b9582d27bc77666519 ab14fa ab14fa c120 010ef6ac1fc813b5271419a519d41681 82075ac3a96e697468 0303ab14fa "
				 "100ca7e3a03bc23cf833150caaf1 90124dc3bc6c6c65723c3c5a6fc3ab20416e6e61 1104aac6da46 1204f6ac8ebe 1302d9c5 "
				 "200e756f9b21b33c150caaf4a4d08bb1 21047a19c646");
	struct vds vds = { .state = "UTO", .signer = "UTCA", .reference = "2A7F01C3", .issued_on = { DATE_DAY, 11, 21, 2026 }, .signed_on = { DATE_DAY, 11, 21, 2026 } };
	struct vds_civil c = { .kind = VDS_BIRTH, .act_number = "ZEN1-B-2026-000017-K", .registered_at = "Z\xC3\xA9nith", .registered_on = { DATE_DAY, 11, 21, 2026 } };
	struct buf values = BUF_INIT, got = BUF_INIT;
	struct err err = ERR_INIT;

	c.subject = person("M\xC3\xBCller", "Zo\xC3\xAB Anna", (struct date){ DATE_DAY, 11, 19, 2026 }, 'F');
	snprintf(c.subject.birthplace, sizeof(c.subject.birthplace), "ZENITH");
	c.parent1 = person("Eriksson", "Anna Maria", (struct date){ DATE_MONTH, 8, 0, 1990 }, 'F');
	c.parent1.nationality[0] = 0;
	ok(vds_put_civil(&c, &vds, &values, &err) == 0 && vds_encode(&vds, &got, &err) == 0 && bytes_equal(bytes_of(&got), bytes_of(&want)), "the example of docs/vds.md");
	buf_clear(&values);
	buf_clear(&got);
	buf_clear(&want);
}

/* Names and places of the greatest length, in letters of four octets: what can be left out is, and the rest fits. */
static void
test_longest(void)
{
	struct vds_civil c = civil(VDS_MARRIAGE), back;
	struct vds_person *people[] = { &c.subject, &c.spouse, &c.parent1, &c.parent2 };
	struct buf text = BUF_INIT, values = BUF_INIT;
	struct err err = ERR_INIT;
	struct vds vds = frame();
	size_t octets = 0;

	for (int i = 0; i < 20; i++)
		buf_str(&text, "\xF0\x9E\xA4\x80"); /* U+1E900, Adlam */
	for (size_t i = 0; i < NELEM(people); i++) {
		ok(vds_name_set(bytes_of(&text), bytes_of(&text), "PAPANDROPOULOUS", "JONATHON<WARREN<TREVOR", &people[i]->name, &err) == 0, "a name in Adlam");
		vds_text_set(BYTES(text.p, 80), people[i]->birthplace);
		memcpy(people[i]->birthplace + 80, text.p, 80);
		people[i]->birthplace[160] = 0;
		snprintf(people[i]->number, sizeof(people[i]->number), "1234567890-1234567890-1234567890-1234567");
		people[i]->birth = c.registered_on;
		people[i]->sex = 'X';
	}
	memcpy(c.registered_at, c.subject.birthplace, 161);
	memcpy(c.event_place, c.subject.birthplace, 161);
	ok(vds_put_civil(&c, &vds, &values, &err) == 0 && vds_get_civil(&vds, &back, &err) == 0, "the longest marriage certificate %s", err.text);
	for (unsigned i = 0; i < vds.nfeature; i++)
		octets += vds.feature[i].value.n + (vds.feature[i].value.n > 127 ? 3 : 2);
	ok(octets <= VDS_CIVIL_MESSAGE_MAX && octets > VDS_CIVIL_MESSAGE_MAX - 170, "message of %zu octets", octets);
	ok(same_name(&c.subject.name, &back.subject.name) && back.subject.name.national[0] != 0 && back.parent2.name.mrz[0] != 0 && back.parent2.number[0] == 0 &&
			back.parent2.name.national[0] == 0 && strcmp(back.event_place, c.event_place) == 0,
		"what matters is there, what can be left out is not");
	buf_clear(&text);
	buf_clear(&values);
}

static void
test_names(void)
{
	static const char khmer[] = "\xE1\x9E\x9F\xE1\x9E\xBB\xE1\x9E\x81"; /* SOKH: three characters of three octets, the second a mark */
	struct buf name = BUF_INIT;
	struct err err = ERR_INIT;
	struct vds_name n;
	char text[VDS_TEXT_MAX + 1];

	ok(vds_name_set(bytes_str(khmer), BYTES_NONE, NULL, NULL, &n, &err) == 0 && n.mrz[0] == 0 && strcmp(n.national, khmer) == 0, "a name without transliteration stands in its national form");
	ok(vds_name_set(bytes_str(khmer), BYTES_NONE, "SOKH", "", &n, &err) == 0 && strcmp(n.mrz, "SOKH") == 0, "or in the officer's transliteration too");
	for (int i = 0; i < 25; i++)
		buf_str(&name, khmer);
	vds_text_set(bytes_of(&name), text);
	ok(strlen(text) <= VDS_TEXT_MAX && strcmp(text + strlen(text) - 3, "\xE2\x80\xA6") == 0, "a text over %d octets ends with three dots", VDS_TEXT_MAX);
	ok((strlen(text) - 3) % 9 == 0 || (strlen(text) - 3) % 9 == 6, "and is not cut before a mark");
	buf_cut(&name, 0);
	for (int i = 0; i < 20; i++)
		buf_str(&name, "Abcdefghij ");
	ok(vds_name_set(bytes_of(&name), bytes_str("Zoe"), NULL, NULL, &n, &err) == 0 && strlen(n.mrz) == VDS_NAME_MRZ && strlen(n.national) <= VDS_TEXT_MAX, "a name of 220 letters is cut in both forms: %s", n.mrz);
	buf_clear(&name);
}

int
main(void)
{
	test_c40();
	test_dates();
	test_forms();
	test_lengths();
	test_encoding_refuses();
	test_utopia();
	test_strangers();
	test_visa();
	test_civil();
	test_civil_refuses();
	test_manual();
	test_longest();
	test_names();
	return done_testing();
}
