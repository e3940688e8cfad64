/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate-limit: does a crash go without a dump, because too many were saved just before? */
#pragma once

#include "config/config.h"
#include "run/inventory.h"

/*
 * Are there `limit->crashes` dumps of other crashes that this machine saved on the target within
 * the time before `crashed` (seconds since 1970)? false when in doubt: the limit is off, a time is
 * not known, or the target cannot be looked through. Dumps count that have been deleted since.
 * *saved: how many there are.
 */
bool rate_exceeded(const struct config_rate *limit, const struct inventory *inv, int64_t crashed,
		   uint64_t dump_id, size_t *saved);
