/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices, and what they lie on. For lasting*.c. */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <sys/types.h>

struct lasting {
	char *on; /* what it lies on that does not last */
	size_t size;
	unsigned int depth; /* of the thing that is looked at, below the first */
};

/* Say what it lies on. -EROFS. */
int lasting_refuse(struct lasting *l, const char *fmt, ...) _printf_(2, 3);
/* Each: 0, -EROFS with l->on, or -errno. */
int lasting_check_file(struct lasting *l, int fd) _must_check_;
int lasting_check_device(struct lasting *l, dev_t dev) _must_check_;
/* All devices of the file system that fd is on. */
int lasting_check_btrfs(struct lasting *l, int fd) _must_check_;
