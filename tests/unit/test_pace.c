/*
 * PACE: the worked examples of Doc 9303-11 Appendix G (generic mapping), H (integrated mapping) and I (chip authentication mapping) octet for
 * octet; both ends against each other on every curve and cipher; and what each end refuses.
 */
#include "registry/base/digest.h"
#include "registry/doc9303/pace.h"
#include "tests/hex.h"
#include "tests/tap.h"

#define GX  "0.4.0.127.0.7.2.2.4."
#define MRZ "T22000129364081251010318"

/* ---- randomness that the examples prescribe ---- */

struct script {
	const char *part[4]; /* in hexadecimal, what each call gets, right-aligned */
	size_t at;
};

static int
scripted(void *arg, void *p, size_t n, struct err *err)
{
	struct script *s = arg;
	struct buf b = octets(s->part[s->at++]);

	(void)err;
	memset(p, 0, n);
	if (b.n > n) /* a private key longer than the order: the example's key is reduced by us */
		bail_out("%zu octets, asked for %zu", b.n, n);
	memcpy((uint8_t *)p + n - b.n, b.p, b.n);
	buf_clear(&b);
	return 0;
}

static bool
same(struct bytes got, const char *want)
{
	struct buf b = octets(want);
	bool is_same = bytes_equal(got, bytes_of(&b));

	if (!is_same) {
		struct buf text = BUF_INIT;

		buf_hex(&text, got);
		printf("#    got: %s\n# wanted: %s\n", buf_cstr(&text), want);
		buf_clear(&text);
	}
	buf_clear(&b);
	return is_same;
}

struct example {
	const char *name, *protocol;
	int parameters;
	enum pace_password password;
	const char *secret;
	const char *nonce, *z;               /* of the chip; encrypted */
	const char *terminal[2], *chip[2];   /* private keys: mapping (integrated: the terminal's nonce), agreement; NULL: not printed */
	const char *map_terminal, *map_chip; /* what travels */
	const char *key_terminal, *key_chip;
	const char *t_terminal, *t_chip; /* tokens */
	const char *enc, *mac;           /* keys of the session */
};

