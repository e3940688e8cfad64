/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One target of a pass: opened, prepared, written to beside others, committed, closed. */
#pragma once

#include "run/run.h"

struct place {
	struct run_attempt *attempt; /* what became of it; attempt->err is 0 while it is well */
	struct url url;
	struct target_env env;
	struct target t;
	bool have_url, open;
	int number;    /* of the target, in the configuration */
	bool shared;   /* others are filled in the same pass, and wait while this one is written */
	bool streamed; /* it was asked to take the dump */
	bool committed;
	const char *verified;   /* when committed: how far, for the manifest */
	struct receipt receipt; /* when committed */
};

/* Each of these does nothing where attempt->err is set, and sets it, with attempt->reason. */

/* Reach it, make the crash's directory, save the log, look for room, create the file. */
void place_prepare(struct run *run, struct place *p, const struct config_target *target);
/* For stream_spec.write by way of the pass. */
void place_write(struct run *run, struct place *p, const void *buf, size_t len, uint64_t off);
/* The stream has ended, or failed with err and a reason: commit, or drop what was written. */
void place_finish(struct run *run, struct place *p, int err, const char *reason);

/* manifest.json and the like, and close it, whatever became of it. Best effort. */
void place_record(struct run *run, struct place *p);
void place_close(struct run *run, struct place *p);
