/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits that the kernel computes once, when it boots, from the memory that there is then: little
 * in a capture boot. After the release the machine has its memory and keeps the limits of a small
 * one.
 */
#pragma once

#include "base/log.h"
#include "base/root.h"

#define LIMITS_MAX 24

/* One that is smaller than it would be after a fresh boot. */
struct limit {
	char name[48]; /* "kernel.threads-max" */
	uint64_t now, full;
};

struct limits {
	struct limit list[LIMITS_MAX];
	size_t n;
};

/* Of a machine with so many bytes of memory (MemTotal): what is less than three quarters of what
 * the kernel would compute. Writes nothing. */
void limits_find(const struct root *root, uint64_t memory, struct limits *out);

/*
 * After a release: raise them as if the machine had booted with the memory that it has now. before,
 * after: MemTotal in bytes. Only what is still as the kernel computed it, and what neither sysctl.d
 * nor the command line sets. On the machine itself also the limits of tasks and signals that PID 1
 * has, and hands to all that it starts. Says what it did; nothing of it is an error.
 */
void limits_raise(const struct root *root, struct log *log, uint64_t before, uint64_t after);

/* Does the configuration of this machine ask for huge pages (HugeTLB)? Which, as "vm.nr_hugepages";
 * NULL: no. Static. */
const char *limits_huge_pages(const struct root *root);
