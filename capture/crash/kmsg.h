/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log of this boot: /dev/kmsg, record by record and without waiting for new ones; a
 * plain file beneath a root prefix. Source: Documentation/ABI/testing/dev-kmsg.
 */
#pragma once

#include "base/root.h"
#include "crash/klog.h"

/*
 * Scan all of it, in a child that can do no harm (base/confined.h). 0, or -errno when it cannot be
 * read (-EPERM and -EACCES: not for this user); *out is then zeroed or what was found so far.
 */
int kmsg_scan(const struct root *root, struct klog_finding *out) _must_check_;
