/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running programs for the network: each with a deadline, and an error that shows what was called.
 */
#pragma once

#include "net/plan.h"

#include <stdint.h>

/*
 * Run it until deadline (clock_ms(); no longer than ten seconds in any case where brief). 0; or
 * -errno with *error filled: the command, and the last that it said.
 */
int net_run(const char *const *argv, int64_t deadline, struct net_error *error) _must_check_;
/* The same, and what it printed, NUL-terminated; the caller frees it. */
int net_collect(const char *const *argv, int64_t deadline, char **buf, size_t *len,
		struct net_error *error) _must_check_;
/* Until the deadline itself, for what waits for an answer. */
int net_collect_long(const char *const *argv, int64_t deadline, char **buf, size_t *len,
		     struct net_error *error) _must_check_;
