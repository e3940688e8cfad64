/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cmd/cmd.h"
#include "config/config.h"
#include "target/url.h"

/*
 * The configuration that a verb works with: file, or NULL for --config or the default. EXIT_DONE,
 * or an exit status after one line of error. config_deinit() in every case.
 */
int cmd_load_config(struct app *app, const char *file, struct config *out);
/* The name of that file, for messages. */
const char *cmd_config_name(const struct app *app, const char *file);
/* "FILE:LINE: " of a target, and what is wrong; without the line when it is the default. */
void cmd_say_target(struct app *app, const char *name, const struct config_target *t,
		    const char *what);
/* EXIT_DONE and *out, which is then the caller's; or an exit status after one line of error. */
int cmd_parse_target(struct app *app, const char *name, const struct config_target *t,
		     struct url *out);

/* Are the words of `network` right? Looks nothing up. An exit status, after one line of error. */
int cmd_check_network(struct app *app, const char *name, const struct config *c);
/*
 * `config network`: what the image must know to reach the network targets; nothing when there are
 * none. needs: what it must have for it instead, a line each: "interface NAME", "module NAME",
 * "applet NAME".
 */
int cmd_config_network(struct app *app, const char *file, bool needs);
/* The word of the command line by which this boot brings up a network of its own; nothing when
 * there is none. */
int cmd_config_boot_network(struct app *app);

/* Are the tools, keys and host keys of targets on other machines there? An exit status, after one
 * line of error. */
int cmd_check_remote(struct app *app, const char *name, const struct config *c);
/* What is said of keep and the like where a target's kind does not heed them. */
void cmd_warn_past(struct app *app, const char *name, const struct config *c);
/*
 * `config remote`: what an image must have for them, a line each: "program NAME", "private FILE"
 * (for root's eyes), "maybe FILE" (where it is there), "module NAME".
 */
int cmd_config_remote(struct app *app, const char *file);
/*
 * `config import`: another tool's configuration as one of ours, on stdout; what could not be taken
 * over is warned of. file NULL: the first there is of those that these tools have. An exit status.
 */
int cmd_config_import(struct app *app, const char *file);
