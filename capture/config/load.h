/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one way a verb comes by its configuration: open, read, parse. */
#pragma once

#include "base/macros.h"
#include "base/root.h"
#include "config/config.h"

/*
 * path NULL: CONFIG_PATH beneath the root, and the defaults when there is no such file. Otherwise
 * the file that the user named, which must exist and is not looked for beneath the root. 0; -EINVAL
 * with *error filled: the file is not valid; another -errno: it could not be read, or -ENOMEM.
 * config_deinit() in every case; *out is good for nothing else after a failure.
 */
int config_load(const struct root *root, const char *path, struct config *out,
		struct config_error *error) _must_check_;
