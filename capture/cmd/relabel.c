// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"
#include "cmd/config.h"

#include "config/config.h"
#include "run/relabel.h"

int cmd_relabel(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	struct config config;
	bool given; /* it has no option */
	int status = cmd_only_flag(app, cmd, argc, argv, &given);

	if (status != EXIT_DONE)
		return status;
	status = cmd_load_config(app, NULL, &config);
	if (status == EXIT_DONE && relabel_targets(&app->root, &config, &app->log) < 0)
		status = EXIT_FAILED;
	config_deinit(&config);
	return status;
}
