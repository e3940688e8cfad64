/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One pass over the dump: a target and those that are to be filled with it, one stream for all. */
#pragma once

#include "run/run.h"

/*
 * Try n targets of run->config at once. 0: run->receipt is earned, on all of them where require-all
 * is set. -errno otherwise. What became of each is logged, and recorded in run->attempts.
 */
int attempt_pass(struct run *run, const struct config_target *targets, size_t n) _must_check_;
