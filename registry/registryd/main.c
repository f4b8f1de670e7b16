/* registryd - the registry itself: descent, ledger. */
#include "registry/registryd/registryd.h"

int
main(int argc, char **argv)
{
	return office_main(argc, argv, &registry_program);
}
