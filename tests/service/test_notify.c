/* A hospital's program notifies births and deaths; clerks see them, take them up into declarations, or a registrar closes them.  Over HTTPS. */
#include "tests/service/acting.h"
#include "tests/service/facility.h"

static struct client *hospital;

/* `content` is JSON text with ' for ". */
static json_t *
notification(const char *kind, const char *place, const char *reference, const char *content)
{
	char text[1200];
	struct err err = ERR_INIT;
	json_t *value = NULL;

	snprintf(text, sizeof(text), "%s", content);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	if (json_read(bytes_str(text), &value, &err) == -1)
		bail_out("%s: %s", content, err.text);
	return json_pack("{s:s, s:s, s:s, s:o}", "kind", kind, "place", place, "reference", reference, "content", value);
}

/* Takes body. */
static int
notify_key(json_t *body, const struct uuid *key)
{
	struct buf reply = BUF_INIT;

	json_decref(got.json);
	got.json = NULL;
	err_clear(&got.err);
	if (client_call(hospital, "POST", "/civil/v1/notifications", key, (struct client_body){ .json = body }, &got.status, &reply, &got.err) == 0 &&
		json_read(bytes_of(&reply), &got.json, &got.err) == -1)
		bail_out("%s", got.err.text);
	buf_clear(&reply);
	json_decref(body);
	return got.status;
}

static int
notify(json_t *body)
{
	struct err err = ERR_INIT;
	struct uuid key;

	if (uuid_new(&key, &err) == -1)
		bail_out("%s", err.text);
	return notify_key(body, &key);
}

#define NEWBORN "{'child':{'sex':'F','date_of_birth':'2025-06-01','place_of_birth':'" RIG_PLACE_HOSPITAL "'},'mother':{'primary_name':'Notify','secondary_name':'Nina'}}"

static void
test_bad(void)
{
	static const struct {
		const char *name, *kind, *place, *content;
		int status;
		const char *pointer;
	} bad[] = {
		{ "a marriage", "marriage", RIG_PLACE_HOSPITAL, "{'form':'civil'}", 400, "/kind" },
		{ "a place that is not there", "birth", "UTO.NOWHERE", NEWBORN, 400, "/place" },
		{ "another facility", "birth", RIG_PLACE_TOWN, NEWBORN, 403, NULL },
		{ "nothing", "birth", RIG_PLACE_HOSPITAL, "{}", 400, "/content" },
		{ "a list", "birth", RIG_PLACE_HOSPITAL, "[]", 400, "/content" },
		{ "31 February", "birth", RIG_PLACE_HOSPITAL, "{'child':{'date_of_birth':'2025-02-31'}}", 400, "/content/child/date_of_birth" },
		{ "a birth in the future", "birth", RIG_PLACE_HOSPITAL, "{'child':{'date_of_birth':'2999-02-01'}}", 400, "/content/child/date_of_birth" },
		{ "a death in the future", "death", RIG_PLACE_HOSPITAL, "{'date_of_death':'2999-02-01'}", 400, "/content/date_of_death" },
		{ "a bidi override in a name", "birth", RIG_PLACE_HOSPITAL, "{'mother':{'primary_name':'\\u202eanin'}}", 400, "/content/mother/primary_name" },
		{ "a sex that is none", "birth", RIG_PLACE_HOSPITAL, "{'child':{'sex':'Q'}}", 400, "/content/child/sex" },
		{ "a member nobody knows", "birth", RIG_PLACE_HOSPITAL, "{'child':{'shoe_size':17}}", 400, "/content/child/shoe_size" },
		{ "a member of another kind", "birth", RIG_PLACE_HOSPITAL, "{'deceased':{'sex':'F'}}", 400, "/content/deceased" },
		{ "statistics", "birth", RIG_PLACE_HOSPITAL, "{'statistics':{'birth_weight_g':3000}}", 400, "/content/statistics" },
	};
	char content[400];

	for (size_t i = 0; i < NELEM(bad); i++) {
		notify(notification(bad[i].kind, bad[i].place, "R-bad", bad[i].content));
		ok(refused(bad[i].status, bad[i].pointer, NULL), "refuses: %s", bad[i].name);
	}
	snprintf(content, sizeof(content), "{'mother':{'primary_name':'%0300d'}}", 0);
	notify(notification("birth", RIG_PLACE_HOSPITAL, "R-bad", content));
	ok(refused(400, "/content/mother/primary_name", NULL), "refuses: a name of 300 characters");
	notify(notification("birth", RIG_PLACE_HOSPITAL, "", NEWBORN));
	ok(refused(400, "/reference", NULL), "refuses: no reference");
	ok(post("civil_clerk.1", notification("birth", RIG_PLACE_HOSPITAL, "R-bad", NEWBORN), "/civil/v1/notifications") == 403, "refuses: a clerk notifies");
	ok(rig_count(&rig, "SELECT count(*) FROM registry.notification") == 0, "nothing was kept");
}

