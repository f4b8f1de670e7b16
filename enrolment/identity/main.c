#include "enrolment/identity/enrold.h"

int
main(int argc, char **argv)
{
	return office_main(argc, argv, &enrolment_program);
}
