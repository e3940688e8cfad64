/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block device that the capture mounts itself, before the root file system is there: wait for it,
 * let the file system's own check run, mount it read-write at a private place, and unmount it
 * again.
 */
#pragma once

#include "target/target.h"

#include <stddef.h>

struct device_spec {
	const char *source;  /* "UUID=...", "LABEL=...", "PARTUUID=..." or "/dev/..." */
	const char *fstype;  /* NULL: as udev or libblkid finds it */
	const char *options; /* mount options besides rw,nodev,nosuid,noexec; NULL */
	struct target *t; /* that it is for: how long all may take, and that the check is at work */
};

/*
 * Mount it at dir (created 0700). Waits up to env->device_ms for a device that may be mounted
 * (target/device_find.h), and as long tries again when the mount fails for a reason that may pass.
 * Runs e2fsck -p on ext file systems (xfs and btrfs replay in the kernel) for up to half an hour,
 * as long as it gets on. 0 or -errno: -ENODEV no device came, -EUCLEAN its check found errors that
 * need a person, -EIO it did not get done, -EROFS it came up read-only; why (size bytes) says more,
 * and nothing is left mounted.
 */
int device_mount(const struct device_spec *spec, const char *dir, char *why,
		 size_t size) _must_check_;
/* Unmount dir and remove it; tries for a few seconds while it is busy. */
int device_unmount(const char *dir) _must_check_;
