/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of a target's past stays: keep, keep-logs, keep-free and make-room. All of it is best
 * effort beside a capture: what cannot be looked through or deleted is said, and nothing more.
 */
#pragma once

#include "base/log.h"
#include "config/config.h"
#include "run/inventory.h"

/* At whose target, for which machine, and which dump is not to be touched. */
struct retention {
	struct target *t;
	const struct config *config;
	struct log *log;
	const struct owner *owner;
	uint64_t held_id; /* the active dump's; 0: none is */
	/* Bytes that the caller can free when all else is gone: they count for what is in reach. */
	uint64_t last_resort;
	bool dry; /* say what would go, and delete nothing */
};

/*
 * The room that keep-free wants, bytes. 0 where a share of a file system of unknown size is wanted;
 * said.
 */
uint64_t retention_floor(const struct retention *r);

/*
 * Look through the target again and delete what goes: when `saved`, a new dump is there whole, and
 * older ones give way to it; else logs without a dump alone, and what was left half written. 0 or
 * -errno of the first that failed; logged.
 */
int retention_tidy(const struct retention *r, bool saved);

/*
 * See to it that `bytes` are free on the target: what was left half written goes first, then, with
 * make-room, dumps; nothing goes where that would not do. 0; -ENOSPC: there is not so much; another
 * -errno: it cannot be told.
 */
int retention_make_room(const struct retention *r, uint64_t bytes) _must_check_;
