/* enrolling.h - a rig (acting.h) whose people are enrolled, at ENR1: links CATENA_LIBS. */
#ifndef CATENA_TESTS_SERVICE_ENROLLING_H
#define CATENA_TESTS_SERVICE_ENROLLING_H

#include "issuance/catena/day.h"
#include "issuance/catena/portrait.h"
#include "tests/service/acting.h"

/* The person of p->act_number gets a portrait and a UIN. */
__attribute__((unused)) static void
enrol(struct day_person *p)
{
	struct day_enrolment who = { client_at(&rig, "enrold", "enrolment_officer.1"), client_at(&rig, "enrold", "enrolment_supervisor.1"), rig.office[RIG_ENROLMENT] };
	struct buf jpeg = BUF_INIT;
	struct err err = ERR_INIT;

	if (portrait_draw(bytes_str(p->act_number), 'F', 30, &jpeg, &err) == -1)
		bail_out("%s", err.text);
	p->portrait = bytes_of(&jpeg);
	if (day_enrol(&who, p, &err) == -1)
		bail_out("enrolled: %s", err.text);
	buf_clear(&jpeg);
}

#endif