static const struct example examples[] = {
	{ "G.1 ECDH generic", GX "2.2", 13, PACE_MRZ, MRZ, "3F00C4D39D153F2B2A214A078D899B22", "95A3A016522EE98D01E76CB6B98B42C3",
		{ "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99", "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595" },
		{ "498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560", "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A" },
		"047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D",
		"04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F5730D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54",
		"042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462",
		"049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094",
		"C2B0BD78D94BA866", "3ABB9674BCE93C08", "F5F0E35C0D7161EE6724EE513A0D9A7F", "FE251C7858B356B24514B3BD5F4297D1" },
	{ "G.2 DH generic", GX "1.2", 0, PACE_MRZ, MRZ, "FA5B7E3E49753A0DB9178B7B9BD898C8", "854D8DF5827FA6852D1A4FA701CDDDCA",
		{ "5265030F751F4AD18B08AC565FC7AC952E41618D", "89CCD99B0E8D3B1F11E1296DCA68EC53411CF2CA" },
		{ "66DDAFEAC1609CB5B963BB0CB3FF8B3E047F336C", "A5B780126B7C980E9FCEA1D4539DA1D27C342DFA" },
		"23FB3749EA030D2A25B278D2A562047ADE3F01B74F17A15402CB7352CA7D2B3EB71C343DB13D1DEBCE9A3666DBCFC920B49174A602CB47965CAA73DC702489A4"
		"4D41DB914DE9613DC5E98C94160551C0DF86274B9359BC0490D01B03AD54022DCB4F57FAD6322497D7A1E28D46710F461AFE710FBBBC5F8BA166F4311975EC6C",
		"78879F57225AA8080D52ED0FC890A4B25336F699AA89A2D3A189654AF70729E623EA5738B26381E4DA19E004706FACE7B235C2DBF2F38748312F3C98C2DD4882"
		"A41947B324AA1259AC22579DB93F7085655AF30889DBB845D9E6783FE42C9F2449400306254C8AE8EE9DD812A804C0B66E8CAFC14F84D8258950A91B44126EE6",
		"907D89E2D425A178AA81AF4A7774EC8E388C115CAE67031E85EECE520BD911551B9AE4D04369F29A02626C86FBC6747CC7BC352645B6161A2A42D44EDA80A08F"
		"A8D61B76D3A154AD8A5A51786B0BC07147057871A922212C5F67F43173172236B7747D1671E6D692A3C7D40A0C3C5CE397545D015C175EB5130551EDBC2EE5D4",
		"075693D9AE941877573E634B6E644F8E60AF17A0076B8B123D9201074D36152BD8B3A213F53820C42ADC79AB5D0AEEC3AEFB91394DA476BD97B9B14D0A65C1FC"
		"71A0E019CB08AF55E1F729005FBA7E3FA5DC41899238A250767A6D46DB974064386CD456743585F8E5D90CC8B4004B1F6D866C79CE0584E49687FF61BC29AEA1",
		"B46DD9BD4D98381F", "917F37B5C0E6D8D1", "2F7F46ADCC9E7E521B45D192FAFA9126", "805A1D27D45A5116F73C54469462B7D8" },
	/* the printed examples of integrated mapping name the MRZ but use the key of the CAN 123456 */
	{ "H.1 ECDH integrated", GX "4.2", 13, PACE_CAN, "123456", "2923BE84E16CD6AE529049F1F1BBE9EB", "143DC40C08C8E891FBED7DEDB92B64AD",
		{ "5DD4CBFC96F5453B130D890A1CDBAE32", "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595" },
		{ NULL, "107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A" }, "5DD4CBFC96F5453B130D890A1CDBAE32", "",
		"0489CBA23FFE96AA18D824627C3E934E54A9FD0B87A95D1471DC1C0ABFDCD640D46755DE9B7B778280B6BEBD57439ADFEB0E21FD4ED6DF42578C13418A59B34C37",
		"0467F78E5F7F7686082B293E8D087E056916D0F74BC01A5F8957D0DE45691E51E8932B69A962B52A0985AD2C0A271EE6A13A8ADDDCD1A3A994B9DED257F4D22753",
		"450F02B86F6A0909", "75D4D96E8D5B0308", "0D3FEB33251A6370893D62AE8DAAF51B", "B01E89E3D9E8719E586B50B4A7506E0B" },
	{ "H.2 DH integrated", GX "3.2", 0, PACE_CAN, "123456", "FA5B7E3E49753A0DB9178B7B9BD898C8", "9ABB8864CA0FF1551E620D1EF4E13510",
		/* the example's private key is longer than the order: this is it modulo the order */
		{ "B3A6DB3C870C3E99245E0D1C06B747DE", "@" }, { NULL, NULL }, "B3A6DB3C870C3E99245E0D1C06B747DE", "",
		"0F0CC62945A8029251FB7EF3C094E12EC68E4EF07F27CB9D9CD04C5C4250FAE0E4F8A951557E929AEB48E5C6DD47F2F5CD7C351A9BD2CD722C07EDE166770F08"
		"FFCB370262CF308DD7B07F2E0DA9CAAA1492344C852906919538C98A4BA4187E76CE9D87832386D319CE2E043C3343AEAE6EDBA1A9894DC5094D22F7FE1351D5",
		"928D9A0F9DBA450F13FC859C6F290D1D36E42431138A4378500BEB4E0401854CFF111F71CB6DC1D0335807A11388CC8EAA87B07907AAD9FBA6B169AF6D8C26AF"
		"8DDDC39ADC3AD2E3FF882B84D23E9768E95A80E4746FB07A9767679FE92133B4D379935C771BD7FBED6C7BB4B1708B275EA75679524CDC9C6A91370CC662A2F3",
		"55D61977CBF5307E", "C2F04230187E1525", "01AFC10CF87BE36D8179E87370171F07", "23F0FBD05FD6C7B8B88F4C8309669061" },
	{ "I.1 ECDH with chip authentication", GX "6.2", 13, PACE_MRZ, "C11T002JM496081222310314", "658B860BC94DF6F044FCE6D5C82CF8E5",
		"CB60E8E0D85B76A9BD304747C2AD42E2",
		{ "5D8BB87BD74D985A4B7D4325B9F7B976FE835122773400798914AA22738135CC", "76ECFDAA9841C323A3F5FC5E88B88DB3EFF7E35EBF57A7E6946CB630006C2120" },
		{ "9E56A6B59C95D06ECE5CD10F983BB2F4F1943528E577F23881D89D8C3BBEE0AA", NULL },
		"047F1D410ADB7DDB3B84BF1030800981A9105D7457B4A3ADE002384F3086C67EDE1AB889104A27DB6D842B019020FBF3CEACB0DC627F7BDCAC29969E19D0E553C1",
		"04A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B304F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E23",
		"04446C934084D9DAB863944F219520076C29EE3F7AE6722B11FF319EC1C7728F955483400BFF60BF0C5929270009277DC2A515E12575010AD9BA916CF1BF86FEFC",
		"0402AD566F3C6EC7F9324509AD50A51FA52030782A4968FCFEDF737DAEA993333111C3B9B4C2287789BD137E7F8AA882E2A3C633CCD6ECC2C63C57AD401A09C2E1",
		"E86BD06018A1CD3B", "8596CF055C67C1A3", "0A9DA4DB03BDDE39FC5202BC44B2E89E", "4B1C06491ED5140CA2B537D344C6C0B1" },
};

