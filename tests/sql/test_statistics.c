/*
 * Vital statistics in the database: what counts and where it is counted, and that no program's role sees more than numbers.  Acts are made
 * with days of their own, as the civil role would make them; what is expected is written down by hand.
 */
#include "tests/sql/chain.h"

/* One act: declared, registered at a moment, with statistics items where they are given; returns nothing, names it by n. */
static const char make_act[] =
	"CREATE FUNCTION pg_temp.uid(t text) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(t)::uuid $$;"
	"CREATE PROCEDURE pg_temp.make_act(n text, of_kind text, said jsonb, registered timestamptz, last_state text, items boolean) LANGUAGE plpgsql AS $$"
	"DECLARE a uuid := pg_temp.uid('act' || n); v uuid := pg_temp.uid('version' || n); p uuid := pg_temp.uid('person' || n); e text; BEGIN"
	" INSERT INTO person (id, officer_id) VALUES (p, " ID("11") ");"
								    " INSERT INTO act (id, kind, office_id, officer_id) VALUES (a, of_kind, " ID("01") ", " ID("11") ");"
																				     " INSERT INTO act_version (id, act_id, version, officer_id, content) VALUES (v, a, 1, " ID("11") ", said);"
																																      " IF items THEN INSERT INTO birth_statistics (act_version_id, attendant, place_kind) VALUES (v, 'midwife', 'home'); END IF;"
																																      " INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (a, " ID("11") ", v, 'declare', " ID("11") ");"
																																																	    " IF last_state = 'declared' THEN RETURN; END IF;"
																																																	    " INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (a, " ID("11") ", v, 'validate', " ID("12") ");"
																																																																		   " INSERT INTO act_decision (id, act_id, declared_by, act_version_id, event, officer_id) VALUES (pg_temp.uid('decision' || n), a, " ID("11") ", v, 'register', " ID("12") ");"
																																																																																							    " INSERT INTO act_registration (act_id, decision_id, act_version_id, person_id, office_id, kind, year, serial, number, officer_id, created_at)"
																																																																																							    "  SELECT a, pg_temp.uid('decision' || n), v, p, " ID("01") ", of_kind, 2024, count(*) + 1, 'N' || n, " ID("12") ", registered FROM act_registration;"
																																																																																																					     " IF last_state = 'annulled' THEN INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, reason)"
																																																																																																					     "  VALUES (a, " ID("11") ", v, 'annul', " ID("13") ", 'because'); END IF; END $$;"
																																																																																																												"CREATE PROCEDURE pg_temp.birth(n text, born text, place text, sex text, mother text, registered timestamptz, last_state text) LANGUAGE plpgsql AS $$"
																																																																																																												"BEGIN CALL pg_temp.make_act(n, 'birth', jsonb_build_object('child', jsonb_build_object('date_of_birth', born, 'place_of_birth', place, 'sex', sex),"
																																																																																																												" 'mother', jsonb_build_object('date_of_birth', mother)), registered, last_state, n LIKE 'm%'); END $$;";

