/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One target's try at the dump: open, preflight, log, stream, commit, manifest, close. */
#pragma once

#include "run/run.h"

/*
 * Try url. 0: run->receipt is earned. -errno: nothing was published there; attempt->reason says why
 * in one line. The attempt is recorded in run->attempts either way.
 */
int attempt_target(struct run *run, const char *url) _must_check_;
