// SPDX-License-Identifier: GPL-2.0-or-later
/* Targets whose earlier dumps are not ours to delete: said where somebody counts on it. */
#include "cmd/cmd.h"
#include "cmd/config.h"

#include <string.h>

static void warn(struct app *app, const char *name, const struct config_target *t,
		 const struct config *c)
{
	if (c->make_room)
		log_warning(&app->log,
			    "%s: target %s: make-room does not reach there; the server must make "
			    "room itself",
			    name, t->url);
	if (c->rate_limit.crashes)
		log_warning(&app->log,
			    "%s: target %s: rate-limit does not hold there; every crash gets its "
			    "dump",
			    name, t->url);
	if (c->keep_free.percent)
		log_warning(&app->log,
			    "%s: target %s: keep-free is a share, and how large the server's disk "
			    "is is not known; nothing is kept free there: give a size",
			    name, t->url);
	if (c->keep || c->keep_logs)
		log_info(
			&app->log,
			"%s: target %s: keep and keep-logs do not reach there; delete old dumps on "
			"the server",
			name, t->url);
}

void cmd_warn_past(struct app *app, const char *name, const struct config *c)
{
	size_t i;

	for (i = 0; i < c->n_targets; i++)
		if (strncmp(c->targets[i].url, "ssh:", 4) == 0)
			warn(app, name, &c->targets[i], c);
}
