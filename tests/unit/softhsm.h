/*
 * softhsm.h - a SoftHSM token of the test's own in a temporary folder: nothing of the system is touched.
 *
 * softhsm_start() sets SOFTHSM2_CONF, makes the token "test" with SOFTHSM_PIN and returns its URI; false when SoftHSM is not
 * installed (then skip).  softhsm_stop() removes the folder.  softhsm_module() is the raw function list, behind
 * token.h's back: to take sessions away from it and to plant keys that it must refuse.
 */
#ifndef CATENA_TESTS_SOFTHSM_H
#define CATENA_TESTS_SOFTHSM_H
#include <dlfcn.h>
#include <limits.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#include "tests/tap.h"

#define SOFTHSM_PIN    "648219"
#define SOFTHSM_SO_PIN "73950182"

static char softhsm_dir[64];
static char softhsm_path[PATH_MAX];
static char softhsm_uri[PATH_MAX + 64];

static bool
softhsm_find(void)
{
	const char *const places[] = {
		getenv("CATENA_SOFTHSM"),
		"/usr/lib/softhsm/libsofthsm2.so",
		"/usr/lib64/pkcs11/libsofthsm2.so",
		"/usr/local/lib/softhsm/libsofthsm2.so",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i] != NULL && access(places[i], R_OK) == 0) {
			snprintf(softhsm_path, sizeof(softhsm_path), "%s", places[i]);
			return true;
		}
	return false;
}

__attribute__((unused)) static bool
softhsm_start(void)
{
	char path[128], command[512];
	FILE *f;

	if (!softhsm_find())
		return false;
	snprintf(softhsm_dir, sizeof(softhsm_dir), "/tmp/catena-token-XXXXXX");
	if (mkdtemp(softhsm_dir) == NULL)
		bail_out("no temporary folder");
	snprintf(path, sizeof(path), "%s/softhsm2.conf", softhsm_dir);
	f = fopen(path, "w");
	if (f == NULL)
		bail_out("cannot write %s", path);
	fprintf(f, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n", softhsm_dir);
	fclose(f);
	setenv("SOFTHSM2_CONF", path, 1);
	snprintf(command, sizeof(command),
		"LD_PRELOAD= softhsm2-util --init-token --free --label test --so-pin " SOFTHSM_SO_PIN " --pin " SOFTHSM_PIN " >/dev/null 2>&1");
	if (system(command) != 0)
		bail_out("softhsm2-util cannot make a token in %s", softhsm_dir);
	snprintf(softhsm_uri, sizeof(softhsm_uri), "pkcs11:token=test?module-path=%s", softhsm_path);
	return true;
}

__attribute__((unused)) static void
softhsm_stop(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", softhsm_dir);
	if (softhsm_dir[0] != '\0' && system(command) != 0)
		printf("# %s is left behind\n", softhsm_dir);
}

__attribute__((unused)) static CK_FUNCTION_LIST *
softhsm_module(void)
{
	void *library = dlopen(softhsm_path, RTLD_NOW | RTLD_NOLOAD);
	CK_FUNCTION_LIST *list = NULL;
	CK_RV(*get)
	(CK_FUNCTION_LIST **);

	if (library == NULL)
		bail_out("%s is not loaded", softhsm_path);
	*(void **)&get = dlsym(library, "C_GetFunctionList");
	if (get == NULL || get(&list) != CKR_OK)
		bail_out("%s has no function list", softhsm_path);
	return list;
}

/* The only slot with our token. */
__attribute__((unused)) static CK_SLOT_ID
softhsm_slot(void)
{
	CK_FUNCTION_LIST *f = softhsm_module();
	CK_SLOT_ID ids[8];
	CK_ULONG n = 8;
	CK_TOKEN_INFO info;

	if (f->C_GetSlotList(CK_TRUE, ids, &n) != CKR_OK)
		bail_out("no slots");
	for (CK_ULONG i = 0; i < n; i++)
		if (f->C_GetTokenInfo(ids[i], &info) == CKR_OK && memcmp(info.label, "test ", 5) == 0)
			return ids[i];
	bail_out("the token is in no slot");
}

#endif
