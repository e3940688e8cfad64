/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running programs for the network: each with a deadline, and an error that shows what was called.
 */
#pragma once

#include "net/plan.h"

#include <stdint.h>

/*
 * Run it, for ten seconds at most. 0; or -errno with *error filled: the command, and the last that
 * it said.
 */
int net_run(const char *const *argv, struct net_error *error) _must_check_;
/* The same, and what it printed, NUL-terminated; the caller frees it. */
int net_collect(const char *const *argv, char **buf, size_t *len,
		struct net_error *error) _must_check_;
/* Until a deadline (clock_ms()), for what waits for an answer. */
int net_collect_until(const char *const *argv, int64_t deadline, char **buf, size_t *len,
		      struct net_error *error) _must_check_;
