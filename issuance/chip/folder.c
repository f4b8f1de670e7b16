#include "issuance/chip/folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "issuance/chip/card-local.h"
#include "registry/base/file.h"

enum { KEYS = CARD_LDS + 1 };
static const char *const places[] = { [CARD_MF] = "mf", [CARD_LDS] = "lds", [KEYS] = "data" };

static const char *
path_of(char room[PATH_MAX], const char *folder, const char *name)
{
	snprintf(room, PATH_MAX, "%s/%s", folder, name);
	return room;
}

/* "lds-0101.bin": true and what it says. */
static bool
parse_name(const char *name, unsigned *place, uint16_t *fid)
{
	for (unsigned p = CARD_MF; p <= KEYS; p++) {
		size_t n = strlen(places[p]);
		char *end;
		unsigned long id;

		if (strncmp(name, places[p], n) != 0 || name[n] != '-' || strlen(name) != n + 9)
			continue;
		id = strtoul(name + n + 1, &end, 16);
		if (end != name + n + 5 || strcmp(end, ".bin") != 0)
			continue;
		*place = p;
		*fid = (uint16_t)id;
		return true;
	}
	return false;
}

static int
load_file(const char *folder, const char *name, struct card *card, struct err *err)
{
	struct buf octets = BUF_INIT;
	unsigned place;
	char path[PATH_MAX];
	uint16_t fid;
	int rc = 0;

	if (!parse_name(name, &place, &fid))
		return 0;
	rc = file_read(path_of(path, folder, name), CARD_FILE_MAX, &octets, err);
	if (rc == 0 && place != KEYS)
		rc = card_put_file(card, place, fid, bytes_of(&octets), err);
	else if (rc == 0 && card_put_object(card, fid, bytes_of(&octets)) != SW_OK)
		rc = err_set(err, FAIL_INPUT, "%s: no chip takes it", path);
	buf_wipe(&octets);
	return rc;
}

/* The next line of *text, cut off there; "" when there is none. */
static char *
take_line(char **text)
{
	char *line = *text, *end = line + strcspn(line, "\n");

	*text = *end == '\n' ? end + 1 : end;
	*end = '\0';
	return line;
}

static int
load_mrz(const char *folder, struct card *card, struct err *err)
{
	struct buf octets = BUF_INIT;
	char path[PATH_MAX], *text, *number, *birth;
	int rc = -1;

	if (file_read(path_of(path, folder, "mrz"), 256, &octets, err) == -1) {
		if (err->kind != FAIL_NOT_FOUND)
			goto out;
		err_clear(err);
		rc = 0;
		goto out;
	}
	buf_cstr(&octets);
	text = (char *)octets.p;
	if (text == NULL) {
		err_set(err, FAIL_INPUT, "%s: it is empty", path);
		goto out;
	}
	number = take_line(&text);
	birth = take_line(&text);
	rc = card_set_mrz(card, number, birth, take_line(&text), err);
	if (rc == -1)
		err_prefix(err, "%s", path);
out:
	buf_wipe(&octets);
	return rc;
}

int
folder_load(const char *folder, struct card *card, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];
	int rc = 0;

	if (dir == NULL)
		return err_errno(err, "%s", folder);
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		rc = load_file(folder, entry->d_name, card, err);
	closedir(dir);
	if (rc == 0)
		rc = load_mrz(folder, card, err);
	if (rc == 0 && access(path_of(path, folder, "locked"), F_OK) == 0)
		card_lock(card);
	return rc;
}

static int
save(const char *folder, const char *name, struct bytes octets, struct err *err)
{
	char path[PATH_MAX];

	return access(path_of(path, folder, name), F_OK) == 0 ? 0 : file_write(path, octets, 0600, err);
}

int
folder_save(const struct card *card, const char *folder, struct err *err)
{
	char name[32];
	struct buf mrz = BUF_INIT;
	int rc = file_mkdir(folder, 0700, err);

	for (unsigned i = 0; rc == 0 && i < card->nfile; i++) {
		snprintf(name, sizeof(name), "%s-%04X.bin", places[card->file[i].place], card->file[i].fid);
		rc = save(folder, name, bytes_of(&card->file[i].octets), err);
	}
	for (unsigned i = 0; rc == 0 && i < card->nobject; i++) {
		snprintf(name, sizeof(name), "%s-%04X.bin", places[KEYS], card->object[i].tag);
		rc = save(folder, name, bytes_of(&card->object[i].octets), err);
	}
	if (rc == 0 && card->mrz[0] != '\0') {
		const char *birth = card->mrz + strlen(card->mrz) - 14;

		buf_add(&mrz, card->mrz, (size_t)(birth - card->mrz) - 1);
		buf_printf(&mrz, "\n%.6s\n%.6s\n", birth, birth + 7);
		rc = buf_check(&mrz, err) == -1 ? -1 : save(folder, "mrz", bytes_of(&mrz), err);
	}
	if (rc == 0 && card->is_locked)
		rc = save(folder, "locked", BYTES_NONE, err);
	buf_wipe(&mrz);
	return rc;
}
