// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "cmd/config.h"
#include "config/config.h"
#include "run/guard_boot.h"

#include <errno.h>
#include <string.h>

/* A configuration that cannot be read is the capture's to complain of: the boot is guarded. */
static int begin(struct app *app)
{
	struct config config;
	int err;

	if (cmd_load_config(app, NULL, &config) != EXIT_DONE) {
		config_deinit(&config);
		if (config_init(&config) < 0) {
			config_deinit(&config);
			return EXIT_FAILED;
		}
	}
	err = guard_boot_begin(&app->root, &config, &app->log);
	config_deinit(&config);
	if (err == -ENOENT)
		return EXIT_NO_DUMP;
	/* This machine has no watchdog, or nowhere to count: nothing failed. */
	if (err == -ENODEV)
		return EXIT_DONE;
	return err < 0 ? EXIT_FAILED : EXIT_DONE;
}

int cmd_guard(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "begin") == 0)
		return begin(app);
	if (argc == 2 && strcmp(argv[1], "end") == 0)
		return guard_boot_end(&app->root, &app->log) < 0 ? EXIT_FAILED : EXIT_DONE;
	return cmd_usage(app, cmd, "takes begin or end");
}
