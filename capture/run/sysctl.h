/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the kernel by their names in sysctl.d(5), and who has set them. */
#pragma once

#include "base/root.h"

#include <stdint.h>

/* n numbers. 0 or -errno. */
int sysctl_read(const struct root *root, const char *name, uint64_t *out, size_t n) _must_check_;
int sysctl_write(const struct root *root, const char *name, const uint64_t *values,
		 size_t n) _must_check_;

/* Does sysctl.d(5), /etc/sysctl.conf or the command line (sysctl.NAME=) set it? */
bool sysctl_is_set(const struct root *root, const char *name);
/* Is there a word "NAME=..." on the kernel's command line? */
bool sysctl_is_on_command_line(const struct root *root, const char *name);
