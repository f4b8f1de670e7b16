#include "issuance/catena/session.h"

#include <stdio.h>
#include <time.h>

#include "issuance/catena/suite.h"
#include "registry/base/clock.h"
#include "registry/service/signin.h"

enum { CALL_SECONDS = 60,
	TRIES = 3 };

static const struct {
	const char *service, *base_path;
} bases[] = { { "civild", "/civil/v1" }, { "enrold", "/enrolment/v1" }, { "issued", "/issuance/v1" }, { "registryd", "/registry/v1" }, { "pkid", "/pki/v1" } };

const char *
session_base_path(const char *service)
{
	for (size_t i = 0; i < NELEM(bases); i++)
		if (strcmp(bases[i].service, service) == 0)
			return bases[i].base_path;
	return NULL;
}

static int
sign_in(struct client *client, const char *path, const struct credentials *who, int64_t at, struct err *err)
{
	char code[TOTP_DIGITS + 1];
	json_t *body;
	int rc;

	if (totp_code((const char *)who->totp.p, at, code, err) == -1)
		return -1;
	body = json_pack("{s:s, s:s%, s:s}", "login", who->login, "password", (const char *)who->password.p, who->password.n, "totp", code);
	rc = client_json(client, "POST", path, NULL, body, NULL, err);
	json_decref(body);
	wipe(code, sizeof(code));
	return rc;
}

/* With this moment's code; when that was used already with the next, at once and then in its time. */
static int
sign_in_patiently(struct client *client, const char *path, const struct credentials *who, struct err *err)
{
	for (int i = 0;; i++) {
		int64_t now = clock_now();

		err_clear(err);
		if (sign_in(client, path, who, i == 0 ? now : now + TOTP_STEP, err) == 0)
			return 0;
		if (err->kind != FAIL_UNAUTHENTICATED || i + 1 == TRIES)
			break;
		if (i == 1) { /* both were used: a new one comes with the next step */
			fprintf(stderr, "%s: waiting %lld s for the next code of the second factor\n", who->login,
				(long long)(TOTP_STEP - now % TOTP_STEP));
			nanosleep(&(struct timespec){ TOTP_STEP - now % TOTP_STEP, 0 }, NULL);
		}
	}
	if (err->kind == FAIL_UNAUTHENTICATED)
		err_hint(err, "catena officer reset %s makes new credentials, and ends a lock-out", who->login);
	return -1;
}

int
session_open(const struct state *state, const char *service, const struct credentials *who, struct client **client, struct err *err)
{
	char address[SUITE_ADDRESS], path[64];
	struct client_options options = { .url = address, .ca_file = state_path(state, "tls/ca.crt"), .seconds = CALL_SECONDS };
	struct client *c;
	pid_t pid;

	if (suite_address(state, service, address, &pid, err) == -1 || client_new(&options, &c, err) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/session", session_base_path(service));
	if (sign_in_patiently(c, path, who, err) == -1) {
		client_free(c);
		return err_prefix(err, "%s at %s", who->login, service);
	}
	*client = c;
	return 0;
}

int
session_open_file(const struct state *state, const char *service, const char *file, struct client **client, struct err *err)
{
	struct credentials who = CREDENTIALS_INIT;
	int rc = credentials_read(file, &who, err);

	if (rc == 0)
		rc = session_open(state, service, &who, client, err);
	credentials_clear(&who);
	return rc;
}
