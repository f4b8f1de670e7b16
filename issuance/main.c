#include "issuance/issued.h"

int
main(int argc, char **argv)
{
	return office_main(argc, argv, &issued_program);
}
