/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the capture and the worker of a target say to each other; worker.h for everybody else. */
#pragma once

#include "target/target.h"

#include <stdatomic.h>

#define WORKER_SLOTS     4U
#define WORKER_SLOT_SIZE (256 * KIB)

enum worker_op {
	WORKER_OPEN,
	WORKER_BEGIN,
	WORKER_CREATE,
	WORKER_WRITE, /* answered later: others may be on their way meanwhile */
	WORKER_PREAD, /* into other */
	WORKER_SIZE,
	WORKER_ARRIVE,
	WORKER_FLUSH,
	WORKER_PUBLISH,
	WORKER_REOPEN,
	/* What is done when the dump is over as well, and then gets some time after the deadline.
	 */
	WORKER_CLEANUP,
	WORKER_PUT = WORKER_CLEANUP,
	WORKER_ABANDON,
	WORKER_EARLIER, /* dropped, with flag */
	WORKER_SPACE,
	WORKER_CAPACITY,
	WORKER_LIST,  /* into other */
	WORKER_LOOK,  /* into entry and other */
	WORKER_DROP,  /* of entry */
	WORKER_CLOSE, /* the worker ends */
};

enum worker_publish { PUBLISH_OPEN, PUBLISH_DONE, PUBLISH_GIVEN_UP };

struct worker_request {
	enum worker_op op;
	unsigned int slot; /* WRITE: where the bytes are */
	size_t len;        /* of them; LIST, LOOK: how much there may be */
	enum target_drop drop;
	bool flag;
	uint64_t off; /* PUT: how many bytes the file has that comes with it */
	char name[256], to[256];
};

struct worker_answer {
	int err;   /* 0 or -errno */
	bool busy; /* not an answer yet: it is at work, and came some way */
	uint64_t value;
};

/* Seen by both. t is the worker's until it has answered, and when it never will again. */
struct worker_area {
	struct target t;
	/* The deadline has passed: what is under way or waits is to end with -ETIMEDOUT, as soon as
	 * it can; only what is done after the deadline is still done. */
	atomic_bool stop;
	/* Of a publish: whoever is first decides, the worker that it is done, or the capture that
	 * it was given up; then the worker takes the name back. */
	atomic_int publish;
	struct target_entry entry;
	unsigned char data[WORKER_SLOTS][WORKER_SLOT_SIZE]; /* to be written */
	unsigned char other[WORKER_SLOT_SIZE];
};

/* Serve area->t with these operations: the whole life of a worker. */
_Noreturn void worker_serve(struct worker_area *area, const struct target_ops *ops, int sock);
