/* rites.h - the keys of a rig's seals, for tests: two PKI officers hold ceremonies at pkid; and commands in the rig's folder, to verify with. */
#ifndef CATENA_TESTS_RITES_H
#define CATENA_TESTS_RITES_H

#include "registry/base/file.h"
#include "tests/service/acting.h"

/* A command in the rig's folder. */
__attribute__((unused, format(printf, 1, 2))) static bool
run(const char *fmt, ...)
{
	char command[1200];
	va_list ap;
	int n = snprintf(command, sizeof(command), "cd %s && ", rig.folder);

	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
	va_end(ap);
	return system(command) == 0;
}

__attribute__((unused)) static json_t *
at_pkid(const char *login, json_t *body, const char *path)
{
	json_t *reply;

	if (ask_at(&rig, "pkid", login, "POST", path, body, &reply) >= 300)
		bail_out("%s", path);
	return reply;
}

/* What pkid publishes, into the rig's folder. */
__attribute__((unused)) static void
published(const char *name, const char *file)
{
	struct buf octets = BUF_INIT;
	struct err err = ERR_INIT;
	char path[60];

	snprintf(path, sizeof(path), "/pki/v1/public/%s", name);
	if (exchange_at(&rig, "pkid", NULL, "GET", path, CLIENT_NO_BODY, &octets) != 200 || file_write(rig_path(&rig, file), bytes_of(&octets), 0600, &err) == -1)
		bail_out("%s", path);
	buf_clear(&octets);
}

__attribute__((unused)) static void
hold(json_t *body, char key[UUID_TEXT])
{
	json_t *asked, *done;
	char path[120], id[UUID_TEXT];

	json_object_set_new(body, "reason", json_string("what is issued needs seals"));
	asked = at_pkid("pki_officer.1", body, "/pki/v1/ceremonies");
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(asked, "id")));
	json_decref(asked);
	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/approval", id);
	json_decref(at_pkid("pki_officer.2", json_object(), path));
	snprintf(path, sizeof(path), "/pki/v1/ceremonies/%s/execution", id);
	done = at_pkid("pki_officer.1", json_object(), path);
	if (key != NULL)
		snprintf(key, UUID_TEXT, "%s", json_string_value(json_object_get(done, "signing_key_id")));
	json_decref(done);
}

#endif
