/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many boots have tried to capture this dump, and how far each came. A reset takes everything
 * but the dump and what is in the machine's non-volatile memory; so this is kept there, as one
 * string of the partition "common", whose length never changes:
 *
 *   fadump-ng-attempts=0123456789abcdef:2:68d5f00as0.68d5f1ffl-.00000000.-.[...]
 *
 * the dump, the number of attempts, and for each of nine the time it began, a letter for the step
 * that it came to, and in hexadecimal the number of the target in the configuration, or "-"; each
 * ends with a dot. A copy in /run tells the rest of the boot that it was counted, and by
 * its last step whether a capture has begun.
 */
#pragma once

#include "base/root.h"

#define ATTEMPTS_NAME "fadump-ng-attempts="
#define ATTEMPTS_MAX  9
#define ATTEMPTS_TEXT (sizeof(ATTEMPTS_NAME) - 1 + 16 + 3 + (size_t)ATTEMPTS_MAX * 11)
#define ATTEMPTS_BOOT "/run/fadump-ng/attempts"

struct attempts_one {
	uint32_t began; /* seconds since 1970 */
	char step;      /* a letter of run/guard.h */
	int target;     /* number in the configuration, 0..15; -1: none */
};

struct attempts {
	uint64_t dump_id;
	unsigned int n; /* of them, this boot's included; 0: it was saved */
	struct attempts_one one[ATTEMPTS_MAX];
};

/* Where the record is kept while a capture runs. */
struct attempts_store {
	int fd; /* -1: nowhere */
	size_t off;
};

/* text: as above, without a NUL. 0, or -EINVAL and *out is untouched. */
int attempts_parse(const char *text, size_t len, struct attempts *out) _must_check_;
/* ATTEMPTS_TEXT bytes and a NUL. */
void attempts_format(const struct attempts *a, char *text);

/*
 * Open what the machine remembers. What is there of another dump is none of this one's: then *out
 * has no attempt. 0; -ENODEV, -EINVAL, -ENOSPC: nothing can be kept here; or -errno.
 */
int attempts_open(const struct root *root, uint64_t dump_id, struct attempts_store *store,
		  struct attempts *out) _must_check_;
void attempts_close(struct attempts_store *store);
/* Store it, and read it back. 0 or -errno. */
int attempts_write(const struct attempts_store *store, const struct attempts *a) _must_check_;
/* The last attempt's step has changed: no more than that is written. 0 or -errno. */
int attempts_write_step(const struct attempts_store *store, const struct attempts *a) _must_check_;

/* One more has begun; the ninth is the last that is counted. */
void attempts_add(struct attempts *a, uint32_t now);

/* What this boot has counted. 0, -ENOENT or -EINVAL; or -errno. */
int attempts_of_boot(const struct root *root, struct attempts *out) _must_check_;
int attempts_set_boot(const struct root *root, const struct attempts *a) _must_check_;

/* What went wrong, for people. */
const char *attempts_error(int err);
