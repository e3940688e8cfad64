// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "cmd/config.h"
#include "run/confirm.h"
#include "run/lock.h"
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
	case RELEASE_UNCLEAR:
		break;
	}
	return EXIT_FAILED;
}

static enum release_result release(struct app *app, const struct config *config, bool force)
{
	enum header_page fate = HEADER_PAGE_SAFE;
	struct receipt receipt;
	enum release_result r;

	if (force) {
		r = release_forced(&app->root, &app->log, &fate);
	} else {
		r = confirm_saved(&app->root, config, &app->log, &receipt);
		if (r == RELEASE_DONE)
			r = release_memory(&app->root, &app->log, &receipt, &fate);
	}
	if ((r == RELEASE_DONE || r == RELEASE_UNCLEAR) && record_released(&app->root, r, fate) < 0)
		log_warning(&app->log, "%s: cannot be written", RECORD_PATH);
	if (r == RELEASE_DONE && register_for_crash(&app->root, &app->log, &fate) != 0)
		r = RELEASE_FAILED;
	return r;
}

/* A configuration that cannot be read is no reason to keep the memory. */
static enum release_result use_defaults(struct app *app, struct config *config, bool force)
{
	config_deinit(config);
	return config_init(config) < 0 ? RELEASE_FAILED : release(app, config, force);
}

int cmd_release(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	_cleanup_close_ int lock = -1;
	enum release_result r = RELEASE_REFUSED;
	struct config config = {0};
	bool force;
	int status = cmd_only_flag(app, cmd, argc, argv, &force);

	if (status != EXIT_DONE)
		return status;
	/* Only where there may be something to do; elsewhere nothing is made, not even this file.
	 */
	if (root_exists(&app->root, "/sys/kernel/fadump/release_mem") ||
	    root_exists(&app->root, "/sys/kernel/fadump_release_mem"))
		if (lock_capture(&app->root, &app->log, &lock) < 0)
			return EXIT_FAILED;
	/* For the place where the dump is; a person who forces it asks for none. */
	if (force || cmd_load_config(app, NULL, &config) != EXIT_DONE)
		r = use_defaults(app, &config, force);
	else
		r = release(app, &config, force);
	config_deinit(&config);
	if (r == RELEASE_NOT_NEEDED)
		log_info(&app->log, "no dump is active; nothing to release");
	return exit_of(r);
}
