/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/resolv.conf for the time of the capture. */
#pragma once

#include "base/root.h"

/* Put text in its place; what was there, a symlink perhaps, is kept beside it. 0 or -errno. */
int resolv_replace(const struct root *root, const char *text) _must_check_;
/* What was there before, or nothing. 0 or -errno. */
int resolv_restore(const struct root *root) _must_check_;
