/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Earning a receipt again for a dump that an earlier capture of this boot published. */
#pragma once

#include "run/release.h"
#include "run/run.h"

/*
 * RELEASE_DONE: *receipt is for the dump that is active now. RELEASE_NOT_NEEDED: no dump is active.
 * RELEASE_REFUSED: it was not saved, or what was saved is not there whole; logged.
 */
enum release_result confirm_saved(const struct root *root, const struct config *config,
				  struct log *log, struct receipt *receipt);

/* The same for one place of one dump. 0 or -errno, logged. */
int confirm_saved_at(const struct root *root, const struct config *config, struct log *log,
		     uint64_t dump_id, const struct run_saved *saved,
		     struct receipt *receipt) _must_check_;
