/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs of life of a process and of all that it started, seen from outside: what the kernel counts.
 * A sum alone means nothing; that it is another one than a while ago means that work was done.
 */
#pragma once

#include "base/macros.h"

#include <sys/types.h>

/* Of /proc/PID/stat. */
struct life_stat {
	pid_t pid, parent;
	char state;    /* 'R', 'S', 'D', 'T', 'Z'... */
	uint64_t own;  /* faults of pages, ticks of CPU */
	uint64_t gone; /* the same of its children that have ended */
};

/* 0 or -EINVAL. */
int life_parse_stat(const char *buf, size_t len, struct life_stat *out) _must_check_;
/* The sum of the counters of /proc/PID/io: bytes read and, unless only_read, written. */
uint64_t life_sum_io(const char *buf, size_t len, bool only_read);
/* nr_written of /proc/vmstat: pages that have arrived on their disk or server; 0: it has none. */
uint64_t life_parse_written(const char *buf, size_t len);

struct life {
	uint64_t sum; /* of what they did; what pid does itself only where it is more than waiting:
			 what it reads, and children that ended */
	uint64_t written; /* pages that were written back for anybody */
	char state;       /* of pid itself */
	bool blocked;     /* one of them sleeps in the kernel, as in fsync: then `written` tells */
};

/* What pid itself has done, alone: CPU and faults; 0: that cannot be known. */
uint64_t life_work(pid_t pid);

/* Look at pid, and at all its descendants but the calling process. 0; -ESRCH pid is gone; or
 * -errno. */
int life_look(pid_t pid, struct life *out) _must_check_;
