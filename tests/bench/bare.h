/*
 * bare.h - the bare rate of C_Sign: so many sessions of the stage's token, each in a thread that does nothing but sign with the document
 * signer's key.
 */
#ifndef CATENA_TESTS_BARE_H
#define CATENA_TESTS_BARE_H

#include <pthread.h>

#include "tests/service/issuing.h"

enum { BARE_SESSIONS = 8, /* most: signd's default */
	BARE_SECONDS = 2 };

struct signing {
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	volatile bool *stop;
	unsigned long signed_;
};

static void *
sign_on(void *arg)
{
	struct signing *s = arg;
	CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };
	CK_BYTE digest[32] = { 1 }, signature[256];

	while (!*s->stop) {
		CK_ULONG n = sizeof(signature);

		digest[1]++;
		if (s->f->C_SignInit(s->session, &ecdsa, s->key) != CKR_OK || s->f->C_Sign(s->session, digest, sizeof(digest), signature, &n) != CKR_OK)
			bail_out("C_Sign");
		s->signed_++;
	}
	return NULL;
}

static CK_OBJECT_HANDLE
find_key(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted[] = { { CKA_CLASS, &private_key, sizeof(private_key) }, { CKA_LABEL, (void *)(uintptr_t) "ds-1", 4 } };
	CK_OBJECT_HANDLE key = 0;
	CK_ULONG n = 0;

	if (f->C_FindObjectsInit(session, wanted, 2) != CKR_OK || f->C_FindObjects(session, &key, 1, &n) != CKR_OK || n != 1)
		bail_out("the document signer's key is not on the token");
	f->C_FindObjectsFinal(session);
	return key;
}

static double
bare_rate(unsigned sessions)
{
	struct signing s[BARE_SESSIONS] = { 0 };
	pthread_t thread[BARE_SESSIONS];
	volatile bool stop = false;
	struct token *token = NULL;
	struct session *logged_in = NULL;
	struct err err = ERR_INIT;
	unsigned long total = 0;
	uint64_t begun;

	if (token_open(softhsm_uri, bytes_str(SOFTHSM_PIN), 1, &token, &err) == -1 || token_borrow(token, &logged_in, &err) == -1)
		bail_out("%s", err.text);
	for (unsigned i = 0; i < sessions; i++) {
		s[i].f = softhsm_module();
		s[i].stop = &stop;
		if (s[i].f->C_OpenSession(softhsm_slot(), CKF_SERIAL_SESSION, NULL, NULL, &s[i].session) != CKR_OK)
			bail_out("C_OpenSession");
		s[i].key = find_key(s[i].f, s[i].session);
	}
	begun = clock_monotonic_ns();
	for (unsigned i = 0; i < sessions; i++)
		pthread_create(&thread[i], NULL, sign_on, &s[i]);
	sleep(BARE_SECONDS);
	stop = true;
	for (unsigned i = 0; i < sessions; i++) {
		pthread_join(thread[i], NULL);
		total += s[i].signed_;
	}
	begun = clock_monotonic_ns() - begun;
	token_return(token, logged_in);
	token_close(token);
	return (double)total * 1e9 / (double)begun;
}

#endif
