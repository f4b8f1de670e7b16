#include "pki/ledgercert.h"

#include "pki/profile.h"

const char *
ledgercert_unfit(const struct cert *cert, const struct cert *csca, int64_t at)
{
	if (cert->is_ca || cert->ndocument_types > 0)
		return "it is a CA's or a document signer's";
	if (!cert_has(cert, EXT_EKU) || !cert_critical(cert, EXT_EKU) || !cert_only_eku(cert, oid_eku_ledger))
		return "no critical extKeyUsage names the ledger alone";
	if (!cert_has(cert, EXT_KEY_USAGE) || cert->key_usage != KU_DIGITAL_SIGNATURE)
		return "keyUsage is not digitalSignature alone";
	if (cert->has_unknown_critical || cert->malformed[0] != '\0')
		return "it has an extension that cannot be read";
	if (at < cert->not_before || at > cert->not_after)
		return "it signed outside its validity";
	if ((cert->has_key_from && at < cert->key_from) || (cert->has_key_to && at > cert->key_to))
		return "it signed outside the usage period of its key";
	if (at < csca->not_before || at > csca->not_after)
		return "it signed outside the validity of the CSCA certificate";
	if (cert->key == NULL || (cert->key->type == KEY_EC ? cert->key->curve->is_weak : cert->key->bits < 2048))
		return "its key is too short";
	return NULL;
}