/* A facility that was taken from the program. */
static void
test_retired(void)
{
	struct err err = ERR_INIT;

	if (rig_sql(&rig, NULL, 0, &err, "UPDATE registry.program_facility SET is_active = false") == -1)
		bail_out("%s", err.text);
	notify(notification("birth", RIG_PLACE_HOSPITAL, "R-bad", NEWBORN));
	ok(refused(403, NULL, "does not notify for this facility"), "refuses: a facility for which it notifies no more");
	if (rig_sql(&rig, NULL, 0, &err, "UPDATE registry.program_facility SET is_active = true") == -1)
		bail_out("%s", err.text);
}

static void
test_taken_up(void)
{
	char id[UUID_TEXT], office[UUID_TEXT], act[UUID_TEXT], death[UUID_TEXT];
	struct err err = ERR_INIT;
	struct uuid key;
	json_t *body;

	uuid_new(&key, &err);
	uuid_format(&rig.office[RIG_CIVIL], office);
	ok(notify_key(notification("birth", RIG_PLACE_HOSPITAL, "R-1", NEWBORN), &key) == 201 && strcmp(said("office_id"), office) == 0,
		"a hospital notifies a birth; the town's office gets it: %s", got.err.text);
	snprintf(id, sizeof(id), "%s", said("id"));
	ok(notify_key(notification("birth", RIG_PLACE_HOSPITAL, "R-1", NEWBORN), &key) == 201 && strcmp(said("id"), id) == 0, "repeated, it is the same");
	notify(notification("birth", RIG_PLACE_HOSPITAL, "R-1", NEWBORN));
	ok(refused(409, NULL, "reference before"), "refuses: the same reference as another");
	ok(get("civil_clerk.1", "/civil/v1/notifications?office=%s&state=notified", office) == 200 && json_array_size(json_object_get(got.json, "items")) == 1,
		"the clerk sees that it waits");
	ok(get("civil_clerk.1", "/civil/v1/notifications?office=%s&expired=true", office) == 200 && json_array_size(json_object_get(got.json, "items")) == 0,
		"not yet in the expiry queue");
	ok(get("civil_clerk.3", "/civil/v1/notifications?office=%s", office) == 403, "refuses: another office's");
	ok(get("civil_clerk.3", "/civil/v1/notifications/%s", id) == 403, "refuses: another office reads it");
	ok(get("passport_clerk.1", "/civil/v1/notifications/%s", id) == 403, "refuses: the passport office");
	ok(get("civil_clerk.1", "/civil/v1/notifications?office=%s&state=lost", office) == 400 &&
			get("civil_clerk.1", "/civil/v1/notifications?office=%s&expired=yes", office) == 400 && get("civil_clerk.1", "/civil/v1/notifications") == 400,
		"refuses: filters that are none");
	ok(get("civil_clerk.1", "/civil/v1/notifications/%s", id) == 200 &&
			strcmp(json_string_value(json_object_get(json_object_get(json_object_get(got.json, "content"), "mother"), "primary_name")), "Notify") == 0,
		"the clerk reads it");
	body = birth("Notify", "Noa", "2025-06-01");
	json_object_set_new(body, "notification_id", json_string(id));
	json_object_set_new(body, "office_id", json_string(uuid_format(&rig.office[RIG_CIVIL_2], office)));
	post("civil_clerk.3", body, "/civil/v1/births");
	ok(refused(409, NULL, "another office"), "refuses: another office takes it up");
	body = act_example("deaths", &rig.office[RIG_CIVIL], RIG_PLACE_HOSPITAL, "Notfound", NULL);
	json_object_set_new(body, "notification_id", json_string(id));
	post("civil_clerk.1", body, "/civil/v1/deaths");
	ok(refused(409, NULL, "another kind"), "refuses: a death that takes up a birth");
	body = birth("Notify", "Noa", "2025-06-01");
	json_object_set_new(body, "notification_id", json_string("0190a8b0-0000-7000-8000-00000000dead"));
	ok(post("civil_clerk.1", body, "/civil/v1/births") == 409, "refuses: to take up what is not there: %s", got.err.text);
	body = birth("Notify", "Noa", "2025-06-01");
	json_object_set_new(body, "notification_id", json_string(id));
	declare("births", body, act);
	ok(get("civil_clerk.1", "/civil/v1/notifications/%s", id) == 200 && strcmp(said("state"), "declared") == 0 && strcmp(said("act_id"), act) == 0,
		"a clerk takes it up into a declaration");
	body = birth("Notify", "Nora", "2025-06-01");
	json_object_set_new(body, "notification_id", json_string(id));
	ok(post("civil_clerk.1", body, "/civil/v1/births") == 409, "refuses: to take it up twice: %s", got.err.text);
	ok(post("civil_registrar.1", reason(), "/civil/v1/notifications/%s/closure", id) == 409, "refuses: to close what was taken up: %s", got.err.text);

	ok(notify(notification("death", RIG_PLACE_HOSPITAL, "R-2", "{'date_of_death':'2025-06-02','certifier':'physician'}")) == 201, "a death is notified");
	snprintf(death, sizeof(death), "%s", said("id"));
	ok(post("civil_clerk.1", reason(), "/civil/v1/notifications/%s/closure", death) == 403, "refuses: a clerk closes it");
	ok(post("civil_registrar.3", reason(), "/civil/v1/notifications/%s/closure", death) == 403, "refuses: another office closes it");
	ok(post("civil_registrar.1", json_object(), "/civil/v1/notifications/%s/closure", death) == 400, "refuses: a closure without a reason");
	ok(post("civil_registrar.1", reason(), "/civil/v1/notifications/%s/closure", death) == 200, "a registrar closes it: %s", got.err.text);
	ok(post("civil_registrar.1", reason(), "/civil/v1/notifications/%s/closure", death) == 409, "refuses: to close it again");
}

