/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block device by the name that a target gives it. udev decides: by its links in /dev/disk, and
 * by its database (target/udev.h).
 */
#pragma once

#include "base/macros.h"
#include "target/target.h"

#include <stddef.h>
#include <stdint.h>

struct device_found {
	char path[300];
	char fstype[32]; /* as udev has it; "" when udev does not say */
};

/*
 * Wait until `until` for a device that may be mounted. source: "UUID=...", "LABEL=...",
 * "PARTUUID=...", "PARTLABEL=..." or "/dev/...". 0; -ENODEV with why (size bytes) when there was
 * none in time; or another -errno when the target was given up meanwhile.
 */
int device_find(const struct target *t, const char *source, int64_t until, struct device_found *out,
		char *why, size_t size) _must_check_;
/* Once, without a wait: may it still be mounted? */
bool device_is_free(const struct target *t, const char *path);
/* The link that udev makes for a tag ("UUID=..."), or the path itself. 0, or -EINVAL for another
 * tag. */
int device_link(const char *source, char *out, size_t size) _must_check_;
