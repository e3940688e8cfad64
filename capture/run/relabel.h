/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SELinux: what a capture writes in the initramfs has no label there, or a wrong one, since no
 * policy is loaded yet. The running system gives it the right one.
 */
#pragma once

#include "base/log.h"
#include "base/root.h"
#include "config/config.h"

/*
 * restorecon(8) on the directories of this boot's dump on targets of this machine, where SELinux is
 * enabled; nothing in an initramfs, or where a target's file system is not mounted now. Waits for
 * three minutes at most. 0 or -errno, after a warning.
 */
int relabel_targets(const struct root *root, const struct config *config,
		    struct log *log) _must_check_;

/*
 * Where is a device mounted whole? text: /proc/self/mountinfo; device: its path. 0 or -ENOENT.
 */
int relabel_find_mount(const char *text, const char *device, char *out, size_t size) _must_check_;
