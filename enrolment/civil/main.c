/* civild - civil registration. */
#include "enrolment/civil/civild.h"

int
main(int argc, char **argv)
{
	return office_main(argc, argv, &civil_program);
}
