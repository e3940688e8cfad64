/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a written dump must stand before its receipt, and the digest that is made of it on the way.
 * Its checks are those of a struct dump_claim; without memory for a digest the dump goes without
 * one.
 */
#pragma once

#include "base/log.h"
#include "config/config.h"
#include "dump/digest.h"
#include "dump/kdump.h"
#include "dump/kdump_readers.h"

#include <stdbool.h>

struct guard;

/* The digest of one stream, for all the places that it goes to. */
struct proof_digest {
	struct digest *stream; /* while it is made; NULL: none */
	bool have;
	uint8_t value[DIGEST_SIZE];
};

/* For a dump that is about to be written. Logs where it cannot be had. */
void proof_digest_init(struct proof_digest *d, struct log *log);
/* Leaves the value. */
void proof_digest_deinit(struct proof_digest *d);

/* Of one place. */
struct proof {
	struct log *log;
	enum config_verify verify;
	struct proof_digest *digest;
	struct guard *guard;     /* told of every piece that is read back; may be NULL */
	struct kdump_info info;  /* of what was checked */
	const char *verified;    /* what was found right: "none", "structure", "digest", "full" */
	char text[300];          /* why it was not; "" */
	char doubt[KDUMP_DOUBT]; /* what of its header does not fit, where it is whole; "" */
};

/* dump_claim's check: makes the digest of the stream final, and checks the structure. */
int proof_check(void *ctx, const struct reader *r) _must_check_;
/* dump_claim's check_all: the digest of the file as read back is that of the stream; with verify =
 * full every page is expanded as well. */
int proof_check_all(void *ctx, const struct reader *r) _must_check_;