static void
stage(void)
{
	chain_do(OWNER, "INSERT INTO place (code, name, kind, parent_code) VALUES ('UT', 'Utopia', 'state', NULL), ('UT-N', 'North', 'province', 'UT'),"
			" ('UT-N-A', 'A', 'district', 'UT-N'), ('UT-N-A-V', 'V', 'village', 'UT-N-A'), ('UT-N-A-V-H', 'H', 'facility', 'UT-N-A-V'),"
			" ('UT-S', 'South', 'province', 'UT')");
	chain_do(OWNER, make_act);
	chain_do(OWNER,
		"CALL pg_temp.birth('1', '2024-01-31', 'UT-N-A-V-H', 'F', '2000-01-31', '2024-03-01 12:00Z', 'registered');" /* 30 days; she is 24 that day */
		"CALL pg_temp.birth('2', '2024-01-31', 'UT-N-A-V', 'M', '1999-02-01', '2024-03-02 00:00Z', 'registered');"   /* 31 days; 24 */
		"CALL pg_temp.birth('3', '2024-02-29', 'UT-N-A', 'M', '1999-02-28', '2025-02-28 23:59Z', 'registered');"     /* a year; 25 */
		"CALL pg_temp.birth('4', '2024-02-28', 'UT-S', 'F', '2010', '2025-03-01 00:00Z', 'registered');"             /* more than a year; 13 or 14 */
		"CALL pg_temp.birth('5', '2024-05', 'UT', 'X', '2009', '2024-06-29 12:00Z', 'registered');"                  /* 29..59 days; 14 or 15 */
		"CALL pg_temp.birth('6', '2024', 'UT-S', 'F', NULL, '2024-12-31 12:00Z', 'registered');"                     /* month unknown */
		"CALL pg_temp.birth('m7', '2023-12-31', 'UT-S', 'M', '1973-12-31', '2024-01-01 00:30Z', 'registered');"      /* 50; the year before */
		"CALL pg_temp.birth('8', '2024-01-01', 'UT-S', 'F', '1990-01-01', '2024-01-02Z', 'annulled');"
		"CALL pg_temp.birth('9', '2024-01-01', 'UT-S', 'F', '1990-01-01', '2024-01-02Z', 'declared');"
		"CALL pg_temp.make_act('10', 'foetal_death', '{\"date_of_delivery\":\"2024-01-05\",\"place_of_delivery\":\"UT-S\",\"mother\":{\"date_of_birth\":\"1990-01-01\"}}', '2024-01-06Z', 'registered', true);"
		"CALL pg_temp.make_act('11', 'death', '{\"date_of_death\":\"2024-01-05\",\"place_of_death\":\"UT-S\",\"deceased\":{\"sex\":\"M\",\"date_of_birth\":\"2023-02\"}}', '2024-01-06Z', 'registered', false);"
		"CALL pg_temp.make_act('12', 'death', '{\"date_of_death\":\"2024-03\",\"place_of_death\":\"NOWHERE\",\"deceased\":{\"date_of_birth\":\"1939\"}}', '2024-03-06Z', 'registered', false);"
		"CALL pg_temp.make_act('13', 'marriage', '{\"date_of_marriage\":\"2024-01-05\",\"place_of_marriage\":\"UT-S\"}', '2024-01-06Z', 'registered', false);"
		"CALL pg_temp.make_act('14', 'recognition', '{\"date_of_recognition\":\"2024-01-05\"}', '2024-01-06Z', 'registered', false);");
}

/* The counts of one dimension as "place/month/category=n ...", in order. */
static const char *
counts(const char *event, const char *by_registration, const char *year, const char *dimension)
{
	static char got[2048];
	char sql[600];
	PGresult *r;

	snprintf(sql, sizeof(sql), "SELECT string_agg(concat_ws('/', place_code, month, category) || '=' || events, ' ' ORDER BY place_code COLLATE \"C\", month, category COLLATE \"C\")"
				   " FROM statistics_counts('%s', %s, %s) WHERE dimension = '%s' AND (place_code IS NOT NULL)",
		event, by_registration, year, dimension);
	r = PQexec(chain_as[CIVIL], sql);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		bail_out("%s: %s", sql, PQerrorMessage(chain_as[CIVIL]));
	snprintf(got, sizeof(got), "%s", PQgetvalue(r, 0, 0));
	PQclear(r);
	return got;
}

