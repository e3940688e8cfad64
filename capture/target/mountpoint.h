/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a target's file system is mounted: one place each, since several may be open at a time. */
#pragma once

#include "target/target.h"

/*
 * Take a free one: t->mount_lock holds it until it is closed; path (size bytes) is its name. What
 * an earlier capture left mounted there is its taker's to remove. 0 or -errno.
 */
int mountpoint_take(struct target *t, char *path, size_t size) _must_check_;
