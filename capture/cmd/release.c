// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "run/confirm.h"
#include "run/record.h"
#include "run/register.h"
#include "run/release.h"

static int exit_of(enum release_result r)
{
	switch (r) {
	case RELEASE_DONE:
		return EXIT_DONE;
	case RELEASE_NOT_NEEDED:
		return EXIT_NO_DUMP;
	case RELEASE_REFUSED:
	case RELEASE_FAILED:
		break;
	}
	return EXIT_FAILED;
}

int cmd_release(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	struct receipt receipt;
	enum header_page fate = HEADER_PAGE_SAFE;
	enum release_result r;
	const char *value;
	bool force = false;
	int i = 0, o;

	while ((o = cmd_next_option(app, cmd, argc, argv, &i, &value)) >= 0)
		force = true;
	if (o == -2)
		return EXIT_USAGE;
	if (i < argc)
		return cmd_usage(app, cmd, "takes no argument");
	if (force) {
		r = release_forced(&app->root, &app->log, &fate);
	} else {
		r = confirm_saved(&app->root, &app->log, &receipt);
		if (r == RELEASE_DONE)
			r = release_memory(&app->root, &app->log, &receipt, &fate);
	}
	if (r == RELEASE_NOT_NEEDED)
		log_info(&app->log, "no dump is active; nothing to release");
	if (r == RELEASE_DONE && record_released(&app->root, fate) < 0)
		log_warning(&app->log, "%s: cannot be written", RECORD_PATH);
	if (r == RELEASE_DONE && register_for_crash(&app->root, &app->log, true) < 0)
		return EXIT_FAILED;
	return exit_of(r);
}
