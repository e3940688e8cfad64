/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server's host keys: asked of the server, and kept in the file of known hosts. */
#pragma once

#include "base/macros.h"
#include "base/root.h"
#include "target/ssh_hosts.h"

#include <stdbool.h>
#include <stddef.h>

#define HOST_KEYS_MAX 8
#define HOST_KEY_MAX  4096 /* bytes of one, as text */

struct host_keys {
	struct host_key {
		char key[HOST_KEY_MAX]; /* "TYPE BASE64" */
		char shown[512];      /* as ssh-keygen -l shows it: bits, fingerprint, name, type */
		char fingerprint[64]; /* "SHA256:..." */
	} keys[HOST_KEYS_MAX];
	size_t n;
};

/*
 * Lines "NAME TYPE BASE64" as ssh-keyscan prints them; what is no such line is passed over, and
 * what is more than HOST_KEYS_MAX. Fills key alone.
 */
void host_keys_parse(const char *buf, size_t len, struct host_keys *out);

/* "SHA256:" and 43 digits of base 64? */
bool host_key_is_fingerprint(const char *text);

/*
 * Ask the server with ssh-keyscan, and ssh-keygen for the fingerprints. Proves nothing: whoever
 * answers may be anybody. 0; -ENOENT: no key came; or another -errno.
 */
int host_keys_scan(const struct ssh_host *host, struct host_keys *out) _must_check_;

/*
 * Write the keys into the file (made 0600, its directory 0700) under name; replace: instead of
 * those that it has there. The file changes as a whole, durably. 0 or -errno.
 */
int known_hosts_put(const struct root *root, const char *path, const char *name,
		    const struct host_key *const *keys, size_t n, bool replace) _must_check_;
