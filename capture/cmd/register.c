// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "run/register.h"

#include <errno.h>

static int exit_of(int result)
{
	if (result == REGISTER_LEFT)
		return EXIT_LEFT_ALONE;
	return result < 0 ? EXIT_FAILED : EXIT_DONE;
}

int cmd_register(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	bool given; /* they have no option */
	int status = cmd_only_flag(app, cmd, argc, argv, &given);

	if (status != EXIT_DONE)
		return status;
	return exit_of(register_for_crash(&app->root, &app->log, NULL));
}

int cmd_unregister(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	bool given; /* they have no option */
	int status = cmd_only_flag(app, cmd, argc, argv, &given);

	if (status != EXIT_DONE)
		return status;
	return exit_of(unregister(&app->root, &app->log));
}