static void
test_counts(void)
{
	is(counts("birth", "false", "2024", "month"), "UT/05=1 UT-N-A/01=2 UT-N-A/02=1 UT-S/02=1 UT-S/_U=1",
		"by occurrence: a facility and a village count in their district, a year without month in month unknown; no annulled, declared or foetal one");
	is(counts("birth", "false", "2023", "month"), "UT-S/12=1", "the year before has its own");
	is(counts("birth", "true", "2024", "month"), "UT/06=1 UT-N-A/03=2 UT-S/01=1 UT-S/12=1", "by registration: the day of the register, in UTC");
	is(counts("birth", "true", "2025", "month"), "UT-N-A/02=1 UT-S/03=1", "those that came late count in the year they came");
	is(counts("birth", "false", "2024", "sex"), "UT/X=1 UT-N-A/F=1 UT-N-A/M=2 UT-S/F=2", "by sex");
	is(counts("birth", "false", "2024", "age"), "UT/_U=1 UT-N-A/Y20T24=2 UT-N-A/Y25T29=1 UT-S/Y_LT15=1 UT-S/_U=1",
		"by age of the mother: a year is enough when either reading falls into the group, and unknown when not");
	is(counts("birth", "false", "2023", "age"), "UT-S/Y_GE50=1", "the oldest group");
	is(counts("birth", "false", "2024", "timeliness"), "UT/_U=1 UT-N-A/D_LE30=1 UT-N-A/Y_LE1=2 UT-S/Y_GT1=1 UT-S/_U=1",
		"30 days are within 30 days, 31 are not; a year is within a year, a day more is not; partial dates only when all readings agree");
	is(counts("birth", "false", "2023", "attendant"), "UT-S/midwife=1", "an item of the statistics");
	is(counts("birth", "false", "2023", "site"), "UT-S/home=1", "and another");
	is(counts("birth", "false", "NULL", "month"), "", "no birth without a year");
	is(counts("foetal_death", "false", "2024", "month"), "UT-S/01=1", "foetal deaths apart");
	is(counts("foetal_death", "false", "2024", "age"), "UT-S/Y30T34=1", "by age of the mother");
	is(counts("death", "false", "2024", "month"), "UT-S/01=1 _U/03=1", "a place that there is not is unknown");
	is(counts("death", "false", "2024", "age"), "UT-S/Y0=1 _U/_U=1", "of the deceased: under one; 84 or 85 is unknown");
	is(counts("death", "false", "2024", "sex"), "UT-S/M=1 _U/_U=1", "by sex, one not known");
	is(counts("marriage", "false", "2024", "month"), "UT-S/01=1", "a marriage");
	is(counts("recognition", "false", "2024", "month"), "", "what only notes something is no event");
}

/* Rows that are counted and not so in the register, or the other way round. */
static const char differ[] = "SELECT count(*) FROM ((TABLE statistics_item EXCEPT TABLE statistics_computed) UNION ALL (TABLE statistics_computed EXCEPT TABLE statistics_item)) d";

/* A correction makes a version, and the version counts; an adoption seals, and the birth still counts once. */
static void
test_versions(void)
{
	chain_do(OWNER, "INSERT INTO act_correction (id, act_id, act_version_id, changes, is_key, legal_basis, officer_id) VALUES (" ID("c1") ", pg_temp.uid('act1'),"
																	      " pg_temp.uid('version1'), '[{\"path\":\"/child/sex\",\"from\":\"F\",\"to\":\"M\"}]', true, 'law', " ID("13") ");"
																															    "INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id) VALUES (" ID("c1") ", " ID("13") ", 'propose', " ID("13") ");"
																																																	   "INSERT INTO act_evidence (id, act_id, correction_id, kind, reference, officer_id) VALUES (" ID("c2") ", pg_temp.uid('act1'), " ID("c1") ", 'affidavit', 'r', " ID("13") ");"
																																																																						    "INSERT INTO act_correction_decision (correction_id, proposed_by, event, officer_id) VALUES (" ID("c1") ", " ID("13") ", 'accept', " ID("14") ");"
																																																																																								  "INSERT INTO act_version (id, act_id, version, officer_id, content, correction_id) SELECT " ID("c3") ", act_id, 2, " ID("13") ","
																																																																																																								"  jsonb_set(content, '{child,sex}', '\"M\"'), " ID("c1") " FROM act_version WHERE id = pg_temp.uid('version1');"
																																																																																																															  "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, correction_id) VALUES (pg_temp.uid('act1'), " ID("11") ", " ID("c3") ","
																																																																																																																																		  " 'correct', " ID("14") ", " ID("c1") ")");
	is(counts("birth", "false", "2024", "sex"), "UT/X=1 UT-N-A/M=3 UT-S/F=2", "a corrected act counts as it stands now, once");
	chain_do(OWNER, "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id) VALUES (pg_temp.uid('act2'), " ID("11") ", pg_temp.uid('version2'), 'seal', " ID("12") ")");
	is(counts("birth", "false", "2024", "sex"), "UT/X=1 UT-N-A/M=3 UT-S/F=2", "a sealed birth counts as before");
	chain_do(OWNER, "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, reason) VALUES (pg_temp.uid('act3'), " ID("11") ", pg_temp.uid('version3'), 'annul', " ID("12") ", 'b')");
	is(counts("birth", "false", "2024", "sex"), "UT/X=1 UT-N-A/M=2 UT-S/F=2", "an annulled one no longer");
	is(chain_ask(differ), "0", "and what is counted is what the register says");
	chain_do(OWNER, "INSERT INTO act_decision (act_id, declared_by, act_version_id, event, officer_id, reason) VALUES (pg_temp.uid('act3'), " ID("11") ", pg_temp.uid('version3'), 'reinstate', " ID("14") ", 'b')");
	is(counts("birth", "false", "2024", "sex"), "UT/X=1 UT-N-A/M=3 UT-S/F=2", "reinstated it counts again");
	chain_do(OWNER, "INSERT INTO birth_statistics (act_version_id, attendant, place_kind) VALUES (" ID("c3") ", 'nurse', 'clinic')");
	is(counts("birth", "false", "2024", "attendant"), "UT/_U=1 UT-N-A/_U=2 UT-N-A/nurse=1 UT-S/_U=2", "items of a correction count");
	is(chain_ask(differ), "0", "and what is counted is what the register says");
	chain_do(OWNER, "DO $$ BEGIN CALL pg_temp.birth('15', '2024-01-31', 'UT-S', 'F', NULL, '2024-03-01Z', 'registered'); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END $$");
	is(chain_ask(differ), "0", "an act that was taken back leaves nothing");
	is(chain_ask("SELECT statistics_item_rebuild() = (SELECT count(*) FROM statistics_computed)"), "t", "made again");
	is(chain_ask(differ), "0", "it is the same");
}

