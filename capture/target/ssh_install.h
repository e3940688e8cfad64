/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A public key into the login's .ssh/authorized_keys, over SFTP alone. */
#pragma once

#include "base/macros.h"
#include "target/sftp.h"

#include <stddef.h>

/*
 * Add line (whose key is "TYPE BASE64") behind what the file has; nothing when it has the key. The
 * directory is made 0700, the file 0600. 0, or -errno with why (size bytes).
 */
int ssh_install_key(struct sftp *s, const char *key, const char *line, char *why,
		    size_t size) _must_check_;
