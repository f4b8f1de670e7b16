/* What the files of a chip say: the specimen of Doc 9303 as Utopia signed it, and what is damaged, missing or not read. */
#include "issuance/perso/content.h"
#include "registry/base/file.h"
#include "registry/doc9303/secinfo.h"
#include "tests/tap.h"

static const struct date today = { DATE_DAY, 11, 21, 2026 };

static struct buf
octets(const char *name)
{
	const char *top = getenv("top_srcdir");
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	char path[400];

	snprintf(path, sizeof(path), "%s/tests/data/utopia/%s", top != NULL ? top : ".", name);
	if (file_read(path, LDS_MAX_FILE, &b, &err) == -1)
		bail_out("%s", err.text);
	return b;
}

static struct chip_files
specimen(void)
{
	struct chip_files files = CHIP_FILES_INIT;

	files.com = octets("lds/EF.COM-0108.bin");
	files.dg[1] = octets("lds/EF.DG1.bin");
	files.dg[2] = octets("lds/EF.DG2.bin");
	files.dg[12] = octets("lds/EF.DG12.bin");
	return files;
}

/* The list for these files; NULL SOD: none.  Takes sod. */
static json_t *
content(const struct chip_files *files, const char *sod)
{
	struct buf b = sod != NULL ? octets(sod) : BUF_INIT;
	struct err err = ERR_INIT;
	json_t *list = NULL;

	if (chip_content(files, bytes_of(&b), today, &list, &err) == -1)
		bail_out("%s", err.text);
	buf_clear(&b);
	return list;
}

static const json_t *
file_of(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return one;
	return NULL;
}

static const char *
text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

static const char *
said(const json_t *list, const char *name, const char *member)
{
	return text_of(json_object_get(file_of(list, name), "says"), member);
}

static void
test_good(void)
{
	struct chip_files files = specimen();
	json_t *list = content(&files, "sod/good-v1.bin");

	ok(json_array_size(list) == 5, "five files are told");
	is(text_of(json_array_get(list, 0), "name"), "EF.COM", "EF.COM first");
	is(text_of(json_array_get(list, 4), "name"), "EF.SOD", "EF.SOD last");
	for (const char *const *name = (const char *const[]){ "EF.DG1", "EF.DG2", "EF.DG12", NULL }; *name != NULL; name++)
		is(text_of(file_of(list, *name), "digest"), "good", *name);
	is(said(list, "EF.DG1", "primary_identifier"), "ERIKSSON", "the name of the specimen of Doc 9303-4");
	is(said(list, "EF.DG1", "number"), "L898902C3", "its number");
	is(said(list, "EF.DG1", "date_of_birth"), "1974-08-12", "its date of birth");
	ok(json_array_size(json_object_get(json_object_get(file_of(list, "EF.DG1"), "says"), "mrz")) == 2 &&
			strlen(json_string_value(json_array_get(json_object_get(json_object_get(file_of(list, "EF.DG1"), "says"), "mrz"), 1))) == 44,
		"two lines of 44");
	ok(said(list, "EF.DG12", "authority")[0] != '\0', "who issued it");
	ok(text_of(json_object_get(json_object_get(file_of(list, "EF.SOD"), "says"), "signer"), "name")[0] != '\0', "who signed it");
	ok(json_object_get(file_of(list, "EF.COM"), "digest") == NULL && json_object_get(file_of(list, "EF.SOD"), "digest") == NULL, "only data groups have a digest");
	json_decref(list);
	chip_clear(&files);
}

static void
test_digests(void)
{
	struct chip_files files = specimen();
	json_t *list = content(&files, "sod/dg2-hash-wrong.bin");

	is(text_of(file_of(list, "EF.DG2"), "digest"), "bad", "another hash was signed for DG2");
	is(text_of(file_of(list, "EF.DG1"), "digest"), "good", "that of DG1 stands");
	json_decref(list);
	files.dg[1].p[files.dg[1].n - 1] ^= 1;
	list = content(&files, "sod/good-v1.bin");
	is(text_of(file_of(list, "EF.DG1"), "digest"), "bad", "a bit of DG1");
	ok(text_of(file_of(list, "EF.DG1"), "problem")[0] != '\0' && json_object_get(file_of(list, "EF.DG1"), "says") == NULL, "which is no MRZ then: %s",
		text_of(file_of(list, "EF.DG1"), "problem"));
	json_decref(list);
	buf_u8(&files.dg[12], 0);
	list = content(&files, "sod/good-v1.bin");
	is(text_of(file_of(list, "EF.DG12"), "digest"), "bad", "an octet after DG12");
	json_decref(list);
	list = content(&files, NULL);
	is(text_of(file_of(list, "EF.DG2"), "digest"), "unsigned", "no EF.SOD: nothing is signed");
	ok(file_of(list, "EF.SOD") == NULL, "and it is not in the list");
	json_decref(list);
	list = content(&files, "sod/v1-without-versioninfo.bin");
	is(text_of(file_of(list, "EF.DG2"), "digest"), "unsigned", "an EF.SOD that cannot be read signs nothing");
	ok(text_of(file_of(list, "EF.SOD"), "problem")[0] != '\0', "and says why: %s", text_of(file_of(list, "EF.SOD"), "problem"));
	json_decref(list);
	chip_clear(&files);
}