/* The private key of example H.2, which the standard prints longer than the order, modulo the order. */
#define H2_LONG \
	"4BD0E54740F9A028E6A515BFDAF967848C4F5F5FFF65AA0915947FFD1A0DF2FA6981271BC905F3551457B7E03AC3B8066DE4AA406C1171FB43DD939C4BA16175" \
	"103BA3DEE16419AA248118F90CC36A3D6F4C373652E0C3CCE7F0F1D0C5425B3600F0F0D6A67F004C8BBA33F2B4733C7252445C1DFC4F1107203F71D2EFB28161"

static char h2_short[65];

static void
reduce_h2(void)
{
	struct err err = ERR_INIT;
	struct group *g = NULL;
	struct buf in = octets(H2_LONG), out = BUF_INIT, text = BUF_INIT;

	if (group_new(0, &g, &err) == -1 || group_private(g, bytes_of(&in), &out, &err) == -1)
		bail_out("%s", err.text);
	buf_hex(&text, bytes_of(&out));
	snprintf(h2_short, sizeof(h2_short), "%s", buf_cstr(&text));
	group_free(g);
	buf_clear(&in);
	buf_clear(&out);
	buf_clear(&text);
}

static struct bytes
view(const char *text, struct buf *room)
{
	buf_clear(room);
	*room = octets(text);
	return bytes_of(room);
}

static bool
keys_are(const struct pace *p, const struct example *x)
{
	struct err err = ERR_INIT;
	struct sm sm;
	bool good = pace_start(p, &sm, &err) == 0 && same(BYTES(sm.enc, 16), x->enc) && same(BYTES(sm.mac, 16), x->mac);

	sm_clear(&sm);
	return good;
}

