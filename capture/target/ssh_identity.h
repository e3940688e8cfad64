/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key pair that a capture logs in with. */
#pragma once

#include "base/macros.h"
#include "base/root.h"

#include <stddef.h>

#define SSH_PUBLIC_MAX 4096 /* "TYPE BASE64 COMMENT" */

/*
 * Make it with ssh-keygen: Ed25519, or ECDSA where that is refused (FIPS mode); no passphrase; the
 * private key at path, 0600, the public one in path.pub. 0; -EEXIST: there is one, which stays as
 * it is; or -errno with why (size bytes, "" when the errno says it all).
 */
int ssh_identity_make(const struct root *root, const char *path, const char *comment, char *why,
		      size_t size) _must_check_;

/*
 * The public key's line, made from the private key itself. 0, or -errno with why: it has a
 * passphrase, others may read it, it is no key.
 */
int ssh_identity_public(const struct root *root, const char *path, char *line, size_t line_size,
			char *why, size_t size) _must_check_;
