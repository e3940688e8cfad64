/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What udev and the kernel say of a block device, without opening it. Sources: udev's database,
 * /run/udev/data/bMAJOR:MINOR (one "E:KEY=VALUE" line for each property; systemd,
 * src/libsystemd/sd-device), and /sys/dev/block/MAJOR:MINOR.
 */
#pragma once

#include "base/macros.h"
#include "base/root.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define UDEV_RECORD_MAX (64 * KIB)

/* The properties of one device that decide whether it may be used. */
struct udev_record {
	bool not_ready;   /* SYSTEMD_READY=0 */
	bool path;        /* DM_MULTIPATH_DEVICE_PATH is set, and not 0 */
	bool btrfs_waits; /* ID_BTRFS_READY=0 */
	char fstype[32];  /* ID_FS_TYPE; "" */
};

/* A record's text; what is not understood is left out. */
void udev_parse(const char *buf, size_t len, struct udev_record *out);

/* Does udev work here? Without it, only the kernel can be asked. */
bool udev_is_there(const struct root *root);
/* Is no event left in udev's queue? */
bool udev_is_settled(const struct root *root);

/*
 * May the file system on this device be mounted? 0, with its type as udev has it in fstype ("" when
 * udev does not say); or -EAGAIN, with why (size bytes): it is, or may become, a part of another
 * device, or udev has not seen it yet. For a btrfs of several devices, which udev does not look at
 * again when the others appear, -EINPROGRESS: the kernel has to be asked whether they have.
 */
int udev_may_mount(const struct root *root, dev_t dev, char fstype[32], char *why,
		   size_t size) _must_check_;
