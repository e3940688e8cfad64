/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing to what may be a terminal, a console, a pipe or a socket that is not read. */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Write all of buf, however slowly it is taken, until the deadline (absolute, clock_ms()). 0,
 * -ETIMEDOUT: it took a part or nothing; or -errno.
 *
 * That a descriptor is ready says little: a terminal is when it has room for one byte. And whether
 * a write waits is a property of the open file, which is shared with other processes, so a terminal
 * or pipe is opened again for it. A user who may not do that may have to wait.
 */
int outlet_write(int fd, const void *buf, size_t len, int64_t deadline) _must_check_;
