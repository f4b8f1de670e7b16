#include "pki/signd/tokenfiles.h"

#include <stdlib.h>
#include <string.h>

#include "registry/base/file.h"

enum { SOFTHSM_CONF_MAX = 64 * 1024 };

static void
add(struct buf *files, struct bytes path)
{
	if (files->n > 0)
		buf_u8(files, ' ');
	buf_bytes(files, path);
}

/* The value of "directories.tokendir = PATH". */
static int
token_folder(const struct buf *conf, struct bytes *folder)
{
	static const char name[] = "directories.tokendir";
	const char *line = (const char *)conf->p, *end = line + conf->n;

	while (line < end) {
		const char *eol = memchr(line, '\n', (size_t)(end - line)), *p = line;

		if (eol == NULL)
			eol = end;
		while (p < eol && (*p == ' ' || *p == '\t'))
			p++;
		if ((size_t)(eol - p) > strlen(name) && memcmp(p, name, strlen(name)) == 0 && (p = memchr(p, '=', (size_t)(eol - p))) != NULL) {
			for (p++; p < eol && (*p == ' ' || *p == '\t'); p++)
				;
			for (end = eol; end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '/'); end--)
				;
			*folder = BYTES(p, (size_t)(end - p));
			return folder->n > 0 ? 0 : -1;
		}
		line = eol + 1;
	}
	return -1;
}

static int
softhsm_files(struct buf *files, struct err *err)
{
	const char *path = getenv("SOFTHSM2_CONF");
	struct buf conf = BUF_INIT;
	struct bytes folder;
	int rc = -1;

	if (path == NULL)
		path = "/etc/softhsm2.conf";
	if (file_read(path, SOFTHSM_CONF_MAX, &conf, err) == -1)
		return err_prefix(err, "SoftHSM's configuration");
	if (token_folder(&conf, &folder) == -1)
		err_set(err, FAIL_INPUT, "%s: directories.tokendir is missing", path);
	else {
		add(files, bytes_str(path));
		add(files, folder);
		rc = 0;
	}
	buf_clear(&conf);
	return rc;
}

int
token_files(const char *option, const char *token_uris, struct buf *files, struct err *err)
{
	buf_clear(files);
	for (const char *p = option + strspn(option, " "); *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (n != 4 || memcmp(p, "auto", 4) != 0)
			add(files, BYTES(p, n));
		else if (strstr(token_uris, "libsofthsm2") != NULL && softhsm_files(files, err) == -1)
			return -1;
		p += n;
	}
	return buf_check(files, err);
}
