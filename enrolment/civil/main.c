/* civild - civil registration: the interface, and the desk that works on it. */
#include "enrolment/civil/civild.h"
#include "enrolment/civil/desk/desk.h"
#include "registry/desk/desk.h"

int
main(int argc, char **argv)
{
	static const struct web_file *const desk[] = { desk_files, civil_desk_files, NULL };
	struct office_program program = civil_program;

	program.desk = desk;
	return office_main(argc, argv, &program);
}
