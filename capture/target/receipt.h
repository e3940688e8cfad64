/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proof that a dump is durable and whole. Memory is released only against one of these, and only
 * target/commit.c fills it.
 */
#pragma once

#include <stdint.h>

struct receipt {
	char target[512]; /* URL */
	char dir[256];    /* the dump's directory beneath it */
	uint64_t size;    /* of vmcore, bytes */
	uint64_t dump_id; /* which dump this is for; never 0 */
};
