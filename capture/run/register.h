/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Being ready for the next crash. Both log in words for administrators. */
#pragma once

#include "base/log.h"
#include "base/root.h"
#include "crash/header_page.h"

/* A dump is in memory: nothing was written. It has been said what may be done about it. */
#define REGISTER_LEFT 1

/*
 * Register and read it back; fine when it is registered already. 0, REGISTER_LEFT or -errno. The
 * state is judged before anything else.
 * Registering writes to the page of the fadump header. In a capture boot the kernel may have given
 * that page away. Right after a release, released says what became of it: nothing is written to a
 * page that somebody has, -EBUSY. Otherwise released is NULL: then the page is taken out of use
 * first, unless the record says that a release of ours did so, and where that does not work nothing
 * is written either: -EBUSY.
 */
int register_for_crash(const struct root *root, struct log *log,
		       const enum header_page *released) _must_check_;
int unregister(const struct root *root, struct log *log) _must_check_;
