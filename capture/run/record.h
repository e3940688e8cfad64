/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the last capture of this boot ended, kept in /run (which outlives the initramfs): for
 * `status`, for `release`, and for late capture. Where a dump is said to be, not a proof that it is
 * there: a receipt must be earned again.
 */
#pragma once

#include "run/release.h"
#include "run/run.h"

#define RECORD_DIR  "/run/fadump-ng"
#define RECORD_PATH RECORD_DIR "/record.json"

struct record {
	uint64_t dump_id; /* 0: no dump was looked at */
	char outcome[16]; /* "captured", "not-given", "not-registered", "no-dump", "invalid",
			     "failed", "limited", "exhausted" */
	char target[512]; /* "" when nothing was captured */
	char dir[256];
	uint64_t size;            /* of vmcore, bytes */
	bool verify_none;         /* verify = none was configured */
	bool verify_full;         /* verify = full was */
	char digest[DIGEST_TEXT]; /* of vmcore; "" when it has none */
	bool released;
	bool release_unclear; /* RELEASE_UNCLEAR: release_mem must not be written again */
	bool kept; /* --no-release: the memory stays reserved until a person releases it */
	uint64_t least_bytes; /* a target was full when the dump had so many; 0: none was */
	char least_how[300];  /* the settings it was made with */
	struct run_full full[CONFIG_TARGETS_MAX];
	size_t n_full;
	struct run_saved saved[CONFIG_TARGETS_MAX];
	char header_page[16]; /* header_page_word(), "" before a release */
	bool header_exposed;  /* HEADER_PAGE_EXPOSED: registering again would overwrite somebody */
	char reason[600];     /* of the last failure; "" */
	char policy[20];      /* under which there is a log and no dump; "" */
	char log_target[512], log_dir[256];
};

/*
 * How this run ended. Where the same dump was saved earlier in this boot, it stays in the record
 * when this run saved none; what became of release_mem stays whatever was looked at. Under the
 * lock. 0 or -errno.
 */
int record_write(const struct run *run, enum run_outcome outcome) _must_check_;
/* A release by hand (RELEASE_DONE or RELEASE_UNCLEAR), added to what the record says. 0 or -errno.
 */
int record_released(const struct root *root, enum release_result how,
		    enum header_page fate) _must_check_;
/* 0; -ENOENT no capture ran in this boot; -EINVAL the file is not ours. */
int record_read(const struct root *root, struct record *out) _must_check_;
const char *run_outcome_word(enum run_outcome outcome);
/* The same, and "limited" where a policy wanted no dump. */
const char *run_ended(const struct run *run, enum run_outcome outcome);