/* One end with the example's private keys, the other end's messages as they are printed. */
static void
test_terminal(const struct example *x)
{
	struct script script = { { x->terminal[0], x->terminal[1][0] == '@' ? h2_short : x->terminal[1] }, 0 };
	struct err err = ERR_INIT;
	struct buf secret = BUF_INIT, out = BUF_INIT, in = BUF_INIT;
	uint8_t t[CHIP_MAC];
	struct pace *p = NULL;
	struct sm sm;

	buf_str(&secret, x->secret);
	ok(pace_new(x->protocol, x->parameters, x->password, bytes_of(&secret), &p, &err) == 0, "%s: terminal", x->name);
	pace_set_random(p, scripted, &script);
	ok(pace_nonce_take(p, view(x->z, &in), &err) == 0, "%s: terminal takes the nonce", x->name);
	ok(pace_map_make(p, &out, &err) == 0 && same(bytes_of(&out), x->map_terminal), "%s: terminal's mapping data", x->name);
	ok(pace_map_take(p, view(x->map_chip, &in), &err) == 0, "%s: terminal takes the chip's", x->name);
	ok(pace_key_make(p, &out, &err) == 0 && same(bytes_of(&out), x->key_terminal), "%s: terminal's public key", x->name);
	ok(pace_key_take(p, view(x->key_chip, &in), &err) == 0, "%s: terminal takes the chip's", x->name);
	ok(pace_token_make(p, t, &err) == 0 && same(BYTES(t, sizeof(t)), x->t_terminal), "%s: terminal's token", x->name);
	ok(pace_start(p, &sm, &err) == -1, "%s: no session before the chip's token", x->name);
	t[0] ^= 1;
	ok(pace_token_take(p, BYTES(t, sizeof(t)), &err) == -1 && err.kind == FAIL_DENIED, "%s: terminal refuses another token", x->name);
	ok(pace_token_take(p, view(x->t_chip, &in), &err) == 0 && keys_are(p, x), "%s: terminal takes the chip's token; session keys", x->name);
	if (strstr(x->name, "chip authentication") != NULL) {
		const char *data = "1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD10CBA372B42BE0B9B5F28AA8DE2F4F92";
		struct buf key = octets("041872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F");

		ok(pace_chip_take(p, view(data, &in), bytes_of(&key), &err) == 0, "%s: the chip is genuine", x->name);
		in.p[3] ^= 1;
		ok(pace_chip_take(p, bytes_of(&in), bytes_of(&key), &err) == -1, "%s: refused when a bit is flipped", x->name);
		buf_clear(&key);
		key = octets(x->map_chip);
		ok(pace_chip_take(p, view(data, &in), bytes_of(&key), &err) == -1 && err.kind == FAIL_DENIED, "%s: refused for another key", x->name);
		buf_clear(&key);
	}
	pace_free(p);
	buf_clear(&secret);
	buf_clear(&out);
	buf_clear(&in);
}

static void
test_chip(const struct example *x)
{
	struct script script = { { x->nonce, x->chip[0] != NULL ? x->chip[0] : x->chip[1], x->chip[1] }, 0 };
	struct err err = ERR_INIT;
	struct buf secret = BUF_INIT, out = BUF_INIT, in = BUF_INIT;
	uint8_t t[CHIP_MAC];
	struct pace *p = NULL;

	buf_str(&secret, x->secret);
	pace_new(x->protocol, x->parameters, x->password, bytes_of(&secret), &p, &err);
	pace_set_random(p, scripted, &script);
	ok(pace_nonce_make(p, &out, &err) == 0 && same(bytes_of(&out), x->z), "%s: chip's nonce, encrypted", x->name);
	ok(pace_map_take(p, view(x->map_terminal, &in), &err) == 0, "%s: chip takes the terminal's mapping data", x->name);
	if (x->chip[0] != NULL || x->map_chip[0] == '\0')
		ok(pace_map_make(p, &out, &err) == 0 && same(bytes_of(&out), x->map_chip), "%s: chip's mapping data", x->name);
	if (x->chip[1] != NULL) {
		ok(pace_key_take(p, view(x->key_terminal, &in), &err) == 0, "%s: chip takes the terminal's public key", x->name);
		ok(pace_key_make(p, &out, &err) == 0 && same(bytes_of(&out), x->key_chip), "%s: chip's public key", x->name);
		ok(pace_token_take(p, view(x->t_terminal, &in), &err) == 0 && pace_token_make(p, t, &err) == 0 && same(BYTES(t, sizeof(t)), x->t_chip),
			"%s: tokens", x->name);
		ok(keys_are(p, x), "%s: chip's session keys", x->name);
	}
	pace_free(p);
	buf_clear(&secret);
	buf_clear(&out);
	buf_clear(&in);
}

/* I.1: CA_IC from the chip's mapping key and its static key (the one that its printed public key fixes). */
static void
test_chip_data(void)
{
	struct err err = ERR_INIT;
	struct group *g = NULL;
	struct buf map = octets("9E56A6B59C95D06ECE5CD10F983BB2F4F1943528E577F23881D89D8C3BBEE0AA");
	struct buf own = octets("86C88A4579CE48135878E6348A734B5D47CE5BC1E54C0E8978687B49FDE2E2C2"), out = BUF_INIT;

	ok(group_new(13, &g, &err) == 0 && group_quotient(g, bytes_of(&map), bytes_of(&own), &out, &err) == 0 &&
			same(bytes_of(&out), "85DC3FA93D0952BFA82F5FD189EE75BD82F11D1F0B8ED4BF5319AC9B53C426B3"),
		"I.1: chip authentication data");
	group_free(g);
	buf_clear(&map);
	buf_clear(&own);
	buf_clear(&out);
}

