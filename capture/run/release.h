/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving the memory back. Only against a receipt for the dump that is active; only a person may
 * force it.
 */
#pragma once

#include "base/log.h"
#include "base/root.h"
#include "config/config.h"
#include "crash/fadump.h"
#include "crash/header_page.h"
#include "target/receipt.h"

enum release_result {
	RELEASE_DONE,       /* given back, seen to be gone */
	RELEASE_NOT_NEEDED, /* no dump is active */
	RELEASE_REFUSED,    /* no receipt for this dump, or fadump is off; nothing was written */
	RELEASE_FAILED,     /* the kernel refused the write */
	RELEASE_UNCLEAR,    /* it took the write, but /proc/vmcore is still there: never again */
};

/*
 * Is there anything to release here, and may it be released at all? RELEASE_DONE: yes to both. Logs
 * why not: a second write in one boot would free memory that is in use by then. *state is what was
 * found.
 */
enum release_result release_possible(const struct root *root, struct log *log,
				     struct fadump_state *state);

/* receipt must be for the active dump. Logs what it did. *fate is set when the result is
 * RELEASE_DONE. */
enum release_result release_memory(const struct root *root, struct log *log,
				   const struct receipt *receipt, enum header_page *fate);

/*
 * The exception: no dump was saved, because a policy of the configuration wants none. Refused
 * unless the receipt was filled for that policy, of the active dump's log, and config has the
 * policy in force, which by default none is. Says under which policy it was done.
 */
enum release_result release_by_policy(const struct root *root, struct log *log,
				      const struct config *config,
				      const struct log_receipt *receipt, enum header_page *fate);
/* The key of the configuration, like "rate-limit"; "" for none. */
const char *release_policy_word(enum release_policy policy);

/* `release --force`: no receipt, a person's decision. Still refused where it would free pages in
 * use. */
enum release_result release_forced(const struct root *root, struct log *log,
				   enum header_page *fate);
