// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/cmd.h"

#include "base/cleanup.h"
#include "cmd/config.h"
#include "cmd/shelf.h"
#include "run/identity.h"
#include "run/lock.h"
#include "run/record.h"
#include "run/retention.h"

#include <errno.h>
#include <string.h>

struct pruning {
	uint64_t held_id;
	bool dry;
};

static int prune_target(const struct shelf *s, struct target *t, void *ctx)
{
	const struct pruning *p = ctx;
	struct retention r = {
		.t = t,
		.config = s->config,
		.log = &s->app->log,
		.owner = &s->owner,
		.held_id = p->held_id,
		.dry = p->dry,
	};
	int err = retention_tidy(&r, true), room = 0;

	if (s->config->make_room)
		room = retention_make_room(&r, retention_floor(&r));
	if (room == -ENOSPC && !p->dry)
		log_warning(&s->app->log,
			    "%s: less room is free than keep-free wants, and no more of this "
			    "machine's dumps may go",
			    t->text);
	return err < 0 || (room < 0 && room != -ENOSPC && room != -EOPNOTSUPP) ? EXIT_FAILED
									       : EXIT_DONE;
}

/* The dump that is in memory, or was given back in this boot: what was saved of it stays. */
static uint64_t held_id(const struct root *root)
{
	struct record record;
	uint64_t id;

	if (identity_active(root, &id) == 0)
		return id;
	return record_read(root, &record) == 0 ? record.dump_id : 0;
}

static int prune(struct app *app, const struct config *config, bool dry)
{
	_cleanup_close_ int lock = -1;
	struct pruning p = {.dry = dry};
	struct shelf s;

	/* A capture that is running has files that look like what is left of one. */
	if (lock_capture(&app->root, &app->log, &lock) < 0)
		return EXIT_FAILED;
	p.held_id = held_id(&app->root);
	shelf_init(app, config, &s);
	s.writes = !dry;
	return shelf_each(&s, prune_target, NULL, &p);
}

int cmd_prune(struct app *app, const struct cmd *cmd, int argc, char **argv)
{
	struct config config;
	bool dry;
	int status = cmd_only_flag(app, cmd, argc, argv, &dry);

	if (status != EXIT_DONE)
		return status;
	status = cmd_load_config(app, NULL, &config);
	if (status == EXIT_DONE)
		status = prune(app, &config, dry);
	config_deinit(&config);
	return status;
}
