/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One capture or release at a time: two would write the same files and release for each other. */
#pragma once

#include "base/log.h"
#include "base/root.h"

/*
 * 0 and an fd that holds the lock until it is closed, or -EBUSY, logged. Where the lock file cannot
 * be made, that is logged and 0 with no fd (-1): a dump counts for more than its lock.
 */
int lock_capture(const struct root *root, struct log *log, int *fd) _must_check_;