/* ---- both ends ---- */

static bool
run(const char *protocol, int parameters, const char *terminal_secret, const char *chip_secret, struct sm *a, struct sm *b, struct err *err)
{
	static const uint8_t own[] = { 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC };
	struct pace *terminal = NULL, *chip = NULL;
	struct group *g = NULL;
	struct element *e = NULL;
	struct buf m = BUF_INIT, public_key = BUF_INIT;
	uint8_t t[CHIP_MAC];
	bool done = pace_new(protocol, parameters, PACE_CAN, bytes_str(terminal_secret), &terminal, err) == 0 &&
		pace_new(protocol, parameters, PACE_CAN, bytes_str(chip_secret), &chip, err) == 0 && pace_nonce_make(chip, &m, err) == 0 &&
		pace_nonce_take(terminal, bytes_of(&m), err) == 0 && pace_map_make(terminal, &m, err) == 0 && pace_map_take(chip, bytes_of(&m), err) == 0 &&
		pace_map_make(chip, &m, err) == 0 && pace_map_take(terminal, bytes_of(&m), err) == 0 && pace_key_make(terminal, &m, err) == 0 &&
		pace_key_take(chip, bytes_of(&m), err) == 0 && pace_key_make(chip, &m, err) == 0 && pace_key_take(terminal, bytes_of(&m), err) == 0 &&
		pace_token_make(terminal, t, err) == 0 && pace_token_take(chip, BYTES(t, sizeof(t)), err) == 0 && pace_token_make(chip, t, err) == 0 &&
		pace_token_take(terminal, BYTES(t, sizeof(t)), err) == 0 && pace_start(terminal, a, err) == 0 && pace_start(chip, b, err) == 0;

	if (done && pace_protocol(chip)->mapping == SECINFO_CAM)
		done = group_new(parameters, &g, err) == 0 && element_times(g, NULL, BYTES(own, sizeof(own)), &e, err) == 0 &&
			element_write(g, e, &public_key, err) == 0 && pace_chip_make(chip, BYTES(own, sizeof(own)), &m, err) == 0 &&
			pace_chip_take(terminal, bytes_of(&m), bytes_of(&public_key), err) == 0;
	element_free(e);
	group_free(g);
	pace_free(terminal);
	pace_free(chip);
	buf_wipe(&m);
	buf_wipe(&public_key);
	return done;
}

static void
test_all(void)
{
	const struct secinfo_protocol *p;

	for (size_t i = 0; (p = secinfo_protocol_at(i)) != NULL; i++) {
		unsigned tried = 0, good = 0;

		if (p->kind != SECINFO_PACE)
			continue;
		for (int id = 0; id < 32; id++) {
			const struct secinfo_parameters *d = secinfo_parameters(id);
			struct err err = ERR_INIT;
			struct sm a, b;

			/* P-224's prime is 1 modulo 4: no integrated mapping; the large groups once only */
			if (d == NULL || d->agreement != p->agreement || (p->mapping == SECINFO_IM && id == 10) || (p->key_bits != 128 && d->bits > 1024))
				continue;
			tried++;
			if (run(p->oid, id, "123456", "123456", &a, &b, &err) && memcmp(a.enc, b.enc, sizeof(a.enc)) == 0 && memcmp(a.mac, b.mac, sizeof(a.mac)) == 0)
				good++;
			else
				printf("# parameters %d: %s\n", id, err.text);
		}
		ok(tried > 0 && good == tried, "%s: both ends agree over %u groups", p->name, tried);
	}
}

