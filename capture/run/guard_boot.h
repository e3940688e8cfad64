/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of a capture boot before there is a capture, and after it: the boot's first unit, or
 * hook, counts the attempt and leaves the watchdog armed; what runs when the capture is over, in
 * whatever way, stops it.
 */
#pragma once

#include "base/log.h"
#include "base/root.h"
#include "config/config.h"
#include "run/attempts.h"

/* 0; -ENOENT no dump is active; or -errno. Says what it does. */
int guard_boot_begin(const struct root *root, const struct config *config,
		     struct log *log) _must_check_;
/* Nothing to do counts as done. 0 or -errno. */
int guard_boot_end(const struct root *root, struct log *log) _must_check_;

/*
 * One more attempt, unless this boot was counted already. *store is open after 0. 0 or -errno; *out
 * has then what is known all the same, and is untouched where nothing is.
 */
int guard_boot_count(const struct root *root, uint64_t dump_id, struct attempts_store *store,
		     struct attempts *out) _must_check_;
/* What the watchdog is given; 0: it is off. */
unsigned int guard_boot_seconds(const struct config *config);
/* This boot has armed the watchdog. Nobody would stop it without the mark. 0 or -errno. */
int guard_boot_mark(const struct root *root) _must_check_;
/* It is stopped. */
void guard_boot_unmark(const struct root *root);
/* May it be running still? */
bool guard_boot_marked(const struct root *root);
/* Why there is no watchdog, for people. */
const char *guard_boot_error(int err);
