/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Under which name does ssh look for a server's host key, and is it known? */
#pragma once

#include "base/macros.h"
#include "target/target.h"
#include "target/url.h"

#include <stddef.h>

/*
 * The name as it stands in a file of known hosts: "host", "[host]:port", or the alias that ssh's
 * configuration gives it. Asks ssh -G. 0 or -errno.
 */
int ssh_host_name(const struct url *u, const struct target_env *env, char *buf,
		  size_t size) _must_check_;

/* Is there a key for it in env->ssh.known_hosts? 0; -ENOENT; or another -errno. */
int ssh_host_known(const struct target_env *env, const char *name) _must_check_;
