/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Under which name does ssh look for a server's host key, and is it known? */
#pragma once

#include "base/macros.h"
#include "target/target.h"
#include "target/url.h"

#include <stdbool.h>

struct ssh_host {
	char name[300]; /* as it stands in a file of known hosts: "host", "[host]:port", or an alias
			 */
	char address[256]; /* where ssh connects to */
	char port[8];
	bool jumped; /* through another host or a command */
};

/* What ssh's configuration makes of a URL. Asks ssh -G. 0 or -errno. */
int ssh_host_find(const struct url *u, const struct target_env *env,
		  struct ssh_host *out) _must_check_;

/* Is there a key for it in env->ssh.known_hosts? 0; -ENOENT; or another -errno. */
int ssh_host_known(const struct target_env *env, const char *name) _must_check_;

/* The same, and of this fingerprint, "SHA256:...". */
int ssh_host_known_as(const struct target_env *env, const char *name,
		      const char *fingerprint) _must_check_;
