/* catena pki cert: a certificate for a person to read. */
#include <stdio.h>

#include "issuance/catena/commands.h"
#include "pki/certview.h"
#include "registry/base/file.h"
#include "registry/base/json.h"

enum { EXIT_UNREADABLE = 3 };

const struct arg_option pki_cert_options[] = {
	{ "json", NULL, "a JSON object instead of lines", false },
	{ NULL, NULL, NULL, false },
};

static int
json_print(const struct cert *cert, struct buf *out, struct err *err)
{
	json_t *view = NULL;
	int rc;

	if (certview_json(cert, &view, err) == -1)
		return -1;
	rc = json_text(view, out, err);
	json_decref(view);
	buf_str(out, "\n");
	return rc;
}

int
pki_cert_command(const struct args *args, struct err *err)
{
	struct buf file = BUF_INIT, out = BUF_INIT;
	struct cert *cert = NULL;
	int rc;

	if (file_read(args->positional[0], CERT_MAX, &file, err) == -1 || cert_read_any_key(bytes_of(&file), &cert, err) == -1) {
		fprintf(stderr, "catena pki cert: %s: %s\n", args->positional[0], err->text);
		buf_clear(&file);
		return EXIT_UNREADABLE;
	}
	rc = args_flag(args, "json") ? json_print(cert, &out, err) : certview_text(cert, &out, err);
	if (rc == 0)
		rc = print_buf(&out, err);
	buf_clear(&out);
	buf_clear(&file);
	cert_free(cert);
	return rc;
}
