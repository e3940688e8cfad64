/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where does a directory of the running system really lie: on which device, in which file system,
 * under which path inside it? So that it can be found again in an initramfs, before anything is
 * mounted.
 */
#pragma once

#include "base/macros.h"
#include "base/root.h"

#include <stddef.h>

struct location {
	char *device; /* "UUID=..."; the device's path when its file system has none; owned */
	char *source; /* the device's path on the running system; owned */
	char *fstype; /* NULL when it is not known; owned */
	char *subvol; /* btrfs: the subvolume's absolute path; else NULL; owned */
	char *path;   /* absolute, inside the file system or subvolume; owned */
};

/*
 * path: absolute, need not exist yet: its longest existing part decides. Reads
 * /proc/self/mountinfo and the device beneath the root. 0 (location_deinit() then); -ENOTBLK when
 * it is on nothing that could be mounted again (tmpfs, overlay, a network, a loop device); or
 * another -errno. why (size bytes) says more.
 */
int location_find(const struct root *root, const char *path, struct location *out, char *why,
		  size_t size) _must_check_;

/*
 * What a device is now: "UUID=..." and the like, or a path. source is the spec itself while there
 * is no such device; path and subvol stay NULL. 0 (location_deinit() then) or -ENOMEM.
 */
int location_of_device(const struct root *root, const char *spec,
		       struct location *out) _must_check_;
void location_deinit(struct location *l);