static void
test_rights(void)
{
	static const char *const hidden[] = { "birth_statistics", "death_statistics", "statistics_event", "statistics_computed", "statistics_item" };
	char sql[200];
	unsigned read = 0;

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		for (int role = CIVIL; role < NROLE; role++) {
			snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", hidden[i]);
			if (strcmp(chain_try_on(chain_as[role], sql, NULL), "42501") != 0) {
				printf("# %s reads %s\n", chain_roles[role], hidden[i]);
				read++;
			}
		}
	ok(read == 0, "no program reads the statistics items nor the events: %u do", read);
	for (int role = ENROLMENT; role < NROLE; role++)
		if (role != READER)
			is(chain_try_on(chain_as[role], "SELECT * FROM statistics_counts('birth', false, 2024)", NULL), "42501", chain_roles[role]);
	is(chain_try_on(chain_as[READER], "INSERT INTO completeness_estimate (id, event, year, events, source, officer_id) VALUES (gen_random_uuid(), 'birth', 2024, 1, 'census', " ID("11") ")", NULL),
		"42501", "the reader estimates nothing");
}

static const struct bad {
	const char *what, *values;
} bad[] = {
	{ "an event that there is not", "'funeral', 2024, NULL, NULL, 5, 'census 2020'" },
	{ "a year before the registers", "'birth', 1799, NULL, NULL, 5, 'census 2020'" },
	{ "a place that there is not", "'birth', 2024, 'XX', NULL, 5, 'census 2020'" },
	{ "a sex that is not estimated", "'birth', 2024, NULL, 'X', 5, 'census 2020'" },
	{ "an estimate of none", "'birth', 2024, NULL, NULL, 0, 'census 2020'" },
	{ "an estimate without source", "'birth', 2024, NULL, NULL, 5, ''" },
};

static void
test_estimates(void)
{
	char sql[300];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO completeness_estimate (id, event, year, place_code, sex, events, source, officer_id) VALUES (gen_random_uuid(), %s, " ID("11") ")", bad[i].values);
		ok(strncmp(chain_try_on(chain_as[CIVIL], sql, NULL), "23", 2) == 0, "refuses: %s", bad[i].what);
	}
	chain_do(CIVIL, "INSERT INTO completeness_estimate (id, event, year, events, source, officer_id) VALUES (gen_random_uuid(), 'birth', 2024, 10, 'census', " ID("11") ")");
	chain_do(CIVIL, "INSERT INTO completeness_estimate (id, event, year, events, source, officer_id) VALUES (gen_random_uuid(), 'birth', 2024, 12, 'survey', " ID("11") ")");
	is(chain_ask("SELECT string_agg(events::text, ',') FROM current_estimate"), "12", "the newest estimate counts");
	is(chain_try_on(chain_as[OWNER], "UPDATE completeness_estimate SET events = 13", NULL), "CA003", "none is changed");
	is(chain_ask("SELECT count(*) FROM ledger_entry WHERE kind = 'completeness_estimate'"), "2", "and each is in the ledger");
}

int
main(void)
{
	if (!chain_start())
		return done_testing();
	stage();
	test_counts();
	test_versions();
	test_rights();
	test_estimates();
	chain_stop();
	return done_testing();
}
