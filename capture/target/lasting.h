/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does what is written in a directory outlive the boot? fsync succeeds on memory, too, and means
 * nothing there. So what the directory really lies on is found out (the upper layer of an overlay,
 * the file of a loop device, the devices below one of the device mapper), and only what is known to
 * last will do.
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>

/*
 * Of an open file or directory of this machine. 0: it lasts. -EROFS: it does not, or that is not
 * known; `on` says what it lies on, "tmpfs, which is memory". Or -errno.
 */
int lasting_check(int fd, char *on, size_t size) _must_check_;
