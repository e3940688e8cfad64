/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guards a capture in the initramfs: attempts that are counted (run/attempts.h), and the
 * watchdog, fed while there is progress (run/feeder.h). The boot arms it at its very beginning
 * (run/guard_boot.h); the capture takes it over and stops it when it is through.
 */
#pragma once

#include "dump/progress.h"
#include "run/attempts.h"
#include "run/feeder.h"

/* How far an attempt came; the letters are in the machine's memory. */
enum guard_step {
	GUARD_NONE = '.',    /* the boot has counted it, no capture has begun */
	GUARD_LOG = 'l',     /* reading the crashed kernel's log */
	GUARD_NETWORK = 'n', /* bringing the network up for a target */
	GUARD_OPEN = 'o',    /* reaching the target */
	GUARD_PREPARE = 'p', /* its directory, the log, room */
	GUARD_STREAM = 's',  /* writing the dump */
	GUARD_COMMIT = 'c',  /* making it durable, checking it */
	GUARD_RECORD = 'r',  /* manifest and the like */
	GUARD_RELEASE = 'g', /* giving the memory back */
	GUARD_END = 'e',     /* it came to its end */
};

#define GUARD_NOWHERE (-1) /* for a step that is no target's */

struct guard {
	struct attempts attempts;    /* of this dump; n is this one's number, 0: not counted */
	struct attempts_store store; /* fd -1: not kept */
	struct feeder feeder;
	bool last;  /* only the log is to be saved */
	bool spent; /* nothing is to be tried */
	int permille;
	uint64_t bytes; /* of the last progress that was told */
};

struct run;

void guard_init(struct guard *g);
/* As soon as the dump is known. Never in the way of a capture: what does not work is said. */
void guard_start(struct run *run);
/* However the capture ended, and before anybody else is given the machine. */
void guard_stop(struct run *run);

/* A late capture that would only repeat what failed before is not made. */
bool guard_forbids(struct run *run);

/* A step begins. target: its number in the configuration, or GUARD_NOWHERE. */
void guard_step(struct run *run, enum guard_step step, int target);
/* A piece of work is done. Cheap. */
static inline void guard_pulse(struct guard *g)
{
	if (g->feeder.shared)
		g->feeder.shared->pulse++;
}
/* Of makedumpfile: only what is more than the last time counts. */
void guard_progress(struct guard *g, const struct progress *p);

/* Of an attempt, for people and the manifest. */
const char *guard_step_text(char step);
