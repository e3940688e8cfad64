/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lock file: held by one process at a time, and let go however that process ends. */
#pragma once

#include "base/macros.h"
#include "base/root.h"

/*
 * Take the lock file at path, whose directory is made when it is missing. Never waits. 0 and an fd
 * that holds the lock until it is closed; -EBUSY when another process has it; or -errno.
 */
int lock_take(const struct root *root, const char *path, int *fd) _must_check_;
