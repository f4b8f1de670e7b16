/*
 * test_status.c - the page on which anybody asks whether a certificate is valid, in a real browser: issues one that is valid, one that was replaced and one
 * that was revoked, and lets status.js ask, whose TAP follows.  Skipped where node, Chromium or the desks' modules are not there.
 */
#include "tests/browser/browser.h"
#include "tests/service/acting.h"

/* Number and code of a new certificate, in the place of another unless NULL. */
static json_t *
certificate(const char *act, const char *replaces)
{
	struct err err = ERR_INIT;
	char code[20];

	if (issue("civil_clerk.1", act, "extract", "en", replaces) != 201 ||
		rig_sql(&rig, code, sizeof(code), &err, "SELECT code FROM registry.civil_certificate_status WHERE number = '%s'", said("number")) == -1)
		bail_out("%s %s", got.err.text, err.text);
	return json_pack("{s:s, s:s}", "number", said("number"), "code", code);
}

int
main(void)
{
	static const char *const nobody[] = { NULL };
	json_t *valid, *replaced, *revoked, *all;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct one act;

	browser_start(&rig);
	register_act("births", birth("Eriksson", "Anna Maria", "2025-06-12"), &act);
	replaced = certificate(act.number, NULL);
	valid = certificate(act.number, json_string_value(json_object_get(replaced, "number")));
	revoked = certificate(act.number, NULL);
	if (post("civil_registrar.1", json_pack("{s:s}", "reason", "stolen"), "/civil/v1/certificates/%s/revocation", json_string_value(json_object_get(revoked, "number"))) != 200)
		bail_out("%s", got.err.text);
	all = json_pack("{s:o, s:o, s:o}", "valid", valid, "replaced", replaced, "revoked", revoked);
	if (json_text(all, &text, &err) == -1 || file_write(rig_path(&rig, "certificates.json"), bytes_of(&text), 0600, &err) == -1)
		bail_out("%s", err.text);
	json_decref(all);
	json_decref(got.json);
	buf_clear(&text);
	return browser_play(&rig, "status.js", nobody);
}
