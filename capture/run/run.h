/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The capture sequence: probe, judge, open, dmesg, stream, commit, record, release, register, carry
 * on. Everything above a module's -errno is said here, once, with what to do about it.
 */
#pragma once

#include "base/log.h"
#include "base/root.h"
#include "config/config.h"
#include "crash/header_page.h"
#include "crash/overlap.h"
#include "crash/verdict.h"
#include "dump/dmesg.h"
#include "dump/makedumpfile.h"
#include "dump/stream.h"
#include "run/console.h"
#include "run/guard.h"
#include "run/inventory.h"
#include "run/proof.h"
#include "target/target.h"

#include <stdbool.h>

/* How a capture ended; the verbs map it to an exit status. */
enum run_outcome {
	RUN_CAPTURED,       /* a receipt was earned; released, unless told not to */
	RUN_NOT_GIVEN,      /* a receipt was earned, but the memory could not be given back */
	RUN_NOT_REGISTERED, /* captured and released, but not ready for the next crash */
	RUN_NO_DUMP,        /* nothing to do */
	RUN_INVALID,        /* the dump or the core is not usable; nothing was released */
	RUN_FAILED,         /* no target took the dump; nothing was released */
	RUN_BUSY,           /* another capture or release is running */
	RUN_KEPT,           /* saved earlier in this boot, its memory kept as a person asked */
	RUN_EXHAUSTED,      /* the attempts are used up: left alone, in memory */
	RUN_LEFT,           /* left alone, in memory: on-failure wants no late capture */
	RUN_KEXEC,          /* left alone: what an earlier crash left, shown by a kexec'd kernel */
};

struct run_options {
	const char *core; /* --core: a core given by hand; never released for */
	bool no_release;
	bool late; /* --late: a dump that this boot saved already is not saved again */
};

/* What became of one target; for the manifest and for people. */
struct run_attempt {
	char target[512];
	int err;                  /* 0 or -errno */
	char reason[600];         /* "" when it took the dump */
	char unassured[200];      /* what the place could not promise; "" */
	unsigned int connections; /* that carried the dump; 0: it has none */
	unsigned int resumed;     /* how often one broke and was taken up again */
};

/* Where a target of the configuration, by its number there, has the dump already. */
struct run_saved {
	char target[512]; /* URL */
	char dir[256];    /* "" it has not */
	uint64_t size;
	char digest[DIGEST_TEXT]; /* "" it has none */
};

/* A target on which a dump ran out of room, and how much it had: to be asked again when it has
 * more. */
struct run_full {
	char target[512];
	uint64_t room; /* bytes */
};

#define RUN_KINDS 3 /* of dumps: as configured, without a filter, an earlier capture's */

/* What was learned of full targets with which settings, by an earlier capture of this boot, too. */
struct run_earlier {
	char how[300];
	uint64_t least_bytes;
	struct run_full full[CONFIG_TARGETS_MAX];
	size_t n_full;
};

struct run_network; /* run/network.c */

struct run {
	const struct root *root;
	const struct config *config;
	const struct run_options *options;
	struct log *log;

	/* what the steps found; the manifest is made of these */
	struct console console;
	struct guard guard;
	char core_path[4096];
	struct verdict verdict;
	bool judged;         /* the verdict says something */
	struct overlap lost; /* of the crashed kernel's memory, overwritten by this boot */
	bool in_initramfs;
	bool plan_network; /* the plan is for targets on other machines only */
	uint64_t dump_id;
	struct owner owner; /* this machine, for the dumps that it left before */
	char dir[256];      /* the dump's directory below a target */
	struct mdf_caps caps;
	struct dmesg dmesg;
	struct stream_result stream;
	struct proof_digest digest; /* of the last stream */
	struct mdf_plan plan;
	int level;            /* the dump level; 1 where filtering failed, for that target */
	char unfiltered[400]; /* how it failed; "" */
	unsigned int without; /* enum confine_limit: what makedumpfile is not limited in, since it
				 may have died of it */
	unsigned int lack;    /* enum confine_lack: what it could not give up */
	char no_plan[200];    /* why makedumpfile cannot be run at all; "" */
	uint64_t least_bytes; /* a target was full when the dump had so many */
	char least_how[300];  /* with these settings */
	struct run_full full[CONFIG_TARGETS_MAX];
	size_t n_full;
	/* That of dumps with other settings, each with its own: what filtering leaves out decides
	 * what is too little room. */
	struct run_earlier earlier[RUN_KINDS];
	struct run_attempt attempts[CONFIG_TARGETS_MAX];
	size_t n_attempts;
	int64_t started_ms;                         /* monotonic */
	struct run_saved saved[CONFIG_TARGETS_MAX]; /* by the target's number */
	struct receipt receipt;
	bool have_receipt, released, release_unclear, registered;
	bool have_log_receipt;
	struct log_receipt log_receipt; /* instead of a receipt, where a policy wants no dump */
	char policy_why[200];           /* what that policy said; "" */
	enum header_page header_page;   /* when released */
	int lock;                       /* one capture or release at a time */
	struct run_network *network;    /* what was brought up for the targets; NULL: nothing */
};

/* The whole sequence. Always returns; the caller's boot goes on unless policy said otherwise. */
enum run_outcome run_capture(struct run *run);
void run_init(struct run *run, const struct root *root, const struct config *config,
	      const struct run_options *options, struct log *log);
void run_deinit(struct run *run);
/* Dumps have this level from now on; what is known of targets that were full is that of the level.
 */
void run_set_level(struct run *run, int level);

/* What a target needs to know, without a deadline. */
void run_target_env(const struct root *root, const struct config *config, struct target_env *out);