static void
test_refuses(void)
{
	struct err err = ERR_INIT;
	struct sm a, b;
	struct pace *p = NULL, *q = NULL;
	struct buf m = BUF_INIT, off = BUF_INIT;

	ok(!run(GX "2.2", 13, "123456", "123457", &a, &b, &err) && err.kind == FAIL_DENIED, "another password is refused by the chip");
	ok(!run(GX "4.4", 12, "123456", "123457", &a, &b, &err) && err.kind == FAIL_DENIED, "also with integrated mapping");
	ok(!run(GX "4.2", 10, "1", "1", &a, &b, &err) && err.kind == FAIL_INPUT, "P-224 has no integrated mapping");
	ok(pace_new(GX "9.2", 13, PACE_CAN, bytes_str("1"), &p, &err) == -1 && err.kind == FAIL_INPUT, "refuses an unknown protocol");
	ok(pace_new("0.4.0.127.0.7.2.2.3.2.2", 13, PACE_CAN, bytes_str("1"), &p, &err) == -1, "refuses a protocol of chip authentication");
	ok(pace_new(GX "2.2", 5, PACE_CAN, bytes_str("1"), &p, &err) == -1, "refuses reserved parameters");
	ok(pace_new(GX "2.2", 0, PACE_CAN, bytes_str("1"), &p, &err) == -1, "refuses a prime for a curve's protocol");
	ok(pace_new(GX "1.2", 13, PACE_CAN, bytes_str("1"), &p, &err) == -1, "refuses a curve for a prime's protocol");
	ok(pace_new(GX "2.2", 13, PACE_CAN, BYTES_NONE, &p, &err) == -1 && p == NULL, "refuses an empty password");

	pace_new(GX "2.2", 13, PACE_CAN, bytes_str("1"), &p, &err);
	ok(pace_map_make(p, &m, &err) == -1 && err.kind == FAIL_CONFLICT, "no mapping before the nonce");
	ok(pace_key_make(p, &m, &err) == -1 && err.kind == FAIL_CONFLICT, "no key before the mapping");
	ok(pace_token_take(p, BYTES("12345678", 8), &err) == -1 && err.kind == FAIL_CONFLICT, "no token before the key");
	ok(pace_nonce_take(p, BYTES("12345678", 8), &err) == -1 && err.kind == FAIL_INPUT, "a nonce of half a block");
	ok(pace_nonce_take(p, BYTES("123456781234567812345678123456781234567812345678", 48), &err) == -1 && err.kind == FAIL_INPUT, "a nonce of three blocks");
	ok(pace_nonce_take(p, BYTES("1234567812345678", 16), &err) == 0 && pace_nonce_take(p, BYTES("1234567812345678", 16), &err) == -1, "one nonce only");
	ok(pace_map_make(p, &m, &err) == 0 && pace_map_take(p, bytes_of(&m), &err) == -1 && err.kind == FAIL_DENIED, "refuses its own mapping key");
	pace_free(p);

	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "a point off the curve", "the point at infinity", "a compressed point", "half a point" };

		pace_new(GX "2.2", 13, PACE_CAN, bytes_str("1"), &p, &err);
		pace_new(GX "2.2", 13, PACE_CAN, bytes_str("1"), &q, &err);
		pace_nonce_make(q, &m, &err);
		pace_nonce_take(p, bytes_of(&m), &err);
		pace_map_make(p, &off, &err);
		pace_map_make(q, &m, &err);
		if (i == 0)
			m.p[m.n - 1] ^= 1;
		else if (i == 1)
			m.p[0] = 0;
		else if (i == 2)
			m.p[0] = 2;
		buf_cut(&m, i == 1 ? 1 : i == 2 ? 33
				: i == 3        ? 32
						: m.n);
		ok(pace_map_take(p, bytes_of(&m), &err) == -1 && err.kind == FAIL_INPUT, "refuses %s", names[i]);
		pace_free(p);
		pace_free(q);
	}
	for (int i = 0; i < 3; i++) {
		static const char *const numbers[] = { "00", "01", "02" };
		struct buf n = octets(numbers[i]);

		pace_new(GX "1.2", 0, PACE_CAN, bytes_str("1"), &p, &err);
		pace_nonce_take(p, BYTES("1234567812345678", 16), &err);
		pace_map_make(p, &m, &err);
		ok(pace_map_take(p, bytes_of(&n), &err) == -1 && err.kind == FAIL_INPUT, "refuses the number %s, which is not of the subgroup", numbers[i]);
		pace_free(p);
		buf_clear(&n);
	}
	pace_free(NULL);
	buf_clear(&m);
	buf_clear(&off);
}

int
main(void)
{
	reduce_h2();
	for (size_t i = 0; i < NELEM(examples); i++) {
		test_terminal(&examples[i]);
		test_chip(&examples[i]);
	}
	test_chip_data();
	test_all();
	test_refuses();
	return done_testing();
}
