/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process beside the capture that feeds the watchdog as long as the capture gets on, which it
 * sees from outside (base/life.h) and is told by a counter. Time that passes is no progress:
 * whether the capture is stopped, sleeps in the kernel for ever, or the kernel itself stands still,
 * nothing is fed. It ends when the capture does, however that ends, and stops the watchdog then.
 */
#pragma once

#include "base/life.h"
#include "base/watchdog.h"

#include <stdatomic.h>
#include <sys/types.h>

/* What both processes see. */
struct feeder_shared {
	_Atomic uint64_t pulse; /* rises with every piece of work that is done */
	/* So long the capture may wait without any, as it will give up by itself: while it can,
	 * which one that is stopped or blocked in the kernel cannot. */
	_Atomic int64_t patience_ms;
};

struct feeder {
	struct feeder_shared *shared; /* NULL: there is none */
	pid_t pid;
	int pipe; /* closed to end it */
};

/* Seen at one look at the capture. */
struct feeder_look {
	int64_t now;
	uint64_t pulse;
	struct life life; /* its state '\0': it cannot be told */
};

/* The watchdog may be fed. *last is the look that showed progress last, and is kept up to date. */
bool feeder_may_feed(const struct feeder_look *look, int64_t patience_ms, struct feeder_look *last);

/* Takes over the armed watchdog. 0 or -errno; then it is stopped. */
int feeder_start(struct watchdog *w, unsigned int seconds, struct feeder *out) _must_check_;
/* End it. 0: the watchdog is stopped; -errno: perhaps not. */
int feeder_stop(struct feeder *f) _must_check_;
