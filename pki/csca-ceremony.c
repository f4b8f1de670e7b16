/*
 * csca-ceremony - carries out on an offline machine what was asked and approved in the registry: a request file in, a response file out.
 * No network and no database: it links neither.  docs/csca-ceremony.1 is the manual.
 *
 * It shows all that it is about to do, and the request's SHA-256, before it asks for the PIN.  What is done is pki/rite.h, the very code of
 * signd; the registry holds the response against its own copy of the request before it believes a word of it.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pki/pin.h"
#include "pki/rite.h"
#include "registry/base/digest.h"
#include "registry/base/file.h"
#include "registry/base/log.h"

enum { EXIT_GOOD = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	SESSIONS = 1 };

struct options {
	const char *request, *response, *token, *pin;
	bool is_show, is_yes;
};

static void
usage(FILE *out)
{
	fprintf(out, "usage: csca-ceremony --show REQUEST\n"
		     "       csca-ceremony --token URI [--pin SOURCE] [--yes] REQUEST RESPONSE\n"
		     "\n"
		     "  --show         print what the request orders, and its SHA-256; nothing else is done\n"
		     "  --token URI    RFC 7512 URI of the token with module-path: pkcs11:token=csca?module-path=/usr/lib/...\n"
		     "  --pin SOURCE   prompt (the default), fd:N, or a file that only its owner can read\n"
		     "  --yes          do not ask whether to go on: the digest was compared before\n");
}

static int
options_read(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = { { "show", no_argument, NULL, 's' }, { "token", required_argument, NULL, 't' },
		{ "pin", required_argument, NULL, 'p' }, { "yes", no_argument, NULL, 'y' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case 's':
			o->is_show = true;
			break;
		case 't':
			o->token = optarg;
			break;
		case 'p':
			o->pin = optarg;
			break;
		case 'y':
			o->is_yes = true;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_GOOD);
		default:
			return -1;
		}
	if (argc - optind != (o->is_show ? 1 : 2) || (!o->is_show && o->token == NULL))
		return -1;
	o->request = argv[optind];
	o->response = o->is_show ? NULL : argv[optind + 1];
	return 0;
}

static void
print_digest(const char *what, struct bytes text)
{
	uint8_t digest[SHA256_LEN];

	sha256(text, digest);
	printf("%-15s", what);
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%s%02x", i > 0 && i % 4 == 0 ? " " : "", digest[i]);
	printf("\n");
}

static int
show(const struct rite *rite, struct bytes text, struct err *err)
{
	struct buf out = BUF_INIT;
	int rc = rite_describe(rite, &out, err);

	if (rc == 0) {
		fputs(buf_cstr(&out), stdout);
		print_digest("request SHA-256", text);
		fflush(stdout);
	}
	buf_clear(&out);
	return rc;
}

/* Typed in full, so that no key pressed by habit signs anything. */
static int
confirm(struct err *err)
{
	char line[16] = "";

	if (!isatty(STDIN_FILENO))
		return err_set(err, FAIL_DENIED, "nobody is there to confirm: there is no terminal, and --yes was not given");
	printf("Compare the digest with the one the registry shows.  Type YES to go on: ");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL || strcmp(line, "YES\n") != 0)
		return err_set(err, FAIL_DENIED, "not confirmed, nothing was done");
	return 0;
}

static int
perform(const struct options *o, const struct rite *rite, struct bytes text, struct err *err)
{
	struct rite_outcome outcome = { 0 };
	struct token *token = NULL;
	struct pin *pin = NULL;
	struct buf response = BUF_INIT;
	int rc = -1;

	if (access(o->response, F_OK) == 0)
		return err_set(err, FAIL_CONFLICT, "%s is there already", o->response);
	if ((!o->is_yes && confirm(err) == -1) || pin_read(o->pin != NULL ? o->pin : "prompt", "PIN of the token", &pin, err) == -1 ||
		token_open(o->token, pin_bytes(pin), SESSIONS, &token, err) == -1)
		goto out;
	if (rite_perform(token, rite, text, &outcome, err) == -1 || rite_outcome_to_text(&outcome, &response, err) == -1 ||
		file_write(o->response, bytes_of(&response), 0644, err) == -1)
		goto out;
	printf("done on token  %s\n", token_label(token));
	print_digest("response SHA-256", bytes_of(&response));
	rc = 0;
out:
	pin_free(pin);
	if (token != NULL)
		token_close(token);
	rite_outcome_clear(&outcome);
	buf_clear(&response);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct rite rite = { 0 };
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = -1;

	log_open("csca-ceremony", LOG_ERROR);
	if (options_read(argc, argv, &o) == -1) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (file_read(o.request, RITE_FILE_MAX, &text, &err) == -1 || rite_of_text(bytes_of(&text), &rite, &err) == -1 ||
		rite_to_text(&rite, &again, &err) == -1)
		goto out;
	/* what is shown is what was read: two texts of one meaning would have two digests */
	if (!bytes_equal(bytes_of(&text), bytes_of(&again))) {
		err_set(&err, FAIL_INPUT, "ceremony request: it is not in the canonical form that the registry writes");
		goto out;
	}
	if (show(&rite, bytes_of(&text), &err) == -1)
		goto out;
	rc = o.is_show ? 0 : perform(&o, &rite, bytes_of(&text), &err);
out:
	if (rc == -1)
		fprintf(stderr, "csca-ceremony: %s\n", err.text);
	rite_clear(&rite);
	buf_clear(&text);
	buf_clear(&again);
	return rc == 0 ? EXIT_GOOD : EXIT_FAILED;
}
