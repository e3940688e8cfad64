/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cmd/cmd.h"
#include "config/config.h"

/*
 * The configuration that a verb works with: file, or NULL for --config or the default. EXIT_DONE,
 * or an exit status after one line of error. config_deinit() in every case.
 */
int cmd_load_config(struct app *app, const char *file, struct config *out);
