/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One target of a pass: opened, prepared, written to beside others, committed, closed. */
#pragma once

#include "dump/kdump_readers.h"
#include "run/inventory.h"
#include "run/run.h"

struct place {
	struct run_attempt *attempt; /* what became of it; attempt->err is 0 while it is well */
	struct url url;
	struct target_env env;
	struct target t;
	bool have_url, open;
	bool shared;   /* others are filled in the same pass, and wait while this one is written */
	int number;    /* of the target, in the configuration */
	bool streamed; /* it was asked to take the dump */
	int level;     /* of that dump */
	bool committed;
	bool published;          /* it has the dump, whole, and cannot promise that it lasts */
	bool unproved;           /* all of it was written, and stays under its unfinished name */
	uint64_t earlier;        /* bytes of such a file that an earlier capture left; 0: none */
	const char *verified;    /* when committed: how far, for the manifest */
	struct receipt receipt;  /* when committed */
	char doubt[KDUMP_DOUBT]; /* what its readers may stumble over; "" */

	/* keep, keep-free and the like: run/place_past.c */
	struct inventory past; /* what was there before; empty where that cannot be told */
	uint64_t sequence;     /* of this crash there; 0 unknown */
	uint64_t floor;        /* room that is to stay free, bytes */
	uint64_t allowance;    /* may be written before the room is asked for again, bytes */
	bool asked;            /* for room, since the dump was begun */
	bool logged;           /* a policy wants no dump there, and log_receipt is filled */
	struct log_receipt log_receipt;
};

/* Each of these does nothing where attempt->err is set, and sets it, with attempt->reason. */

/* Reach it, make the crash's directory, save the log. */
void place_prepare(struct run *run, struct place *p, const struct config_target *target);
/* Look for room, create the file. */
void place_ready(struct run *run, struct place *p);
/* The stream begins again: so does the file. */
void place_restart(struct run *run, struct place *p);
/* For stream_spec.write by way of the pass. */
void place_write(struct run *run, struct place *p, const void *buf, size_t len, uint64_t off);
/* The stream has ended, or failed with err and a reason: commit, or drop what was written. */
void place_finish(struct run *run, struct place *p, int err, const char *reason);

/* manifest.json and the like, and close it, whatever became of it. Best effort. */
void place_record(struct run *run, struct place *p);
void place_close(struct run *run, struct place *p);

/*
 * What a place does about the dumps that it has already.
 *
 * After it was reached: look through it, and learn the crash's number there.
 */
void place_look_back(struct run *run, struct place *p);
/* Is the name another crash's? */
bool place_is_taken(const struct run *run, const struct place *p, const char *dir);
/* Is there all of this dump already, from an earlier capture that could not prove it? */
void place_find_earlier(struct run *run, struct place *p);
/* Is there such a file, and perhaps of another crash? */
bool place_has_other(const struct run *run, struct place *p);
/* Delete that; logged. 0 or -errno. */
int place_drop_earlier(struct run *run, struct place *p, const char *because);
/* Before anything is saved: where this crash belongs, should this be as far as it gets. */
void place_put_origin(struct run *run, struct place *p);
/* Have so many bytes free beyond what stays free, making room where that is wanted. 0 or -errno. */
int place_need_room(struct run *run, struct place *p, uint64_t bytes) _must_check_;
/* Before so many bytes are written. 0, or -ENOSPC with p->t.why. */
int place_allow(struct run *run, struct place *p, size_t len) _must_check_;
/* A write met a full disk: is there room now? 0 or -errno. */
int place_give_way(struct run *run, struct place *p) _must_check_;
/* It ran out of room, and there is some now: it is well, once place_restart() was called. */
bool place_may_restart(struct run *run, struct place *p) _must_check_;
/* Were too many crashes saved there just before? */
bool place_over_rate(struct run *run, struct place *p);
/* Commit the log instead of a dump: p->logged. */
void place_keep_log(struct run *run, struct place *p, enum release_policy policy);
/* Older ones give way, when this one is saved. */
void place_tidy(struct run *run, struct place *p);

/* One line for people, here and in the manifest: err is what became of it. */
void place_fail(struct run *run, struct place *p, int err, const char *fmt, ...) _printf_(4, 5);
