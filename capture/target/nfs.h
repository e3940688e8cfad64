/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nfs:// targets: a directory of an NFS server, mounted by the capture with bounded waits. */
#pragma once

#include "target/target.h"

#include <stddef.h>

extern const struct target_ops nfs_ops;

/* What it is mounted with: mount's -o and its source. Exposed for tests. 0 or -ENAMETOOLONG. */
int nfs_options(const struct url *u, char *buf, size_t size) _must_check_;
int nfs_source(const struct url *u, char *buf, size_t size) _must_check_;
