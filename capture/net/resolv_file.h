/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/resolv.conf for the time of the capture. */
#pragma once

#include "base/root.h"

/*
 * Put text, which begins with RESOLV_OURS, in its place; what was there, a symlink perhaps, is kept
 * beside it. More than once, for more than one host. 0 or -errno.
 */
int resolv_replace(const struct root *root, const char *text) _must_check_;
/*
 * What was there before the last resolv_replace() that was not undone, or nothing. 0; 1: another
 * program has put a file in its place meanwhile, which stays; or -errno.
 */
int resolv_restore(const struct root *root) _must_check_;
