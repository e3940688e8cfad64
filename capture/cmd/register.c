// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "run/register.h"

#include <errno.h>

static int no_arguments(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	const char *value;
	int i = 0, o = cmd_next_option(app, cmd, argc, argv, &i, &value);

	if (o == -2)
		return EXIT_USAGE;
	return i < argc ? cmd_usage(app, cmd, "takes no argument") : EXIT_DONE;
}

int cmd_register(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	int status = no_arguments(app, cmd, argc, argv);

	if (status != EXIT_DONE)
		return status;
	return register_for_crash(&app->root, &app->log, NULL) < 0 ? EXIT_FAILED : EXIT_DONE;
}

int cmd_unregister(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	int status = no_arguments(app, cmd, argc, argv);

	if (status != EXIT_DONE)
		return status;
	return unregister(&app->root, &app->log) < 0 ? EXIT_FAILED : EXIT_DONE;
}
