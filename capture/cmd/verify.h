/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cmd/cmd.h"

/* Check the dump at path, a vmcore or a directory that holds one, and report it; full: every page
 * too. An exit status. */
int verify_dump(struct app *app, const char *path, bool full, bool json);