static void
test_expiry(void)
{
	char office[UUID_TEXT], path[300];
	struct err err = ERR_INIT;
	size_t seen = 0, pages = 0;

	uuid_format(&rig.office[RIG_CIVIL], office);
	for (int i = 0; i < 5; i++) {
		char reference[20];

		snprintf(reference, sizeof(reference), "R-%d", 10 + i);
		ok(notify(notification("birth", RIG_PLACE_HOSPITAL, reference, NEWBORN)) == 201, "one more is notified");
	}
	/* as if they had come long ago */
	if (rig_sql(&rig, NULL, 0, &err,
		    "SET session_replication_role = replica; UPDATE registry.notification SET expires_on = current_date - 1 WHERE reference IN ('R-1', 'R-2', 'R-10', 'R-11', 'R-12');"
		    "RESET session_replication_role") == -1)
		bail_out("%s", err.text);
	snprintf(path, sizeof(path), "/civil/v1/notifications?office=%s&expired=true&limit=2", office);
	while (get("civil_registrar.1", "%s", path) == 200) {
		seen += json_array_size(json_object_get(got.json, "items"));
		pages++;
		if (*said("next") == '\0')
			break;
		snprintf(path, sizeof(path), "/civil/v1/notifications?office=%s&expired=true&limit=2&cursor=%s", office, said("next"));
	}
	ok(seen == 3 && pages == 2, "what nobody took up in time stands in the expiry queue: %zu in %zu pages", seen, pages);
	ok(rig_count(&rig, "SELECT count(*) FROM registry.notification n WHERE NOT EXISTS (SELECT FROM registry.ledger_entry WHERE record_id = n.id)") == 0,
		"every notification is in the ledger");
}

int
main(void)
{
	acting_start((const char *const[]){ "civild", NULL });
	hospital = facility_client(&rig, RIG_PLACE_HOSPITAL);
	test_bad();
	test_retired();
	test_taken_up();
	test_expiry();
	client_free(hospital);
	return acting_stop();
}
