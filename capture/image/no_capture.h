/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Initramfs images that could not be given a capture: a build that must not fail, as that of a
 * kernel update, leaves the reason in /var/lib/fadump-ng/no-capture/KERNEL
 * (modules.d/99fadump-ng/fadump-ng-image.sh). The next whole image for that kernel takes it away.
 */
#pragma once

#include "base/root.h"

struct no_capture {
	char kernel[65];
	char reason[600]; /* printable, one line */
};

/*
 * One of the kernels that are still installed whose image cannot capture, the highest name first.
 * 0; -ENOENT there is none, or /var cannot be read; or another -errno.
 */
int no_capture_find(const struct root *root, struct no_capture *out) _must_check_;
