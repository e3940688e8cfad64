/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Being ready for the next crash. Both log in words for administrators. */
#pragma once

#include "base/log.h"
#include "base/root.h"

#include <stdbool.h>

/*
 * Register and read it back; fine when it is registered already. 0 or -errno.
 * Registering writes to the page of the fadump header. In a capture boot the kernel may have given
 * that page away: unless the caller has just seen to it (header_settled), it is taken out of use
 * first, and where that does not work nothing is written: -EBUSY.
 */
int register_for_crash(const struct root *root, struct log *log, bool header_settled) _must_check_;
int unregister(const struct root *root, struct log *log) _must_check_;
