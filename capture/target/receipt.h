/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proof that a dump is durable and whole. Memory is released only against one of these, and only
 * target/commit.c fills it.
 *
 * The exception has a type of its own, so that neither can be taken for the other: proof that the
 * log of a crash is durable, for a policy of the configuration under which no dump is wanted. No
 * policy is in force unless the configuration names it.
 */
#pragma once

#include <stdint.h>

struct receipt {
	char target[512]; /* URL */
	char dir[256];    /* the dump's directory beneath it */
	uint64_t size;    /* of vmcore, bytes */
	uint64_t dump_id; /* which dump this is for; never 0 */
};

/* What may allow a release without a dump. Zero is nothing: a receipt that nobody filled allows
 * none. */
enum release_policy {
	RELEASE_POLICY_NONE,
	RELEASE_POLICY_DEADLINE,   /* deadline, on-deadline: it took too long */
	RELEASE_POLICY_RATE_LIMIT, /* rate-limit: too many crashes were saved just before */
};

struct log_receipt {
	enum release_policy policy;
	char target[512]; /* URL */
	char dir[256];    /* the directory with the log */
	uint64_t size;    /* of the log, bytes; never 0 */
	uint64_t dump_id; /* of the dump that was not saved; never 0 */
};
