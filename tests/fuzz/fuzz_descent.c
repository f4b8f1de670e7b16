/*
 * A descent bundle from a stranger, under the CSCA of the saved ones: read and judged, and good only when it is about the document
 * that this State signed for.
 */
#include "pki/descent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The CSCA of tests/fuzz/corpus/descent: made by tests/service/test_descent with CATENA_SAVE_BUNDLES. */
static const char csca[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIEIzCCA6qgAwIBAgIQTEWtKqCN1S89JIk/WqUDqzAKBggqhkjOPQQDAzA0MQsw\n"
	"CQYDVQQGEwJVVDEPMA0GA1UECgwGVXRvcGlhMRQwEgYDVQQDDAtDU0NBIFV0b3Bp\n"
	"YTAeFw0yNjExMjEwMDAwMDBaFw00MjExMjEyMzU5NTlaMDQxCzAJBgNVBAYTAlVU\n"
	"MQ8wDQYDVQQKDAZVdG9waWExFDASBgNVBAMMC0NTQ0EgVXRvcGlhMIIBtTCCAU0G\n"
	"ByqGSM49AgEwggFAAgEBMDwGByqGSM49AQECMQCMuR6CozhtKA9db35Q5kHfFS9x\n"
	"Ce1UVrQSsdoZf7cRI6zTpymQHRpxh0cAEzEH7FMwZAQwe8OCxj2MFQw8cggKzgWv\n"
	"oMK+oo5PsieHE5Fl77qR+Q+KpYFKUDrU6wSox90izigmBDAEqMfdIs4oJos5tVQW\n"
	"8ER8L7d94Qfc0qYuiA6lPuti1Xy0OQKV28mUOreGlvpQTBEEYQQdHGTwaM9F/6Km\n"
	"OoG3wT9riEej537xT+Pbf8r+DL0Q6Ogm4DQ21kaq74ey4kfUrx6Kvh11IPnCpFyx\n"
	"646Vz9VSYrcLKf7sWGThnAVP+ZEpKA5GRiF3kYERQoIDQSY8UxUCMQCMuR6Cozht\n"
	"KA9db35Q5kHfFS9xCe1UVrMfFm5srAQlp886tq9rf8MQO4gyAukEZWUCAQEDYgAE\n"
	"IPgKOy5KUrGdQ18HTX8JIOWgCBREpl97geKWoQyXtg1vAjXiKOV+dikFabUrDooZ\n"
	"YlgvN8Zxb9rSHF+NP2x/B4WYbd4kq1+nG2+Objoj/Y6oJv/p/B6E4vFHvp1+8JYK\n"
	"o4IBPjCCATowHwYDVR0jBBgwFoAUF8Z1l/5I2HRsrapkLKRUG4r51r0wHQYDVR0O\n"
	"BBYEFBfGdZf+SNh0bK2qZCykVBuK+da9MA4GA1UdDwEB/wQEAwIBBjArBgNVHRAE\n"
	"JDAigA8yMDI2MTEyMTAwMDAwMFqBDzIwMzExMTIxMDAwMDAwWjAbBgNVHREEFDAS\n"
	"pBAwDjEMMAoGA1UEBxMDVVRPMBsGA1UdEgQUMBKkEDAOMQwwCgYDVQQHEwNVVE8w\n"
	"EgYDVR0TAQH/BAgwBgEB/wIBADBtBgNVHR8EZjBkMDCgLqAshipodHRwczovL3Br\n"
	"ZGRvd25sb2FkMS5pY2FvLmludC9DUkxzL1VUTy5jcmwwMKAuoCyGKmh0dHBzOi8v\n"
	"cGtkZG93bmxvYWQyLmljYW8uaW50L0NSTHMvVVRPLmNybDAKBggqhkjOPQQDAwNn\n"
	"ADBkAjATmefytxu8VOWGVP96teyOtbor0gP8Nn9C9eMCATDgVeUkkre2nmFtwnHQ\n"
	"JLrT6fYCMFHKRI47Km9IWQtxEREY6tbFrj3i8uW7k5r8ZO/XQLxuTk1bLExcs9cP\n"
	"WsXsW8ZY7A==\n"
	"-----END CERTIFICATE-----\n";
static const char number[] = "UM9YNCXT8";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes anchor = bytes_str(csca);
	struct descent_report report = { 0 };
	struct err err = ERR_INIT;

	if (descent_verify(BYTES(data, size), &anchor, 1, &report, &err) == -1) {
		if (err.kind != FAIL_INPUT)
			__builtin_trap();
		return 0;
	}
	if (report.document_number[0] != '\0' && (!report.is_good || !report.is_disclosed || strcmp(report.document_number, number) != 0))
		__builtin_trap(); /* another number would be another document: nobody signed for one */
	if (report.is_good && report.rests_on_exemption)
		__builtin_trap(); /* this one rests on an act */
	for (size_t i = 0; i < report.n; i++)
		for (const char *p = report.findings[i].text; *p != '\0'; p++)
			if (*p < ' ' || *p > '~')
				__builtin_trap();
	descent_report_clear(&report);
	return 0;
}