/* A passport with more than the least: how it is opened, what it proves, a signature. */
static void
test_more(void)
{
	static const struct secinfos pace = { .n = 1, .info = { { .kind = SECINFO_PACE, .protocol = "0.4.0.127.0.7.2.2.4.2.2", .version = 2, .id = 12 } } };
	static const struct secinfos terminal = { .n = 1, .info = { { .kind = SECINFO_TA, .protocol = "0.4.0.127.0.7.2.2.2", .version = 1, .id = SECINFO_NO_ID } } };
	const struct lds_images images = { .n = 1, .image = { BYTES("\xff\xd8\xff\xe0", 4) } };
	struct chip_files files = CHIP_FILES_INIT;
	struct err err = ERR_INIT;
	json_t *list;

	ok(secinfos_write(&pace, &files.card_access, &err) == 0 && lds_dg14_write(&terminal, &files.dg[14], &err) == 0 && lds_images_write(7, &images, &files.dg[7], &err) == 0 &&
			lds_images_write(5, &images, &files.dg[5], &err) == 0,
		"a chip is made: %s", err.text);
	list = content(&files, NULL);
	ok(json_array_size(list) == 4, "four files");
	is(text_of(json_array_get(list, 0), "name"), "EF.CardAccess", "EF.CardAccess before all others");
	is(json_string_value(json_array_get(json_object_get(json_object_get(file_of(list, "EF.CardAccess"), "says"), "protocols"), 0)), "id-PACE-ECDH-GM-AES-CBC-CMAC-128",
		"PACE by its name");
	is(json_string_value(json_array_get(json_object_get(json_object_get(file_of(list, "EF.DG14"), "says"), "protocols"), 0)), "id-TA", "terminal authentication");
	ok(json_integer_value(json_object_get(json_object_get(file_of(list, "EF.DG7"), "says"), "image_octets")) == 4, "a signature of four octets");
	ok(json_integer_value(json_object_get(json_object_get(file_of(list, "EF.DG5"), "says"), "images")) == 1, "a displayed portrait");
	json_decref(list);
	files.card_access.p[0] ^= 1;
	files.dg[14].n--;
	list = content(&files, NULL);
	ok(text_of(file_of(list, "EF.CardAccess"), "problem")[0] != '\0' && text_of(file_of(list, "EF.DG14"), "problem")[0] != '\0', "damaged ones are said to be: %s",
		text_of(file_of(list, "EF.DG14"), "problem"));
	json_decref(list);
	chip_clear(&files);
}

static void
test_others(void)
{
	struct chip_files files = specimen();
	json_t *list;

	buf_add(&files.dg[13], "\x6D\x02\x04\x00", 4);
	buf_add(&files.dg[15], "\x6F\x02\x30\x00", 4);
	list = content(&files, "sod/good-v1.bin");
	is(text_of(file_of(list, "EF.DG13"), "digest"), "unsigned", "a data group that EF.SOD does not cover");
	ok(json_object_get(file_of(list, "EF.DG13"), "says") == NULL && json_object_get(file_of(list, "EF.DG13"), "problem") == NULL, "of the State's own only the length is told");
	ok(text_of(file_of(list, "EF.DG15"), "problem")[0] != '\0', "an empty key: %s", text_of(file_of(list, "EF.DG15"), "problem"));
	json_decref(list);
	chip_clear(&files);
	list = content(&files, NULL);
	ok(json_array_size(list) == 0, "an empty chip holds nothing");
	json_decref(list);
}

int
main(void)
{
	test_good();
	test_digests();
	test_more();
	test_others();
	return done_testing();
}
