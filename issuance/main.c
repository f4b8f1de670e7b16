/* issued - applications and documents: the interface, and the desk that works on it. */
#include "issuance/desk/desk.h"
#include "issuance/issued.h"
#include "registry/desk/desk.h"

int
main(int argc, char **argv)
{
	static const struct web_file *const desk[] = { desk_files, issuance_desk_files, NULL };
	struct office_program program = issued_program;

	program.desk = desk;
	return office_main(argc, argv, &program);
}
