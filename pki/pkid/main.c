#include "pki/pkid/pkid.h"

int
main(int argc, char **argv)
{
	return office_main(argc, argv, &pki_program);
}
