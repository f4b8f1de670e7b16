/* A fresh token in a free slot: for the embedded default, whose software token starts empty. */
#include <stdio.h>
#include <string.h>

#include "pki/token-local.h"

enum { MAX_SLOTS = 256,
	LABEL_LEN = 32 }; /* padded with blanks, PKCS #11 v2.40 3.2 CK_TOKEN_INFO */

/* The slot to use; FAIL_CONFLICT when a token of that label is there. */
static int
free_slot(CK_FUNCTION_LIST *f, const char *label, CK_SLOT_ID *slot, struct err *err)
{
	CK_SLOT_ID ids[MAX_SLOTS];
	CK_ULONG n = MAX_SLOTS;
	CK_RV rv = f->C_GetSlotList(CK_TRUE, ids, &n);
	bool found = false;

	if (rv != CKR_OK)
		return token_error(rv, "list of slots", err);
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;

		if (f->C_GetTokenInfo(ids[i], &info) != CKR_OK)
			continue;
		if (!(info.flags & CKF_TOKEN_INITIALIZED)) {
			*slot = ids[i];
			found = true;
		} else if (p11_kit_space_strlen(info.label, sizeof(info.label)) == strlen(label) &&
			memcmp(info.label, label, strlen(label)) == 0) {
			return err_set(err, FAIL_CONFLICT, "token: one with the label %s is there already", label);
		}
	}
	return found ? 0 : err_set(err, FAIL_NOT_FOUND, "token: no slot has a token that is not yet initialised");
}

static int
set_pins(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *label, struct bytes so_pin, struct bytes pin, struct err *err)
{
	CK_UTF8CHAR padded[LABEL_LEN];
	CK_SESSION_HANDLE session;
	CK_RV rv;

	memset(padded, ' ', sizeof(padded));
	memcpy(padded, label, strlen(label));
	rv = f->C_InitToken(slot, (CK_UTF8CHAR *)so_pin.p, (CK_ULONG)so_pin.n, padded);
	if (rv != CKR_OK)
		return token_error(rv, "initialising", err);
	rv = f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
	if (rv != CKR_OK)
		return token_error(rv, "opening a session", err);
	rv = f->C_Login(session, CKU_SO, (CK_UTF8CHAR *)so_pin.p, (CK_ULONG)so_pin.n);
	if (rv == CKR_OK)
		rv = f->C_InitPIN(session, (CK_UTF8CHAR *)pin.p, (CK_ULONG)pin.n);
	f->C_CloseSession(session);
	return rv == CKR_OK ? 0 : token_error(rv, "setting the PIN", err);
}

int
token_init(const char *module_path, const char *label, struct bytes so_pin, struct bytes pin, struct err *err)
{
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_RV rv;
	int rc = -1;

	if (*label == '\0' || strlen(label) > LABEL_LEN)
		return err_set(err, FAIL_INPUT, "token: a label of 1 to %d octets is wanted", LABEL_LEN);
	if ((f = p11_kit_module_load(module_path, 0)) == NULL)
		return err_set(err, FAIL_NOT_FOUND, "token: module %s cannot be loaded", module_path);
	if ((rv = p11_kit_module_initialize(f)) != CKR_OK) {
		token_error(rv, module_path, err);
	} else {
		if (free_slot(f, label, &slot, err) == 0)
			rc = set_pins(f, slot, label, so_pin, pin, err);
		p11_kit_module_finalize(f);
	}
	p11_kit_module_release(f);
	return rc;
}
