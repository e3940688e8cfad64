/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capture's side of a worker: its process, and how it is asked. For worker*.c. */
#pragma once

#include "target/worker_parts.h"

#include <sys/types.h>

/* The capture's side; t->kind. */
struct worker {
	pid_t pid;
	int sock;
	struct worker_area *area;
	unsigned int under_way; /* writes without an answer yet */
	unsigned int next;      /* slot for a write */
	struct worker_request sent[WORKER_SLOTS];
	bool owed;          /* the answer to a request that its deadline passed */
	int write_error;    /* of one that failed */
	bool told;          /* the caller knows of it */
	unsigned int again; /* so many writes, the last ones, are to be made again: no room */
	int lost;           /* why nothing is asked any more: it did not answer, or died; -errno */
	int64_t asked;      /* when the last request was made, clock_ms() */
	char why[200];      /* when lost */
};

/* Make t->kind, for t->served. 0 or -errno. */
int worker_start(struct target *t) _must_check_;
/* No process, mount or memory is left, apart from what the kernel does not let go. t->kind is NULL.
 */
void worker_end(struct target *t);

static inline struct worker *worker_of(const struct target *t)
{
	return t->kind;
}

/* Is there time for a request of this kind? 0 or -ETIMEDOUT. */
int worker_in_time(struct target *t, enum worker_op op) _must_check_;
/* Ask, without waiting for the answer; with an fd unless it is -1. 0, or the worker is lost. */
int worker_tell(struct target *t, const struct worker_request *q, int fd) _must_check_;
/*
 * Wait until no more than n writes are under way, before a request of the kind op is made and for
 * as long as that may take. The error of those that failed, if any; -ETIMEDOUT: the deadline has
 * passed, and some are still under way.
 */
int worker_settle(struct target *t, enum worker_op op, unsigned int n) _must_check_;
/* Ask, and wait for the answer; writes that failed are another matter. 0 or -errno; -ETIMEDOUT
 * without the worker being lost: the deadline has passed, and the answer will not count. */
int worker_call(struct target *t, const struct worker_request *q, int fd,
		uint64_t *value) _must_check_;

/* The file that they were of is gone: what went wrong with it is nothing to the next one. */
void worker_forget_writes(struct target *t);

/* A member of struct target_ops. */
int worker_write(struct target *t, const void *buf, size_t len, uint64_t off);
