/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of this machine, which every verb asks for before it acts: the verdict on the crash
 * (crash/verdict.h), and what this boot has done about the dump so far (run/record.h).
 * docs/states.md says what each means.
 */
#pragma once

#include "base/log.h"
#include "crash/verdict.h"
#include "run/record.h"

/* A dump that is in memory although this boot has dealt with it. */
enum state_hold {
	STATE_OPEN,         /* it has not; or there is no dump */
	STATE_EXHAUSTED,    /* the attempts are used up: it is left alone */
	STATE_KEPT,         /* saved, and its memory kept with --no-release */
	STATE_NOT_RELEASED, /* release_mem was written, and /proc/vmcore stayed */
};

struct state {
	struct verdict verdict;
	struct record record;
	bool have_record;
	int record_error; /* -ENOENT: no capture ran in this boot */
	enum state_hold hold;
	bool dump_in_memory; /* a reboot would destroy it; the kernel cannot be registered */
	const char *word, *summary, *advice; /* the hold's, else the verdict's; never NULL */
};

/*
 * core: judge the core as well (verdict_judge()); else only whether there is one (verdict_look()).
 * 0 or -errno; state_error() is then for a message. state_deinit() in every case.
 */
int state_read(const struct root *root, bool core, struct state *out) _must_check_;
void state_deinit(struct state *s);

/* Does the memory of a dump stay reserved? Of VERDICT_UNDECIDED nobody knows. */
bool state_in_memory(enum verdict_kind kind);

/* "cannot read the fadump state: REASON", as an error. Returns err. */
int state_error(struct log *log, const struct state *s, int err);
